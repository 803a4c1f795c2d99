"""Two things measured in turn, A B A B, so that what the machine does meanwhile meets both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.harness.process import Command, Usage, measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """What came of it, pair by pair."""

    ours: tuple[Usage, ...]
    theirs: tuple[Usage, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Seconds of ours over seconds of theirs."""
        return tuple(a.seconds / b.seconds for a, b in zip(self.ours, self.theirs, strict=True))

    @property
    def cpu_ratios(self) -> tuple[float, ...]:
        """The same of the seconds that a processor was busy: less moved by who else is on the machine."""
        return tuple(a.cpu_seconds / b.cpu_seconds for a, b in zip(self.ours, self.theirs, strict=True))

    @property
    def told(self) -> str:
        """Both medians."""
        return f"{told(self.ours, self.theirs)}; processor {median(self.cpu_ratios):.2f}x"


def pairs(ours: Command, theirs: Command, count: int, *, prepare: Callable[[], None] = lambda: None) -> Pairs:
    """Run both in turn, after one round that does not count; *prepare* comes before each of ours."""
    left: list[Usage] = []
    right: list[Usage] = []
    for _ in range(count + 1):
        prepare()
        left.append(measure(ours))
        right.append(measure(theirs))
    return Pairs(ours=tuple(left[1:]), theirs=tuple(right[1:]))


def told(ours: Sequence[Usage], theirs: Sequence[Usage]) -> str:
    """Write the median time and memory of both."""
    return " against ".join(_told(side) for side in (ours, theirs))


def _told(side: Sequence[Usage]) -> str:
    memory = median(one.peak_bytes for one in side) / 1024**2
    return f"{_duration(median(one.seconds for one in side))} ({memory:.0f} MiB)"


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
