"""All about one job: where each of its values comes from, what a run would do, what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.explanation.explanation import Explanation, find_job, nearest_record
from sora2batch.app.explanation.explanation_json import explanation_to_json
from sora2batch.app.explanation.explanation_text import explanation_lines
from sora2batch.app.explanation.tool_default import default_places
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.ground.job import Job
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.provenance.job_origin import FieldKind
from sora2batch.matrix.provenance.trace import trace
from sora2batch.matrix.stage import NO_RESULTS
from sora2batch.plan.action import PlannedJob
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
    found = find_job(args.key, batch.expansion.jobs, lockfile)
    told = _of_job(batch, lockfile, found) if isinstance(found, Job) else _of_orphan(batch, found)
    if args.as_json:
        print_json(explanation_to_json(told), printer)
    else:
        printer.output_listing(explanation_lines(told))


def _of_job(batch: Batch, lockfile: Lockfile, job: Job) -> Explanation:
    stages = batch.expansion.stages
    asked = stages.asked if stages else batch.expansion.jobs
    keys = [one.key for one in asked if one.group == job.group]
    tree, results = DiskTree(batch.manifest.path.parent), batch.known or NO_RESULTS
    origin = trace(batch.manifest, batch.catalog, tree, job, keys.index(job.key), results)
    by_tool = [field.name for field in origin.fields if field.kind is FieldKind.TOOL]
    marks = {one.fingerprint for one in batch.expansion.jobs}
    orphans = [entry for mark, entry in lockfile.entries.items() if mark not in marks]
    entry, former = lockfile.get(job.fingerprint), tuple(one for one in orphans if one.key == job.key)
    return Explanation(
        manifest=batch.manifest.path.as_posix(),
        lockfile=batch.lock_path.as_posix(),
        key=job.key,
        tool_type=job.tool_type,
        take=job.take,
        input=job.input,
        fingerprint=job.fingerprint,
        planned=_planned(batch, lockfile, job),
        origin=origin,
        tool_defaults=dict(default_places(job.tool_type, by_tool, batch.tools_dirs)),
        entry=entry,
        former=former,
        nearest=None if entry or former else nearest_record(job, orphans),
        price_text=batch.catalog.get(job.tool_type).price_text,
        credit_price=batch.credit_price,
        result=(batch.output_dir / job.filename).as_posix(),
        filename=batch.manifest.output.filename,
    )


def _of_orphan(batch: Batch, entry: Entry) -> Explanation:
    tool = batch.catalog.tools.get(entry.tool_type)
    return Explanation(
        manifest=batch.manifest.path.as_posix(),
        lockfile=batch.lock_path.as_posix(),
        key=entry.key,
        tool_type=entry.tool_type,
        take=entry.take,
        input=entry.input,
        fingerprint=entry.fingerprint,
        entry=entry,
        price_text=tool.price_text if tool else None,
        credit_price=batch.credit_price,
    )


def _planned(batch: Batch, lockfile: Lockfile, job: Job) -> PlannedJob:
    """Decide about one job as a plan does that is not narrowed down; only its own files are looked at."""
    entry, fault = lockfile.get(job.fingerprint), batch.file_fault
    own = entry.attempts if entry else ()
    inputs = PlanInputs(
        manifest=batch.manifest.file,
        jobs=batch.expansion.jobs,
        lockfile=lockfile,
        budget=batch.budget,
        selection=Selection(),
        notices=(),
    )
    plan = make_plan(inputs, lambda attempt: fault(attempt) if attempt in own else None)
    return next(one for one in plan.jobs if one.job.fingerprint == job.fingerprint)
