"""Names of results that end as no result of their tool does; the ending follows the file all the same."""

from __future__ import annotations

from collections.abc import Iterator

from sora2batch.catalog.tool import Kind
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.lint.subject import Finding, LintSubject
from sora2batch.matrix.filename import split_ending

_VIDEO = frozenset({"mp4", "m4v", "mov", "qt", "webm", "mkv", "avi", "mpg", "mpeg", "ogv"})
_IMAGE = frozenset(
    {"jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp", "avif", "heic", "heif", "tif", "bmp"}
)
_FITTING = {Kind.VIDEO: _VIDEO, Kind.IMAGE: _IMAGE | {"tiff"}}
_MADE = {Kind.VIDEO: "clips", Kind.IMAGE: "pictures"}


def wrong_endings(subject: LintSubject) -> Iterator[Finding]:
    """Look at the endings that the manifest itself gives to names."""
    if subject.manifest.output.filename is None:
        return
    for tool, jobs in subject.by_tool():
        for job in jobs:
            ending = split_ending(job.filename)[1]
            if ending and ending[1:].lower() not in _FITTING[tool.kind]:
                message = f'ends in "{ending}", but {tool.tool_type} makes {_MADE[tool.kind]}'
                hint = "leave the ending out: each file gets that of what it is"
                fault = Fault(path=("output", "filename"), rule=Rule.WRONG_ENDING, message=message, hint=hint)
                yield Finding(problem=subject.place.at_path(fault), key=job.key)
