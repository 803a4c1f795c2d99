"""What stands in the tables, and back: rows as values."""
