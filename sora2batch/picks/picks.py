"""A picks file: what somebody thinks of the results of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.plainfile import is_stream, read_inside, read_stream, reason
from sora2batch.ground.problem import DataPath
from sora2batch.manifest.document import Document, parse_document
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.picks.picks_fault import opinion_of, picks_faults, picks_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One job, and what somebody thinks of its result. At least one of key and fingerprint is there."""

    key: str | None = None
    """A label for people; it names the job only where there is no fingerprint."""
    fingerprint: Fingerprint | None = None
    favourite: bool | None = None
    """None if the file does not say."""
    rating: int | None = None
    """1 to 5; None if it is not rated."""
    note: str = ""
    """As written, line breaks included; empty if there is none."""
    path: DataPath = field(default=(), compare=False)
    """Where in the file it stands."""

    @property
    def name(self) -> str:
        """The key, or else the fingerprint, for people."""
        return self.key or str(self.fingerprint)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is thought of it."""
        return not self.favourite and self.rating is None and not self.note


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """A picks file as the program knows it: checked."""

    document: Document
    """Where each pick stands."""
    manifest: str | None
    """The file name of the manifest whose jobs were looked at, if the file tells."""
    picks: tuple[Pick, ...]
    """In the order of the file; each fingerprint, and each key without one, once."""


def read_picks(path: Path) -> Picks:
    """Read and check a picks file.

    Args:
        path: as the user gave it; problems name it so.

    Raises:
        ManifestError: with every problem at once.
        UsageError: there is no such file, or it cannot be read.
    """
    return parse_picks(_read(path), file=path.as_posix())


def parse_picks(text: bytes, *, file: str) -> Picks:
    """Read and check the text of a picks file.

    Raises:
        ManifestError: with every problem at once; it names ``file``.
    """
    document = parse_document(text, file=file)
    faults = picks_faults(document.data)
    if faults:
        raise ManifestError(map(document.problem, faults))
    data: Any = document.data  # fits the schema
    manifest = data.get("manifest") if isinstance(data, dict) else None
    return Picks(document=document, manifest=manifest, picks=tuple(_picks(data)))


def _read(path: Path) -> bytes:
    try:
        return read_stream(path) if is_stream(path) else read_inside(path)
    except FileNotFoundError as error:
        hint = "the page of `sora2batch report` exports one"
        raise UsageError(f"there is no picks file {path.as_posix()}", hint=hint) from error
    except (OSError, ValueError) as error:
        raise UsageError(f"the picks file {path.as_posix()} cannot be read: {reason(error)}") from error


def _picks(data: Any) -> Iterator[Pick]:  # noqa: ANN401 - plain data, known to fit the schema
    seen: set[str] = set()
    root = picks_path(data)
    for index, entry in enumerate(data["picks"] if root else data):
        identity = entry.get("fingerprint") or entry["key"]
        if identity in seen:
            continue
        seen.add(identity)
        favourite, rating, note = opinion_of(entry)
        yield Pick(
            key=entry.get("key"),
            fingerprint=entry.get("fingerprint"),
            favourite=favourite,
            rating=rating,
            note=note,
            path=(*root, index),
        )
