"""What ``run`` does: batches carried out one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.discover import is_one_manifest
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.snapshot import status_of
from sora2batch.app.config.settings import is_strict
from sora2batch.app.execution.ending import Ending, ended, ending_to_json, not_begun, refused
from sora2batch.app.execution.event_stream import EventStream
from sora2batch.app.execution.execution import carry_out, check_beforehand
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.notify import News, notify, recipients
from sora2batch.app.output.json_document import print_documents
from sora2batch.app.output.output import Display, OutputError, Printer
from sora2batch.app.planning.plan import show_plans
from sora2batch.app.planning.planning import Planned, narrow
from sora2batch.app.planning.strictness import refuse_slips
from sora2batch.app.run_args import RunArgs, own_plan
from sora2batch.app.status.show_status import print_outcome
from sora2batch.app.status.waiting_advice import gates_of
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import ExitCode, Sora2BatchError, UsageError, gravest
from sora2batch.ground.text import one_line
from sora2batch.plan.job_status import Status
from sora2batch.plan.overview import words_of
from sora2batch.plan.plan_file import SavedPlan, read_saved_plan
from sora2batch.run.outcome import Outcome

_SUMMARY_ROOM = 500
_ENDS_ALL = frozenset({ExitCode.INTERRUPTED, ExitCode.TERMINATED, ExitCode.KEY, ExitCode.UNREACHABLE})
"""After these the next batch is not begun."""


Carrier: TypeAlias = Callable[[Batch, RunRequest], Outcome]
"""Carries one batch out; an error says that nothing was sent."""
Planner: TypeAlias = Callable[[RunArgs, Batch], Planned]
"""Makes the plan of one batch."""


def run(args: RunArgs, printer: Display) -> ExitCode:
    """Carry out every batch here, or show what would be done.

    Raises:
        Sora2BatchError: nothing was sent for any of them.
    """
    return run_by(carry_out, args, printer)


def run_by(carrier: Carrier, args: RunArgs, printer: Display, plan: Planner = own_plan) -> ExitCode:
    """Have every batch carried out, or show what would be done.

    Args:
        carrier: who does it.
        args: what is asked for.
        printer: what is told goes there.
        plan: makes the plan of a batch that is only to be shown.

    Raises:
        Sora2BatchError: nothing was sent for any of them.
    """
    _check_form(args)
    args = _with_saved_plan(args)
    if not args.manifests:
        raise UsageError("which manifest? Name one, or a saved plan with --plan FILE")
    loader = loader_for(args.tools_dirs, simulated=args.simulated, max_credits=args.max_credits)
    batches = narrow(loader.load_all(args.manifests), args.selection)
    if args.fleet:
        batches = [replace(one, is_shared=True) for one in batches]
    strict = any(is_strict(one.manifest.path.parent, flag=args.strict) for one in batches)
    if strict:
        refuse_slips(batches)
    if args.dry_run:
        return show_plans(batches, partial(plan, args), args.view(printer))
    told = recipients(args.notify, batches[0].manifest.path.parent)
    events = EventStream(printer) if args.as_jsonl else None
    request = args.request(printer, events, is_strict=strict)
    if len(batches) > 1:
        check_beforehand(batches, request)
    carried = _carry_out_all(batches, args, request, carrier)
    endings = [_heard(ending, args, events) for ending in carried]
    code = gravest({ending.exit_code for ending in endings})
    if events and events.fault:
        code = gravest({code, events.fault.exit_code})
    if args.as_json:
        documents = [_document(one, args) for one in endings]
        code = _told(code, lambda: print_documents(documents, printer, is_one=args.is_one), printer)
    if told:
        paths = tuple(one.manifest.path for one in batches)
        summary = "; ".join(map(_summary, endings))
        notify(told, News(paths, code, summary, any(map(_gates, endings))), printer)
    return code


def _check_form(args: RunArgs) -> None:
    if args.as_jsonl and args.as_json:
        raise UsageError("--json is one document and --jsonl a line for each event: give one of them")
    if args.as_jsonl and args.dry_run:
        raise UsageError("nothing happens in a --dry-run: its plan is printed with --json")


def _heard(ending: Ending, args: RunArgs, events: EventStream | None) -> Ending:
    """Tell whoever hears the events how the run of a batch ended."""
    if events:
        events.ended(ending.batch.manifest.file, ending.exit_code, _document(ending, args))
    return ending


def _document(ending: Ending, args: RunArgs) -> JsonObject:
    return ending_to_json(ending, status_of(ending.batch), args.again(ending))


def _summary(ending: Ending) -> str:
    """Write how a run of a batch ended in a line, for who is told of it."""
    status = _status_if_any(ending.batch)
    counts = words_of(status.states, sorted(status.states)) if status else ""
    picks = f"somebody has to pick: {', '.join(gates)}" if (gates := _gates(ending)) else ""
    parts = [ending.batch.manifest.file, counts, picks, ending.reason.message if ending.reason else ""]
    return one_line(": ".join(part for part in parts if part), _SUMMARY_ROOM)


def _gates(ending: Ending) -> Sequence[str]:
    """Name the picks files that jobs wait for."""
    status = _status_if_any(ending.batch)
    return [*gates_of(status)] if status else []


def _with_saved_plan(args: RunArgs) -> RunArgs:
    """Take everything that decides what is sent from the plan file, and refuse to change it."""
    if args.plan_file is None:
        return args
    saved = read_saved_plan(args.plan_file)
    limits = (args.limit, args.max_credits)
    narrows = args.select or args.where or args.until or args.only
    if narrows or args.retry_failed or args.force or limits != (None, None):
        raise UsageError(
            "--plan does exactly the saved plan; leave --select, --where, --limit and the like out"
        )
    return replace(
        args,
        manifests=(_manifest_of(saved, args.plan_file, args.manifests),),
        tools_dirs=args.tools_dirs or tuple(_beside(args.plan_file, one) for one in saved.tools_dirs),
        simulated=args.simulated or saved.simulated,
        max_credits=saved.max_credits,
        saved=saved,
    )


def _manifest_of(saved: SavedPlan, plan_file: Path, named: Sequence[Path]) -> Path:
    """Choose the manifest that is named, else the one that the plan file leads to."""
    path = named[0] if named else _beside(plan_file, saved.manifest_path)
    if named and not is_one_manifest(named):
        raise UsageError("a saved plan is of one manifest")
    if path.name != saved.manifest_name:  # its lockfile would be another one as well
        raise UsageError(f"{plan_file} is a plan of {saved.manifest_name}, not of {path.name}")
    if not named and not path.exists():
        raise UsageError(
            f"{plan_file} is a plan of {path}, which is not there",
            hint=f"the plan or the manifest was moved: `sora2batch run MANIFEST --plan {plan_file}`",
        )
    return path


def _beside(plan_file: Path, path: str) -> Path:
    """Find a path of a plan from the plan file's folder, and spell it as seen from here."""
    found = plan_file.resolve().parent / path
    try:
        return Path(os.path.relpath(found))
    except (OSError, ValueError):  # the working folder was removed, or is on another drive
        return found.resolve()


def _carry_out_all(
    batches: Sequence[Batch], args: RunArgs, request: RunRequest, carrier: Carrier
) -> Iterator[Ending]:
    for number, batch in enumerate(batches, start=1):
        ending = _carry_out_one(batch, args, request, carrier)
        yield ending
        if ending.exit_code in _ENDS_ALL:
            if rest := batches[number:]:
                request.printer.info(f"not begun: {', '.join(str(one.manifest.path) for one in rest)}")
            yield from (not_begun(one, ending) for one in rest)
            return


def _carry_out_one(batch: Batch, args: RunArgs, request: RunRequest, carrier: Carrier) -> Ending:
    """Run one batch; an error ends this batch and is told, so that the others have their turn."""
    try:
        outcome = carrier(batch, request)
    except Sora2BatchError as error:
        request.printer.failure(error)
        return refused(batch, error, _status_if_any(batch))
    for stop in outcome.stops:
        if stop.error:
            request.printer.failure(stop.error)
    ending = ended(batch, outcome)
    if args.as_json or args.as_jsonl:
        return ending
    code = _told(
        ending.exit_code,
        lambda: print_outcome(batch, status_of(batch), request.printer, outcome.missing_files),
        request.printer,
    )
    return replace(ending, exit_code=code)


def _status_if_any(batch: Batch) -> Status | None:
    try:
        return status_of(batch)
    except Sora2BatchError:  # it may be that which was told
        return None


def _told(code: ExitCode, tell: Callable[[], None], printer: Printer) -> ExitCode:
    """Print what came of it; where that cannot be done, the next batch has its turn all the same."""
    try:
        tell()
    except OutputError as error:
        printer.failure(error)
        return gravest({code, error.exit_code})
    return code
