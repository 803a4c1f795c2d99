"""Doubts about calls that workers made, settled: by proof, by a unique match, or by a person's word."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sora2batch.app.backend.backend import Backend
from sora2batch.app.backend.connection import find_access
from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.execution.settling import backend_of, describe_finding, reconcile_context
from sora2batch.app.fleet.account_name import account_name
from sora2batch.app.fleet.batch_name import name_of
from sora2batch.app.fleet.connected import connected, find_queue
from sora2batch.app.fleet.fleet_doubts import FleetDoubts, open_fleet_doubts
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.app.reconcile import ReconcileRequest, settle_offline, settle_online
from sora2batch.app.settlement import Settlement, print_settlement, settlement_to_json
from sora2batch.fleet.clients.known_batch import KnownBatch, find_batch
from sora2batch.fleet.database.database import Database
from sora2batch.ground.credit_price import priced
from sora2batch.ground.errors import ExitCode, Sora2BatchError, UsageError
from sora2batch.reconcile.doubt import find_doubts
from sora2batch.reconcile.settle import release_not_charged
from sora2batch.sjinn.secret import load_key


def settle(  # noqa: PLR0913  # as `reconcile`
    printer: Printer,
    *,
    manifest: Path,
    adopt: tuple[str, ...],
    release: tuple[str, ...],
    auto: bool,
    as_json: bool,
    tools_dirs: Sequence[Path],
) -> ExitCode:
    """Settle what can be settled and tell the rest.

    Raises:
        UsageError: nobody has run the batch in the fleet, or what is asked for cannot be done.
        FleetError: the database does not answer, or refused.
    """
    request = ReconcileRequest(adopt=adopt, release=release, auto=auto)
    batch = loader_for(tools_dirs, simulated=False).load(manifest)
    settlement = run_loop(partial(_settle, batch, request, printer))
    if as_json:
        document = settlement_to_json(batch.manifest.file, settlement) | priced(batch.credit_price)
        print_json(document, printer)
    else:
        print_settlement(batch.manifest.file, settlement, printer, batch.credit_price)
    if settlement.findings:
        printer.info("settle the rest with --adopt KEY=TASK_ID, --release KEY or --auto")
    return settlement.exit_code


async def settle_before_reserving(
    database: Database, batch: Batch, known: KnownBatch, printer: Printer
) -> None:
    """Release what the ledger proves was never charged, so that it can be reserved again; tell the rest.

    Without a key, or where the ledger cannot be read, everything stays in doubt.

    Raises:
        FleetError: the database does not answer, or refused.
    """
    doubts = await open_fleet_doubts(database, known.id, printer.error)
    if not find_doubts(doubts.lockfile) or not load_key(os.environ):
        return
    try:
        async with backend_of(batch, doubts.lockfile) as backend:
            if await _account_of(backend) != known.account:
                return
            context = doubts.context(reconcile_context(batch, backend), batch.read_lockfile())
            findings = await doubts.look(context)
    except Sora2BatchError as error:
        printer.info(f"jobs in doubt stay so: {error.message}")
        return
    await release_not_charged(findings, doubts)
    for finding in findings:
        printer.info(describe_finding(finding, command="fleet settle"))


async def _settle(batch: Batch, request: ReconcileRequest, printer: Printer) -> Settlement:
    name = name_of(batch.manifest.path)
    async with connected(find_queue(), "settle", most_connections=1) as database:
        async with database.transaction() as connection:
            known = await find_batch(connection, name.aliases, name.manifest)
        if known is None:
            raise UsageError(
                f"{batch.manifest.file}: nobody has run it in this fleet",
                hint="`sora2batch reconcile` settles what is in doubt in its lockfile",
            )
        doubts = await open_fleet_doubts(database, known.id, printer.error)
        if request.are_offline and not load_key(os.environ):
            return await settle_offline(doubts, request, printer)
        return await _with_the_ledger(batch, doubts, known, request, printer)


async def _account_of(backend: Backend) -> str:
    access = find_access(os.environ, can_simulate=False)
    return account_name(access.endpoint.host, (await backend.api.account()).identity, access.key)


async def _with_the_ledger(
    batch: Batch, doubts: FleetDoubts, known: KnownBatch, request: ReconcileRequest, printer: Printer
) -> Settlement:
    async with backend_of(batch, doubts.lockfile) as backend:
        account = await _account_of(backend)
        if account != known.account:
            raise UsageError(
                f"the key here is of the account {account}, and {known.account} pays for this batch",
                hint="its ledger tells nothing of these calls; take that account's key",
            )
        context = doubts.context(reconcile_context(batch, backend), batch.read_lockfile())
        return await settle_online(batch, doubts, request, context, partial(doubts.look, context), printer)
