"""The lines of ``run --jsonl``: every event has one, each is of the schema, and the schema has no other."""

import json
from datetime import UTC, datetime
from typing import get_args

import pytest
from jsonschema_rs import validator_for

from fakes.building import TOOL, job_of, plan_of
from fakes.still_clock import StillClock
from sora2batch.app.execution.event_stream import EventStream, print_failure_line
from sora2batch.app.output.failure import Failure
from sora2batch.app.output.output import OutputError
from sora2batch.app.tracking.forecast import Forecast
from sora2batch.app.tracking.run_progress import progress_of
from sora2batch.ground.problem import Fault, Position
from sora2batch.ground.rule import Rule
from sora2batch.ground.schema import load_schema
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.outlook import Duration
from sora2batch.run import event
from sora2batch.run.stages import Stages

FOX = job_of("fox")
EVENTS = [
    event.Uploaded(file="images/fox.jpg", bytes=7, is_new=True),
    event.Ready(job=FOX._replace(needs=("stills/fox",))),
    event.Submitted(job=FOX, task_id="a"),
    event.Rejected(job=FOX, message="no"),
    event.InDoubt(job=FOX, message="no answer"),
    event.Deferred(job=FOX, message="busy"),
    event.Paused(seconds=1.5, message="busy"),
    event.Generated(job=FOX),
    event.Failed(job=FOX, message="no"),
    event.TimedOut(job=FOX, task_id="a"),
    event.Downloaded(job=FOX, paths=("fox.mp4",)),
    event.NotDownloaded(job=FOX, message="gone"),
    event.Stored(job=FOX),
    event.NotStored(job=FOX, message="denied"),
    event.Looked(job=FOX, path="fox.mp4", look=(("black", "black for 9.8 of 10.0 s"),)),
    event.NotLooked(job=FOX, path="fox.mp4", message="the decoder gave up on it"),
    event.Unsaved(job=FOX, task_id="a"),
    event.Warned(message="look out \udcff"),
    event.Stopped(message="stopped"),
    event.Spent(charged=1, budget=2),
    event.Ticked(),
]


class Lines:
    """Standard output that takes so many lines."""

    level = 0

    def __init__(self, room: int = 1000) -> None:
        self.lines: list[bytes] = []
        self.failures: list[str] = []
        self._room = room

    def output(self, text: bytes) -> None:
        if len(self.lines) == self._room:
            raise OutputError("the disk is full")
        self.lines.append(text)

    def failure(self, error: OutputError) -> None:
        self.failures.append(error.message)


def told(events: EventStream, *, forecast: bool = True) -> None:
    plan = plan_of(FOX)
    progress = progress_of(plan, Stages.ALL)
    if forecast:
        progress.forecast = Forecast(plan, {TOOL: Duration(60, 180)}, RunOptions(), StillClock())
    events.planned("foxes.yaml", plan)
    listener = events.listener("foxes.yaml", progress)
    for happened in EVENTS:
        progress.hear(happened)
        listener(happened)
    for _ in range(10):
        listener(event.Ticked())
    fault = Fault(rule=Rule.UNREADABLE_FILE, message="no", hint=None).at("foxes.yaml", Position(1, 1))
    document = {"jobs": [], "error": {"code": "key", "message": "no", "hint": None, "exit_code": 5}}
    document["summary"] = {
        "jobs": 0,
        "states": dict.fromkeys(("pending", "in_doubt", "submitted", "completed", "failed", "rejected"), 0),
        "credits": {"budget": 1, "spent": 2, "in_doubt": 0, "to_spend": 0, "remaining": -1},
    }
    document["resume"] = {"command": ["sora2batch"], "lockfile": "foxes.lock.jsonl"}
    events.ended("foxes.yaml", 5, document)
    failure = Failure(exit_code=2, message="no", problems=(fault,))
    print_failure_line(failure, events._printer)


def test_every_event_is_tried_here():
    assert {type(one) for one in EVENTS} == set(get_args(event.Event))


def test_every_kind_has_its_line_and_its_schema_and_the_schema_knows_no_other():
    printer = Lines()
    told(EventStream(printer))
    lines = [json.loads(line) for line in printer.lines]
    schema = load_schema("events.schema.json")
    validator = validator_for(schema)
    for line in lines:
        assert [error.message for error in validator.iter_errors(line)] == []
    known = [one["$ref"].removeprefix("#/$defs/event_") for one in schema["oneOf"]]
    assert sorted(known) == sorted(line["event"] for line in lines)
    assert "document" not in lines[-2]


def test_every_kind_of_event_is_explained():
    schema = load_schema("events.schema.json")
    for name, one in schema["$defs"].items():
        if name.startswith("event_"):
            assert one["description"].endswith("."), name


def test_a_line_tells_when_in_utc_and_where_nobody_waits_for_it_no_time_left():
    printer = Lines()
    told(EventStream(printer, StillClock(datetime(2026, 11, 29, 12, 0, 0, 5000, tzinfo=UTC))), forecast=False)
    first, *_, progress, _, _ = (json.loads(line) for line in printer.lines)
    assert first["time"] == "2026-11-29T12:00:00.005Z"
    assert (progress["event"], progress["seconds_left"]) == ("progress", None)


def test_a_full_disk_is_told_once_and_the_run_goes_on():
    printer = Lines(room=2)
    events = EventStream(printer)
    with pytest.raises(OutputError):  # of the last line, which is printed by nobody's run
        told(events)
    assert len(printer.lines) == 2
    assert printer.failures == ["the disk is full"]
    assert events.fault
