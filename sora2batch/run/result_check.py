"""Whether a file that was kept as a result is one: an older version kept whatever a host sent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import assert_never

from sora2batch.ground.plainfile import open_plain_file
from sora2batch.sjinn.integrity import Broken, NoMedia, examine
from sora2batch.sjinn.media import MediaType
from sora2batch.sjinn.redaction import excerpt_of_bytes


def content_fault(path: str, name: str) -> str | None:
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
