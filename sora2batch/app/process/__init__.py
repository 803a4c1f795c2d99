"""The process: standard streams, signals, event loops that no signal tears."""
