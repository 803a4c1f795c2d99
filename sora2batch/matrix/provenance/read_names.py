"""The names that templates read, each with what it stands for in one job."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath, format_path
from sora2batch.manifest.model import Manifest
from sora2batch.matrix.dependency import JOB, VARS
from sora2batch.matrix.field import Part, leaves_of
from sora2batch.matrix.output_mark import with_names
from sora2batch.matrix.provenance.job_origin import Read, ReadKind, WrittenAt
from sora2batch.matrix.source_location import keys_read

_KEY_OF_VARS = f"{VARS}."
SourceOf = Callable[[str | None], WrittenAt | None]
"""Finds where the value of an axis is written, or what it has under a key."""


def has_template(part: Part) -> bool:
    """Tell whether anything in a value is rendered."""
    return next(leaves_of(part), None) is not None


class NameReader:
    """Reads names in the scope of one job; what an axis says hides a variable of the same name."""

    def __init__(
        self,
        manifest: Manifest,
        variables: Mapping[str, Part],
        *,
        scope: Mapping[str, Any],
        cell: Mapping[str, SourceOf],
        text_at: Callable[[DataPath], str],
    ) -> None:
        self._manifest = manifest
        self._variables = variables
        self._scope = scope
        self._rendered: JsonObject = scope[VARS]
        self._cell = cell
        self._text_at = text_at
        self._told: set[str] = set()

    def reads(self, part: Part) -> tuple[Read, ...]:
        """Find what the templates in a value read; each name once, in the order in which they are written.

        *Shape*: what a variable is made of is told where it is met first.
        """
        self._told.clear()
        return self._reads(part)

    def _reads(self, part: Part) -> tuple[Read, ...]:
        found: dict[str, Read] = {}
        for leaf in leaves_of(part):
            text = self._text_at(leaf.path)
            for name in sorted(leaf.template.names, key=lambda name: _first_use(name, text)):
                for read in self._named(name, text):
                    found.setdefault(read.name, read)
        return tuple(found.values())

    def _named(self, name: str, text: str) -> Iterator[Read]:
        variable = name.removeprefix(_KEY_OF_VARS)
        if name == VARS:
            yield from (self._variable(f"{_KEY_OF_VARS}{each}", each) for each in self._rendered)
        elif name == JOB:
            yield from self._of_job(text)
        elif name in self._cell:
            yield from self._axis(name, text)
        elif variable in self._rendered:
            yield self._variable(name, variable)

    def _of_job(self, text: str) -> Iterator[Read]:
        job: JsonObject = self._scope[JOB]
        for key in keys_read(text, JOB, job):
            yield Read(name=f"{JOB}.{key}", kind=ReadKind.JOB, value=job[key], at=None)

    def _axis(self, name: str, text: str) -> Iterator[Read]:
        value: JsonValue = self._scope[name]
        keys = tuple(keys_read(text, name, value))
        if not keys:
            yield Read(name=name, kind=ReadKind.AXIS, value=with_names(value), at=self._cell[name](None))
        for key in keys:
            assert isinstance(value, dict)
            at = self._cell[name](key)
            shown = with_names(value[key])
            yield Read(name=f"{name}.{key}", kind=ReadKind.AXIS, value=shown, at=at)

    def _variable(self, name: str, variable: str) -> Read:
        part = self._variables[variable]
        path: DataPath = (VARS, variable)
        document = self._manifest.document
        is_new = variable not in self._told
        self._told.add(variable)
        return Read(
            name=name,
            kind=ReadKind.VARIABLE,
            value=with_names(self._rendered[variable]),
            at=WrittenAt(document.file, document.position(path), format_path(path)),
            template=self._manifest.vars[variable] if has_template(part) else None,
            reads=self._reads(part) if is_new else (),
        )


def _first_use(name: str, text: str) -> tuple[int, str]:
    found = re.search(rf"(?<![\w.]){re.escape(name)}\b", text)
    return found.start() if found else len(text), name
