"""The names in a batch's output folder, put right where there is nothing else to do."""

from __future__ import annotations

from sora2batch.app.batch.batch import Batch
from sora2batch.app.output.output import Printer
from sora2batch.ground.job import FORMER_FOLDER
from sora2batch.ground.text import counted
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.plan.action import Plan
from sora2batch.run.restore_names import bring_back, is_called_for
from sora2batch.run.result_renamer import ResultRenamer


def renamer_of(batch: Batch, store: LockfileStore) -> ResultRenamer:
    """Get ready to name the results of a batch."""
    entries = store.lockfile.entries.values()
    return ResultRenamer(
        batch.output_dir, store, entries, batch.expansion.jobs, beside=batch.lockfiles_beside
    )


async def put_right(batch: Batch, plan: Plan, store: LockfileStore, printer: Printer) -> None:
    """Give the jobs of a plan their names back, and bring the lockfile up to date.

    Raises:
        Sora2BatchError: what was done could not be written down.
    """
    async with store.session():
        if is_called_for(plan.jobs, batch.output_dir):
            renamer = renamer_of(batch, store)
            await bring_back(renamer, plan.jobs)
            tell_moves(batch, renamer, printer)
        await store.checkpoint()


def tell_moves(batch: Batch, renamer: ResultRenamer, printer: Printer) -> None:
    """Say that files have other names now."""
    if renamer.moved:
        count = counted(renamer.moved, "file has", "files have")
        former = batch.output_dir / FORMER_FOLDER
        printer.info(f"{count} a new path: what the manifest no longer asks for is in {former}")
