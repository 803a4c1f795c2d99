"""What a run talks to: the real API with its account, or the simulator; both behind one port."""
