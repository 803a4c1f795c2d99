"""Programs that measure a part of ours from the inside; each prints one JSON object."""
