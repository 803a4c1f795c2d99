"""Whether a file that was kept as a result is one: an older version kept whatever a host sent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from sora2batch.ground.plainfile import open_plain_file
from sora2batch.lockfile.entry import Attempt, Output
from sora2batch.media.integrity import Broken, NoMedia, examine
from sora2batch.media.sniff import MediaType
from sora2batch.run.artifact import Artifacts, hash_of
from sora2batch.sjinn.redaction import excerpt_of_bytes

_LONGEST_WORDS = 1024
"""Bytes; no clip and hardly a picture is shorter."""


@dataclass(frozen=True, slots=True)
class OpenedArtifacts(Artifacts):
    """The output folder of one manifest, its files looked into. Apart, because a plan seldom opens a file."""

    def opened_fault(self, attempt: Attempt) -> str | None:
        """Say what is wrong with a finished attempt's files, opening every one, though not to its end."""
        return self.quick_fault(attempt) or self._first_content_fault(attempt)

    def fault(self, attempt: Attempt) -> str | None:
        """Say what is wrong with a finished attempt's files, hashing every one and looking what it is."""
        return self._first_fault(attempt, None) or self._first_content_fault(attempt)

    def output_fault(self, output: Output) -> str | None:
        """Say what is wrong with one recorded file, hashing it and looking what it is."""
        return self._fault_of(output, None) or self._content_fault(output)

    def is_no_result(self, output: Output) -> bool:
        """Tell whether what was recorded was a host's words, which an older version kept as a clip.

        The file is as it was written and no media; or it was removed, and was as short as words are.
        """
        path = self._spell(output)
        if path is None or output.sha256 is None:
            return False
        if not os.path.lexists(path):
            return (output.bytes or 0) < _LONGEST_WORDS
        return hash_of(path) == output.sha256 and self._content_fault(output) is not None

    def _first_content_fault(self, attempt: Attempt) -> str | None:
        return next(filter(None, map(self._content_fault, attempt.outputs)), None)

    def _content_fault(self, output: Output) -> str | None:
        path = self._spell(output)
        return _content_fault(path, output.path or "") if path else None


def _content_fault(path: str, name: str) -> str | None:
    """Say why a file, called so, is no whole video, picture or sound; a few hundred bytes of it are read."""
    try:
        with os.fdopen(open_plain_file(Path(path)), "rb") as stream:
            finding = examine(stream)
    except OSError as error:
        return f"{name} cannot be read: {error.strerror or 'the disk refused'}"
    match finding:
        case MediaType():
            return None
        case Broken(kind=kind, reason=reason):
            return f"{name} is no whole {kind.suffix[1:].upper()}: {reason}"
        case NoMedia(head=b""):
            return f"{name} is empty"
        case NoMedia(head=head):
            return f"{name} is no video, picture or sound: {excerpt_of_bytes(head)}"
        case _:
            assert_never(finding)
