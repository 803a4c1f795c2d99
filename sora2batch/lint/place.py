"""Where a value of a job is written: in its group, in the defaults, on an axis or in a data file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.job import Column
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import DataPath, Fault, Problem
from sora2batch.manifest.model import Manifest
from sora2batch.matrix.source_location import DataFileLocation, LabelledValue, Location, SourceLocator
from sora2batch.template.template import is_template


class PlaceFinder:
    """Gives faults of one manifest their places."""

    def __init__(self, manifest: Manifest, locator: SourceLocator) -> None:
        self._manifest = manifest
        self._locator = locator
        self._groups = {group.name: group for group in manifest.groups}
        self._places: dict[tuple[str, str], Mapping[tuple[str, str], int]] = {}

    def at_path(self, fault: Fault) -> Problem:
        """Place a fault at its own path in the manifest."""
        return self._manifest.document.problem(fault)

    def at_field(self, fault: Fault, job: AskedJob, field: str, text: str = "") -> Problem:
        """Place a fault where a field of a job is written.

        Args:
            fault: what is wrong; its path does not count.
            job: that is sent with it.
            field: of its input.
            text: that is to blame; where an axis brought it, the value of the axis is the place.
        """
        path, written = self._origin(job, field)
        if isinstance(written, list) and text:
            found = [at for at, item in enumerate(written) if isinstance(item, str) and text in item]
            path, written = ((*path, found[0]), text) if found else (path, _first_template(written))
        if text and isinstance(written, str) and is_template(written):
            return self._at(fault, next(self._in_cell(job, text), path))
        return self._at(fault, path)

    def at_value(self, fault: Fault, group: str, column: Column, place: int, key: str | None) -> Problem:
        """Place a fault at a value of an axis, or at what it has under a key."""
        return self._at(fault, self._locator.place_of(group, column, place, key))

    def at_difference(self, fault: Fault, job: AskedJob, other: AskedJob, field: str) -> Problem:
        """Place a fault at the value by which a job is not another one of its group, else at a field."""
        pair = next((pair for pair in job.labels if pair not in other.labels), None)
        if pair is None or job.group != other.group:
            return self.at_field(fault, job, field)
        value = LabelledValue(group=job.group, columns=job.columns, pair=pair)
        return self._at(fault, self._locator.location(value))

    def _origin(self, job: AskedJob, field: str) -> tuple[DataPath, JsonValue]:
        group = self._groups[job.group]
        if field in group.input:
            return ("jobs", job.group, "input", field), group.input[field]
        if field in self._manifest.default_input:
            return ("defaults", "input", field), self._manifest.default_input[field]
        return ("jobs", job.group), None

    def _in_cell(self, job: AskedJob, text: str) -> Iterator[Location]:
        """Find the values of a job's cell that hold a text."""
        for column in job.columns:
            places = self._places_of(job.group, column)
            for place in (places[label] for label in job.labels if label in places):
                if (key := _holder(column.values[place], text)) is not None:
                    yield self._locator.place_of(job.group, column, place, key or None)

    def _places_of(self, group: str, column: Column) -> Mapping[tuple[str, str], int]:
        """Tell the place of each label; a data file has thousands of rows."""
        if (group, column.name) not in self._places:
            self._places[group, column.name] = {label: place for place, label in enumerate(column.labels)}
        return self._places[group, column.name]

    def _at(self, fault: Fault, location: Location) -> Problem:
        if isinstance(location, DataFileLocation):
            return Fault(path=location.path, rule=fault.rule, message=fault.message, hint=fault.hint).at(
                location.file, location.position
            )
        placed = Fault(path=location, rule=fault.rule, message=fault.message, hint=fault.hint)
        return self._manifest.document.problem(placed)


def _holder(value: JsonValue, text: str) -> str | None:
    """Tell under which key a value holds a text: "" for the value itself, None where it does not."""
    match value:
        case str():
            return "" if text in value else None
        case dict():
            holding = (key for key, item in value.items() if isinstance(item, str) and text in item)
            return next(holding, None)
        case _:
            return None


def _first_template(items: list[JsonValue]) -> JsonValue:
    return next((item for item in items if isinstance(item, str) and is_template(item)), None)
