"""The simulated service: one account, its tasks and its charges. No I/O; time is passed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sora2batch.catalog.catalog import Catalog
from sora2batch.catalog.price import PriceError, price_of
from sora2batch.catalog.tool import Availability, Tool
from sora2batch.ground.canonical import JsonObject, JsonValue, NotCanonicalError, canonical_json
from sora2batch.ground.clock import Clock
from sora2batch.ground.file_input import FileInput, map_files
from sora2batch.ground.job import Credits
from sora2batch.simulator.charges import Charge, LedgerQuery, page
from sora2batch.simulator.fault import Dice, draw
from sora2batch.simulator.lenient import repair
from sora2batch.simulator.media_input import fetches_of, with_identities
from sora2batch.simulator.options import EarlierTask, SimulatorOptions
from sora2batch.simulator.refusal import ErrorCode, RefusalError
from sora2batch.simulator.task import Task, TaskState, ready_at

ALWAYS_FAILS = "[fail]"
"""A prompt with this word is charged and then fails, always."""
ALWAYS_REFUSED = "[reject]"
"""A prompt with this word is refused when the task is created, always; nothing is charged."""


class SimulatedService:
    """Creates, charges and finishes tasks the way the API does. Every create is a new paid task."""

    def __init__(self, options: SimulatorOptions, catalog: Catalog, *, clock: Clock, dice: Dice) -> None:
        self._options = options
        self._catalog = catalog
        self._clock = clock
        self._dice = dice
        self._tasks: dict[str, Task] = {}
        self._charges: list[Charge] = []
        self._unfetched: list[str] = []
        self._finished_before: set[str] = set()
        self._takes: Counter[bytes] = Counter()
        self._spent = 0
        for task in options.earlier:
            self._remember(task)

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Every row of the ledger. *Shape*: oldest first."""
        return tuple(self._charges)

    @property
    def balance(self) -> Credits:
        """Credits that are left."""
        return Credits(self._options.balance - self._spent)

    def charged_by_prompt(self) -> Counter[str]:
        """Count the charges of each prompt: 2 where a job was paid for twice."""
        return Counter(self._tasks[charge.task_id].prompt for charge in self._charges)

    def create(self, tool_type: JsonValue, sent: JsonValue) -> Task:
        """Create a task and take its credits.

        Raises:
            RefusalError: nothing was created and nothing was charged.
        """
        tool = self._tool(tool_type)
        input = repair(tool, sent)
        if ALWAYS_REFUSED in str(input.get("prompt", "")):
            raise RefusalError(ErrorCode.BAD_INPUT, "The prompt was rejected by the content policy")
        if tool.tool_type in self._options.members_only:
            raise RefusalError(ErrorCode.NO_MEMBERSHIP, "This tool requires a membership")
        price = _price(tool, input)
        if price > self.balance:
            raise RefusalError(
                ErrorCode.NO_CREDITS, f"Insufficient credits: {price} needed, {self.balance} left"
            )
        task = self._make(tool, input, price)
        fetches = fetches_of(tool, input, fault_of=lambda number: self._dice.input_fault(task.id, number))
        self._keep(replace(task, fetches=fetches))
        self._charges.append(self._charge(task))
        self._spent += price
        return task

    def task(self, task_id: JsonValue) -> Task:
        """Look a task up.

        Raises:
            RefusalError: there is none.
        """
        found = self._tasks.get(task_id) if isinstance(task_id, str) else None
        if found is None:
            raise RefusalError(ErrorCode.NOT_FOUND, "Task not found")
        return found

    def state(self, task: Task) -> TaskState:
        """Tell how far a task is now."""
        return task.state(self._clock.now())

    def status(self, task_id: JsonValue, *, home: str) -> JsonObject:
        """Answer a status query.

        Raises:
            RefusalError: there is no such task.
        """
        return self.task(task_id).to_dict(self._clock.now(), home)

    def take_unfetched(self) -> list[Task]:
        """Hand out the tasks whose inputs are to be fetched, each of them once."""
        tasks = [self._tasks[task_id] for task_id in self._unfetched]
        self._unfetched.clear()
        return tasks

    def seconds_to_fetch(self, task: Task) -> float:
        """Tell how long it is until the inputs of a task are to be fetched."""
        return max(0.0, (task.fetch_at - self._clock.now()).total_seconds())

    def receive_inputs(
        self, task_id: str, contents: Mapping[str, str], *, failure: str | None = None
    ) -> None:
        """Note what fetching the inputs of a task came to; the task fails if they could not be had."""
        task = self._tasks[task_id]
        if task_id in self._finished_before:  # they were had once, and the task is done
            failure = None
        self._tasks[task_id] = replace(
            task, fetches=(), contents={**task.contents, **contents}, failure=task.failure or failure
        )

    def ledger(self, query: LedgerQuery) -> JsonObject:
        """Answer with a page of the rows that have come through by now."""
        settled = self._clock.now() - timedelta(seconds=self._options.ledger_delay_seconds)
        return page([charge for charge in self._charges if charge.created <= settled], query)

    def account(self) -> JsonObject:
        """Answer an account query: a rich nobody without a membership."""
        return {"email": None, "name": "simulated", "balances": self.balance, "subscription": None}

    def _tool(self, tool_type: JsonValue) -> Tool:
        tool = self._catalog.tools.get(tool_type) if isinstance(tool_type, str) else None
        if tool is None:
            raise RefusalError(ErrorCode.BAD_INPUT, "tool_type not found")
        if tool.availability is Availability.RETIRED:
            raise RefusalError(ErrorCode.BAD_INPUT, "This tool is no longer available")
        return tool

    def _make(self, tool: Tool, input: JsonObject, price: Credits) -> Task:
        digest = _digest(tool, input)
        self._takes[digest] += 1
        while (task_id := self._id("task", digest.hex(), self._takes[digest])) in self._tasks:
            self._takes[digest] += 1
        now = self._clock.now()
        luck = draw(self._options.seed, "wait", task_id)
        ready = ready_at(tool, now, luck=luck, speed=self._options.speed)
        fails = ALWAYS_FAILS in str(input.get("prompt", "")) or self._dice.fails(task_id)
        return Task(
            id=task_id,
            tool=tool,
            input=input,
            take=self._takes[digest],
            credits=price,
            created=now,
            ready=ready,
            fetch_at=now + (ready - now) * (0.1 + 0.7 * draw(self._options.seed, "fetch", task_id)),
            failure="The generation failed (simulated)" if fails else None,
            signature=self._id("signature", task_id).replace("-", ""),
        )

    def _keep(self, task: Task) -> None:
        self._tasks[task.id] = task
        if task.fetches:
            self._unfetched.append(task.id)

    def _charge(self, task: Task) -> Charge:
        return Charge(
            id=self._id("charge", task.id),
            number=len(self._charges) + 1,
            task_type=task.task_type,
            task_id=task.id,
            credits=task.credits,
            created=task.created,
        )

    def _remember(self, earlier: EarlierTask) -> None:
        tool = self._catalog.tools.get(earlier.tool_type)
        if tool is None or earlier.task_id in self._tasks:
            return
        contents: dict[str, str] = {}

        def stand_in(found: FileInput) -> JsonValue:
            """Write a file as a URL again; its content is known, so that it is never fetched."""
            url = f"http://localhost/inputs/{found.sha256}"
            contents[url] = found.sha256
            return url

        try:
            input = repair(tool, map_files(earlier.input, stand_in))
        except RefusalError:  # the tool has changed since; this task is as good as unknown
            return
        task = self._make(tool, input, earlier.credits)
        ready = earlier.finished or earlier.created + (task.ready - task.created)
        fetches = fetches_of(tool, input, fault_of=lambda _: None)
        if earlier.finished:
            self._finished_before.add(earlier.task_id)
        self._keep(
            replace(
                task,
                id=earlier.task_id,
                created=earlier.created,
                ready=ready,
                fetch_at=earlier.created,
                fetches=tuple(fetch for fetch in fetches if fetch.url not in contents),
                contents=contents,
            )
        )

    def _id(self, *parts: object) -> str:
        text = "\x1f".join(str(part) for part in (self._options.seed, *parts))
        return str(UUID(bytes=sha256(text.encode()).digest()[:16], version=4))


def _price(tool: Tool, input: JsonObject) -> Credits:
    try:
        return price_of(tool, input)
    except PriceError as error:
        raise RefusalError(ErrorCode.BAD_INPUT, f"The simulator has no price: {error.message}") from error


def _digest(tool: Tool, input: JsonObject) -> bytes:
    try:
        compared = with_identities(tool, input)
        return sha256(canonical_json({"input": compared, "tool_type": tool.tool_type})).digest()
    except NotCanonicalError:
        raise RefusalError(ErrorCode.BAD_INPUT, "The input is not valid JSON text") from None
