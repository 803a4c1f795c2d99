"""One batch carried out: locked, planned, agreed to, executed, written down."""
