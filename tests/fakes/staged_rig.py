"""A whole run in memory of jobs that are made from the results of others, and what must hold of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from fakes.rig import TOOL, MemoryFolder, Rig
from fakes.video_api import ScriptedApi
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import file_inputs_in, map_files
from sora2batch.ground.job import Credits, Job, fingerprint_of
from sora2batch.ground.pending_job import PendingJob
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.matrix.output_mark import mark_output
from sora2batch.matrix.stage import RecordedResults, Stages, output_of
from sora2batch.plan.action import Plan
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.selection import Selection
from sora2batch.run import stages as run_stages
from sora2batch.run.dependents import Dependents, DependentTerms, gather_dependents
from sora2batch.run.made_files import MadeFiles

FOLDER = "out"


def pending_of(name: str, *needs: str, price: int = 420, key: str | None = None, gate: str | None = None):
    """A job that sends the results of others, by their keys; its prompt is its name."""
    key = key or f"clips/{name}"
    input = {"prompt": name, "images": [mark_output(one) for one in needs]}
    return PendingJob(
        key=key,
        group=key.partition("/")[0],
        labels=(),
        tool_type=TOOL,
        take=1,
        input=input,
        credits=Credits(price),
        filename=f"{key}.mp4",
        columns=(),
        request=fingerprint_of(TOOL, input, 1),
        needs=tuple(dict.fromkeys(needs)),
        fields=("images",),
        gate=gate,
    )


class ContentFolder(MemoryFolder):
    """Each prompt has a result of its own, unless it is said that some share one."""

    def __init__(self, *, same: Sequence[str] = (), **more: Any) -> None:
        super().__init__(**more)
        self._same = frozenset(same)

    async def collect(self, job: Job, attempt: Any, urls: Sequence[str], /) -> Any:
        (output,) = await super().collect(job, attempt, urls)
        name = str(job.input["prompt"])
        digest = sha256((min(self._same) if name in self._same else name).encode()).hexdigest()
        return (output._replace(sha256=digest),)


class ResultUrls:
    """URLs of results that never fail, but for those of digests that are told."""

    def __init__(self, gone: Sequence[str] = ()) -> None:
        self._gone = {sha256(name.encode()).hexdigest() for name in gone}

    async def prepare(self, _jobs: object, /) -> None:
        pass

    async def put_into(self, job: Job, /) -> JsonObject:
        if any(found.sha256 in self._gone for found in file_inputs_in(job.input)):
            raise Sora2BatchError("the API's URL answers no more")
        return map_files(job.input, lambda found: f"https://files.test/{found.sha256}")


@dataclass(slots=True, kw_only=True)
class StagedRig(Rig):
    """A rig some of whose jobs wait for others."""

    pending: list[PendingJob] = field(default_factory=list)
    limit: int | None = None
    asked_without_input: list[str] = field(default_factory=list)
    """Prompts of calls that were made though a result that they rest on was not recorded."""

    @property
    def now(self) -> Stages:
        stages = Stages.of((*self.jobs, *self.pending), {job.key: job for job in self.pending}, {})
        return stages.anew(RecordedResults(self.recorder.lockfile.entries, FOLDER))

    def plan(self) -> Plan:
        now = self.now
        basis = PlanInputs(
            manifest="campaign.yaml",
            jobs=now.jobs,
            stages=now,
            lockfile=self.recorder.lockfile,
            budget=Credits(self.budget),
            selection=Selection(retry_failed=self.retry_failed, limit=self.limit),
            notices=(),
        )
        return make_plan(basis, self.file_fault)

    def dependents(self, plan: Plan) -> Dependents | None:
        if run_stages.Stages.ALL not in self.stages:
            return None
        terms = DependentTerms(folder=FOLDER, file_fault=self.file_fault, retry_failed=self.retry_failed)
        made = MadeFiles(self.recorder.lockfile.entries.values())
        return gather_dependents(plan, self.now.jobs, terms, self.recorder, made)

    def all_known(self, name: str) -> list[Entry]:
        """All that the recorder knows under a prompt: the same one may be sent with other results."""
        return [one for one in self.recorder.all_known if one.input["prompt"] == name]

    def known(self, name: str) -> Entry | None:
        found = self.all_known(name)
        return next((one for one in found if one.state is State.IN_DOUBT), found[0] if found else None)

    def entry(self, name: str) -> Entry | None:
        lockfile = self.recorder.lockfile.entries.values()
        return next((one for one in lockfile if one.input["prompt"] == name), None)

    def state_of(self, key: str) -> State | None:
        """Where a job stands by its key, if its request is known."""
        job = next((one for one in self.now.jobs if one.key == key), None)
        entry = self.recorder.lockfile.get(job.fingerprint) if job else None
        return entry.state if entry else None

    def _check_intent(self, name: str) -> None:
        Rig._check_intent(self, name)
        digests = {
            found.sha256
            for entry in self.recorder.lockfile.entries.values()
            if (found := output_of(entry, FOLDER))
        }
        entry = self.known(name)
        if entry and not {found.sha256 for found in file_inputs_in(entry.input)} <= digests:
            self.asked_without_input.append(name)

    def check_laws(self) -> None:
        Rig.check_laws(self)
        assert self.asked_without_input == []


def _fault_of(attempt: Attempt) -> str | None:
    return None if attempt.outputs and all(one.sha256 for one in attempt.outputs) else "its file is missing"


def staged_rig_of(
    jobs: Sequence[Job], pending: Sequence[PendingJob], api: ScriptedApi, **given: Any
) -> StagedRig:
    given.setdefault("folder", ContentFolder())
    given.setdefault("file_fault", _fault_of)
    given.setdefault("input_urls", ResultUrls())
    return StagedRig(jobs=list(jobs), pending=list(pending), api=api, **given)
