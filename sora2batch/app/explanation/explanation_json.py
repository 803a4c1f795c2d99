"""An explanation as the document of ``explain --json``."""

from __future__ import annotations

from collections.abc import Iterator

from sora2batch.app.explanation.explanation import Explanation
from sora2batch.ground.canonical import JsonObject, JsonValue, canonical_json
from sora2batch.ground.credit_price import priced
from sora2batch.ground.file_input import with_content_only
from sora2batch.ground.text import readable
from sora2batch.lockfile.entry import Attempt, Entry
from sora2batch.matrix.provenance.job_origin import FieldOrigin, JobOrigin, Read, WrittenAt
from sora2batch.plan.action import WaitingJob
from sora2batch.plan.change import describe_change


def identity_of(told: Explanation) -> JsonObject:
    """Tell what a fingerprint is the hash of."""
    return {"input": with_content_only(told.input), "take": told.take, "tool_type": told.tool_type}


def explanation_to_json(told: Explanation) -> JsonObject:
    """Turn an explanation into its document."""
    origin, planned = told.origin, told.planned
    return {
        "version": 1,
        "manifest": readable(told.manifest),
        "lockfile": readable(told.lockfile),
        "key": told.key,
        "tool_type": told.tool_type,
        "take": told.take,
        "takes": origin.takes if origin else None,
        "credits": planned.job.credits if planned else None,
        "price": told.price_text,
        "result": told.result and readable(told.result),
        "filename": told.filename,
        "at": _job_places(origin) if origin else None,
        "cell": [
            {"axis": one.axis, "label": one.label, "value": one.value, "at": _at(one.at)}
            for one in (origin.cell if origin else ())
        ],
        "input": list(_fields(told)),
        **_stage(told),
        "fingerprint": told.fingerprint,
        "identity": canonical_json(identity_of(told)).decode() if told.fingerprint else None,
        "action": planned.action.value if planned else None,
        "reason": planned.reason if planned else "the manifest does not ask for it any more",
        "spent": told.entry.spent if told.entry else 0,
        "calls": _calls(told.entry) if told.entry else [],
        "former": [_former(entry, told) for entry in told.former],
        "nearest": _former(told.nearest, told) if told.nearest else None,
        **priced(told.credit_price),
    }


def _stage(told: Explanation) -> JsonObject:
    """*Shape*: nothing of a job that rests on no other."""
    needs: list[JsonValue] = [
        {
            "key": need.key,
            "action": need.planned.action.value if need.planned else None,
            "file": need.file.file if need.file else None,
        }
        for need in told.needs
    ]
    gate = told.planned.job.gate if isinstance(told.planned, WaitingJob) else None
    return {**({"needs": needs} if needs else {}), **({"gate": gate} if gate else {})}


def _job_places(origin: JobOrigin) -> JsonObject:
    return {
        "group": _at(origin.group),
        "tool": _at(origin.tool),
        "repeat": _at(origin.repeat),
        "filename": _at(origin.filename),
    }


def _fields(told: Explanation) -> Iterator[JsonObject]:
    if told.origin is None:
        yield from ({"name": name, "value": value, "from": "lockfile"} for name, value in told.input.items())
        return
    yield from (_field(one, told.tool_defaults.get(one.name)) for one in told.origin.fields)


def _field(one: FieldOrigin, default: WrittenAt | None) -> JsonObject:
    return {
        "name": one.name,
        "value": one.value,
        "from": one.kind.value,
        "at": _at(one.at or default),
        "template": one.template,
        "reads": [_read(read) for read in one.reads],
        "overrides": _at(one.overrides),
    }


def _read(read: Read) -> JsonObject:
    return {
        "name": read.name,
        "kind": read.kind.value,
        "value": read.value,
        "at": _at(read.at),
        "template": read.template,
        "reads": [_read(one) for one in read.reads],
    }


def _at(at: WrittenAt | None) -> JsonValue:
    if at is None:
        return None
    return {
        "file": readable(at.file),
        "line": at.position.line,
        "column": at.position.column,
        "path": at.path,
    }


def _former(entry: Entry, told: Explanation) -> JsonObject:
    return {
        "key": entry.key,
        "fingerprint": entry.fingerprint,
        "tool_type": entry.tool_type,
        "take": entry.take,
        "input": entry.input,
        "change": describe_change(entry.tool_type, entry.input, told.tool_type, told.input),
        "spent": entry.spent,
        "calls": _calls(entry),
    }


def _calls(entry: Entry) -> list[JsonValue]:
    return [_call(attempt) for attempt in entry.attempts]


def _call(attempt: Attempt) -> JsonObject:
    error = attempt.error
    return {
        "attempt": attempt.number,
        "state": attempt.state.value,
        "credits": attempt.credits if attempt.is_paid else 0,
        "task_id": attempt.task_id,
        "submitted_at": attempt.submitted_at,
        "finished_at": attempt.finished_at,
        "api": attempt.api,
        "account": attempt.account,
        "seen": dict(attempt.seen),
        "outputs": [
            {"url": one.url, "path": one.path, "sha256": one.sha256, "bytes": one.bytes}
            for one in attempt.outputs
        ],
        "error": {"code": error.code, "message": error.message} if error else None,
    }
