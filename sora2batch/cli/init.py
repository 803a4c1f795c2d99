"""A manifest to start from."""

from __future__ import annotations

from pathlib import Path

from sora2batch.cli.chatter import Chatter
from sora2batch.cli.template import MANIFEST
from sora2batch.errors import UsageError

_IGNORED = ("*.journal.jsonl", "*.sim.lock.jsonl", "*.report.html", "out/", "*.sim/")
_ATTRIBUTES = ("*.lock.jsonl merge=union",)


def begin(manifest: Path, chatter: Chatter) -> None:
    """Write a manifest, and what git should know beside it.

    Raises:
        UsageError: the file is there already, or is called something that is no YAML.
    """
    if manifest.suffix not in {".yaml", ".yml"}:
        raise UsageError(f"{manifest}: name it something.yaml")
    folder = manifest.parent
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with manifest.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(MANIFEST)
    except FileExistsError as error:
        raise UsageError(
            f"{manifest} exists already", hint="name another file; nothing was changed"
        ) from error
    _add_lines(folder / ".gitignore", _IGNORED)
    _add_lines(folder / ".gitattributes", _ATTRIBUTES)
    chatter.say(f"wrote {manifest}; git ignores journals and clips, and merges lockfiles line by line")
    chatter.say(f"next: sora2batch plan {manifest}")


def _add_lines(path: Path, lines: tuple[str, ...]) -> None:
    """Add the lines that are not there yet; what is there stays byte for byte."""
    before = path.read_bytes() if path.exists() else b""
    known = {line.strip() for line in before.splitlines()}
    missing = [line.encode() for line in lines if line.encode() not in known]
    if missing:
        separator = b"" if not before or before.endswith(b"\n") else b"\n"
        with path.open("ab") as stream:
            stream.write(separator + b"\n".join(missing) + b"\n")
