"""A page of the gallery over HTTP, for the person at this machine and nobody else."""
