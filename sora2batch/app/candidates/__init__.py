"""What may be meant by what is typed, for shells that complete it."""
