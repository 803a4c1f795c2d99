"""What each rule is about, with an example of wrong and right; ``rules.toml`` and docs/rules.md have all."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import UsageError
from sora2batch.ground.rule import Level, Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import visible

_WIDTH = 100
_ENDS = {
    Level.ERROR: "error: nothing is planned or sent until it is mended",
    Level.WARNING: "warning: an error with --strict",
    Level.NOTICE: "notice: worth a look",
}


class RuleText(NamedTuple):
    """Why a rule is there, and what it says no and yes to."""

    why: str
    wrong: str | None = None
    """A part of a manifest, or the whole of the file that is named; None where no few lines can show it."""
    right: str | None = None
    file: str | None = None
    """What the example is, where it is no manifest."""
    encoding: str = "utf-8"
    """Of the wrong one."""


@cache
def rule_texts() -> Mapping[Rule, RuleText]:
    """Read them all, in the order of the rules."""
    with Path(__file__).with_name("rules.toml").open("rb") as file:
        found = tomllib.load(file)
    return {rule: RuleText(**found[rule.value]) for rule in Rule}


def show_rules(printer: Printer, *, rule_id: str | None, as_json: bool) -> None:
    """Print a line for every rule, or all about the one that is named.

    Raises:
        UsageError: there is no rule of this id.
    """
    if rule_id is not None:
        rule = _rule_of(rule_id)
        if as_json:
            print_json({"version": 1, **_to_json(rule)}, printer)
        else:
            printer.output_lines(_lines(rule))
    elif as_json:
        print_json({"version": 1, "rules": [_to_json(rule) for rule in Rule]}, printer)
    else:
        width = max(map(len, Rule))
        printer.output_lines(f"{rule.value:<{width}}  {rule.level:<7}  {rule.meaning}" for rule in Rule)
        printer.info("\n`sora2batch rules ID` shows an example of wrong and right")


def _rule_of(rule_id: str) -> Rule:
    if found := Rule.meant_by(rule_id):
        return found
    hint = (
        did_you_mean(rule_id.lower(), [rule.value for rule in Rule]) or "`sora2batch rules` lists all of them"
    )
    raise UsageError(f'there is no rule "{visible(rule_id)}"', hint=hint)


def _lines(rule: Rule) -> Iterator[str]:
    told = rule_texts()[rule]
    yield f"[{rule.value}] {rule.meaning}"
    yield from textwrap.wrap(told.why, _WIDTH, break_on_hyphens=False, break_long_words=False)
    for heading, example in (("wrong", told.wrong), ("right", told.right)):
        if example is not None:
            yield ""
            yield f"{heading}, {told.file}:" if told.file else f"{heading}:"
            yield from (f"    {visible(line)}" for line in example.strip("\n").split("\n"))
    yield ""
    yield _ENDS[rule.level]
    if rule.level is not Level.ERROR:
        yield f"If it is meant so: # sora2batch: ignore {rule.value}, or lint: {{ignore: [{rule.value}]}}"


def _to_json(rule: Rule) -> JsonObject:
    told = rule_texts()[rule]
    return {
        "rule": rule.value,
        "level": rule.level.value,
        "meaning": rule.meaning,
        "why": told.why,
        "file": told.file,
        "wrong": told.wrong,
        "right": told.right,
    }
