"""A manifest laid out anew: white space moves, and nothing else."""
