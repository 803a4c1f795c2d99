"""What may be meant of the jobs of manifests: keys, axes, values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sora2batch.app.batch.discover import manifest_paths
from sora2batch.app.batch.layout import MANIFEST_ENDINGS
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.candidates.candidate import Candidate
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.text import counted
from sora2batch.matrix.label import text_of

_LONGEST_TEXT = 60


def keys(words: Sequence[str], tools_dirs: Sequence[Path], begun: str) -> Iterator[Candidate]:
    """Find the keys of jobs, a part at a time, and the glob of all jobs below what is typed."""
    found = [job.key for job in _jobs(words, tools_dirs) if job.key.startswith(begun)]
    if begun.endswith("/") and len(found) > 1:
        yield Candidate(f"{begun}*", counted(len(found), "job"))
    parts = Counter(_next_part(key, len(begun)) for key in found)
    for part, number in parts.items():
        yield Candidate(part, counted(number, "job") if part.endswith("/") else "")


def whole_keys(words: Sequence[str], tools_dirs: Sequence[Path], begun: str) -> Iterator[Candidate]:
    """Find the keys of jobs, a part at a time, where a glob means nothing."""
    return (one for one in keys(words, tools_dirs, begun) if not one.value.endswith("*"))


def _next_part(key: str, length: int) -> str:
    end = key.find("/", length)
    return key if end < 0 else key[: end + 1]


def pairs(words: Sequence[str], tools_dirs: Sequence[Path], begun: str) -> Iterator[Candidate]:
    """Find axes, and behind an equals sign the values of one."""
    axis, equals, value = begun.partition("=")
    jobs = _jobs(words, tools_dirs)
    if not equals:
        numbers = Counter(name for name, _ in dict.fromkeys(pair for job in jobs for pair in job.labels))
        for name, number in numbers.items():
            if name.startswith(axis):
                yield Candidate(f"{name}=", counted(number, "value"))
        return
    labels = Counter(label for job in jobs for name, label in job.labels if name == axis)
    written = _written(axis, jobs)
    for label, number in labels.items():
        text = written.get(label, label)
        if text.startswith(value) or label.startswith(value):
            shown = text if text.startswith(value) else label
            yield Candidate(f"{axis}={shown}", counted(number, "job"))


def groups(words: Sequence[str], tools_dirs: Sequence[Path], begun: str) -> Iterator[Candidate]:
    """Find groups of jobs."""
    for group, number in Counter(job.group for job in _jobs(words, tools_dirs)).items():
        if group.startswith(begun):
            yield Candidate(group, counted(number, "job"))


def _written(axis: str, jobs: Sequence[AskedJob]) -> dict[str, str]:
    """Tell by the label how a value is written, where that is short and plain."""
    columns = {id(column): column for job in jobs for column in job.columns if column.name == axis}
    told = {}
    for column in columns.values():
        for (_, label), value in zip(column.labels, column.values, strict=True):
            text = text_of(value)
            if text and len(text) <= _LONGEST_TEXT and text.isprintable() and text == text.strip():
                told[label] = text
    return told


def _jobs(words: Sequence[str], tools_dirs: Sequence[Path]) -> Sequence[AskedJob]:
    """Expand the manifests among the words of a command line, else the only one that is here."""
    named = [path for path in map(Path, words) if path.is_dir() or path.suffix in MANIFEST_ENDINGS]
    try:
        paths = manifest_paths([path for path in named if path.exists()] or [Path()])
        if not named and len(paths) != 1:
            return ()
        batches = loader_for(tuple(tools_dirs)).load_all(paths)
    except (Sora2BatchError, OSError):
        return ()
    return [job for batch in batches for job in batch.expansion.asked]
