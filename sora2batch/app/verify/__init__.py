"""What `verify` does: files, stored objects, and what is seen in clips."""
