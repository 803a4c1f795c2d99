"""A manifest to start from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from sora2batch.app.batch.argument import arguments_for
from sora2batch.app.batch.layout import ATTRIBUTES, IGNORED
from sora2batch.app.batch.new_file import check_alone, check_name
from sora2batch.app.config.settings import tools_dirs_for
from sora2batch.app.editor.editor_schema import SCHEMA_ID, SCHEMA_NAME, editor_schema_text
from sora2batch.app.output.output import Printer
from sora2batch.app.starter.picture_folder import PictureFolder, find_pictures
from sora2batch.app.starter.starter import DEFAULT_TOOL, PICTURE_TOOL, manifest_for
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.catalog.media_field import media_fields
from sora2batch.catalog.price import PriceError
from sora2batch.catalog.tool import Availability
from sora2batch.ground.edited_file import write_edited
from sora2batch.ground.errors import UsageError
from sora2batch.ground.output_file import Replaceable, check_target, put_in_place, write_new
from sora2batch.ground.plainfile import (
    make_folders,
    read_plain_file,
    reason,
    refuse_read_only,
    refuse_unless_plain,
)
from sora2batch.ground.text import listed
from sora2batch.manifest.emit import entry_lines
from sora2batch.manifest.name import name_fault, name_of_file

_SETTINGS = {".gitignore": IGNORED, ".gitattributes": ATTRIBUTES}
_HINT = "nothing was written; put a file there, or name a manifest in another folder"
_LONGEST_NAME = 200
"""Bytes; a file system takes 255, and temporary names are longer still."""
_SCHEMA = Replaceable(
    noun="schema that `sora2batch init` wrote",
    is_one=lambda path: SCHEMA_ID.encode() in path.read_bytes(),
    hint="nothing was written; name a manifest in another folder",
)
_SHOWN = 40
_MOST_NAMED = 5


def begin(
    printer: Printer,
    *,
    manifest: Path,
    tool: str | None,
    from_folder: Path | None,
    tools_dirs: Sequence[Path],
) -> None:
    """Write a manifest for a tool, or for the pictures of a folder, and what editors and git should know.

    Raises:
        UsageError: one of the files is no plain file, the manifest is there already or would share another's
                lockfile, its name or the tool is no good, and nothing was written; or the disk refused.
    """
    _check_name(manifest)
    pictures = None if from_folder is None else find_pictures(from_folder, beside=manifest)
    catalog = load_catalog(tools_dirs_for(manifest.parent, tools_dirs))
    text = _text_for(tool or (PICTURE_TOOL if pictures else DEFAULT_TOOL), catalog, pictures)
    folder = manifest.parent
    try:
        make_folders(folder)
    except FileExistsError as error:
        raise UsageError(f"{folder}: it is no folder") from error
    check_alone(manifest)
    schema = check_target(folder / SCHEMA_NAME, _SCHEMA)
    settings = [_extended(folder / name, lines) for name, lines in _SETTINGS.items()]
    write_new(manifest, _named(text, manifest.stem))
    put_in_place(schema, editor_schema_text(catalog).encode())
    for setting in settings:
        setting.write()
    printer.info(f"wrote {manifest}; git ignores journals and clips, and merges lockfiles line by line")
    printer.info(f"wrote {schema}: your editor completes and checks manifests by it; commit it, too")
    if pictures and pictures.left_out:
        printer.info(
            f"left out, as no browser shows them (convert them to JPEG or PNG): {_some(pictures.left_out)}"
        )
    if pictures and pictures.copies:
        printer.info(f"left out, as they are others over again, byte for byte: {_some(pictures.copies)}")
    printer.info(f"next: sora2batch plan {arguments_for(manifest, simulated=False, tools_dirs=tools_dirs)}")


def _some(names: Sequence[str]) -> str:
    return listed(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")


def _text_for(tool_type: str, catalog: Catalog, pictures: PictureFolder | None) -> str:
    tool = catalog.get(tool_type)
    if tool.availability is Availability.RETIRED:
        near = catalog.nearest_live(tool)
        raise UsageError(f"{tool_type} is retired", hint=f"name another: {near.tool_type}" if near else None)
    if pictures and not media_fields(tool.input_schema):
        raise UsageError(f"{tool_type} takes no pictures", hint="`sora2batch tools` lists others")
    try:
        return manifest_for(tool, pictures)
    except PriceError as error:
        raise UsageError(
            f"no manifest for {tool_type}: {error.message}", hint="`sora2batch tools` lists others"
        ) from error


def _check_name(manifest: Path) -> None:
    """Refuse a file beside which no lockfile could be, or that no line of ours could name."""
    if not manifest.name.isprintable():
        raise UsageError(f"{manifest.name!a}: name it without control or invisible characters")
    size = len(os.fsencode(manifest.name))
    if size > _LONGEST_NAME:
        raise UsageError(
            f"{manifest.name[:_SHOWN]}…: the name has {size} bytes, {_LONGEST_NAME} are the most",
            hint="the lockfile and the journal beside it have longer ones",
        )
    check_name(manifest)


def _named(text: str, stem: str) -> str:
    """Give a manifest a name of its own where the file's cannot stand for it."""
    if name_fault(normalize("NFC", stem)) is None:
        return text
    (line,) = entry_lines("name", name_of_file(stem))
    return text.replace("version: 1\n", f"version: 1\n{line}\n", 1)


@dataclass(frozen=True, slots=True)
class _Setting:
    """A file of git's as it is, and as it is to be."""

    path: Path
    before: bytes
    after: bytes

    def write(self) -> None:
        if self.after != self.before:
            write_edited(self.path, self.after)


def _extended(path: Path, lines: tuple[str, ...]) -> _Setting:
    """Add the lines that are not there yet; what is there stays byte for byte.

    Raises:
        UsageError: it is no plain file; git itself reads no link of this name.
    """
    try:
        refuse_unless_plain(path)
        before = read_plain_file(path) if path.exists() else b""
        known = {line.strip() for line in before.splitlines()}
        if missing := [line.encode() for line in lines if line.encode() not in known]:
            refuse_read_only(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be extended: {reason(error)}", hint=_HINT) from error
    if not missing:
        return _Setting(path, before, before)
    separator = b"" if not before or before.endswith(b"\n") else b"\n"
    return _Setting(path, before, before + separator + b"\n".join(missing) + b"\n")
