"""An API on loopback that counts its create calls and what it charged, outside of every process that is killed."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock

from fakes.answering_server import Answer, HangUp, Received, Reply, answering_thread, envelope, ok
from sora2batch.ground.clock import to_timestamp
from sora2batch.sjinn.request_body import ACCOUNT, CREATE, LEDGER

OWNER = "owner@example.org"
"""Whose account it is."""


class Mood(StrEnum):
    """What becomes of a create call."""

    ACCEPT = "accept"
    BUSY = "busy"
    """Not taken; the call may be made again."""
    REJECT = "reject"
    LOST = "lost"
    """Charged, and the connection ends without a word."""
    LOST_FREE = "lost free"
    """The same, and not charged."""
    KILL_PAID = "kill paid"
    """Charged; the caller is killed while it waits for the answer."""
    KILL_FREE = "kill free"
    """The caller is killed as soon as the call is here, which comes to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One task that was made and paid."""

    task_id: str
    prompt: str
    tool_type: str
    credits: int
    create_time: datetime


class PayingApi:
    """Makes tasks at one price; what happens to a job's calls, in turn, is said by its prompt."""

    def __init__(self, *, price: int = 100) -> None:
        self.price = price
        self.moods: dict[str, list[Mood]] = {}
        """The last one stays."""
        self.calls: Counter[str] = Counter()
        """Create calls that arrived, by prompt."""
        self.refused: Counter[str] = Counter()
        """Those of them that were answered with a 429."""
        self.charges: list[Charge] = []
        self.caller: Path | None = None
        """Where the process that calls has written its id, if it may be killed."""
        self.url = ""
        self._lock = Lock()

    @property
    def spent(self) -> int:
        return sum(charge.credits for charge in self.charges)

    def tasks_of(self, prompt: str) -> list[str]:
        """The tasks that were made for a job."""
        return [charge.task_id for charge in self.charges if charge.prompt == prompt]

    def __call__(self, received: Received) -> Answer:
        with self._lock:
            answer = self._answer(received)
        if isinstance(answer, Reply):
            date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
            answer = Reply(status=answer.status, headers={**answer.headers, "Date": date}, body=answer.body)
        return answer

    def _answer(self, received: Received) -> Answer:
        match received.target.split("?")[0].rsplit("/", 1)[-1]:
            case name if name == CREATE:
                return self._create(received.json)
            case name if name == LEDGER:
                return ok({"records": [_row(charge) for charge in self.charges], "next_cursor": None})
            case name if name == ACCOUNT:
                return ok({"balances": 1_000_000, "email": OWNER})
            case _:
                return ok({"status": 0})

    def _create(self, asked: dict) -> Answer:
        prompt = asked["input"]["prompt"]
        self.calls[prompt] += 1
        moods = self.moods.get(prompt, [Mood.ACCEPT])
        match moods.pop(0) if len(moods) > 1 else moods[0]:
            case Mood.ACCEPT:
                return ok({"task_id": self._charge(asked)})
            case Mood.BUSY:
                self.refused[prompt] += 1
                headers = {"Retry-After": "0.02"}
                return Reply(
                    status=429, headers=headers, body=envelope(success=False, message="busy", code=429)
                )
            case Mood.REJECT:
                return Reply(body=envelope(success=False, message="not this prompt", code=7))
            case Mood.LOST | Mood.KILL_PAID as mood:
                self._charge(asked)
            case mood:
                pass
        if mood in {Mood.KILL_PAID, Mood.KILL_FREE}:
            os.kill(int(self.caller.read_text()), signal.SIGKILL)
        return HangUp()

    def _charge(self, asked: dict) -> str:
        charge = Charge(
            task_id=f"task-{len(self.charges)}-{asked['input']['prompt']}",
            prompt=asked["input"]["prompt"],
            tool_type=asked["tool_type"],
            credits=self.price,
            create_time=datetime.now(UTC),
        )
        self.charges.append(charge)
        return charge.task_id


def _row(charge: Charge) -> dict:
    return {
        "id": f"row-{charge.task_id}",
        "task_type": f"tool_{charge.tool_type}",
        "task_id": charge.task_id,
        "cost_credits": charge.credits,
        "create_time": to_timestamp(charge.create_time),
    }


@contextmanager
def paying_api(**given: int) -> Iterator[PayingApi]:
    """Serve in a thread while the block lasts."""
    api = PayingApi(**given)
    with answering_thread(api) as server:
        api.url = f"{server.url}/api/un-api"
        yield api
