"""What ``pull`` does where a fleet is configured: first what it knows, then the files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.execution import carry_out
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.fleet.batch_name import BatchName, name_of
from sora2batch.app.fleet.connected import connected, find_queue
from sora2batch.app.fleet.line_pull import FleetKnowledge, ask_fleet, fold_in, held_in_turn
from sora2batch.app.input_restore import load_with_inputs
from sora2batch.app.output.output import Display
from sora2batch.app.process.loop import run_loop
from sora2batch.app.pull import Pulled, pull_stored
from sora2batch.app.store_args import StoreArgs
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.job import Fingerprint
from sora2batch.plan.action import Action, PlannedJob
from sora2batch.plan.selection import Selection
from sora2batch.run.opened_artifact import OpenedArtifacts
from sora2batch.run.stages import Stages


def pull_fleet(args: StoreArgs, printer: Display) -> ExitCode:
    """Fold in what the fleet knows, then fetch what is missing or differs.

    Raises:
        UsageError: the fleet knows nothing of the batch and it has no store.
        Sora2BatchError: the database cannot be asked, or what was fetched could not be written down.
    """
    batch, is_whole = load_with_inputs(args.loader, args.manifest, printer)
    name = name_of(batch.manifest.path)
    known = run_loop(partial(_known, find_queue(), batch, name))
    lines = fold_in(batch, known.entries)
    if known.batch is None or batch.store is not None:
        with held_in_turn(batch) as store:
            is_told = known.batch is None or batch.stores_outputs
            pulled = pull_stored(batch, store, args.select, printer, is_told=is_told)
        source = "the store"
    else:
        pulled, source = _from_api(batch, args, printer), "the API"
    pulled.lines = lines
    pulled.tell(args, printer, source=source)
    return ExitCode.OPEN if pulled.missing or not is_whole else ExitCode.DONE


def _from_api(batch: Batch, args: StoreArgs, printer: Display) -> Pulled:
    """Fetch the files of a batch without a store where the tasks' own URLs lead."""
    selection = Selection(select=args.select, only=True)
    request = RunRequest(selection=selection, stages=Stages.DOWNLOAD, printer=printer)
    tried: set[Fingerprint] = set()
    while not tried.issuperset(missing := _missing(batch, selection)):
        tried.update(missing)  # where files have come, others can be made from them
        carry_out(batch, request)
    return Pulled(
        fetched=len(tried) - len(missing), missing=[(one.job.key, one.reason) for one in missing.values()]
    )


def _missing(batch: Batch, selection: Selection) -> Mapping[Fingerprint, PlannedJob]:
    fault = OpenedArtifacts(batch.output_dir).opened_fault
    plan = batch.plan(batch.read_lockfile(), selection, fault)
    return {one.job.fingerprint: one for one in plan.with_action(Action.DOWNLOAD)}


async def _known(queue: QueueUrl, batch: Batch, name: BatchName) -> FleetKnowledge:
    async with connected(queue, "pull", most_connections=1) as database:
        return await ask_fleet(database, batch, name)
