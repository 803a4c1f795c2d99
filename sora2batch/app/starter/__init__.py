"""The manifest that ``init`` writes."""
