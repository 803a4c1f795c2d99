"""All about one job: where each of its values comes from, what a run would do, what was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.explanation.explanation import Explanation, Need, find_job, nearest_record
from sora2batch.app.explanation.explanation_json import explanation_to_json
from sora2batch.app.explanation.explanation_text import explanation_lines
from sora2batch.app.explanation.tool_default import default_places
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.ground.job import Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.provenance.job_origin import FieldKind, JobOrigin
from sora2batch.matrix.provenance.trace import trace
from sora2batch.matrix.stage import NO_RESULTS, RecordedResults
from sora2batch.plan.action import PlannedJob, WaitingJob
from sora2batch.plan.compare import shown_input
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExplainArgs:
    """The command line, as given."""

    manifest: Path
    key: str
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]


def explain(args: ExplainArgs, printer: Printer) -> None:
    """Tell everything about one job.

    Raises:
        ManifestError: the manifest has problems.
        UsageError: there is no such job.
        LockfileError: the lockfile cannot be read.
    """
    batch = loader_for(args.tools_dirs, simulated=args.simulated).load(args.manifest)
    lockfile = batch.read_lockfile()
    batch = batch.at(lockfile)
    found = find_job(args.key, batch.expansion.all_jobs, lockfile)
    of = _Explainer(batch, lockfile)
    told = of.orphan(found) if isinstance(found, Entry) else of.job(found)
    if args.as_json:
        print_json(explanation_to_json(told), printer)
    else:
        printer.output_listing(explanation_lines(told))


class _Explainer:
    """Gathers what is known of jobs of one batch."""

    def __init__(self, batch: Batch, lockfile: Lockfile) -> None:
        self._batch = batch
        self._lockfile = lockfile

    def job(self, job: AskedJob) -> Explanation:
        """Tell of a job that the manifest asks for."""
        batch, lockfile, jobs = self._batch, self._lockfile, self._batch.expansion.jobs
        origin = self._trace(job)
        by_tool = [field.name for field in origin.fields if field.kind is FieldKind.TOOL]
        marks = {one.fingerprint for one in jobs}
        orphans = [entry for mark, entry in lockfile.entries.items() if mark not in marks]
        mark = job.fingerprint if isinstance(job, Job) else None
        entry = lockfile.get(mark) if mark else None
        former = tuple(one for one in orphans if one.key == job.key)
        planned = self._planned(job, entry)
        return Explanation(
            manifest=batch.manifest.path.as_posix(),
            lockfile=batch.lock_path.as_posix(),
            key=job.key,
            tool_type=job.tool_type,
            take=job.take,
            input=job.input if isinstance(job, Job) else shown_input(job),
            fingerprint=mark,
            planned=planned[job.key],
            origin=origin,
            tool_defaults=dict(default_places(job.tool_type, by_tool, batch.tools_dirs)),
            entry=entry,
            former=former,
            nearest=None if entry or former else nearest_record(job, orphans),
            price_text=batch.catalog.get(job.tool_type).price_text,
            credit_price=batch.credit_price,
            result=(batch.output_dir / job.filename).as_posix(),
            filename=batch.manifest.output.filename,
            needs=self._needs(job.needs, planned),
        )

    def orphan(self, entry: Entry) -> Explanation:
        """Tell of what the lockfile knows and the manifest no longer asks for."""
        batch = self._batch
        tool = batch.catalog.tools.get(entry.tool_type)
        return Explanation(
            manifest=batch.manifest.path.as_posix(),
            lockfile=batch.lock_path.as_posix(),
            key=entry.key,
            tool_type=entry.tool_type,
            take=entry.take,
            input=entry.input,
            fingerprint=entry.fingerprint,
            planned=None,
            origin=None,
            tool_defaults={},
            entry=entry,
            former=(),
            nearest=None,
            price_text=tool.price_text if tool else None,
            credit_price=batch.credit_price,
            result=None,
            filename=None,
            needs=self._needs(entry.needs, self._planned(None, None) if entry.needs else {}),
        )

    def _trace(self, job: AskedJob) -> JobOrigin:
        batch = self._batch
        keys = [one.key for one in batch.expansion.asked if one.group == job.group]
        tree = DiskTree(batch.manifest.path.parent)
        known = batch.known or NO_RESULTS
        return trace(batch.manifest, batch.catalog, tree, job, keys.index(job.key), known)

    def _planned(self, job: AskedJob | None, entry: Entry | None) -> Mapping[str, PlannedJob | WaitingJob]:
        """Decide about each job as a plan does that is not narrowed down; only files of one are looked at."""
        batch, fault = self._batch, self._batch.file_fault
        own = entry.attempts if job and entry else ()
        inputs = PlanInputs(
            manifest=batch.manifest.file,
            jobs=batch.expansion.jobs,
            stages=batch.expansion.stages,
            lockfile=self._lockfile,
            budget=batch.budget,
            selection=Selection(),
            notices=(),
        )
        plan = make_plan(inputs, lambda attempt: fault(attempt) if attempt in own else None)
        return {one.job.key: one for one in plan.listed}

    def _needs(self, keys: Sequence[str], planned: Mapping[str, PlannedJob | WaitingJob]) -> tuple[Need, ...]:
        """Tell of the jobs whose results are sent: what becomes of each, and where its file lies."""
        batch = self._batch
        results = RecordedResults(self._lockfile.entries, batch.layout.output_name(batch.manifest.output.dir))
        needs = []
        for key in keys:
            one = planned.get(key)
            file = results.output_of(one.job.fingerprint) if isinstance(one, PlannedJob) else None
            needs.append(Need(key, one, file))
        return tuple(needs)
