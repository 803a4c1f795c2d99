"""A worker: its lanes, its sign of life, and what is done about those that died."""
