"""A manifest with all that belongs to it: found, loaded, with the names of its files, looked at, followed."""
