"""What whoever runs a batch asks of the database: reserve, follow, take back, look."""
