"""Prompts that a reader takes for the same: paid twice, most likely by a slip."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from unicodedata import normalize

import orjson

from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import counted
from sora2batch.lint.subject import Finding, LintSubject

_PROMPT = "prompt"
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Soft hyphens, blanks of no width, a BOM; what holds letters or emoji together is none of them."""
_QUOTES = dict.fromkeys(range(0x2018, 0x201C), "'") | dict.fromkeys((*range(0x201C, 0x2020), 171, 187), '"')
_ENDS = re.compile(r"""[.,;:!?\u2026]+(?=[\s"')\]]|$)|(?<!\S)(?:[\u2014\u2015]|--)(?!\S)""")
"""What ends a sentence or a part of one, and a dash between them: not so in 3.5, 16:9, .NET or -5."""
_WIDE = "[\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]+"
_WIDE_ENDS = re.compile(rf"(?<!\d){_WIDE}|{_WIDE}(?!\d)")
"""The same in Chinese and Japanese, where no blank follows."""


def near_duplicates(subject: LintSubject) -> Iterator[Finding]:
    """Find jobs that differ in case, blanks and punctuation of the prompt alone; takes are no such jobs."""
    seen: dict[tuple[str, bytes, str], AskedJob] = {}
    pairs: dict[tuple[str, str], list[tuple[AskedJob, AskedJob]]] = {}
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
    """Write a text as a reader remembers it; signs that may mean something stay: 50%, -5, C#, 18+."""
    if not text.isascii():
        text = normalize("NFC", text.translate(_INVISIBLE)).translate(_QUOTES)
        text = _WIDE_ENDS.sub(" ", text)
    return " ".join(_ENDS.sub("", text.casefold()).split())
