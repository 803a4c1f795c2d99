"""What `plan` does, and all that makes a plan: narrowed down, checked, saved, reviewed, shown."""
