"""What may be a slip in a sound manifest: rules over the manifest and its jobs, for ``validate``."""
