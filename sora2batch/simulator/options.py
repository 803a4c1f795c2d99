"""What a simulator can be told before it starts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.simulator.fault import Fault


class LocalInputs(Protocol):
    """The user's own files that inputs are made of, by their content."""

    def path_of(self, sha256: str, /) -> Path | None:
        """Tell where a file of this content lies; None if there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTask:
    """A task that an earlier simulator made; a new one that is told of it can finish it."""

    task_id: str
    tool_type: str
    input: JsonObject
    """The input as a lockfile has it: as it was sent, but for its files: ``{"file": …, "sha256": HEX}``."""
    credits: Credits
    created: datetime
    finished: datetime | None = None
    """When it was seen to be done: then it is done, however long another simulator would take."""


def _nobody(_: str) -> None:
    """Hear nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """How the simulator behaves. The defaults make a friendly, fast, rich one."""

    port: int = 0
    """Where to listen on the loopback address; 0 takes any free port."""
    speed: float = 60.0
    """How many times faster than the real thing generations, and the faults' delays, go by."""
    balance: int = 1_000_000
    """Credits on the account at the start."""
    faults: tuple[Fault, ...] = ()
    seed: int = 0
    """Decides every draw: the same seed and requests give the same task ids, faults, waits and clips."""
    ledger_delay_seconds: float = 0.0
    """How long a charge takes to show up in the ledger; real seconds, whatever the speed."""
    members_only: frozenset[str] = frozenset()
    """Tool types that are refused with error_code 101, as if the account had no membership."""
    earlier: tuple[EarlierTask, ...] = ()
    """Tasks of an earlier simulator, known to this one from the start; they are not charged again."""
    tell: Callable[[str], None] = _nobody
    """Hears what the user should know of, such as a font that is missing; each thing once."""
    inputs: LocalInputs | None = None
    """What ``GET /inputs/HEX.EXT`` gives out, and where earlier tasks find their pictures again."""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            UsageError: a speed that is no positive number, a port that is none, a negative balance.
        """
        if not 0 < self.speed < math.inf:
            raise UsageError(f"--speed {self.speed:g}: expected a number above 0, such as 60")
        if not 0 <= self.port <= 65535:
            raise UsageError(f"--port {self.port}: expected a number from 0 (any free port) to 65535")
        if self.balance < 0:
            raise UsageError(f"--balance {self.balance}: expected a whole number of credits, 0 or more")
