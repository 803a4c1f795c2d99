"""The user's own bucket: objects named by their content, written once, never deleted."""
