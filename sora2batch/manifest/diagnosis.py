"""What is wrong with a manifest: every fault, and what is left that can be looked at further."""

from __future__ import annotations

from collections.abc import Iterator

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.validation import rule_of
from sora2batch.manifest.describe import describe
from sora2batch.manifest.document import Document
from sora2batch.manifest.messages import faults_of
from sora2batch.manifest.prune import Remains, prune
from sora2batch.manifest.schema_check import fits_schema, rule_faults, validator

_TOLD_BY_THE_SCHEMA = frozenset({Rule.BAD_NAME, Rule.MISSING_KEY, Rule.BAD_FOLDER})
"""Of these one fault at a place is enough."""


def diagnose(document: Document) -> tuple[tuple[Fault, ...], Remains | None]:
    """Find every fault of a document, and what is left without them."""
    faults = tuple(_faults(document))
    return faults, prune(document.data, faults)


def _faults(document: Document) -> Iterator[Fault]:
    data = document.data
    if not isinstance(data, dict):
        message, hint = f"a manifest must be a mapping; this is {describe(data)}", "it begins with version: 1"
        yield Fault(rule=Rule.WRONG_TYPE, message=message, hint=hint)
        return
    faults = () if fits_schema(data) else tuple(_schema_faults(data))
    yield from faults
    told = {fault.path for fault in faults}
    for fault in rule_faults(document):
        if fault.path not in told or fault.rule not in _TOLD_BY_THE_SCHEMA:
            yield fault


def _schema_faults(data: JsonObject) -> Iterator[Fault]:
    faults = faults_of(validator().violations(data))
    yield from faults
    if not faults:  # the two validators disagree; the stricter one is right
        for one in validator().complaints(data):
            yield Fault(path=one.path, rule=rule_of(one.keyword), message=one.message)
