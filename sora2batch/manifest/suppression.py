"""What a manifest does not want to hear of: ``lint:``, and comments ``# sora2batch: ignore ID``.

Errors are never silenced: what they tell of would be paid for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from sora2batch.ground.problem import Fault, Position, Problem
from sora2batch.ground.rule import Level, Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed, shortened

_MARK = "sora2batch:"
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*sora2batch:[ \t]*(\S*)[ \t]*(.*)")
_LINE_END = re.compile(r"\r\n|\n|\r")
_WORD = "ignore"
_REASON = "--"
_ID = re.compile(r"[^\s,]+")
_SHOWN = 40


class LintOptions(NamedTuple):
    """``lint:`` in a manifest."""

    ignore: frozenset[str] = frozenset()
    """Ids of rules that are not told of."""
    warn: frozenset[str] = frozenset()
    """Ids of rules that are warnings here."""
    images_above: int = 5000
    """A run that spends more credits looks at the URLs of its jobs first."""


NO_LINT_OPTIONS = LintOptions()


class IgnoreComment(NamedTuple):
    """One id in one comment."""

    line: int
    """Of what it is about: its own, or of one that stands alone, the next that says something."""
    rule: str
    position: Position
    """Of the id."""


def ignore_comments(text: str) -> tuple[IgnoreComment, ...]:
    """Find them in a text; one that ignores nothing that can be ignored is among them."""
    return tuple(_found_in(text)) if _MARK in text else ()


def _found_in(text: str) -> Iterator[IgnoreComment]:
    lines = _LINE_END.split(text)
    for number, line in enumerate(lines, 1):
        found = _COMMENT.search(line) if _MARK in line else None
        if found:
            about = number if line[: found.start()].strip() else _next_of(lines, number)
            for start, rule in _ids(found) or [(found.start(), "")]:
                yield IgnoreComment(about, rule, Position(number, start + 1))


def _ids(found: re.Match[str]) -> list[tuple[int, str]]:
    """List the ids in a comment, each with its offset; none where it says something else."""
    if found[1] != _WORD:
        return []
    ids = found[2].partition(_REASON)[0]
    return [(found.start(2) + one.start(), one[0]) for one in _ID.finditer(ids)]


def _next_of(lines: list[str], number: int) -> int:
    """Find the next line that is neither empty nor a comment."""
    rest = enumerate(lines[number:], number + 1)
    return next((at for at, line in rest if line.strip() and not line.lstrip().startswith("#")), number)


def judged(
    findings: Iterable[Problem],
    options: LintOptions,
    comments: Iterable[IgnoreComment],
    *,
    file: str,
    data_files: Iterable[tuple[str, int]] = (),
) -> Iterator[Problem]:
    """Leave out what is to be ignored, and say how bad the rest is.

    Args:
        findings: of which errors are never left out.
        options: of the manifest.
        comments: in one file.
        file: the name of that file, as the findings have it.
        data_files: (name, line of that file that names it): a comment there is about all that is in it.
    """
    silenced = {(comment.line, comment.rule) for comment in comments}
    whole = {(name, rule) for name, at in data_files for line, rule in silenced if line == at}
    for one in findings:
        is_silenced = one.file == file and (one.position.line, one.rule) in silenced
        if one.level is Level.ERROR:
            yield one
        elif not is_silenced and one.rule not in options.ignore and (one.file, one.rule) not in whole:
            yield replace(one, raised_to=Level.WARNING) if one.rule in options.warn else one


def idle_comments(comments: Iterable[IgnoreComment], *, file: str) -> Iterator[Problem]:
    """Tell of the comments that can silence nothing."""
    lenient = [rule.value for rule in Rule if rule.level is not Level.ERROR]
    for comment in comments:
        if comment.rule not in lenient:
            message, hint = _words(comment.rule, lenient)
            yield Fault(rule=Rule.UNKNOWN_RULE, message=message, hint=hint).at(file, comment.position)


def _words(rule: str, lenient: list[str]) -> tuple[str, str | None]:
    if not rule:
        return "a comment of this kind must name what it ignores", "write # sora2batch: ignore ID"
    if any(rule == one.value for one in Rule):
        return f"[{rule}] is an error, and errors cannot be ignored", None
    return f"there is no rule {listed([shortened(rule, _SHOWN)])}", did_you_mean(rule, lenient)
