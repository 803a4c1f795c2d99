"""Two checkouts of one manifest live at random: they spend, crash, recover, merge; the books are never wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fakes.building import job_of, plan_of
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.job import Credits, Job
from sora2batch.lockfile.codec import decode_lockfile, encode_header, encode_lockfile
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, State
from sora2batch.lockfile.job_table import JobTable
from sora2batch.lockfile.journal import decode_journal, encode_journal_header
from sora2batch.lockfile.line import encode_journal_line
from sora2batch.lockfile.merge import merge_lockfiles
from sora2batch.plan.action import Action
from sora2batch.run import entries
from sora2batch.sjinn.answer import Refusal

MANIFEST = "campaign.yaml"
JOBS = [job_of(name, credits=price) for name, price in (("fox", 100), ("owl", 250))]
START = 1_795_000_000
LOST = ErrorNote(message="the answer broke off")
SIDES = st.sampled_from(["left", "right"])
PICK = st.integers(0, 10**6)


@dataclass
class Checkout:
    """A lockfile and a journal as bytes, and the process that works on them."""

    lock: bytes = encode_header(MANIFEST)
    journal: bytes = encode_journal_header(MANIFEST, started_at="2026-11-22T09:00:00Z")
    view: JobTable = field(default_factory=JobTable)
    under_way: list[tuple[Job, Attempt]] = field(default_factory=list)
    """Intents on disk whose calls were made and not answered."""
    told: set[str] = field(default_factory=set)
    """Tasks whose ids were recorded here."""

    @property
    def state(self) -> Lockfile:
        return self.view.lockfile(MANIFEST)

    def record(self, job: Job, attempt: Attempt) -> None:
        self.journal += encode_journal_line(Entry.of(job, attempt))
        self.view.absorb(Entry.of(job, attempt))

    def checkpoint(self) -> None:
        self.lock = encode_lockfile(self.state)
        self.journal = self.journal[: self.journal.index(b"\n") + 1]

    def recover(self) -> None:
        """Begin anew with what is on disk."""
        self.under_way.clear()
        self.view = JobTable()
        self.view.absorb_all(decode_lockfile(self.lock, file="x").entries.values())
        self.view.absorb_all(decode_journal(self.journal, file="y"))


class TwoCheckouts(RuleBasedStateMachine):
    """What the API charged is known only here; each checkout knows what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.sides = {"left": Checkout(), "right": Checkout()}
        self.charged: Counter[tuple[str, str]] = Counter()
        """Credits by side and job."""
        self.prices: dict[str, int] = {}
        """Of every task."""
        self.callers: dict[str, set[str]] = {job.fingerprint: set() for job in JOBS}
        """Which checkouts ever made a call for a job."""
        self.numbers = count(1)

    def moment(self) -> str:
        return to_timestamp(datetime.fromtimestamp(START + next(self.numbers), UTC))

    @rule(side=SIDES, job=st.sampled_from(JOBS), again=st.booleans())
    def intend(self, side, job, again):
        """Begin a call, if the plan says so."""
        checkout = self.sides[side]
        known = tuple(checkout.state.entries.values())
        (planned,) = plan_of(job, entries=known, retry_failed=again).jobs
        intent = entries.next_intent(
            job, checkout.view.get(job.fingerprint), entries.ApiIdentity(), moment=self.moment()
        )
        objection = checkout.view.objection_to(Entry.of(job, intent))
        if planned.action is Action.SUBMIT:
            assert objection is None
            self.callers[job.fingerprint].add(side)
            checkout.record(job, intent)
            checkout.under_way.append((job, intent))
        elif planned.action is not Action.FAILED:
            assert objection is not None

    def answered(self, side, pick) -> tuple[Checkout, Job, Attempt] | None:
        checkout = self.sides[side]
        if not checkout.under_way:
            return None
        return (checkout, *checkout.under_way.pop(pick % len(checkout.under_way)))

    def charge(self, side: str, job: Job) -> str:
        self.charged[side, job.fingerprint] += job.credits
        task_id = f"task-{next(self.numbers)}"
        self.prices[task_id] = job.credits
        return task_id

    @rule(side=SIDES, pick=PICK)
    def accept(self, side, pick):
        if call := self.answered(side, pick):
            checkout, job, intent = call
            task_id = self.charge(side, job)
            checkout.record(job, entries.accepted(intent, task_id))
            checkout.told.add(task_id)

    @rule(side=SIDES, pick=PICK)
    def reject(self, side, pick):
        if call := self.answered(side, pick):
            checkout, job, intent = call
            refusal = Refusal(code=400, message="no")
            checkout.record(job, entries.rejected(intent, refusal, moment=self.moment()))

    @rule(side=SIDES, pick=PICK, again=st.booleans())
    def withdraw(self, side, pick, again):
        """The call was surely not made; perhaps it is made again at once."""
        if call := self.answered(side, pick):
            checkout, job, intent = call
            checkout.record(job, entries.withdrawn(intent))
            if again:
                second = entries.again(intent, moment=self.moment())
                checkout.record(job, second)
                checkout.under_way.append((job, second))

    @rule(side=SIDES, pick=PICK, is_charged=st.booleans())
    def lose_the_answer(self, side, pick, is_charged):
        if call := self.answered(side, pick):
            checkout, job, intent = call
            if is_charged:
                self.charge(side, job)
            checkout.record(job, intent._replace(error=LOST))

    @rule(side=SIDES, pick=PICK, state=st.sampled_from([State.COMPLETED, State.FAILED]))
    def end_a_task(self, side, pick, state):
        checkout = self.sides[side]
        open_tasks = [
            (job, attempt)
            for job in JOBS
            if (entry := checkout.state.get(job.fingerprint))
            for attempt in entry.attempts
            if attempt.state is State.SUBMITTED
        ]
        if open_tasks:
            job, attempt = open_tasks[pick % len(open_tasks)]
            checkout.record(job, attempt._replace(state=state, finished_at=self.moment()))

    @rule(side=SIDES)
    def checkpoint(self, side):
        self.sides[side].checkpoint()

    @rule(side=SIDES, pick=PICK, is_charged=st.booleans(), job=st.sampled_from(JOBS))
    def crash(self, side, pick, is_charged, job):
        """Die in the middle of a line that nobody was told was kept; calls under way may have been charged."""
        checkout = self.sides[side]
        if is_charged:
            for called, _ in checkout.under_way:
                self.charge(side, called)
        before = checkout.state
        line = encode_journal_line(
            Entry.of(job, entries.next_intent(job, None, entries.ApiIdentity(), moment=self.moment()))
        )
        checkout.journal += line[: pick % len(line)]
        checkout.recover()
        assert kept(checkout.state) == kept(before)
        checkout.checkpoint()

    @rule(side=SIDES)
    def crash_between_lockfile_and_journal(self, side):
        """The lockfile was replaced, the journal was not emptied yet."""
        checkout = self.sides[side]
        before, journal = checkout.state, checkout.journal
        checkout.checkpoint()
        checkout.journal = journal
        for called, _ in checkout.under_way:
            self.charge(side, called)
        checkout.recover()
        assert kept(checkout.state) == kept(before)

    @precondition(lambda self: not any(side.under_way for side in self.sides.values()))
    @rule(side=SIDES, is_union=st.booleans())
    def merge(self, side, is_union):
        """Bring the other side's lockfile in, as git does line by line or as ``lock merge`` does."""
        ours = self.sides[side]
        theirs = self.sides["right" if side == "left" else "left"]
        for checkout in (ours, theirs):
            checkout.checkpoint()
        mine, other = (decode_lockfile(checkout.lock, file="x") for checkout in (ours, theirs))
        merged = merge_lockfiles(Lockfile(manifest=MANIFEST), mine, other)
        united = decode_lockfile(ours.lock + theirs.lock, file="x")
        assert merged == united == merge_lockfiles(Lockfile(manifest=MANIFEST), other, mine)
        assert merged == merge_lockfiles(mine, merged, other)
        assert merged.task_ids() == mine.task_ids() | other.task_ids()
        assert paid_for_tasks(merged) >= max(paid_for_tasks(mine), paid_for_tasks(other))
        ours.lock = ours.lock + theirs.lock if is_union else encode_lockfile(merged)
        ours.told |= theirs.told
        ours.recover()

    @invariant()
    def no_task_that_was_answered_is_lost(self):
        for checkout in self.sides.values():
            assert checkout.told <= checkout.state.task_ids()

    @invariant()
    def what_was_charged_is_known_to_who_called(self):
        """Where both checkouts called for one job, an answer to one may hide the other's doubt."""
        for name, checkout in self.sides.items():
            for job in JOBS:
                if self.callers[job.fingerprint] <= {name}:
                    entry = checkout.state.get(job.fingerprint)
                    assert (entry.spent if entry else 0) >= self.charged[name, job.fingerprint]

    @invariant()
    def a_job_with_a_task_or_a_doubt_is_never_submitted(self):
        for checkout in self.sides.values():
            known = tuple(checkout.state.entries.values())
            for planned in plan_of(*JOBS, entries=known).jobs:
                if planned.entry and planned.entry.spent:
                    assert planned.action is not Action.SUBMIT

    @invariant()
    def what_is_on_disk_is_what_is_known(self):
        for checkout in self.sides.values():
            onlooker = replace(checkout, under_way=[])
            onlooker.recover()
            assert kept(onlooker.state) == kept(checkout.state)


def kept(lockfile: Lockfile) -> Lockfile:
    """A lockfile does not keep which trial a call was, nor calls that were withdrawn; a journal does."""
    kept = {
        fingerprint: entry._replace(
            attempts=tuple(
                one._replace(trial=1) for one in entry.attempts if one.state is not State.WITHDRAWN
            ),
        )
        for fingerprint, entry in lockfile.entries.items()
    }
    return replace(lockfile, entries=kept)


def paid_for_tasks(lockfile: Lockfile) -> Credits:
    return Credits(lockfile.spent - lockfile.in_doubt_credits)


TwoCheckouts.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestTwoCheckouts = TwoCheckouts.TestCase
