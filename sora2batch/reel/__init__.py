"""Finished clips cut together into one MP4: an edit list as a value, and what encodes it."""
