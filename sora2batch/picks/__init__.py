"""What people think of results: picks files, read, checked, merged and written."""
