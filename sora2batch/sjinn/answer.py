"""What the API can say, as values: each answer type is closed, so that a caller must treat every case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why the API said no, in its own words, made safe to print."""

    code: int | str | None
    """``error_code``, or ``code`` where that is missing; None where neither says anything."""
    message: str
    """One line of at most 500 printable characters; never empty, never the key."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The task exists and has been charged."""

    task_id: str
    """1 to 200 printable characters."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The request was read and refused; not charged. Sending it again would be refused again."""

    note: Refusal


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """The key is missing, wrong or not allowed to do this; no further call can succeed."""

    note: Refusal


@dataclass(frozen=True, slots=True)
class OutOfCredits:
    """The account lacks credits or membership; not charged."""

    note: Refusal


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The API is busy and took nothing; the same request may be sent again later."""

    note: Refusal
    retry_after_seconds: float | None
    """How long the API asked to wait, 0 to 3600; None if it did not say."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may have been charged or not. It must never be sent again by itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """Surely not one byte of the request left this machine, so it was not charged."""

    reason: str


CreateAnswer: TypeAlias = Accepted | Rejected | KeyRefused | OutOfCredits | NotAccepted | Unknown
"""What the answer to a create call means."""
CreateOutcome: TypeAlias = CreateAnswer | NotSent
"""What became of a create call."""


@dataclass(frozen=True, slots=True)
class Working:
    """The task has not finished."""

    code: int | float
    """The API's status number: 0, or one we do not know."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The task is done."""

    urls: tuple[str, ...]
    """Where the results are; from the client all are http(s) URLs of bounded length, perhaps none."""
    oddities: tuple[str, ...] = ()
    """What it named besides and nobody can fetch: a few short lines without secrets."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The generation failed; it stays charged as far as anybody knows."""

    note: Refusal


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The question was not answered; it says nothing about the task. Ask again later."""

    reason: str
    retry_after_seconds: float | None = None
    """How long the API asked to wait, 0 to 3600; None if it did not say."""


StatusAnswer: TypeAlias = Working | Finished | Failed | Unreadable | KeyRefused
"""What the answer to a status query means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRecord:
    """One charge in the account's credits ledger."""

    id: str
    """The row's own id; empty if the API gave none."""
    task_type: str
    """``tool_`` and the tool_type, for tasks made through the tool API."""
    task_id: str
    cost_credits: int
    create_time: datetime
    """When it was charged; with a time zone."""
    unclear: str = ""
    """What of the row is not as documented, so that it may say something else; mostly nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """One page of the ledger, newest charge first."""

    records: tuple[LedgerRecord, ...]
    unclear: tuple[str, ...] = ()
    """What is wrong with rows that could not be read; each may be a charge."""
    rows: int
    """How many rows the page held, those of no task included."""
    next_cursor: str | None
    """Where the next page starts; None where the page names none."""
    ended: bool
    """Whether the page itself said that it is the last one."""
    goes_on: bool = False
    """Whether the page itself says, in whatever words, that there is more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReading:
    """All pages of one look at the ledger."""

    records: tuple[LedgerRecord, ...]
    """*Shape*: each row once, newest first as far as the API keeps to that."""
    unclear: tuple[str, ...] = ()
    """What is wrong with rows that could not be read: with any, the absence of a charge proves nothing."""
    is_timed: bool = True
    """Whether the API has told the time, so that our clock and its clock were compared."""


LedgerAnswer: TypeAlias = LedgerPage | Unreadable | KeyRefused
"""What the answer to a ledger query means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the account has left."""

    balance: int | float
    """Credits that can be spent now."""
    tier: str | None
    """The membership's name; None for none, or for one that the API does not show."""
    identity: str | None = None
    """A hash of whose account it is; None where the API does not tell."""


AccountAnswer: TypeAlias = Account | Unreadable | KeyRefused
"""What the answer to an account query means."""
