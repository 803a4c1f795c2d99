"""The lockfile: what was paid for and what came of it; and the journal that survives a crash."""
