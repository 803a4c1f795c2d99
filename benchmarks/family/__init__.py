"""One file a family of benchmarks: what is compared, and with which goal."""
