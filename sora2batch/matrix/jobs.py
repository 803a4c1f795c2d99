"""Cells and takes of one group -> jobs that are checked, priced and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from sora2batch.catalog.input_check import InputChecker, fill_defaults
from sora2batch.catalog.media_field import media_fields
from sora2batch.catalog.price import PriceError, price_of
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, NotCanonicalError
from sora2batch.ground.job import Credits, Fingerprint, Job, fingerprint_of
from sora2batch.ground.pending_job import AskedJob, PendingJob
from sora2batch.ground.problem import DataPath, Fault, Target
from sora2batch.ground.rule import Rule
from sora2batch.manifest.model import Group
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.matrix.field import PlacedError
from sora2batch.matrix.field_check import FaultNotes, FieldChecker
from sora2batch.matrix.filename import (
    HOLDS_OUTPUT,
    better_part,
    faulty_part,
    filename_fault,
    is_named,
    shown_name,
)
from sora2batch.matrix.grid import Grid
from sora2batch.matrix.group import Field
from sora2batch.matrix.input_files import InputFiles, with_media_names
from sora2batch.matrix.label import take_key, unique_names
from sora2batch.matrix.output_mark import holds_output
from sora2batch.matrix.render import GroupRenderer, Rendered
from sora2batch.matrix.source_location import LabelledValue, TemplateReads
from sora2batch.template.template import UndefinedNameError

if TYPE_CHECKING:
    from sora2batch.matrix.output_check import Needs, OutputCheck
    from sora2batch.matrix.upstream import GroupUpstream

Labels: TypeAlias = tuple[tuple[str, str], ...]
_Checker: TypeAlias = InputChecker | FieldChecker


# These two live for a moment, and one is made for every job: freezing them would take as long as a rendering.
@dataclass(slots=True)
class _PricedInput:
    """What is sent, and its price."""

    input: JsonObject
    credits: Credits
    needs: Needs | None


@dataclass(slots=True, eq=False)
class _JobDraft:
    """One take of one cell, before it is a job."""

    index: int
    """Of the cell."""
    take: int
    key: str
    scope: JsonObject
    """What templates know as ``job``."""


class JobMaker:
    """Makes the jobs of one group; what is wrong with them goes to the diagnostics."""

    def __init__(  # noqa: PLR0913, PLR0917 - what all groups share comes last
        self,
        group: Group,
        grid: Grid,
        fields: Mapping[str, Field],
        renderer: GroupRenderer,
        input_files: InputFiles,
        diagnostics: Diagnostics,
        upstream: GroupUpstream | None = None,
    ) -> None:
        self._upstream = upstream
        self._outputs: OutputCheck | None = None
        self._group = group
        self._grid = grid
        self._fields = fields
        self.renderer = renderer
        """Of the templates of the group."""
        self._input_files = input_files
        self._diagnostics = diagnostics
        self._input_path: DataPath = ("jobs", group.name, "input")
        self._field_checker: FieldChecker | None = None

    def jobs(self, tool: Tool) -> Iterator[AskedJob]:
        """Make the jobs cell by cell, the takes of one cell after each other."""
        checker, kinds = InputChecker(tool), media_fields(tool.input_schema)
        self._outputs = self._upstream.check_for(tool) if self._upstream else None
        for index, (stem, labels) in enumerate(self._cells()):
            priced: _PricedInput | None = None
            for take in range(1, self._group.repeat + 1):
                draft = self._draft(index, stem, take)
                if take == 1 or self.renderer.request_reads_job:
                    priced = self._priced(draft, tool, checker, kinds)
                make = self._pending if self._upstream else self._job
                job = priced and make(draft, labels, priced, tool, kinds)
                if job:
                    yield job

    def try_fields(self, tool: Tool | None) -> None:
        """Render every cell, and check what fields there are, just to see whether that works."""
        checker = FieldChecker(tool) if tool else None
        kinds = media_fields(tool.input_schema) if tool else {}
        self._outputs = self._upstream.check_for(tool) if self._upstream and tool else None
        for index, (stem, _) in enumerate(self._cells()):
            draft = self._draft(index, stem, take=1)
            rendered = self._render(draft)
            if checker:
                self._note_faults(self._faults(checker, {**rendered.input}, kinds), draft)

    def try_template(self, index: int) -> None:
        """Render one cell just to see whether that works."""
        stem, _ = self._cells()[index]
        self._render(self._draft(index, stem, take=1))

    def _cells(self) -> list[tuple[str, Labels]]:
        """Name the cells, ``group/label/label``; unique. With the labels."""
        labels = self._grid.all_labels()
        keys = ["/".join([self._group.name, *[label for _, label in pairs]]) for pairs in labels]
        # Labels are unique in their column, so only a cell that include made can meet another's key.
        unique = unique_names(keys) if self._grid.shown_by_cell else keys
        return list(zip(unique, labels, strict=True))

    def _draft(self, index: int, stem: str, take: int) -> _JobDraft:
        key = stem if self._group.repeat == 1 else take_key(stem, take)
        position = index * self._group.repeat + take - 1
        scope: JsonObject = {"group": self._group.name, "index": position, "take": take, "key": key}
        return _JobDraft(index, take, key, scope)

    def _job(
        self, draft: _JobDraft, labels: Labels, priced: _PricedInput, tool: Tool, kinds: Mapping[str, str]
    ) -> Job | None:
        fingerprint = self._fingerprint(draft, priced, tool)
        filename = self._filename(draft, labels, priced.input, kinds)
        if fingerprint is None or filename is None:
            return None
        return Job(
            key=draft.key,
            group=self._group.name,
            labels=labels,
            tool_type=tool.tool_type,
            take=draft.take,
            input=priced.input,
            fingerprint=fingerprint,
            credits=priced.credits,
            filename=filename,
            columns=self._grid.columns,
        )

    def _pending(
        self, draft: _JobDraft, labels: Labels, priced: _PricedInput, tool: Tool, kinds: Mapping[str, str]
    ) -> AskedJob | None:
        """Make a job that rests on results of others, if it does."""
        assert self._upstream is not None
        needs = priced.needs
        if needs is None or not (needs.keys or self._upstream.gate):
            return self._job(draft, labels, priced, tool, kinds)
        request = self._fingerprint(draft, priced, tool)
        filename = self._filename(draft, labels, priced.input, kinds)
        if request is None or filename is None:
            return None
        return PendingJob(
            key=draft.key,
            group=self._group.name,
            labels=labels,
            tool_type=tool.tool_type,
            take=draft.take,
            input=priced.input,
            credits=priced.credits,
            filename=filename,
            columns=self._grid.columns,
            request=request,
            needs=needs.keys,
            fields=needs.fields,
            gate=self._upstream.gate,
        )

    def _priced(
        self, draft: _JobDraft, tool: Tool, checker: InputChecker, kinds: Mapping[str, str]
    ) -> _PricedInput | None:
        rendered = self._render(draft)
        if rendered.errors:
            self._field_checker = self._field_checker or FieldChecker(tool)
            self._note_faults(self._faults(self._field_checker, {**rendered.input}, kinds), draft)
            return None
        input = fill_defaults(tool, rendered.input)
        needs = self._outputs.look_at(input) if self._outputs else None
        faults = self._faults(checker, input, kinds, needs)
        if faults:
            self._note_faults(faults, draft)
            return None
        try:
            return _PricedInput(input, price_of(tool, input), needs)
        except PriceError as error:
            fault = Fault(rule=Rule.UNKNOWN_PRICE, message=error.message, hint=error.hint)
            self._diagnostics.add(replace(fault, path=self._input_path), key=draft.key)
            return None

    def _faults(
        self, checker: _Checker, input: JsonObject, kinds: Mapping[str, str], needs: Needs | None = None
    ) -> tuple[Fault, ...]:
        """Find what is wrong with an input; put what the files are into it where nothing is."""
        needs = self._outputs.look_at(input) if self._outputs and needs is None else needs
        faults = (needs.faults if needs else ()) or checker.faults(input)
        if self._outputs and self._upstream and self._upstream.gate:
            faults = tuple(fault for fault in faults if not self._is_open(fault, input))
        if faults or not kinds:
            return faults
        return self._input_files.put_into(input, kinds, outputs=self._upstream is not None)

    def _is_open(self, fault: Fault, input: JsonObject) -> bool:
        """Tell whether a fault is only that a list has too many results as long as nobody has picked."""
        return fault.rule is Rule.TOO_LONG and holds_output(input.get(str(fault.path[0])))

    def _render(self, draft: _JobDraft) -> Rendered:
        rendered = self.renderer.render(draft.index, draft.scope)
        for error in rendered.errors:
            self._note(error, draft)
        return rendered

    def _fingerprint(self, draft: _JobDraft, priced: _PricedInput, tool: Tool) -> Fingerprint | None:
        try:
            return fingerprint_of(tool.tool_type, priced.input, draft.take)
        except NotCanonicalError as error:
            path, message = self._input_path, f"the input cannot be written as JSON: {error}"
            self._diagnostics.add(Fault(path=path, rule=Rule.UNSAFE_VALUE, message=message), key=draft.key)
            return None

    def _filename(
        self, draft: _JobDraft, labels: Labels, input: JsonObject, kinds: Mapping[str, str]
    ) -> str | None:
        try:
            named = with_media_names(input, kinds) if self.renderer.filename_reads_input else input
            name = self.renderer.filename(draft.index, draft.scope, named)
        except PlacedError as error:
            self._note(error, draft)
            return None
        fault = filename_fault(name)
        if fault is None:
            return name
        self._note_filename(draft, labels, name, fault)
        return None

    def _note_filename(self, draft: _JobDraft, labels: Labels, name: str, why: str) -> None:
        """Point at the value whose label is no good, at the group if its name is, else at the template."""
        if why == HOLDS_OUTPUT:
            path, hint = ("output", "filename"), "the id of a result is its name: {{ NAME.id }}"
            fault = Fault(path=path, rule=Rule.BAD_FILE_NAME, message=f"the file name {why}", hint=hint)
            self._diagnostics.add(fault, key=draft.key)
            return
        bad = faulty_part(name) or ""
        pair = next((pair for pair in labels if is_named(bad, pair[1])), None)
        if pair:
            value = LabelledValue(group=self._group.name, columns=self._grid.columns, pair=pair)
            message = f'the name of a file made of "{pair[1]}" {why}'
            hint = f"give it another id, such as {{id: {better_part(pair[1])}}}"
            fault = Fault(rule=Rule.BAD_FILE_NAME, message=message, hint=hint)
            self._diagnostics.add_for_value(value, fault, key=draft.key)
            return
        is_group = is_named(bad, self._group.name)
        fault = Fault(
            path=("jobs", self._group.name) if is_group else ("output", "filename"),
            rule=Rule.BAD_FILE_NAME,
            message=f"the file name {shown_name(name)} {why}",
            hint="give the group another name" if is_group else None,
            target=Target.KEY if is_group else Target.VALUE,
        )
        self._diagnostics.add(fault, key=draft.key)

    def _note(self, error: PlacedError, draft: _JobDraft) -> None:
        own = (field for field in self._fields.values() if error.path[: len(field.origin)] == field.origin)
        # No value is to blame for a name that stands for nothing.
        is_about_values = not isinstance(error.error, UndefinedNameError)
        reads = next((self._reads(field, draft) for field in own if is_about_values), None)
        self._diagnostics.add(error.fault, key=draft.key, reads=reads)

    def _reads(self, field: Field, draft: _JobDraft) -> TemplateReads:
        """Tell which values of its cell a field reads."""
        values = self.renderer.values_read(draft.index, field.part)
        return TemplateReads(group=self._group.name, template=field.origin, values=values)

    def _note_faults(self, faults: Iterable[Fault], draft: _JobDraft) -> None:
        reads_of = partial(self._reads, draft=draft)
        notes = FaultNotes(self._group.name, self._fields, self._diagnostics, reads_of)
        for fault in faults:
            notes.note(fault, key=draft.key)
