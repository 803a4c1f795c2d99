"""Two manifests, or two lockfiles, held against each other."""
