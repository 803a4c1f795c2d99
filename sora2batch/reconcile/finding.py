"""What can be said of a call in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sora2batch.reconcile.doubt import Doubt
from sora2batch.reconcile.ledger_task import LedgerTask


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCharged:
    """It was never charged: the ledger, which has been seen to show tasks of ours, does not have it."""

    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class TooEarly:
    """No trace yet, but the ledger may lag behind."""

    doubt: Doubt
    until: datetime
    """From then on the absence of a trace counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inconclusive:
    """No trace, but that proves nothing."""

    doubt: Doubt
    reason: str
    """Why not, as half a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """There are unknown tasks; any of them may be this call's."""

    doubt: Doubt
    candidates: tuple[LedgerTask, ...]
    """*Shape*: never empty, each task once. Those that fit in price and time first, then oldest first."""
    rivals: tuple[Doubt, ...] = ()
    """Calls in doubt of other lockfiles that may have made one of the candidates, too."""
    obstacle: str = ""
    """Why nobody but a person can tell whose task it is, as half a sentence; mostly nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """The ledger was not asked."""

    doubt: Doubt


Finding: TypeAlias = NotCharged | TooEarly | Inconclusive | Ambiguous | NotChecked
