"""A file that jobs send."""

from __future__ import annotations

from typing import NamedTuple

from sora2batch.media.facts import MediaFacts


class InputFile(NamedTuple):
    """A file that some job sends."""

    file: str
    """Relative to the manifest's folder, with forward slashes."""
    facts: MediaFacts
