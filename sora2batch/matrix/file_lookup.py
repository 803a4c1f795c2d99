"""Files of the manifest's folder, found and looked at: each one once, and named by its content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import translate
from posixpath import splitext

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.problem import DataPath, Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import shortened, visible
from sora2batch.manifest.tree import FileTree, MissingFileError, TreeError
from sora2batch.matrix.file_pattern import SIGNS
from sora2batch.matrix.input_file import InputFile
from sora2batch.media.facts import MediaError, check_kind
from sora2batch.media.kind import MediaKind
from sora2batch.media.prober import FileProber, prober_for

_SHOWN = 80
_MOST_NEIGHBOURS = 2000


class FileLookup:
    """Looks at the files that a manifest names."""

    def __init__(self, tree: FileTree, prober: FileProber | None = None) -> None:
        self._tree = tree
        self._prober = prober or prober_for(tree)
        self._known: dict[tuple[str, str], JsonObject | Fault] = {}
        self._used: dict[str, InputFile] = {}

    @property
    def used(self) -> Mapping[str, InputFile]:
        """Those that stand in an input, by the sha256 of their bytes."""
        return self._used

    def take(self, text: str, kind: str, path: DataPath, faults: list[Fault]) -> JsonValue:
        """Turn a path into what the file is; what is wrong with it is noted, and the path handed back."""
        found = self._known.get((kind, text))
        if found is None:
            found = self._known[kind, text] = self._look_at(text, MediaKind(kind))
        if isinstance(found, Fault):
            faults.append(replace(found, path=path))
            return text
        return found

    def axis_values(self, pattern: str, faults: list[Fault]) -> tuple[JsonValue, ...]:
        """Make one value of each file that a pattern finds, sorted by path; those that are no good are noted.

        Raises:
            TreeError: there is none, or the pattern leads out of the folder.
        """
        names = self._tree.names(pattern)
        if not names:
            raise TreeError(f'"{pattern}" finds no file', hint=self._hint_for(pattern))
        self._prober.probe_all(names)
        return tuple([self._axis_value(name, faults) for name in names])

    def close(self) -> None:
        """Remember what was found out for the next time."""
        self._prober.close()

    def _axis_value(self, name: str, faults: list[Fault]) -> JsonObject:
        last = name[name.rfind("/") + 1 :]
        stem, suffix = splitext(last)
        value: JsonObject = {"id": stem, "path": name, "name": last, "stem": stem, "suffix": suffix}
        try:
            facts = self._prober.probe(name)
        except (TreeError, MediaError) as error:
            is_there = isinstance(error, MediaError)
            says = f"{_quoted(name)}, which {error.message}" if is_there else f"a file: {error.message}"
            faults.append(Fault(rule=Rule.UNUSABLE_MEDIA, message=f"finds {says}", hint=error.hint))
            return value
        return value if facts.width is None else {**value, "width": facts.width, "height": facts.height}

    def _look_at(self, text: str, kind: MediaKind) -> JsonObject | Fault:
        try:
            facts = self._prober.probe(text, kind)
            check_kind(facts, kind)
        except TreeError as error:
            hint = self._hint_for(text) if isinstance(error, MissingFileError) else None
            message = f"is a path: {error.message}"
            return Fault(rule=Rule.UNREADABLE_FILE, message=message, hint=hint or error.hint)
        except MediaError as error:
            message = f"is the path {_quoted(text)}, and that file {error.message}"
            return Fault(rule=Rule.UNUSABLE_MEDIA, message=message, hint=error.hint)
        file = "/".join(part for part in text.split("/") if part not in ("", "."))
        self._used.setdefault(facts.sha256, InputFile(file, facts))
        return FileInput(file, facts.sha256).to_json()

    def _hint_for(self, text: str) -> str | None:
        """Find a file that is called nearly so; upper and lower case are different on every machine."""
        folder = text.rpartition("/")[0]
        if not SIGNS.isdisjoint(folder):
            return None
        try:
            names = self._tree.names(f"{folder}/*" if folder else "*")[:_MOST_NEIGHBOURS]
        except TreeError:
            return None
        if SIGNS.isdisjoint(text):
            return did_you_mean(text, names)
        folded = re.compile(translate(text), re.IGNORECASE)
        other = next((name for name in names if folded.match(name)), None)
        return other and f"there is {_quoted(other)}; upper and lower case are different"


def _quoted(name: str) -> str:
    return f'"{shortened(visible(name), _SHOWN)}"'
