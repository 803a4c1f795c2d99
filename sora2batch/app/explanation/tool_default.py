"""Where the defaults of a tool are written: in its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sora2batch.ground.plainfile import read_plain_file
from sora2batch.ground.problem import DataPath, format_path
from sora2batch.ground.schema import schema_dir
from sora2batch.manifest.document import parse_document
from sora2batch.matrix.provenance.job_origin import WrittenAt


def default_places(
    tool_type: str, fields: Iterable[str], folders: Sequence[Path]
) -> Iterator[tuple[str, WrittenAt]]:
    """Find each field's default in the file of its tool; the last folder that has such a file counts."""
    names = list(fields)
    path = _file_of(tool_type, folders)
    if not names or path is None:
        return
    document = parse_document(read_plain_file(path), file=str(path))
    for name in names:
        at: DataPath = ("input", "properties", name, "default")
        yield name, WrittenAt(document.file, document.position(at), format_path(at))


def _file_of(tool_type: str, folders: Sequence[Path]) -> Path | None:
    paths = (folder / f"{tool_type}.json" for folder in (*reversed(folders), schema_dir() / "tools"))
    return next((path for path in paths if path.is_file()), None)
