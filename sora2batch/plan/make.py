"""Jobs and lockfile become a plan; pure but for the one question whether a file is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sora2batch.ground.garbage import collector_paused
from sora2batch.ground.job import Credits, Fingerprint, Job
from sora2batch.ground.option_words import option
from sora2batch.ground.pending_job import AskedJob, PendingJob
from sora2batch.ground.problem import Problem
from sora2batch.ground.text import counted, one_line
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, State, in_line_order
from sora2batch.matrix.stage import Stages
from sora2batch.plan.action import Action, Money, Plan, PlannedJob, ReservedJob, WaitingJob
from sora2batch.plan.decision import Decision, FileFault
from sora2batch.plan.selection import Selection
from sora2batch.plan.waiting import waiting_jobs

_KEY_ROOM = 100


class PlanInputs(NamedTuple):
    """All that a plan is made from."""

    manifest: str
    """Bare file name."""
    jobs: Sequence[Job]
    """Every job of the manifest, in its order."""
    lockfile: Lockfile
    budget: Credits
    selection: Selection
    notices: tuple[str, ...]
    stages: Stages | None = None
    """Where jobs are made from the results of others: those that wait; ``jobs`` are those known now."""
    findings: tuple[Problem, ...] = ()
    reserved: Mapping[Fingerprint, ReservedJob] = {}
    """What workers of a fleet are about to submit, by whomever it was asked for."""


def make_plan(inputs: PlanInputs, file_fault: FileFault) -> Plan:
    """Decide for every selected job what a run would do, and add up what it costs.

    Raises:
        UsageError: the selection fits no job.
    """
    picked, pending, added = _pick(inputs)
    orphans = _orphans(inputs.jobs, inputs.lockfile)
    decision = Decision(
        entries=inputs.lockfile.entries,
        former=_latest_by_key(orphans),
        retry_failed=inputs.selection.retry_failed,
        force=inputs.selection.force,
        file_fault=file_fault,
        reserved=inputs.reserved,
    )
    with collector_paused():
        planned = [decision.decide(job) for job in picked]
    kept = _apply_limit(planned, inputs.selection.limit)
    waiting = waiting_jobs(inputs.stages, pending, decision, planned) if inputs.stages else ()
    room = _room(kept, inputs.selection.limit)
    return Plan(
        manifest=inputs.manifest,
        jobs=tuple(kept),
        orphans=orphans,
        waiting=waiting,
        is_staged=inputs.stages is not None,
        room=room,
        money=_money(kept, waiting, room, inputs),
        notices=(
            *inputs.notices,
            *_waiting_notice(inputs.selection.limit, len(planned) - len(kept)),
            *_room_notice(room, waiting),
            *_added_notice(kept, added, inputs.selection),
            *_picture_notice(kept, inputs.selection),
            *_unfetched_notice(orphans),
        ),
        findings=inputs.findings,
    )


class _Picked(NamedTuple):
    """The jobs that are selected."""

    known: Sequence[Job]
    waiting: Sequence[PendingJob]
    added: frozenset[str]
    """Keys of those that nobody named."""


def _pick(inputs: PlanInputs) -> _Picked:
    """Choose the jobs that are selected: those whose requests are known, and those that wait."""
    if inputs.stages is None:
        return _Picked(inputs.selection.pick(inputs.jobs), (), frozenset())
    waiting = (*inputs.stages.waiting, *(job for job, _ in inputs.stages.alike))
    asked: tuple[AskedJob, ...] = (*inputs.jobs, *waiting)
    picked, added = inputs.selection.choose(asked)
    known = tuple(job for job in picked if isinstance(job, Job))
    return _Picked(known, tuple(job for job in picked if isinstance(job, PendingJob)), added)


def _orphans(jobs: Iterable[Job], lockfile: Lockfile) -> tuple[Entry, ...]:
    if not lockfile.entries:
        return ()
    wanted = {job.fingerprint for job in jobs}
    lost = (entry for fingerprint, entry in lockfile.entries.items() if fingerprint not in wanted)
    return tuple(in_line_order(lost))


def _latest_by_key(orphans: Iterable[Entry]) -> Mapping[str, Entry]:
    """Of several orphans under one key keep the one submitted last: what the job was just before."""
    return {entry.key: entry for entry in sorted(orphans, key=_submitted_at)}


def _submitted_at(entry: Entry) -> str:
    return max(attempt.submitted_at or "" for attempt in entry.attempts)


def _apply_limit(planned: list[PlannedJob], limit: int | None) -> list[PlannedJob]:
    if limit is None:
        return planned
    kept: list[PlannedJob] = []
    room = limit
    for one in planned:
        if one.action is Action.SUBMIT:
            if room == 0:
                continue
            room -= 1
        kept.append(one)
    return kept


def _room(kept: Sequence[PlannedJob], limit: int | None) -> int | None:
    """Tell how many jobs that wait the limit allows besides those that are submitted at once."""
    return None if limit is None else limit - sum(one.action is Action.SUBMIT for one in kept)


def _room_notice(room: int | None, waiting: Sequence[WaitingJob]) -> tuple[str, ...]:
    count = sum(one.action is Action.WAIT for one in waiting)
    if room is None or room >= count:
        return ()
    jobs = counted(count, "job that waits for others", "jobs that wait for others")
    return (f"--limit leaves room for {room:,} of the {jobs}",)


def _waiting_notice(limit: int | None, waiting: int) -> tuple[str, ...]:
    if not waiting:
        return ()
    return (f"{option('limit', limit)}: {counted(waiting, 'more job waits', 'more jobs wait')}",)


def _added_notice(kept: Iterable[PlannedJob], added: frozenset[str], selection: Selection) -> tuple[str, ...]:
    """Tell what is paid for that nobody named; who names a group with --until knows that it needs others."""
    paid = [one for one in kept if one.action is Action.SUBMIT and one.job.key in added]
    if not paid or not (selection.select or selection.where):
        return ()
    jobs, credits = counted(len(paid), "job that was", "jobs that were"), sum(one.credits for one in paid)
    more = "" if len(paid) == 1 else " and others"
    told = f"{jobs} not named {'is' if len(paid) == 1 else 'are'} submitted as well, for {credits:,} credits"
    needed = f"the selected ones need {one_line(paid[0].job.key, _KEY_ROOM)}{more}"
    return (f"{told}: {needed}; --only leaves them out",)


def _picture_notice(planned: Iterable[PlannedJob], selection: Selection) -> tuple[str, ...]:
    """Tell what --retry-failed leaves out."""
    keys = [one.job.key for one in planned if selection.retry_failed and one.action is Action.FAILED]
    if not keys:
        return ()
    jobs = counted(len(keys), "failed job is", "failed jobs are")
    more = "" if len(keys) == 1 else " and others"
    told = f"{jobs} not submitted again ({one_line(keys[0], _KEY_ROOM)}{more}): the API refused the picture"
    return (f"{told}; another picture is a new job, {option('force', True)} sends the same once more",)


def _unfetched_notice(orphans: Iterable[Entry]) -> tuple[str, ...]:
    """Tell of results that were paid and that no run will fetch while their jobs are not in the manifest."""
    keys = [entry.key for entry in orphans if any(map(_is_unfetched, entry.attempts))]
    if not keys:
        return ()
    count = counted(len(keys), "orphan was", "orphans were")
    more = "" if len(keys) == 1 else " and others"
    told = f"{count} paid but not fetched ({one_line(keys[0], _KEY_ROOM)}{more})"
    return (f"{told}; a run fetches only what the manifest asks for: put the job back to get its file",)


def _is_unfetched(attempt: Attempt) -> bool:
    is_done = attempt.state is State.COMPLETED
    return attempt.state is State.SUBMITTED or (is_done and not any(out.sha256 for out in attempt.outputs))


def _money(
    planned: Iterable[PlannedJob], waiting: Sequence[WaitingJob], room: int | None, inputs: PlanInputs
) -> Money:
    """Add up what a plan costs; where not all that wait have room, the dearest count."""
    dearest = sorted((one.credits for one in waiting), reverse=True)[:room]
    keys = {one.job.key for one in waiting}  # what is reserved of these is counted with them
    reserved = sum(one.credits for one in inputs.reserved.values() if one.key not in keys)
    return Money(
        budget=inputs.budget,
        spent=inputs.lockfile.spent,
        in_doubt=inputs.lockfile.in_doubt_credits,
        to_spend=Credits(sum(one.credits for one in planned if one.action is Action.SUBMIT)),
        later=Credits(sum(dearest)),
        reserved=Credits(reserved),
    )
