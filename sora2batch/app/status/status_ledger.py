"""What was charged for nothing, looked up in the ledger: `status --ledger`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sora2batch.app.backend.api_client import open_client
from sora2batch.app.backend.connection import find_access
from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.discover import is_one_manifest
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.snapshot import status_of
from sora2batch.app.output.json_document import print_documents
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.credit_price import credits_in_words, money_beside
from sora2batch.ground.text import counted, one_line
from sora2batch.plan.job_status import status_to_json
from sora2batch.reconcile.claim import Claim, find_claims
from sora2batch.reconcile.doubt import WIDE_MARGIN, Doubt
from sora2batch.sjinn.answer import LedgerReading

_ERROR_ROOM = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What became of a batch's tasks that came to nothing."""

    batch: Batch
    claims: tuple[Claim, ...]
    unclear: tuple[str, ...]


def show_claims(
    printer: Printer, *, manifests: Sequence[Path], as_json: bool, tools_dirs: Sequence[Path]
) -> None:
    """Print every task that came to nothing, with what the ledger shows of it.

    Raises:
        Sora2BatchError: a manifest or lockfile cannot be read, there is no key, or the ledger cannot be read.
    """
    found = look_up_claims(printer, manifests=manifests, tools_dirs=tools_dirs)
    if as_json:
        print_documents([_to_json(one) for one in found], printer, is_one=is_one_manifest(manifests))
        return
    for one in found:
        _show(one, printer)


def look_up_claims(
    printer: Printer, *, manifests: Sequence[Path], tools_dirs: Sequence[Path]
) -> list[Claims]:
    """Ask the ledger; what of it is not understood is told.

    Raises:
        Sora2BatchError: as above.
    """
    found = [_look_up(batch) for batch in loader_for(tools_dirs).load_all(manifests)]
    for unclear in dict.fromkeys(reason for one in found for reason in one.unclear):
        printer.error(f"the ledger holds what is not understood: {unclear}")
    return found


def _look_up(batch: Batch) -> Claims:
    lockfile = batch.read_lockfile()
    wanted = find_claims(lockfile, ())
    reading = run_loop(partial(_read_ledger, wanted)) if wanted else LedgerReading(records=())
    return Claims(batch=batch, claims=find_claims(lockfile, reading.records), unclear=reading.unclear)


async def _read_ledger(claims: Sequence[Claim]) -> LedgerReading:
    calls = (Doubt(entry=claim.entry, attempt=claim.attempt) for claim in claims)
    async with open_client(find_access(os.environ)) as client:
        return await client.ledger(since=min(call.since(WIDE_MARGIN) for call in calls))


def _show(found: Claims, printer: Printer) -> None:
    echo = printer.output
    count = len(found.claims)
    tasks = counted(count, "task")
    echo(f"{found.batch.manifest.file}: {tasks} came to nothing" if count else _nothing(found.batch))
    for claim in found.claims:
        attempt = claim.attempt
        echo(f"  {claim.entry.key}: {attempt.state}, task {attempt.task_id} of {claim.entry.tool_type}")
        echo(f"    sent {attempt.submitted_at or 'at an unknown time'}; {_seen(claim)}")
        if attempt.error:
            echo(f"    {one_line(attempt.error.message, _ERROR_ROOM)}")
    if count:
        charged = sum(claim.task.charged for claim in found.claims if claim.task)
        returned = sum(claim.task.returned for claim in found.claims if claim.task)
        price = found.batch.credit_price
        echo(
            f"the ledger shows {credits_in_words(charged, price)} charged for them, "
            f"{returned:,} given back{money_beside(returned, price)}; times are UTC"
        )


def _nothing(batch: Batch) -> str:
    return f"{batch.manifest.file}: no task failed or ended without its file"


def _seen(claim: Claim) -> str:
    task = claim.task
    if task is None:
        return f"the ledger shows no row of it (its price is {claim.attempt.credits:,} credits)"
    back = f", {task.returned:,} given back" if task.returned else ""
    return f"charged {task.charged:,} credits at {to_timestamp(task.create_time)}{back}"


def _to_json(found: Claims) -> JsonObject:
    return {
        **status_to_json(status_of(found.batch), found.batch.credit_price),
        "ledger": [_claim_to_json(one) for one in found.claims],
    }


def _claim_to_json(claim: Claim) -> JsonObject:
    attempt, task = claim.attempt, claim.task
    return {
        "key": claim.entry.key,
        "fingerprint": claim.entry.fingerprint,
        "state": attempt.state.value,
        "task_id": attempt.task_id,
        "tool_type": claim.entry.tool_type,
        "credits": attempt.credits,
        "submitted_at": attempt.submitted_at,
        "finished_at": attempt.finished_at,
        "error": attempt.error.message if attempt.error else None,
        "cost_credits": task.charged if task else None,
        "returned_credits": task.returned if task else None,
        "create_time": to_timestamp(task.create_time) if task else None,
    }
