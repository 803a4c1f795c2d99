"""The plan of a batch that workers carry out: what the fleet has counts like what the lockfile says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from sora2batch.app.batch.batch import Batch
from sora2batch.app.fleet.batch_name import name_of
from sora2batch.app.fleet.connected import connected
from sora2batch.app.fleet.line_pull import FleetKnowledge, ask_fleet
from sora2batch.app.planning.planning import Planned
from sora2batch.app.planning.saved_plan import plan_again, proof_of
from sora2batch.app.process.loop import run_loop
from sora2batch.app.run_args import RunArgs
from sora2batch.fleet.clients.known_batch import reservations_in_words
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.job import Credits
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.fold import fold_all
from sora2batch.plan.action import Action, Plan, PlannedJob
from sora2batch.plan.decision import FileFault
from sora2batch.plan.plan_file import SavedPlan
from sora2batch.plan.selection import Selection

TAKEN = "it is reserved already: a worker submits it"
"""The reason of a job that this run need not reserve."""


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
        plan = self._plan(lockfile)
        jobs = tuple(map(self._unless_taken, plan.jobs))
        to_spend = Credits(sum(one.credits for one in jobs if one.action is Action.SUBMIT))
        reserved = Credits(sum(one.credits for one in self.knowledge.reservations))
        notices = (*plan.notices, *filter(None, [self.reserved_notice]))
        return replace(
            plan,
            jobs=jobs,
            notices=notices,
            money=plan.money._replace(to_spend=to_spend, reserved=reserved),
        )

    def _plan(self, lockfile: Lockfile) -> Plan:
        if self.saved:
            self.saved.check(proof_of(self.batch, lockfile), lockfile)
            return plan_again(self.batch, lockfile, self.saved)
        return self.batch.plan(lockfile, self._with_limit_beside(lockfile), self.fault)

    def _with_limit_beside(self, lockfile: Lockfile) -> Selection:
        """Have ``--limit`` count what is reserved by this run, and not what is reserved already."""
        limit = self.selection.limit
        if limit is None:
            return self.selection
        whole = self.batch.plan(lockfile, replace(self.selection, limit=None), self.fault)
        free = beside = 0
        for one in whole.with_action(Action.SUBMIT):
            if one.job.fingerprint in self.knowledge.taken:
                beside += 1
            elif free == limit:
                break
            else:
                free += 1
        return replace(self.selection, limit=limit + beside)

    def _unless_taken(self, one: PlannedJob) -> PlannedJob:
        """Have a job followed that somebody has reserved: it is agreed to, and its money is set aside."""
        if one.action is Action.SUBMIT and one.job.fingerprint in self.knowledge.taken:
            return one._replace(action=Action.RESUME, reason=TAKEN, credits=Credits(0))
        return one

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
