"""The four calls of the API: parameters in, ``data`` of the envelope out.

Source: sjinn.ai/docs, "Tool API", "Credits usage", "Account status".
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from sora2batch.ground.canonical import JsonObject
from sora2batch.simulator.charges import LedgerQuery
from sora2batch.simulator.fault import FaultKind
from sora2batch.simulator.service import SimulatedService


class Call(StrEnum):
    """The last part of each call's path."""

    CREATE = "create_tool_task"
    STATUS = "query_tool_task_status"
    LEDGER = "query_credits_usage"
    ACCOUNT = "query_account_status"

    @property
    def methods(self) -> tuple[str, ...]:
        """The HTTP methods that the call understands."""
        return ("POST",) if self is Call.CREATE else ("GET", "POST")

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """What can go wrong with it; the account is spared, so that a run can at least begin."""
        if self is Call.ACCOUNT:
            return ()
        return (
            FaultKind.TOO_MANY,
            FaultKind.SERVER_ERROR,
            FaultKind.RESET,
            FaultKind.TRUNCATE,
            FaultKind.SLOW,
        )


def answer(service: SimulatedService, call: Call, params: JsonObject, *, home: str) -> JsonObject:
    """Do what is asked and answer; ``home`` is where results are served.

    Raises:
        RefusalError: the API would say no.
    """
    match call:
        case Call.CREATE:
            return {"task_id": service.create(params.get("tool_type"), params.get("input")).id}
        case Call.STATUS:
            return service.status(params.get("task_id"), home=home)
        case Call.LEDGER:
            return service.ledger(LedgerQuery.from_dict(params))
        case Call.ACCOUNT:
            return service.account()
        case _:
            assert_never(call)
