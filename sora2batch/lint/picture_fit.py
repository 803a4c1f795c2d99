"""Pictures of the user's own that make a poor first frame: of another shape than the clip, or too small."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sora2batch.catalog.media_field import media_fields
from sora2batch.catalog.tool import Kind, Tool
from sora2batch.ground.file_input import file_inputs_in
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import shortened, visible
from sora2batch.lint.subject import Finding, LintSubject
from sora2batch.media.facts import MediaFacts

_FAR = 1.3
"""So much wider or higher than the clip: of 4:3 a clip of 16:9 shows three quarters, of 3:2 more."""
_FEWEST = 256
"""Pixels on the shorter side; makers of video models ask for 256 to 300 at least."""
_RATIO = re.compile(r"([1-9][0-9]{0,3}):([1-9][0-9]{0,3})")
_SHOWN = 60


def unfit_pictures(subject: LintSubject) -> Iterator[Finding]:
    """Hold pictures against the clips that begin with them; a mere reference may be as it likes."""
    for tool, jobs in subject.by_tool():
        if tool.kind is not Kind.VIDEO:
            continue
        fields = [field for field, kind in media_fields(tool.input_schema).items() if kind == "image"]
        for job in jobs:
            for field in fields:
                yield from _faults(subject, tool, job, field)


def _faults(subject: LintSubject, tool: Tool, job: AskedJob, field: str) -> Iterator[Finding]:
    for found in file_inputs_in(job.input.get(field)):
        facts = subject.facts_of(found)
        for fault in fit_faults(tool, job, f"{field} is", found.file, facts) if facts else ():
            yield Finding(problem=subject.place.at_field(fault, job, field, found.file), key=job.key)


def fit_faults(tool: Tool, job: AskedJob, begin: str, name: str, facts: MediaFacts) -> Iterator[Fault]:
    """Word what does not fit about the first frame of a job's clip."""
    if facts.width is None or facts.height is None:
        return
    told = f'{begin} "{shortened(visible(name), _SHOWN)}", {facts.width}x{facts.height} pixels'
    if min(facts.width, facts.height) < _FEWEST:
        hint = f"take one of {_FEWEST} or more each way"
        yield Fault(rule=Rule.SMALL_PICTURE, message=f"{told}: a clip of it is blurred", hint=hint)
    shape = _shape(tool, job)
    if shape and not 1 / _FAR < facts.width / facts.height / shape[1] < _FAR:
        message = f"{told}, and the clip is to be {shape[0]}: it is cut or distorted"
        hint = "cut the picture, or change the clip's shape"
        yield Fault(rule=Rule.PICTURE_SHAPE, message=message, hint=hint)


def _shape(tool: Tool, job: AskedJob) -> tuple[str, float] | None:
    """Read the shape of the clip out of the input that has it: as it is written, and as a number."""
    value = job.input.get(tool.output.aspect) if tool.output.aspect else None
    found = _RATIO.fullmatch(value) if isinstance(value, str) else None
    return (found[0], int(found[1]) / int(found[2])) if found else None
