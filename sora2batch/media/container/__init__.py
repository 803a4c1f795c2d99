"""How media files are built: enough of each kind to tell whether all of a file is there."""
