"""Texts such as FALSE that decide an ``if``: people mean no by them, and a template takes them for yes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.job import Column
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import counted
from sora2batch.lint.subject import Finding, LintSubject
from sora2batch.manifest.model import Group
from sora2batch.template.condition import Condition, conditions_in
from sora2batch.template.leftover import texts_in

_NO = frozenset({"false", "no", "off", "0", "none", "null", "n", "falsch", "nein", "faux", "non", "falso"})
"""What people, and spreadsheets in their language, write for no."""


def text_conditions(subject: LintSubject) -> Iterator[Finding]:
    """Find what each ``if`` of a group reads, and the values of these that say no in words."""
    manifest = subject.manifest
    common = conditions_in(chain(texts_in(manifest.vars), texts_in(manifest.default_input)))
    for group in manifest.groups:
        jobs = subject.groups.get(group.name)
        if jobs:
            yield from _in_group(subject, group, jobs[0], common)


def _in_group(
    subject: LintSubject, group: Group, job: AskedJob, common: frozenset[Condition]
) -> Iterator[Finding]:
    columns = {column.name: column for column in job.columns}
    for condition in sorted(common | conditions_in(texts_in(group.input)), key=str):
        if column := columns.get(condition.name):
            yield from _on_axis(subject, group, column, condition)
        elif not condition.key and _says_no(value := subject.manifest.vars.get(condition.name)):
            fault = Fault(
                path=("vars", condition.name), rule=Rule.TEXT_CONDITION, message=_words(value, condition)
            )
            yield Finding(problem=subject.place.at_path(fault))


def _on_axis(subject: LintSubject, group: Group, column: Column, condition: Condition) -> Iterator[Finding]:
    found = [
        (place, value)
        for place, whole in enumerate(column.values)
        for value in (_part(whole, condition.key),)
        if _says_no(value)
    ]
    if found:
        place, value = found[0]
        more = f", as of {counted(len(found) - 1, 'more value')}" if len(found) > 1 else ""
        hint = f'compare it: if {condition} == "yes"; in YAML and JSON write false, without quotes'
        fault = Fault(rule=Rule.TEXT_CONDITION, message=f"{_words(value, condition)}{more}", hint=hint)
        yield Finding(problem=subject.place.at_value(fault, group.name, column, place, condition.key))


def _part(value: JsonValue, key: str | None) -> JsonValue:
    if key is None:
        return value
    return value.get(key) if isinstance(value, dict) else None


def _says_no(value: JsonValue) -> bool:
    return isinstance(value, str) and value.strip().casefold() in _NO


def _words(value: JsonValue, condition: Condition) -> str:
    return f'"{str(value).strip()}" is a text, so that "if {condition}" is true of it'
