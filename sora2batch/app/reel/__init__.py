"""What `reel` does: clips chosen for a reel, and where each came from."""
