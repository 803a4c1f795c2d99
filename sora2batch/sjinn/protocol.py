"""What answers of the API mean: bytes in, typed value out; no I/O, and no answer raises.

Source: SJinn's Tool API, credits usage and account status pages; https://sjinn.ai/docs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256

from sora2batch.ground.canonical import JsonValue
from sora2batch.lockfile.task_id import plain_task_id
from sora2batch.sjinn.answer import (
    Accepted,
    Account,
    AccountAnswer,
    CreateAnswer,
    Failed,
    KeyRefused,
    NotAccepted,
    OutOfCredits,
    Refusal,
    Rejected,
    StatusAnswer,
    Unknown,
    Unreadable,
    Working,
)
from sora2batch.sjinn.envelope import (
    Envelope,
    as_any_number,
    as_number,
    printable_line,
    read_envelope,
    text_of,
)
from sora2batch.sjinn.result_urls import read_outputs
from sora2batch.sjinn.timeouts import retry_after

_KEY_CODES = frozenset({401, 403})
_CREDIT_CODES = frozenset({100, 101, 402})
_BUSY_STATUSES = frozenset({429, 503})
_LEAST_SERVER_ERROR = 500
_LONGEST_TASK_ID = 200
_TASK_FIELDS = ("task_id", "taskId")
_IDENTITY_FIELDS = ("email", "name")
"""What tells accounts apart, the surest first."""
_ERROR_FIELDS = ("error", "error_msg", "errorMsg")


def read_create(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> CreateAnswer:
    """Tell what became of a create call; the order of the questions is the contract's."""
    envelope = read_envelope(body)
    # A task_id is proof of a charge, whatever the status line beside it says.
    if envelope and envelope.success and (task_id := task_id_of(envelope.data.get("task_id"))):
        return Accepted(task_id)
    if envelope is None and b'"task_id"' in body:
        return Unknown(f"the API's answer names a task, but cannot be read (HTTP {status})")
    if status in _BUSY_STATUSES or (envelope and not envelope.success and envelope.code == 429):
        return NotAccepted(_note(status, envelope), retry_after(headers, now=now))
    if envelope is None:
        return _read_bare(status)
    if status >= _LEAST_SERVER_ERROR and not envelope.success:
        # Whoever wrote that, a gateway may have, did so after the request had been passed on.
        return Unknown(f"the API failed with HTTP {status}: {envelope.message or 'it gave no reason'}")
    if not envelope.success:
        return _read_refusal(status, envelope)
    return Unknown("the API said success but named no task")


def _read_bare(status: int) -> CreateAnswer:
    note = _note(status, None)
    if status in _KEY_CODES:
        return KeyRefused(note)
    if status == 402:
        return OutOfCredits(note)
    return Unknown(f"the API's answer cannot be read (HTTP {status})")


def _read_refusal(status: int, envelope: Envelope) -> CreateAnswer:
    note = _note(status, envelope)
    if status in _KEY_CODES or envelope.code in _KEY_CODES:
        return KeyRefused(note)
    if status == 402 or envelope.code in _CREDIT_CODES:
        return OutOfCredits(note)
    return Rejected(note)


def _read_progress(envelope: Envelope) -> StatusAnswer:
    """Tell how a task is doing; only status 1 is done and only -1 is failed.

    A text that reads "-1" fails nothing: what was paid is given up only at the API's plain word.
    """
    told = envelope.data.get("status")
    match as_any_number(told):
        case None:
            return Unreadable("the API's answer names no status")
        case 1:
            return read_outputs(envelope.data)
        case -1 if not isinstance(told, str):
            return Failed(_failure(envelope))
        case code:
            return Working(code)


class StatusOf:
    """Reads the answer to a question about one task: what tells of another task is no answer."""

    __slots__ = ("_task_id",)

    def __init__(self, task_id: str) -> None:
        self._task_id = task_id

    def __call__(
        self, status: int, headers: Mapping[str, str], body: bytes, /, *, now: datetime
    ) -> StatusAnswer:
        """Tell how the task is doing."""
        envelope = read_success(status, headers, body, now=now)
        if not isinstance(envelope, Envelope):
            return envelope
        return self._objection_to(envelope) or _read_progress(envelope)

    def _objection_to(self, envelope: Envelope) -> Unreadable | None:
        for told in _told_task_ids(envelope):
            named = task_id_of(told)
            if named is None:
                return Unreadable("the API's answer does not say clearly which task it tells of")
            if plain_task_id(named) != plain_task_id(self._task_id):
                return Unreadable(f"the API's answer tells of another task, {named}")
        return None


def _told_task_ids(envelope: Envelope) -> Iterator[JsonValue]:
    """Find whatever says which task an answer is about; an empty field says nothing."""
    for place in (envelope.data, envelope.root):
        told = [place.get(field) for field in _TASK_FIELDS]
        yield from (value for value in told if value is not None and value != "")


def read_account(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> AccountAnswer:
    """Read the balance and the membership."""
    envelope = read_success(status, headers, body, now=now)
    if not isinstance(envelope, Envelope):
        return envelope
    balance = as_number(envelope.data.get("balances"))
    if balance is None:
        return Unreadable("the API's answer names no balance")
    subscription = envelope.data.get("subscription")
    tier = subscription.get("tier") if isinstance(subscription, dict) else None
    return Account(
        balance=balance,
        tier=printable_line(tier) or None if isinstance(tier, str) else None,
        identity=_identity(envelope.data),
    )


def _identity(data: Mapping[str, JsonValue]) -> str | None:
    """Hash whose account it is: enough to tell two apart, and neither an address nor a name in a file."""
    told = ((field, data.get(field)) for field in _IDENTITY_FIELDS)
    named = ((field, value.strip().casefold()) for field, value in told if isinstance(value, str))
    field, value = next(((field, value) for field, value in named if value), ("", ""))
    text = f"sjinn account {field} {value}".encode("utf-8", "replace")
    return sha256(text).hexdigest()[:16] if value else None


def read_success(
    status: int, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> Envelope | Unreadable | KeyRefused:
    """Read the answer to a question: only a successful envelope with a 2xx status counts as one."""
    envelope = read_envelope(body)
    refused = envelope is not None and not envelope.success
    if status in _KEY_CODES or (envelope and refused and envelope.code in _KEY_CODES):
        return KeyRefused(_note(status, envelope))
    if envelope and envelope.success and 200 <= status < 300:
        return envelope
    wait = retry_after(headers, now=now)
    if envelope and refused:
        return Unreadable(f"the API said: {_note(status, envelope).message}", wait)
    return Unreadable(f"the API's answer cannot be read (HTTP {status})", wait)


def _note(status: int, envelope: Envelope | None) -> Refusal:
    otherwise = f"HTTP {status}, and the API gave no reason"
    if envelope is None:
        return Refusal(code=status, message=otherwise)
    return envelope.refusal(otherwise=otherwise)


def task_id_of(value: JsonValue) -> str | None:
    """Read a task's id: a text or an integer, 1 to 200 printable characters; None for anything else.

    Blanks around it are no part of it.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).strip(" ")
    usable = text.strip() and len(text) <= _LONGEST_TASK_ID and text.isprintable()
    return text if usable else None


def _failure(envelope: Envelope) -> Refusal:
    texts = [text_of(envelope.data.get(field)) for field in _ERROR_FIELDS]
    message = next(filter(None, [*texts, envelope.message]), "the API gave no reason")
    # A query that succeeded has code 0, which says nothing about the generation.
    return Refusal(code=envelope.code or None, message=message)
