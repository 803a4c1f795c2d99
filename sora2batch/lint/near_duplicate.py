"""Prompts that a reader takes for the same: paid twice, most likely by a slip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from unicodedata import category, normalize

import orjson

from sora2batch.ground.job import Job
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import counted
from sora2batch.lint.subject import Finding, LintSubject

_PROMPT = "prompt"
_SKIPPED = frozenset("PZ")
"""Classes of characters that make no difference to a reader: punctuation and blanks. Signs and emoji do."""


def near_duplicates(subject: LintSubject) -> Iterator[Finding]:
    """Find jobs that differ in case, blanks and punctuation of the prompt alone; takes are no such jobs."""
    seen: dict[tuple[str, bytes, str], Job] = {}
    pairs: dict[tuple[str, str], list[tuple[Job, Job]]] = {}
    for job in subject.jobs:
        text = job.input.get(_PROMPT)
        if not isinstance(text, str) or job.take > 1:
            continue
        first = seen.setdefault((job.tool_type, _rest(job.input), _folded(text)), job)
        if first.input[_PROMPT] != text:
            pairs.setdefault((first.group, job.group), []).append((first, job))
    for found in pairs.values():
        first, second = found[0]
        more = f", and {counted(len(found) - 1, 'more pair')}" if len(found) > 1 else ""
        message = (
            f"the prompts of {first.key} and {second.key} differ in case, blanks or punctuation only{more}"
        )
        fault = Fault(
            rule=Rule.NEAR_DUPLICATE, message=message, hint="for two takes of one prompt write repeat: 2"
        )
        yield Finding(problem=subject.place.at_difference(fault, second, first, _PROMPT))


def _rest(input: Mapping[str, object]) -> bytes:
    rest = {name: value for name, value in input.items() if name != _PROMPT}
    return orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)


def _folded(text: str) -> str:
    """Write a text as a reader remembers it."""
    if text.isascii():
        return " ".join(text.lower().translate(_BLANKS).split())
    plain = normalize("NFKC", text).casefold()
    return " ".join("".join(" " if category(one)[0] in _SKIPPED else one for one in plain).split())


_BLANKS = {code: " " for code in range(128) if category(chr(code))[0] in _SKIPPED}
