"""What `doctor` finds out about the user's own store: one object of constant text is written there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import assert_never

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.chosen_store import choose_store, is_temporary
from sora2batch.app.checks.check import Check
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.store.make import open_store
from sora2batch.store.store_location import StoreLocation, parse_location
from sora2batch.store.store_probe import ProbeOutcome, ProbeStep, probe

_NOT_NEEDED = frozenset({"refuse to overwrite"})
"""What a store can do without."""


def check_store(batch: Batch | None) -> Iterator[Check]:
    """Try everything that a batch needs of its store, or else of the environment's, if there is one."""
    chosen = choose_store(batch.manifest if batch else None)
    if chosen is None:
        return
    try:
        location = parse_location(chosen.url, public_url=chosen.public_url)
        is_local, steps = run_loop(lambda: _probe(location))
    except Sora2BatchError as error:
        yield Check.failed("store", error)
        return
    for step in steps:
        yield _check_of(step, location, is_local=is_local)
    if is_temporary(chosen):
        message = "its credentials are temporary: a URL that they signed ends when they do, whatever it says"
        yield Check.note("store", message)


async def _probe(location: StoreLocation) -> tuple[bool, tuple[ProbeStep, ...]]:
    async with open_store(location, os.environ) as store:
        return store.is_loopback, await probe(store)


def _check_of(step: ProbeStep, location: StoreLocation, *, is_local: bool) -> Check:
    message = f"{step.message}; {step.remedy}" if step.remedy else step.message
    name = f"store: {step.name}"
    match step.outcome:
        case ProbeOutcome.PASSED:
            return Check.fine(name, message)
        case ProbeOutcome.SKIPPED:
            return Check.note(name, message)
        case ProbeOutcome.FAILED if step.name == "reach" and is_local:
            told = f"{location.url} is on this machine: only an API on this machine can fetch from it"
            return Check.note(name, told)
        case ProbeOutcome.FAILED:
            if step.name in _NOT_NEEDED:
                return Check.note(name, message)
            return Check.bad(name, message, ExitCode.OPEN)
        case _:
            assert_never(step.outcome)
