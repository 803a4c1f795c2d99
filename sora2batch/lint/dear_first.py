"""Groups that ask for the dearest setting before anything cheaper was tried: pro, or the longest clip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, assert_never

from sora2batch.catalog.allowed import choices_of
from sora2batch.catalog.price import price_key
from sora2batch.catalog.tool import (
    FixedPrice,
    PriceByValue,
    PricePerSecond,
    PricePerSecondByValue,
    Tool,
    UnknownPrice,
)
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.lint.subject import Finding, LintSubject

_PROMPT = "prompt"


class _Setting(NamedTuple):
    """An input that makes jobs dear, or long."""

    field: str
    ranks: dict[str, float]
    """How dear each value is, by its price key; empty where the value itself tells."""
    most: float
    least: float

    def rank(self, input: JsonObject) -> float | None:
        value = input.get(self.field)
        if self.ranks:
            return self.ranks.get(price_key(value))
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def is_cheaper(self, input: JsonObject) -> bool:
        rank = self.rank(input)
        return rank is not None and rank < self.most


def dear_beginnings(subject: LintSubject) -> Iterator[Finding]:
    """Look at each group in which every job has the dearest value of a setting."""
    chosen = {group.name for group in subject.manifest.groups if any(axis.picks for axis in group.job_axes)}
    for tool, jobs in subject.by_tool():
        if jobs[0].group in chosen:  # of something cheaper, by people
            continue
        for setting in _settings(tool):
            is_dear = all(setting.rank(job.input) == setting.most for job in jobs)
            if is_dear and not _is_tried(subject, setting, jobs):
                yield _finding(subject, setting, jobs)


def _settings(tool: Tool) -> Iterator[_Setting]:
    prices, seconds = _deciding(tool)
    if prices and min(prices[1].values()) < max(prices[1].values()):
        field, ranks = prices
        yield _Setting(field, ranks, max(ranks.values()), min(ranks.values()))
    schema = tool.properties.get(seconds) if seconds else None
    if seconds and schema:
        lengths = choices_of(schema) or [schema.get("minimum"), schema.get("maximum")]
        numbers = [one for one in lengths if isinstance(one, int | float) and not isinstance(one, bool)]
        if len(numbers) == len(lengths) and min(numbers) < max(numbers):
            yield _Setting(seconds, {}, max(numbers), min(numbers))


def _deciding(tool: Tool) -> tuple[tuple[str, dict[str, float]] | None, str | None]:
    """Tell which input decides the price and how, and which one the length."""
    known = tool.output.seconds
    seconds = known if isinstance(known, str) else None
    match tool.price:
        case FixedPrice() | UnknownPrice():
            return None, seconds
        case PriceByValue(field, prices):
            return (field, {**prices}), seconds
        case PricePerSecond(field, _):
            return None, field
        case PricePerSecondByValue(of_length, field, rates):
            return (field, {**rates}), of_length
        case _:
            assert_never(tool.price)


def _is_tried(subject: LintSubject, setting: _Setting, jobs: Sequence[AskedJob]) -> bool:
    """Tell whether something cheaper was paid for, or stands in the manifest; or it is too late anyway."""
    prompts = {job.input.get(_PROMPT) for job in jobs}
    if any(job.input.get(_PROMPT) in prompts and setting.is_cheaper(job.input) for job in subject.jobs):
        return True
    paid = [
        [one for one in lockfile.entries.values() if one.spent] for lockfile in subject.lockfiles().values()
    ]
    if not paid:  # they cannot be read: nobody knows
        return True
    own, *beside = paid
    return (
        not {entry.fingerprint for entry in own}.isdisjoint(
            job.fingerprint for job in jobs if isinstance(job, Job)
        )
        or any(entry.tool_type == jobs[0].tool_type and setting.is_cheaper(entry.input) for entry in own)
        or any(
            entry.input.get(_PROMPT) in prompts and setting.is_cheaper(entry.input)
            for entries in beside
            for entry in entries
        )
    )


def _finding(subject: LintSubject, setting: _Setting, jobs: Sequence[AskedJob]) -> Finding:
    field, value = setting.field, jobs[0].input[setting.field]
    every = f"every job of {jobs[0].group} has {field} {price_key(value)}"
    if setting.ranks:
        cheapest = min(setting.ranks, key=lambda key: setting.ranks[key])
        dearer = f"{setting.most / setting.least:g} times as dear as {cheapest}"
        message = f"{every}, {dearer}, and nothing cheaper was tried"
        hint = f"try {field}: {cheapest} first, and promote the best"
    else:
        message = f"{every}, the longest, and nothing shorter was tried"
        hint = f"try a shorter {field} first, and promote the best"
    fault = Fault(rule=Rule.DEAR_FIRST, message=message, hint=hint)
    return Finding(problem=subject.place.at_field(fault, jobs[0], field))
