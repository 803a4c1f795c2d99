"""A second look at what is rendered, before it is paid for: what a template or a cell left in it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import DataPath, Fault, Problem
from sora2batch.ground.rule import Rule
from sora2batch.manifest.conflict import has_conflict
from sora2batch.manifest.model import Manifest
from sora2batch.matrix.diagnostics import AffectedJobs
from sora2batch.matrix.field import Constant, Leaf, Part, PlacedError, leaves_of
from sora2batch.matrix.group import Field
from sora2batch.matrix.render import GroupRenderer
from sora2batch.template.leftover import MARKS, any_holds_mark, hole_in, texts_in
from sora2batch.template.template import TemplateError

_NO_TEXTS = frozenset({"version", "tool", "budget", "run"})
_HOLE = "the template leaves a hole, or two blanks in a row"
_CONFLICT = "what is sent holds a merge conflict mark"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupJobs:
    """The jobs of one group, and what they were made with."""

    jobs: Sequence[AskedJob]
    repeat: int
    fields: Mapping[str, Field]
    renderer: GroupRenderer


class Reviewer:
    """Looks through the jobs of a manifest; only what a rendering has made suspect is rendered once more."""

    def __init__(self, manifest: Manifest, variables: Mapping[str, Part]) -> None:
        self._manifest = manifest
        self._variables = variables
        self._found: dict[Fault, AffectedJobs] = {}
        self._examples: dict[Fault, str] = {}

    def look_at(self, made: GroupJobs) -> None:
        """Remember what is odd about the jobs of a group."""
        for field in made.fields.values():
            if isinstance(field.part, Constant) and any(map(has_conflict, texts_in(field.part.value))):
                self._add(_conflict(field.origin), (job.key for job in made.jobs))
        look = _Look(made, self._variables)
        if look.is_needed:
            for fault, example, key in look.findings():
                self._examples.setdefault(fault, example)
                self._add(fault, (key,))

    def findings(self) -> tuple[Problem, ...]:
        """Word what was found: once for all jobs that share it, with the place of the template."""
        return tuple(
            self._placed(replace(fault, message=f"{fault.message}{self._examples.get(fault, '')}{jobs}"))
            for fault, jobs in self._found.items()
        )

    def _add(self, fault: Fault, keys: Iterable[str]) -> None:
        for key in keys:
            self._found.setdefault(fault, AffectedJobs()).add(key)

    def _placed(self, fault: Fault) -> Problem:
        # The bare name: a plan has the same bytes wherever its manifest was called from.
        return fault.at(self._manifest.file, self._manifest.document.position(fault.path))


class _Look:
    """The suspect templates of one group, rendered once more for every job."""

    def __init__(self, made: GroupJobs, variables: Mapping[str, Part]) -> None:
        self._made = made
        own = {name: tuple(leaves_of(field.part)) for name, field in made.fields.items()}
        self._marked = [
            leaf for name, leaves in own.items() if leaves and _is_marked(name, made) for leaf in leaves
        ]
        used = (leaf for name in made.renderer.needed for leaf in leaves_of(variables[name]))
        self._leaves = (*chain.from_iterable(own.values()), *used)
        self._holed = [leaf for leaf in self._leaves if leaf.template.has_hole]

    @property
    def is_needed(self) -> bool:
        """Whether anything is suspect at all."""
        return bool(self._marked or self._holed)

    def findings(self) -> Iterator[tuple[Fault, str, str]]:
        """Find leftovers: each with an example of it and the key of the job."""
        written = [text for leaf in self._leaves for text in leaf.template.literals]
        meant = {mark for mark in MARKS if any(mark in text for text in written)}  # as {% raw %} writes it
        for at, job in enumerate(self._made.jobs):
            known: JsonObject = {"group": job.group, "index": at, "take": job.take, "key": job.key}
            cell = at // self._made.repeat
            try:
                scope = self._made.renderer.scope(cell, known)
                for fault, example in self._in_job(scope, self._made.renderer.values(cell), meant):
                    yield fault, example, job.key
            except (PlacedError, TemplateError):
                return  # there are no steps left for a second look; the first one found no fault

    def _in_job(
        self, scope: dict[str, Any], values: JsonObject, meant: Container[str]
    ) -> Iterator[tuple[Fault, str]]:
        for leaf in self._marked:
            for text in texts_in(leaf.template.render(scope)):
                yield from _marks(leaf, text, values, meant)
        for leaf in self._holed:
            if hole := hole_in(leaf.template.render_pieces(scope)):
                yield Fault(path=leaf.path, rule=Rule.TEMPLATE_HOLE, message=_HOLE), f': "{hole}"'


def _is_marked(field: str, made: GroupJobs) -> bool:
    return any_holds_mark([job.input[field] for job in made.jobs])


def _marks(leaf: Leaf, text: str, values: JsonObject, meant: Container[str]) -> Iterator[tuple[Fault, str]]:
    if has_conflict(text):
        yield _conflict(leaf.path), ""
    for mark in MARKS:
        if mark in text:
            holder = next((name for name in values if _holds(values, name, mark)), None)
            if holder is not None:
                yield _leftover(leaf.path, _from_cell(mark, holder)), ""
            elif mark not in meant:
                yield _leftover(leaf.path, f'what is sent still holds "{mark}"'), ""


def _conflict(path: DataPath) -> Fault:
    return Fault(path=path, rule=Rule.CONFLICT_LEFTOVER, message=_CONFLICT)


def _leftover(path: DataPath, message: str) -> Fault:
    return Fault(path=path, rule=Rule.TEMPLATE_LEFTOVER, message=message)


def _holds(values: JsonObject, name: str, mark: str) -> bool:
    return any(mark in text for text in texts_in(values[name]))


def _from_cell(mark: str, name: str) -> str:
    return (
        f'"{mark}" stays as it is in what is sent: it comes from a value of {name}, '
        "and a value of an axis or a data file is no template"
    )


def cut_texts(manifest: Manifest, tools: Iterable[Tool]) -> Iterator[Problem]:
    """Tell of the texts that end before a comment which looks like a part of them."""
    choices = {name for tool in tools for name, schema in tool.properties.items() if "enum" in schema}
    for cut in manifest.document.cuts:
        if not _is_word(cut.path, choices):
            yield cut.problem(file=manifest.file)


def _is_word(path: DataPath, choices: Container[object]) -> bool:
    """Tell whether only certain words can stand here, so that a wrong one is told anyhow."""
    match path:
        case ("jobs", _, "tool" | "sample", *_):
            return True
        case ("jobs", _, "input", field) | ("defaults", "input", field):
            return field in choices
        case (first, *_):
            return first in _NO_TEXTS
        case _:
            return False
