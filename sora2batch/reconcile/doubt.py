"""Create calls whose answer is not known, and what could tell of them; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sora2batch.ground.clock import with_margin
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, State, in_line_order
from sora2batch.reconcile.ledger_task import LedgerTask, is_tool

WIDE_MARGIN = timedelta(hours=13)
"""How much earlier than its intent a charge may be stamped where nothing is known of the ledger's clock: it
may tell the local time of any zone as if it were UTC, and our clocks may differ."""
NARROW_MARGIN = timedelta(hours=1)
"""The same where tasks of ours have shown that the ledger's clock is right. A margin costs only doubt: the
tasks that a lockfile knows are left out by their ids."""
_EARLY = timedelta(minutes=1)
_LATE = timedelta(minutes=3)
"""How long before its intent, and after it was given up, a call can be charged and still be matched by us."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One create call whose answer is not known."""

    entry: Entry
    attempt: Attempt

    @property
    def intended(self) -> datetime | None:
        """The moment just before the call; only a line made by hand has none."""
        return with_margin(self.attempt.submitted)

    @property
    def given_up(self) -> datetime | None:
        """The last moment at which the call is known to have been under way; its intent, if we died there."""
        return with_margin(self.attempt.finished) or self.intended

    def since(self, margin: timedelta) -> datetime:
        """Tell the moment from which on a charge may be this call's."""
        return self.intended - margin if self.intended else _LONG_AGO

    def may_be(self, task: LedgerTask, margin: timedelta) -> bool:
        """Tell whether a task could be this call's at all."""
        return is_tool(task, self.entry.tool_type) and task.create_time >= self.since(margin)

    def fits(self, task: LedgerTask) -> bool:
        """Tell whether a task looks just as this call's would: tool, price, time, and nothing given back."""
        if self.intended is None or self.given_up is None:
            return False
        is_timely = self.intended - _EARLY <= task.create_time <= self.given_up + _LATE
        is_priced = task.charged == self.attempt.credits and not task.returned
        return is_timely and is_priced and is_tool(task, self.entry.tool_type)


def find_doubts(lockfile: Lockfile) -> tuple[Doubt, ...]:
    """Collect every call in doubt, in the lockfile's order."""
    entries = in_line_order(lockfile.entries.values())
    return tuple(
        Doubt(entry=entry, attempt=attempt)
        for entry in entries
        for attempt in entry.attempts
        if attempt.state is State.IN_DOUBT
    )
