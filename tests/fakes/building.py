"""Jobs, entries, lockfiles and plans for tests of what is planned and run, with as little said as possible."""

from __future__ import annotations

from sora2batch.ground.job import Credits, Fingerprint, Job, fingerprint_of
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry
from sora2batch.plan.action import Plan
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.selection import Selection

TOOL = "sora2-text-to-video-api"


def job_of(
    name: str = "fox",
    *,
    group: str = "hero",
    labels: tuple[tuple[str, str], ...] | None = None,
    credits: int = 420,
    take: int = 1,
    tool_type: str = TOOL,
    **more,
) -> Job:
    """The job that is called so: the same name, tool, take and input are the same job."""
    input = {"prompt": f"a {name}", "mode": "std", **more}
    key = f"{group}/{name}" + (f"#{take}" if take > 1 else "")
    return Job(
        key=key,
        group=group,
        labels=(("subject", name),) if labels is None else labels,
        tool_type=tool_type,
        take=take,
        input=input,
        fingerprint=fingerprint_of(tool_type, input, take),
        credits=Credits(credits),
        filename=key,
    )


def entry_of(job: Job, *attempts: Attempt, key: str | None = None) -> Entry:
    """What the lockfile knows of a job; make attempts with ``fakes.lock_entry``."""
    return Entry.of(job, *attempts).with_key(key or job.key)


def job_behind(entry: Entry, key: str | None = None) -> Job:
    """The job that an entry is about, as a manifest asks for it now."""
    return Job(
        key=key or entry.key,
        group=(key or entry.key).partition("/")[0],
        labels=(),
        tool_type=entry.tool_type,
        take=entry.take,
        input=entry.input,
        fingerprint=entry.fingerprint,
        credits=Credits(420),
        filename=key or entry.key,
        needs=entry.needs,
    )


def lockfile_of(*entries: Entry) -> Lockfile:
    found: dict[Fingerprint, Entry] = {entry.fingerprint: entry for entry in entries}
    return Lockfile(manifest="campaign.yaml", entries=found)


def basis_of(
    *jobs: Job,
    entries: tuple[Entry, ...] = (),
    budget: int = 10_000,
    notices: tuple[str, ...] = (),
    **selection,
) -> PlanInputs:
    return PlanInputs(
        manifest="campaign.yaml",
        jobs=jobs,
        lockfile=lockfile_of(*entries),
        budget=Credits(budget),
        selection=Selection(**selection),
        notices=notices,
    )


def plan_of(*jobs: Job, fault: str | None = None, **more) -> Plan:
    """The plan for jobs and entries; ``fault`` is what is wrong with every finished attempt's files."""
    return make_plan(basis_of(*jobs, **more), lambda _: fault)
