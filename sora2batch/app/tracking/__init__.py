"""A run as it goes by: what is counted, how long it still takes, and that it is alive."""
