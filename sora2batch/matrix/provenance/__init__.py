"""Where each value of a job comes from."""
