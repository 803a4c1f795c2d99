"""The create lane: one worker at a time submits what is reserved for an account."""
