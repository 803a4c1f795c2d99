"""The matrix as a page: what became of every job, and from favourites to the next manifest."""
