"""The plan of a batch that workers carry out: what the fleet has counts like what the lockfile says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from sora2batch.app.batch.batch import Batch
from sora2batch.app.fleet.batch_name import name_of
from sora2batch.app.fleet.connected import connected
from sora2batch.app.fleet.line_pull import FleetKnowledge, ask_fleet
from sora2batch.app.planning.planning import Planned
from sora2batch.app.planning.saved_plan import plan_again
from sora2batch.app.process.loop import run_loop
from sora2batch.app.run_args import RunArgs
from sora2batch.fleet.clients.known_batch import reservations_in_words
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.fold import fold_all
from sora2batch.plan.action import Action, Plan, PlannedJob
from sora2batch.plan.decision import RESERVED, FileFault
from sora2batch.plan.plan_file import SavedPlan
from sora2batch.plan.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPlanner:
    """Makes plans of a batch by what the fleet knows."""

    batch: Batch
    knowledge: FleetKnowledge
    selection: Selection
    saved: SavedPlan | None
    fault: FileFault

    def plan(self, lockfile: Lockfile) -> Plan:
        """Make the plan; of jobs that somebody has reserved nothing is to be paid any more.

        Raises:
            StalePlanError: something else than its own run changed what a saved plan was made from.
        """
        batch = replace(self.batch, reserved=self.knowledge.reserved)
        if self.saved:
            plan = plan_again(batch, lockfile, self.saved)
        else:
            plan = batch.plan(lockfile, self.selection, self.fault)
        return replace(plan, notices=(*plan.notices, *filter(None, [self.reserved_notice])))

    @property
    def reserved_notice(self) -> str | None:
        """Say what is reserved of the batch already, and by whom."""
        reservations = self.knowledge.reservations
        if not reservations:
            return None
        jobs = counted(sum(one.jobs for one in reservations), "job")
        credits = sum(one.credits for one in reservations)
        who = reservations_in_words(reservations)
        return f"{jobs} reserved already, for {credits:,} credits (by {who}); workers do the rest"


def is_left_to_workers(planned: PlannedJob, lockfile: Lockfile) -> bool:
    """Tell whether a job is reserved, now or before, and nothing has come of it yet."""
    is_to_come = planned.action is Action.SUBMIT or planned.reason == RESERVED
    return is_to_come and lockfile.get(planned.job.fingerprint) == planned.entry


def plan_shared(queue: QueueUrl, args: RunArgs, batch: Batch) -> Planned:
    """Make the plan that ``run --fleet`` would make now; nothing is reserved, and nothing written.

    Raises:
        Sora2BatchError: the database, or the lockfile, cannot be read, or a saved plan is stale.
    """
    knowledge = run_loop(partial(_look, queue, batch))
    own = batch.read_lockfile()
    lockfile = lockfile_of(own.manifest, fold_all([*own.entries.values(), *knowledge.entries]).values())
    planner = SharedPlanner(
        batch=batch,
        knowledge=knowledge,
        selection=args.selection,
        saved=args.saved,
        fault=batch.file_fault,
    )
    return Planned(batch=batch, lockfile=lockfile, plan=planner.plan(lockfile))


async def _look(queue: QueueUrl, batch: Batch) -> FleetKnowledge:
    async with connected(queue, "run", most_connections=1) as database:
        return await ask_fleet(database, batch, name_of(batch.manifest.path))
