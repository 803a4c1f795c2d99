"""A task of the simulator: a paid input and what will become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from sora2batch.catalog.tool import Kind, Tool
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Credits
from sora2batch.simulator.media_input import InputFetch


class TaskState(IntEnum):
    """``status`` as the API numbers it."""

    FAILED = -1
    WORKING = 0
    DONE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What was ordered, what it cost, when it will be ready and how it will end."""

    id: str
    tool: Tool
    input: JsonObject
    """After the silent repairs: what the tool really works from."""
    take: int
    """Counts equal inputs in the order of their creation: the API knows no takes, clips show them."""
    credits: Credits
    created: datetime
    ready: datetime
    failure: str | None
    """Why the generation will fail; None if it will not."""
    signature: str
    """What the result's URL must carry as ``sig``."""
    fetch_at: datetime
    """When its inputs are fetched: some time before it is ready."""
    fetches: tuple[InputFetch, ...] = ()
    """What it needs and has not got yet."""
    contents: Mapping[str, str] = field(default_factory=dict)
    """The sha256 of each input that was fetched, by its URL."""

    @property
    def prompt(self) -> str:
        """The prompt, or an empty text for a tool without one."""
        return str(self.input.get("prompt", ""))

    @property
    def task_type(self) -> str:
        """The name that the ledger uses."""
        return f"tool_{self.tool.tool_type}"

    @property
    def file_name(self) -> str:
        """The last part of the result's path."""
        return f"{self.id}.mp4" if self.tool.kind is Kind.VIDEO else f"{self.id}.jpg"

    def state(self, now: datetime) -> TaskState:
        """Tell how far the task is."""
        if now < self.ready or self.fetches:
            return TaskState.WORKING
        return TaskState.FAILED if self.failure else TaskState.DONE

    def to_dict(self, now: datetime, home: str) -> JsonObject:
        """Write the answer to a status query."""
        state = self.state(now)
        urls = [f"{home}/result/{self.file_name}?sig={self.signature}"] if state is TaskState.DONE else []
        answer: JsonObject = {
            "task_id": self.id,
            "task_type": self.task_type,
            "status": int(state),
            "output_urls": [*urls],
        }
        return {**answer, "error": self.failure} if state is TaskState.FAILED else answer


def ready_at(tool: Tool, created: datetime, *, luck: float, speed: float) -> datetime:
    """Say when a task ends: ``luck``, from 0 to 1, places it between the tool's shortest and longest wait."""
    expected = tool.expected_seconds
    return created + timedelta(seconds=(expected.min + luck * (expected.max - expected.min)) / speed)
