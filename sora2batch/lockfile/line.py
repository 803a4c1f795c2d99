"""One line of a lockfile or journal, as text and as a value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any, TypedDict

import orjson

from sora2batch.ground.canonical import JsonObject, NotCanonicalError, canonical_json, is_flat
from sora2batch.ground.job import Fingerprint, fingerprint_of
from sora2batch.ground.problem import format_path
from sora2batch.ground.schema import load_schema
from sora2batch.ground.validation import Validator
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, Output, State

LOCK_VERSION = 1

_STRICT = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
"""Whole numbers above 2**53 are errors: a float that is written so would come back as an integer."""


_STATES = {state.value: state for state in State}


class LineError(ValueError):
    """A line that says something else than it should; the reader adds which line it is."""


class _OutputLine(TypedDict, total=False):
    url: str
    path: str
    sha256: str
    bytes: int
    stored: bool
    look: dict[str, str]
    pruned: bool


class _ErrorLine(TypedDict, total=False):
    code: int | str
    message: str


class _AttemptLine(TypedDict, total=False):
    state: str
    credits: int
    task_id: str
    attempt: int
    trial: int
    submitted_at: str
    finished_at: str
    api: str
    account: str
    outputs: list[_OutputLine]
    error: _ErrorLine
    seen: dict[str, str]


_From = TypedDict("_From", {"from": list[str]}, total=False)
"""A key that Python does not let be a name."""


class _JobLine(_AttemptLine, _From, total=False):
    key: str
    tool_type: str
    take: int
    input: JsonObject
    also_paid: list[_AttemptLine]
    fingerprint: Fingerprint


def encode_lockfile_line(entry: Entry) -> bytes:
    """Write an entry as a lockfile's line, LF included; withdrawn calls and trials are left out.

    Raises:
        NotCanonicalError: the input has no canonical JSON form.
    """
    return orjson.dumps(_job_line(entry, orjson.Fragment(canonical_json(entry.input)))) + b"\n"


def encode_journal_line(entry: Entry) -> bytes:
    """Write an entry's first attempt as a journal's line, LF included.

    Raises:
        LineError: the line could not be read back.
        NotCanonicalError: the input has no canonical JSON form.
    """
    first = entry.only(entry.primary)
    line = _job_line(first, entry.input)
    if entry.primary.trial != 1:
        line["trial"] = entry.primary.trial
        line["fingerprint"] = line.pop("fingerprint")
    _check("job", line)
    input = canonical_json(entry.input)
    if not is_flat(entry.input):  # or else there is no number that could come back as another
        _check_integers(orjson.loads(input))
    line["input"] = orjson.Fragment(input)
    return orjson.dumps(line) + b"\n"


def decode_job(data: object) -> Entry:
    """Read one job's line.

    Raises:
        LineError: it does not follow the schema, or its fingerprint is not that of what it says was sent.
    """
    _check("job", data)
    line: _JobLine = data  # type: ignore[assignment] # as it has just been found to be
    _check_fingerprint(line)
    also = line.get("also_paid")
    attempts = tuple(map(_attempt, (line, *also))) if also else (_attempt(line),)
    needs = line.get("from")
    return Entry(
        line["key"],
        line["fingerprint"],
        line["tool_type"],
        line["take"],
        line["input"],
        attempts,
        tuple(needs) if needs else (),
    )


def check_header(data: object) -> JsonObject:
    """Check a header line and hand it back.

    Raises:
        LineError: it is no header, or that of a later version.
    """
    if not isinstance(data, dict) or "lock_version" not in data:
        raise LineError('no header such as {"lock_version":1,"manifest":"NAME.yaml"} stands first')
    version = data["lock_version"]
    if isinstance(version, int) and version > LOCK_VERSION:
        raise LineError(f"was written by a newer sora2batch (lock_version {version}); please upgrade")
    _check("header", data)
    return data


def _job_line(entry: Entry, input: object) -> dict[str, Any]:
    first = entry.primary
    line: dict[str, Any] = {"key": entry.key, "state": first.state.value}
    if first.credits:
        line["credits"] = first.credits
    if first.task_id is not None:
        line["task_id"] = first.task_id
    line["tool_type"] = entry.tool_type
    line["take"] = entry.take
    line["input"] = input
    if entry.needs:
        line["from"] = list(entry.needs)
    _add_outcome(line, first)
    also = [_attempt_line(attempt) for attempt in entry.attempts[1:] if attempt.state is not State.WITHDRAWN]
    if also:
        line["also_paid"] = also
    if first.number != 1:
        line["attempt"] = first.number
    line["fingerprint"] = entry.fingerprint
    return line


def _attempt_line(attempt: Attempt) -> dict[str, Any]:
    line: dict[str, Any] = {"state": attempt.state.value}
    if attempt.credits:
        line["credits"] = attempt.credits
    if attempt.task_id is not None:
        line["task_id"] = attempt.task_id
    if attempt.number != 1:
        line["attempt"] = attempt.number
    _add_outcome(line, attempt)
    return line


def _add_outcome(line: dict[str, Any], attempt: Attempt) -> None:
    if attempt.seen:
        line["seen"] = dict(attempt.seen)
    if attempt.submitted_at is not None:
        line["submitted_at"] = attempt.submitted_at
    if attempt.finished_at is not None:
        line["finished_at"] = attempt.finished_at
    if attempt.api is not None:
        line["api"] = attempt.api
    if attempt.account is not None:
        line["account"] = attempt.account
    if attempt.outputs:
        line["outputs"] = [_output_line(output) for output in attempt.outputs]
    if attempt.error is not None:
        code = {} if attempt.error.code is None else {"code": attempt.error.code}
        line["error"] = {**code, "message": attempt.error.message}


def _output_line(output: Output) -> dict[str, str | int | dict[str, str]]:
    fields = (
        ("url", output.url),
        ("path", output.path),
        ("sha256", output.sha256),
        ("bytes", output.bytes),
        ("stored", output.stored or None),
        ("look", dict(output.look) or None),
        ("pruned", output.pruned or None),
    )
    return {name: value for name, value in fields if value is not None}


def _attempt(line: _AttemptLine) -> Attempt:
    error, seen = line.get("error"), line.get("seen")
    fields = (
        _STATES[line["state"]],
        line.get("credits", 0),
        line.get("attempt", 1),
        line.get("trial", 1),
        line.get("task_id"),
        line.get("submitted_at"),
        line.get("finished_at"),
        line.get("api"),
        line.get("account"),
        _outputs(line.get("outputs", ())),
        ErrorNote(code=error.get("code"), message=error["message"]) if error else None,
        tuple(sorted(seen.items())) if seen else (),
    )
    return Attempt._make(fields)  # in their order: in half the time that names take


def _outputs(lines: Sequence[_OutputLine]) -> tuple[Output, ...]:
    return tuple([_output(line) for line in lines])


def _output(line: _OutputLine) -> Output:
    look = line.get("look")
    seen = tuple(sorted(look.items())) if look else ()
    fields = (
        line.get("url"),
        line.get("path"),
        line.get("sha256"),
        line.get("bytes"),
        line.get("stored", False),
        seen,
        line.get("pruned", False),
    )
    return Output._make(fields)


def _check_fingerprint(line: _JobLine) -> None:
    sent: JsonObject = {"input": line["input"], "take": line["take"], "tool_type": line["tool_type"]}
    # Sorted by orjson nearly every input is canonical; if so the sums agree and the slow way is saved.
    try:
        quick = sha256(orjson.dumps(sent, option=_STRICT)).hexdigest()
        if line["fingerprint"] == f"sha256:{quick}":
            return
        true = fingerprint_of(line["tool_type"], line["input"], line["take"])
    except (NotCanonicalError, orjson.JSONEncodeError) as error:
        raise LineError(f"the input has no canonical JSON form: {error}") from error
    if line["fingerprint"] != true:
        raise LineError("the fingerprint does not fit the input: the line was edited by hand")


def _check_integers(input: object) -> None:
    try:
        orjson.dumps(input, option=_STRICT)
    except orjson.JSONEncodeError as error:
        raise LineError(f"the input has no canonical JSON form: {error}") from error


def _check(kind: str, data: object) -> None:
    validator = _validator(kind)
    if validator.fits(data):
        return
    fault = max(validator.complaints(data), key=lambda one: len(one.path))
    where = format_path(fault.path)
    message = "does not go with this state" if fault.keyword == "falseSchema" else fault.message
    raise LineError(f"{where}: {message}" if where else message)


@cache
def _validator(kind: str) -> Validator:
    schema = load_schema("lockfile.schema.json")
    return Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{kind}"})
