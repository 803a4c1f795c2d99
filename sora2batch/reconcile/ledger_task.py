"""What the ledger shows of one task: all of its rows together; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sora2batch.sjinn.answer import LedgerRecord
from sora2batch.sjinn.request_body import TASK_TYPE_PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTask:
    """One task of the account, by whomever it was made."""

    task_id: str
    task_type: str
    create_time: datetime
    """Of its first charge; of its first row, where no row is a charge."""
    charged: int
    """Credits of all rows that took some."""
    returned: int
    """Credits of all rows that gave some back; no refund is documented, so what that means is not known."""


def tasks_of(records: Iterable[LedgerRecord]) -> tuple[LedgerTask, ...]:
    """Put the rows of each task together. *Shape*: oldest first, whatever the order of the rows."""
    rows: dict[str, list[LedgerRecord]] = {}
    for record in records:
        rows.setdefault(record.task_id, []).append(record)
    return tuple(sorted((_task(own) for own in rows.values()), key=_age))


def is_tool(task: LedgerTask, tool_type: str) -> bool:
    """Tell whether a task is of a tool, however the ledger spells it: with another case, mark or prefix."""
    return task.task_type == f"{TASK_TYPE_PREFIX}{tool_type}" or _plain(task.task_type) == _plain(tool_type)


def _plain(text: str) -> str:
    letters = "".join(character for character in text.casefold() if character.isalnum())
    return letters.removeprefix("tool").removesuffix("api")


def _task(rows: list[LedgerRecord]) -> LedgerTask:
    charges = [row for row in rows if row.cost_credits > 0] or rows
    first = min(charges, key=lambda row: (row.create_time, row.task_type))
    return LedgerTask(
        task_id=first.task_id,
        task_type=first.task_type,
        create_time=first.create_time,
        charged=sum(row.cost_credits for row in rows if row.cost_credits > 0),
        returned=-sum(row.cost_credits for row in rows if row.cost_credits < 0),
    )


def _age(task: LedgerTask) -> tuple[datetime, str]:
    return task.create_time, task.task_id
