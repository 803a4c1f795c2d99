"""What all who create tasks for one account share: the pace of their calls, and proven prices."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from sora2batch.ground.job import Credits, Job
from sora2batch.run.pace import Pause

Price: TypeAlias = tuple[str, Credits]
"""(tool_type, what a job costs by the catalogue)"""


def price_of(job: Job) -> Price:
    """Tell which price a job is submitted at."""
    return (job.tool_type, job.credits)


class ProvenPrices:
    """The prices that a row of the ledger has shown to be what the catalogue says."""

    def __init__(
        self, known: Iterable[Price] = (), on_proven: Callable[[Price], None] = lambda _: None
    ) -> None:
        self._proven = set(known)
        self._on_proven = on_proven
        self._turns: defaultdict[Price, asyncio.Lock] = defaultdict(asyncio.Lock)

    def __contains__(self, price: Price) -> bool:
        """Tell whether jobs of this price need not go alone."""
        return price in self._proven

    def prove(self, price: Price) -> None:
        """Note that a price has been seen."""
        if price not in self._proven:
            self._proven.add(price)
            self._on_proven(price)

    def assume(self, price: Price) -> None:
        """Go on without a proof, as nobody can see one: that holds as long as this lane lasts."""
        self._proven.add(price)

    def turn(self, price: Price) -> asyncio.Lock:
        """Hand out the lock that a job holds while it is the only one of its price."""
        return self._turns[price]


class RateLimit(Protocol):
    """How many create calls are made in a second."""

    async def acquire(self) -> None:
        """Wait until one more may be made."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLane:
    """Whoever is told to slow down slows down everybody in the lane."""

    pause: Pause = field(default_factory=Pause)
    rate: RateLimit | None = None
    prices: ProvenPrices = field(default_factory=ProvenPrices)
