"""What every benchmark needs: processes that are measured, pairs, and the three forms of a result."""
