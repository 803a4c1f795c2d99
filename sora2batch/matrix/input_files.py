"""The files that inputs name: a path in a media field becomes what the file is by its content."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import basename, splitext
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sora2batch.catalog.media_field import is_url
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.file_input import read_file_input
from sora2batch.ground.problem import Fault
from sora2batch.manifest.tree import FileTree
from sora2batch.matrix.output_mark import is_output, key_of_output

if TYPE_CHECKING:
    from sora2batch.matrix.file_lookup import FileLookup
    from sora2batch.matrix.input_file import InputFile


class InputFiles:
    """Knows every file that the jobs of one manifest send; nothing is loaded for manifests without any."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._made: FileLookup | None = None

    @property
    def used(self) -> Mapping[str, InputFile]:
        """Those that stand in an input, by the sha256 of their bytes."""
        return {} if self._made is None else self._made.used

    def put_into(
        self, input: JsonObject, kinds: Mapping[str, str], *, outputs: bool = False
    ) -> tuple[Fault, ...]:
        """Replace the paths in the media fields of an input by what the files are; tell what is wrong.

        Args:
            input: it is changed.
            kinds: its media fields, each with the kind.
            outputs: whether results of jobs may stand there, which stay as they are.
        """
        is_kept = is_url_or_output if outputs else is_url
        faults: list[Fault] = []
        for name, kind in kinds.items():
            value = input.get(name)
            if type(value) is str:
                if not is_kept(value):
                    input[name] = self._lookup.take(value, kind, (name,), faults)
            elif isinstance(value, list) and value:
                items = enumerate(value)
                input[name] = [
                    self._lookup.take(item, kind, (name, at), faults)
                    if isinstance(item, str) and not is_kept(item)
                    else item
                    for at, item in items
                ]
        return tuple(faults)

    def axis_values(self, pattern: str, faults: list[Fault]) -> tuple[JsonValue, ...]:
        """Make one value of each file that a pattern finds, sorted by path; those that are no good are told.

        Raises:
            TreeError: there is none, or the pattern leads out of the folder.
        """
        return self._lookup.axis_values(pattern, faults)

    def close(self) -> None:
        """Remember what was found out for the next time."""
        if self._made is not None:
            self._made.close()

    @property
    def _lookup(self) -> FileLookup:
        if self._made is None:
            from sora2batch.matrix.file_lookup import FileLookup  # noqa: PLC0415  # most manifests name URLs

            self._made = FileLookup(self._tree)
        return self._made


def is_url_or_output(text: str) -> bool:
    """Tell whether a text in a media field is no path."""
    return is_output(text) or is_url(text)


def with_media_names(input: JsonObject, kinds: Mapping[str, str]) -> JsonObject:
    """Put ``{path, name, stem, suffix}`` in the place of each picture, clip and sound: for file names.

    *Shape*: of a URL ``path`` is the URL; its name is the last part of its path, as people read it.
    """
    return {name: _named(value) if name in kinds else value for name, value in input.items()}


def _named(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_named(item) for item in value]
    if isinstance(value, str):
        if key := key_of_output(value):  # its own name is not known yet, and could be any
            return _parts(key, basename(key))
        return _parts(value, unquote(basename(urlsplit(value).path)))
    found = read_file_input(value)
    return _parts(found.file, basename(found.file)) if found else value


def _parts(path: str, name: str) -> JsonObject:
    stem, suffix = splitext(name)
    return {"path": path, "name": name, "stem": stem, "suffix": suffix}
