"""``run --jsonl``: what happens, a JSON object a line; ``schemas/events.schema.json`` describes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import orjson

from sora2batch.app.output.failure import Failure
from sora2batch.app.output.json_document import failure_to_json, without_old_commands
from sora2batch.app.output.output import OutputError, Printer
from sora2batch.app.tracking.run_progress import RunProgress
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.clock import Clock, SystemClock
from sora2batch.ground.job import Job
from sora2batch.ground.text import readable
from sora2batch.plan.action import Plan
from sora2batch.plan.render_json import summary_to_json
from sora2batch.run import event
from sora2batch.run.event import Event, Listener

_VERSION = 1
_TICKS_A_LINE = 10
"""A line in as many seconds tells that the run is alive, even where nothing happens."""


class EventStream:
    """Writes lines to standard output as long as somebody takes them; a run goes on without."""

    def __init__(self, printer: Printer, clock: Clock | None = None) -> None:
        self._printer = printer
        self._clock = clock or SystemClock()
        self.fault: OutputError | None = None
        """Why lines are missing; a reader that went away is none."""

    def planned(self, manifest: str, plan: Plan) -> None:
        """Tell what a run is about to do."""
        self.write("planned", manifest, {"summary": summary_to_json(plan)})

    def ended(self, manifest: str, exit_code: int, document: JsonObject) -> None:
        """Tell how the run of a batch ended: its document without the jobs."""
        told: JsonObject = {
            name: document[name] for name in ("summary", "error", "resume") if name in document
        }
        self.write("ended", manifest, {"exit_code": exit_code, **told})

    def listener(self, manifest: str, progress: RunProgress) -> Listener:
        """Make what tells the events of a batch; it hears each after it was counted."""
        return _Lines(self, manifest, progress)

    def tell(self, manifest: str, happened: Event) -> None:
        """Tell an event of a batch of which nobody follows how far it is."""
        if not isinstance(happened, event.Ticked):
            kind, more = told_of_event(happened)
            self.write(kind, manifest, more)

    def write(self, kind: str, manifest: str, more: JsonObject) -> None:
        """Write a line, at once."""
        if self.fault:
            return
        try:
            self._printer.output(_line(kind, self._clock.now(), {"manifest": manifest, **more}))
        except OutputError as error:
            self.fault = error
            self._printer.failure(error)


def print_failure_line(failure: Failure, printer: Printer) -> None:
    """Print what ended the call itself, as the last line."""
    printer.output(_line("error", SystemClock().now(), failure_to_json(failure)))


def _line(kind: str, moment: datetime, more: JsonObject) -> bytes:
    time = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line: JsonObject = {"version": _VERSION, "event": kind, "time": time, **more}
    try:
        return without_old_commands(orjson.dumps(line))
    except TypeError:  # the name of a file may be no Unicode
        return without_old_commands(orjson.dumps(_readable(line)))


def _readable(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return readable(value)
        case list():
            return [_readable(one) for one in value]
        case dict():
            return {readable(name): _readable(one) for name, one in value.items()}
        case _:
            return value


@dataclass(slots=True)
class _Lines:
    stream: EventStream
    manifest: str
    progress: RunProgress
    ticks: int = 0

    def __call__(self, happened: Event, /) -> None:
        kind, more = told_of(happened, self.progress)
        if isinstance(happened, event.Ticked):
            self.ticks += 1
            if self.ticks % _TICKS_A_LINE:
                return
        self.stream.write(kind, self.manifest, more)


def told_of(happened: Event, progress: RunProgress) -> tuple[str, JsonObject]:
    """Tell an event as its kind and what else its line says."""
    if isinstance(happened, event.Ticked):
        return "progress", _progress(progress)
    return told_of_event(happened)


_OfTask = (
    event.Ready
    | event.Generated
    | event.Failed
    | event.TimedOut
    | event.Downloaded
    | event.NotDownloaded
    | event.Stored
    | event.NotStored
    | event.Looked
    | event.NotLooked
)
_Untimed = (
    event.Uploaded
    | event.Submitted
    | event.Rejected
    | event.InDoubt
    | event.Deferred
    | event.Paused
    | event.Unsaved
    | event.Warned
    | event.Stopped
    | event.Spent
)


def told_of_event(happened: _Untimed | _OfTask) -> tuple[str, JsonObject]:
    """The same of any event but that time goes by."""
    match happened:
        case event.Uploaded(file=file, bytes=length, is_new=is_new):
            return "uploaded", {"file": file, "bytes": length, "is_new": is_new}
        case event.Submitted(job=job, task_id=task_id):
            return "submitted", {**_job(job), "task_id": task_id, "credits": job.credits}
        case event.Rejected(job=job, message=message):
            return "rejected", {**_job(job), "message": message}
        case event.InDoubt(job=job, message=message):
            return "in_doubt", {**_job(job), "message": message, "credits": job.credits}
        case event.Deferred(job=job, message=message):
            return "deferred", {**_job(job), "message": message}
        case event.Paused(seconds=seconds, message=message):
            return "paused", {"seconds": seconds, "message": message}
        case event.Unsaved(job=job, task_id=task_id):
            return "unsaved", {**_job(job), "task_id": task_id}
        case event.Warned(message=message):
            return "warned", {"message": message}
        case event.Stopped(message=message):
            return "stopped", {"message": message}
        case event.Spent(charged=charged, budget=budget):
            return "spent", {"spent": charged, "budget": budget}
        case _:
            return _told_of_task(happened)


def _told_of_task(happened: _OfTask) -> tuple[str, JsonObject]:
    """Tell what became of a task that the API has accepted, of its files, and of who waits for these."""
    job = _job(happened.job)
    match happened:
        case event.Ready():
            return "ready", {**job, "needs": [*happened.job.needs]}
        case event.Generated():
            return "generated", job
        case event.Failed(message=message):
            return "failed", {**job, "message": message}
        case event.TimedOut(task_id=task_id):
            return "timed_out", {**job, "task_id": task_id}
        case event.Downloaded(paths=paths):
            return "downloaded", {**job, "paths": list(paths)}
        case event.NotDownloaded(message=message):
            return "not_downloaded", {**job, "message": message}
        case event.Stored():
            return "stored", job
        case event.NotStored(message=message):
            return "not_stored", {**job, "message": message}
        case event.Looked(path=path, look=look):
            return "looked", {**job, "path": path, "look": dict(look)}
        case event.NotLooked(path=path, message=message):
            return "not_looked", {**job, "path": path, "message": message}
        case _:
            assert_never(happened)


def _job(job: Job) -> JsonObject:
    return {"key": job.key, "fingerprint": job.fingerprint}


def _progress(now: RunProgress) -> JsonObject:
    left = now.forecast.left if now.forecast else None
    return {
        "submitted": {"done": now.submitted, "of": now.expected_to_submit},
        "generated": {"done": now.generated, "of": now.expected_to_generate},
        "downloaded": {"done": now.downloaded, "of": now.expected_to_download},
        "spent": now.spent,
        "budget": now.budget,
        "seconds_left": {"min": round(left.min), "max": round(left.max)} if left else None,
    }
