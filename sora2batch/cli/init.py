"""A manifest to start from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from unicodedata import normalize

from sora2batch.catalog.load import load_catalog
from sora2batch.catalog.price import PriceError
from sora2batch.catalog.tool import Availability
from sora2batch.cli.argument import arguments_for
from sora2batch.cli.chatter import Chatter
from sora2batch.cli.template import manifest_for
from sora2batch.errors import UsageError
from sora2batch.manifest.emit import entry_lines
from sora2batch.manifest.name import name_fault, name_of_file

_IGNORED = ("*.journal.jsonl", "*.sim.lock.jsonl", "*.report.html", "out/", "*.sim/")
_ATTRIBUTES = ("*.lock.jsonl merge=union",)
_LONGEST_NAME = 200
"""Bytes; a file system takes 255, and temporary names are longer still."""
_SHOWN = 40


def begin(manifest: Path, tool_type: str, tools_dirs: Sequence[Path], chatter: Chatter) -> None:
    """Write a manifest for a tool, and what git should know beside it.

    Raises:
        UsageError: the file is there already, or is called something that is no YAML; the tool is no good.
    """
    _check_name(manifest)
    text = _text_for(tool_type, tools_dirs)
    folder = manifest.parent
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with manifest.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(_named(text, manifest.stem))
    except FileExistsError as error:
        raise UsageError(
            f"{manifest} exists already", hint="name another file; nothing was changed"
        ) from error
    _add_lines(folder / ".gitignore", _IGNORED)
    _add_lines(folder / ".gitattributes", _ATTRIBUTES)
    chatter.say(f"wrote {manifest}; git ignores journals and clips, and merges lockfiles line by line")
    chatter.say(f"next: sora2batch plan {arguments_for(manifest, simulated=False, tools_dirs=tools_dirs)}")


def _text_for(tool_type: str, tools_dirs: Sequence[Path]) -> str:
    catalog = load_catalog(tools_dirs)
    tool = catalog.get(tool_type)
    if tool.availability is Availability.RETIRED:
        near = catalog.nearest_live(tool)
        raise UsageError(f"{tool_type} is retired", hint=f"name another: {near.tool_type}" if near else None)
    try:
        return manifest_for(tool)
    except PriceError as error:
        raise UsageError(
            f"no manifest for {tool_type}: {error.message}", hint="`sora2batch tools` lists others"
        ) from error


def _check_name(manifest: Path) -> None:
    """Refuse a file beside which no lockfile could be, or that no line of ours could name."""
    if manifest.suffix not in {".yaml", ".yml"}:
        raise UsageError(f"{manifest}: name it something.yaml")
    if not manifest.name.isprintable():
        raise UsageError(f"{manifest.name!a}: name it without control or invisible characters")
    size = len(os.fsencode(manifest.name))
    if size > _LONGEST_NAME:
        raise UsageError(
            f"{manifest.name[:_SHOWN]}…: the name has {size} bytes, {_LONGEST_NAME} are the most",
            hint="the lockfile and the journal beside it have longer ones",
        )


def _named(text: str, stem: str) -> str:
    """Give a manifest a name of its own where the file's cannot stand for it."""
    if name_fault(normalize("NFC", stem)) is None:
        return text
    (line,) = entry_lines("name", name_of_file(stem))
    return text.replace("version: 1\n", f"version: 1\n{line}\n", 1)


def _add_lines(path: Path, lines: tuple[str, ...]) -> None:
    """Add the lines that are not there yet; what is there stays byte for byte."""
    before = path.read_bytes() if path.exists() else b""
    known = {line.strip() for line in before.splitlines()}
    missing = [line.encode() for line in lines if line.encode() not in known]
    if missing:
        separator = b"" if not before or before.endswith(b"\n") else b"\n"
        with path.open("ab") as stream:
            stream.write(separator + b"\n".join(missing) + b"\n")
