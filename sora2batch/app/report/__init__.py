"""What `report` does: the page, made or served, and what it offers from there."""
