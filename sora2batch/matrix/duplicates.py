"""Jobs that must not be alike and are: the same request twice, or two results for one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.file_input import file_inputs_in
from sora2batch.ground.job import Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.manifest.model import Manifest
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.matrix.filename import are_far_apart, collision_key, have_dotted_folders, split_ending
from sora2batch.matrix.source_location import LabelledValue


@dataclass(slots=True, kw_only=True, eq=False)
class _Pair:
    """The first pair of a group, and how many more there are."""

    first: AskedJob
    second: AskedJob
    more: int = 0


def refuse_duplicates(jobs: Sequence[AskedJob], manifest: Manifest, diagnostics: Diagnostics) -> None:
    """Note every pair of jobs that share a fingerprint or a file."""
    for duplicates in _duplicates(jobs, _request_of):
        _note_requests(duplicates, diagnostics)
    names = [job.filename for job in jobs]
    if are_far_apart(names):
        return
    for duplicates in _duplicates(jobs, lambda job: collision_key(job.filename)):
        message = (
            f'{_both(duplicates)} would both be written to "{duplicates.second.filename}"{_more(duplicates)}'
        )
        _note_names(message, duplicates, manifest, diagnostics)
    if have_dotted_folders(names):
        for duplicates in _nested(jobs):
            clash = f'"{duplicates.first.filename}" would be a file and a folder'
            message = f"{_both(duplicates)}: {clash}{_more(duplicates)}"
            _note_names(message, duplicates, manifest, diagnostics)


def _request_of(job: AskedJob) -> str:
    """Identify a request: two that rest on the same results of the same jobs are the same one."""
    return job.fingerprint if isinstance(job, Job) else job.request


def _note_requests(duplicates: _Pair, diagnostics: Diagnostics) -> None:
    """Point at the value by which the second job should differ, or at its group."""
    message = f"{_both(duplicates)} are the same request{_more(duplicates)}"
    fault = Fault(path=("jobs", duplicates.second.group), rule=Rule.DUPLICATE_REQUEST, message=message)
    takes = "use `repeat: 2` for two takes"
    alike = _files_alike(duplicates)
    pair = _pair_that_differs(duplicates)
    if pair is None:
        diagnostics.add(replace(fault, hint=f"{alike}{takes}"))
        return
    value = LabelledValue(group=duplicates.second.group, columns=duplicates.second.columns, pair=pair)
    is_twice = len({str(value) for value in _values_of(pair[0], duplicates)}) == 1
    more = alike if alike or is_twice else f"use more of {{{{ {pair[0]} }}}} in the input, "
    hint = f"{more}remove one of the two, or {takes}"
    diagnostics.add_for_value(value, replace(fault, hint=hint))


def _files_alike(duplicates: _Pair) -> str:
    """Name the first two files that differ in nothing but their names."""
    names = {found.sha256: found.file for found in file_inputs_in(duplicates.first.input)}
    for found in file_inputs_in(duplicates.second.input):
        if found.file != names[found.sha256]:
            return f"{names[found.sha256]} and {found.file} have the same content: "
    return ""


def _values_of(axis: str, duplicates: _Pair) -> Iterator[JsonValue]:
    """Look up what the two jobs have on an axis."""
    for column in duplicates.second.columns:
        for value, label in zip(column.values, column.labels, strict=True):
            if label[0] == axis and (label in duplicates.first.labels or label in duplicates.second.labels):
                yield value


def _note_names(message: str, duplicates: _Pair, manifest: Manifest, diagnostics: Diagnostics) -> None:
    """Point at the template if it makes two names alike, else at the value or the group that is named so."""
    fault = Fault(path=("jobs", duplicates.second.group), rule=Rule.DUPLICATE_FILE, message=message)
    if manifest.output.filename is not None and not _are_named_alike(duplicates):
        hint = "{{ job.key }} is different for every job"
        diagnostics.add(replace(fault, path=("output", "filename"), hint=hint))
    elif pair := _pair_that_differs(duplicates):
        value = LabelledValue(group=duplicates.second.group, columns=duplicates.second.columns, pair=pair)
        hint = f'give one of the two another id than "{pair[1]}"'
        diagnostics.add_for_value(value, replace(fault, hint=hint))
    else:
        diagnostics.add(replace(fault, hint="give the group another name"))


def _are_named_alike(duplicates: _Pair) -> bool:
    """Tell whether the keys themselves could be one file, or one the folder of the other."""
    first, second = (f"{collision_key(job.key)}/" for job in (duplicates.first, duplicates.second))
    return first.startswith(second) or second.startswith(first)


def _pair_that_differs(duplicates: _Pair) -> tuple[str, str] | None:
    """Find the label by which a job is not the other one of its group."""
    if duplicates.first.group != duplicates.second.group:
        return None
    return next((pair for pair in duplicates.second.labels if pair not in duplicates.first.labels), None)


def _nested(jobs: Sequence[AskedJob]) -> list[_Pair]:
    """Find the jobs whose file is called like a folder of another's, told once for each group."""
    files: dict[str | None, AskedJob] = {collision_key(job.filename): job for job in jobs}
    found: dict[str, _Pair] = {}
    for job in jobs:
        folders = (str(folder) for folder in PurePosixPath(job.filename).parents)
        first = next((files[key] for key in map(_file_key, folders) if key in files), None)
        if first is None:
            continue
        if job.group in found:
            found[job.group].more += 1
        else:
            found[job.group] = _Pair(first=first, second=job)
    return list(found.values())


def _duplicates(jobs: Sequence[AskedJob], identity: Callable[[AskedJob], str]) -> list[_Pair]:
    """Find the pairs, told once for each group that the second one is in."""
    if len(set(map(identity, jobs))) == len(jobs):
        return []
    seen: dict[str, AskedJob] = {}
    found: dict[str, _Pair] = {}
    for job in jobs:
        first = seen.setdefault(identity(job), job)
        if first is job:
            continue
        if job.group in found:
            found[job.group].more += 1
        else:
            found[job.group] = _Pair(first=first, second=job)
    return list(found.values())


def _file_key(folder: str) -> str | None:
    return collision_key(folder) if split_ending(folder)[1] else None


def _both(duplicates: _Pair) -> str:
    return f"jobs {duplicates.first.key} and {duplicates.second.key}"


def _more(duplicates: _Pair) -> str:
    match duplicates.more:
        case 0:
            return ""
        case 1:
            return ", and 1 more pair"
        case more:
            return f", and {more} more pairs"
