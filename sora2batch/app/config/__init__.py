"""Settings that are no manifest's business: from the environment and TOML files, each with its origin."""
