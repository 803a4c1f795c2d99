"""Faults on demand: which kinds there are, how often, and a seeded draw that does not depend on timing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from sora2batch.ground.errors import UsageError
from sora2batch.ground.suggest import did_you_mean


class FaultKind(StrEnum):
    """What can go wrong with a call, a generation, a clip, a download, or the fetch of an input."""

    TOO_MANY = "429"
    """Refused with 429 and Retry-After; nothing is charged."""
    SERVER_ERROR = "500"
    """An HTML page instead of an answer; half of them come after the charge."""
    RESET = "reset"
    """The connection is reset; half of them after the charge."""
    SLOW = "slow"
    """The answer takes long."""
    FAIL = "fail"
    """The generation fails, after the charge."""
    TRUNCATE = "truncate"
    """The answer, or the file, is cut in the middle; after the charge."""
    PAGE = "page"
    """In a file's place come words, and status 200: so answer hosts that have lost it."""
    INPUT_GONE = "input-gone"
    """A file of the input is not there when it is fetched: 404, and the generation fails after the charge."""
    INPUT_FORBIDDEN = "input-403"
    """It must not be read: 403."""
    INPUT_EXPIRED = "input-expired"
    """Its URL's signature has expired: 403, and the store says why."""
    INPUT_LENGTH = "input-length"
    """It is cut before its Content-Length."""
    INPUT_SLOW = "input-slow"
    """It takes long to come, and so does the result."""
    BLACK = "black"
    """The clip is black."""
    FROZEN = "frozen"
    """Nothing moves in it."""
    SILENT = "silent"
    """Nothing is to be heard, where there should be sound."""
    SHORT = "short"
    """It is less than half as long as asked for."""
    SHAPE = "shape"
    """It lies where it should stand, or the other way round."""
    RESULT_GONE = "result-gone"
    """A result that was fetched once is not there any more: 404."""
    RESULT_EXPIRED = "result-expired"
    """A result that was fetched once must not be read any more: 403."""
    RESULT_LENGTH = "result-length"
    """A result that was fetched once is another file now."""
    RESULT_FORGOTTEN = "result-forgotten"
    """A task whose result was fetched once is not known any more."""


INPUT_FAULTS = (
    FaultKind.INPUT_GONE,
    FaultKind.INPUT_FORBIDDEN,
    FaultKind.INPUT_EXPIRED,
    FaultKind.INPUT_LENGTH,
    FaultKind.INPUT_SLOW,
)
"""What can strike the fetch of an input."""
CLIP_FAULTS = (
    FaultKind.BLACK,
    FaultKind.FROZEN,
    FaultKind.SILENT,
    FaultKind.SHORT,
    FaultKind.SHAPE,
)
"""What can be wrong with a clip that came about, was charged, and can be fetched."""
RESULT_FAULTS = (
    FaultKind.RESULT_GONE,
    FaultKind.RESULT_EXPIRED,
    FaultKind.RESULT_LENGTH,
    FaultKind.RESULT_FORGOTTEN,
)
"""What can become of a result that was fetched: it was paid, and whoever comes later does not find it."""


def flaw_in(prompt: str) -> FaultKind | None:
    """Find what is to be wrong with a clip by its prompt, always: ``[black]``."""
    return next((kind for kind in CLIP_FAULTS if f"[{kind}]" in prompt), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A kind of trouble and how often it strikes."""

    kind: FaultKind
    rate: float
    """From 0, never, to 1, always."""


class FaultTiming(StrEnum):
    """Whether the server had done what was asked when the trouble struck."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """Trouble that strikes one call."""

    kind: FaultKind
    timing: FaultTiming


def parse_fault(text: str) -> Fault:
    """Read ``KIND=RATE``, such as ``reset=0.1``.

    Raises:
        UsageError: the kind is unknown or the rate is not a number from 0 to 1.
    """
    name, sign, number = text.strip().partition("=")
    if name.lower() not in set(FaultKind) or not sign:
        kinds = ", ".join(FaultKind)
        hint = did_you_mean(name, FaultKind) or "write it like 429=0.1"
        raise UsageError(f'--fault "{text}": expected KIND=RATE with KIND one of {kinds}', hint=hint)
    return Fault(kind=FaultKind(name.lower()), rate=_parse_rate(text, number))


def _parse_rate(text: str, number: str) -> float:
    try:
        rate = float(number)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise UsageError(f'--fault "{text}": the rate must be a number from 0 (never) to 1 (always)')
    return rate


def draw(*parts: object) -> float:
    """Draw a number from 0 up to 1 that depends on the parts alone."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:7]) / 2**56


class Dice:
    """Draws mishaps by what is asked and how often it was asked before: concurrency changes nothing."""

    def __init__(self, faults: tuple[Fault, ...], *, seed: int) -> None:
        self._rates = {fault.kind: fault.rate for fault in faults}
        self._seed = seed
        self._asked: Counter[tuple[str, str]] = Counter()

    def mishap(self, call: str, subject: str, kinds: tuple[FaultKind, ...]) -> Mishap | None:
        """Draw for one call; the first kind that strikes is the one."""
        self._asked[call, subject] += 1
        occasion = (call, subject, self._asked[call, subject])
        for kind in kinds:
            if draw(self._seed, kind, *occasion) < self._rates.get(kind, 0.0):
                late = draw(self._seed, kind, "moment", *occasion) < 0.5
                return Mishap(kind=kind, timing=FaultTiming.AFTER if late else FaultTiming.BEFORE)
        return None

    def fails(self, task_id: str) -> bool:
        """Tell whether this task's generation fails."""
        return draw(self._seed, FaultKind.FAIL, task_id) < self._rates.get(FaultKind.FAIL, 0.0)

    def clip_fault(self, task_id: str) -> FaultKind | None:
        """Draw what is wrong with a task's clip; mostly nothing is."""
        for kind in CLIP_FAULTS:
            if draw(self._seed, kind, task_id) < self._rates.get(kind, 0.0):
                return kind
        return None

    def result_fault(self, task_id: str) -> FaultKind | None:
        """Draw what becomes of a task's result once it was fetched; mostly nothing does."""
        for kind in RESULT_FAULTS:
            if draw(self._seed, kind, task_id) < self._rates.get(kind, 0.0):
                return kind
        return None

    def input_fault(self, task_id: str, number: int) -> FaultKind | None:
        """Draw what strikes the fetch of a task's first, second, … file."""
        for kind in INPUT_FAULTS:
            if draw(self._seed, kind, task_id, number) < self._rates.get(kind, 0.0):
                return kind
        return None
