"""Finished files are looked at: what somebody should see before a clip is used; never a failure."""
