"""A generation API that plays a script, and remembers what it charged."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import Clock
from sora2batch.sjinn import answer as api
from sora2batch.sjinn.answer import CreateOutcome, LedgerReading, LedgerRecord, Refusal, StatusAnswer

Create = CreateOutcome | Exception | None
"""An answer; an error that is a bug; or no answer ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedCreate:
    """What one create call comes to."""

    answer: Create
    cost: int | None = None
    """What is charged; None for the tool's price where a task is made, and nothing otherwise."""
    seconds: float = 0.2


def refusal(message: str = "no", code: int | str | None = None) -> Refusal:
    return Refusal(code=code, message=message)


_BY_NAME = api.Accepted("by name")
ACCEPT = ScriptedCreate(answer=_BY_NAME)
REJECT = ScriptedCreate(answer=api.Rejected(refusal("the prompt is not allowed", 42)))
BAD_KEY = ScriptedCreate(answer=api.KeyRefused(refusal("bad key", 401)))
BROKE = ScriptedCreate(answer=api.OutOfCredits(refusal("not enough credits", 100)))
UNREACHABLE = ScriptedCreate(answer=api.NotSent("connection refused"), seconds=0.0)
LOST = ScriptedCreate(answer=api.Unknown("the connection was reset"))
LOST_BUT_CHARGED = ScriptedCreate(answer=api.Unknown("the connection was reset"), cost=-1)
SILENT = ScriptedCreate(answer=None)
SILENT_BUT_CHARGED = ScriptedCreate(answer=None, cost=-1)


def busy(retry_after: float | None = None, seconds: float = 0.2) -> ScriptedCreate:
    return ScriptedCreate(
        answer=api.NotAccepted(refusal("too many requests", 429), retry_after), seconds=seconds
    )


WORKING = api.Working(0)
UNREADABLE = api.Unreadable("HTTP 502")
KEY_REFUSED = api.KeyRefused(refusal("bad key", 401))


def done(name: str) -> StatusAnswer:
    return api.Finished((f"https://files.test/{name}.mp4?signature=secret",))


@dataclass(slots=True)
class CreateCall:
    name: str
    began: float
    input: JsonObject
    ended: float | None = None


class ScriptedApi:
    """Plays one script for each job, named by its prompt; where that ends, its last line is repeated."""

    silence = None

    def __init__(
        self,
        *,
        clock: Clock,
        creates: Mapping[str, Sequence[ScriptedCreate]] | None = None,
        otherwise: ScriptedCreate = ACCEPT,
        statuses: Mapping[str, Sequence[StatusAnswer]] | None = None,
        finished: Callable[[str], StatusAnswer] = done,
        status_seconds: float = 0.1,
        ledger: Sequence[Exception] = (),
        ledger_seconds: float = 0.1,
        ledger_lag: float = 0.0,
        price: int = 420,
    ) -> None:
        self._clock = clock
        self._creates = {name: deque(scripts) for name, scripts in (creates or {}).items()}
        self._otherwise = otherwise
        self._statuses = {name: deque(answers) for name, answers in (statuses or {}).items()}
        self._finished = finished
        self._status_seconds = status_seconds
        self._ledger_errors = deque(ledger)
        self._ledger_seconds = ledger_seconds
        self._ledger_lag = ledger_lag
        self._price = price
        self.rows: list[LedgerRecord] = []
        self.charges: dict[str, list[int]] = defaultdict(list)
        self.calls: list[CreateCall] = []
        self.questions: list[tuple[float, str]] = []
        self.ledger_reads: list[float] = []
        self.before_create: Callable[[str], None] = lambda name: None
        self.under_way = 0
        self.most_under_way = 0

    @property
    def charged(self) -> int:
        return sum(row.cost_credits for row in self.rows)

    @property
    def created(self) -> list[str]:
        """The prompts of all create calls, in order."""
        return [call.name for call in self.calls]

    def asked(self, task_id: str) -> list[float]:
        return [moment for moment, asked in self.questions if asked == task_id]

    async def create(self, tool_type: str, input: JsonObject, /, *, until: object = None) -> CreateOutcome:
        name = str(input["prompt"])
        self.before_create(name)
        scripted = _next(self._creates.get(name), self._otherwise)
        call = CreateCall(name, asyncio.get_running_loop().time(), input)
        self.calls.append(call)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._answer(name, tool_type, scripted)
        finally:
            self.under_way -= 1
            call.ended = asyncio.get_running_loop().time()

    async def _answer(self, name: str, tool_type: str, scripted: ScriptedCreate) -> CreateOutcome:
        await asyncio.sleep(scripted.seconds / 2)
        answer = scripted.answer
        task_id = f"task-{name}" if not self.charges[name] else f"task-{name}-{len(self.charges[name]) + 1}"
        if isinstance(answer, api.Accepted) or scripted.cost is not None:
            cost = self._price if scripted.cost in {None, -1} else scripted.cost
            self._charge(name, tool_type, task_id, int(cost or 0))
        await asyncio.sleep(scripted.seconds / 2)
        if answer is None:
            await asyncio.get_running_loop().create_future()
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None
        return api.Accepted(task_id) if answer == _BY_NAME else answer

    def _charge(self, name: str, tool_type: str, task_id: str, cost: int) -> None:
        self.charges[name].append(cost)
        self.rows.append(
            LedgerRecord(
                id=str(len(self.rows)),
                task_type=f"tool_{tool_type}",
                task_id=task_id,
                cost_credits=cost,
                create_time=self._clock.now(),
            )
        )

    async def status(self, task_id: str, /) -> StatusAnswer:
        name = task_id.removeprefix("task-")
        self.questions.append((asyncio.get_running_loop().time(), task_id))
        await asyncio.sleep(self._status_seconds)
        return _next(self._statuses.get(name), self._finished(name))

    async def ledger(self, *, since: datetime, looking_for: Collection[str] = ()) -> LedgerReading:
        self.ledger_reads.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._ledger_seconds)
        if self._ledger_errors:
            raise self._ledger_errors.popleft()
        now = self._clock.now()
        seen = [row for row in self.rows if (now - row.create_time).total_seconds() >= self._ledger_lag]
        return LedgerReading(records=tuple(row for row in reversed(seen) if row.create_time >= since))


def _next(script: deque | None, otherwise):
    if not script:
        return otherwise
    return script.popleft() if len(script) > 1 else script[0]
