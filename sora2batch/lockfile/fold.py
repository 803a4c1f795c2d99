"""Several lines about one job made one, the same whatever their order.

``fold`` is associative, commutative and idempotent: a set of attempts is joined by identity (the task id,
or the number where there is no task), then those that a later one makes void are left out. A join is a
maximum, field by field or of fields that go together, and no maximum is taken by a field that another one
changes. tests/property/test_lockfile_fold_small.py tries all small entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import TypeAlias

from sora2batch.ground.canonical import JsonObject, canonical_json
from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.entry import Attempt, Entry, Look, State
from sora2batch.lockfile.path import is_former

SEVERAL = "several"
_PROGRESS = {State.SUBMITTED: 1, State.FAILED: 2, State.COMPLETED: 3}
_Known: TypeAlias = tuple[bool, Look, bool]
_Reach: TypeAlias = tuple[int, int, bool, int, tuple[str, ...]]
_AMONG_ENDED = {State.IN_DOUBT: 0, State.REJECTED: 1, State.FAILED: 2}


def fold(left: Entry, right: Entry) -> Entry:
    """Unite what two lines say about one fingerprint."""
    if left == right:
        return left
    attempts: dict[str | int, Attempt] = {}
    for attempt in left.attempts + right.attempts:
        identity = attempt.task_id or attempt.number
        known = attempts.get(identity)
        attempts[identity] = attempt if known is None else _join(known, attempt)
    return left._replace(
        key=max(left.key, right.key),
        input=_input_of(left, right),
        attempts=_standing(attempts.values()),
        needs=max(left.needs, right.needs),
    )


def fold_all(entries: Iterable[Entry]) -> dict[Fingerprint, Entry]:
    """Unite any number of lines; the order of first appearance is kept."""
    folded: dict[Fingerprint, Entry] = {}
    for entry in entries:
        known = folded.get(entry.fingerprint)
        folded[entry.fingerprint] = entry if known is None else fold(known, entry)
    return folded


def _input_of(left: Entry, right: Entry) -> JsonObject:
    """Choose between two inputs that differ in nothing but where their files lie."""
    return left.input if left.input == right.input else max(left.input, right.input, key=canonical_json)


def _join(left: Attempt, right: Attempt) -> Attempt:
    if left == right:
        return left
    if left.task_id is None:
        if _certainty(left) != _certainty(right):
            return max(left, right, key=_certainty)
        return _join_equals(left, right)
    return _further(left, right)._replace(
        number=max(left.number, right.number),
        trial=max(left.trial, right.trial),
        credits=max(left.credits, right.credits),
        submitted_at=_earlier(left, right),
        api=_common(left.api, right.api),
        account=_common(left.account, right.account),
        seen=max(left.seen, right.seen),
    )


def _further(left: Attempt, right: Attempt) -> Attempt:
    """Take what has come further of two words on one task; of equally far ones with the same files, both.

    Who has the same files joins what is in the store and what was seen in them: that one word is the greater
    for other reasons says nothing against what the other knows of it.
    """
    furthest = max(left, right, key=_progress)
    if _reach(left) != _reach(right):
        return furthest
    known = [_both(*pair) for pair in zip(_known(left), _known(right), strict=True)]
    if _known(furthest) == known:
        return furthest
    outputs = zip(furthest.outputs, known, strict=True)
    joined = tuple(
        one._replace(stored=is_stored, look=look, pruned=is_pruned)
        for one, (is_stored, look, is_pruned) in outputs
    )
    return furthest._replace(outputs=joined)


def _known(attempt: Attempt) -> list[_Known]:
    """What is known of each file besides what it is."""
    return [(output.stored, output.look, output.pruned) for output in attempt.outputs]


def _both(left: _Known, right: _Known) -> _Known:
    """Join by maximum: of one who saw something and one who did not look, the former counts."""
    return left[0] or right[0], max(left[1], right[1]), left[2] or right[2]


def _join_equals(left: Attempt, right: Attempt) -> Attempt:
    """Unite two equally certain words on one call; each field goes its own way, so none disturbs another.

    They may be two calls of two checkouts: a charge of either must be looked for from the earlier one on and
    until the later one is surely listed.
    """
    return max(left, right, key=_reason)._replace(
        credits=max(left.credits, right.credits),
        submitted_at=_earlier(left, right),
        finished_at=max(filter(None, (left.finished_at, right.finished_at)), default=None),
        api=_common(left.api, right.api),
        account=_common(left.account, right.account),
        seen=max(left.seen, right.seen),
    )


def _common(left: str | None, right: str | None) -> str | None:
    """Keep what is said of who was asked; two different answers are one of which nothing can be concluded."""
    if left == right or right is None:
        return left
    return right if left is None else SEVERAL


def _earlier(left: Attempt, right: Attempt) -> str | None:
    return min(filter(None, (left.submitted_at, right.submitted_at)), default=None)


def _certainty(attempt: Attempt) -> tuple[bool, int, bool]:
    """Rank what is said of a call without a task: in doubt < withdrawn < tried again … < rejected.

    Only what no join changes may stand here, and in ``_reason``: or else the order of lines would matter.
    """
    return attempt.state is State.REJECTED, attempt.trial, attempt.state is State.WITHDRAWN


def _reason(attempt: Attempt) -> tuple[bool, str]:
    return attempt.error is not None, repr((attempt.error, attempt.outputs))


def _progress(attempt: Attempt) -> tuple[_Reach, str, int, str]:
    """Rank what is said of one task by how far it has come, what is known of its files besides left aside.

    Of two places of one file the one that gives way to another's counts: so no two jobs claim one name.
    """
    former = sum(is_former(output.path) for output in attempt.outputs)
    outputs = [(output.url, output.path, output.sha256, output.bytes) for output in attempt.outputs]
    rest = (attempt.finished_at, outputs, attempt.error)
    return _reach(attempt), attempt.finished_at or "", former, repr(rest)


def _reach(attempt: Attempt) -> _Reach:
    """Tell how far a task has come, and with which files: what words that are joined must agree on.

    While files are missing an error is newer than its absence; once all are here it is the other way round.
    Of different files the longer ones count: an older version kept a host's words, and the clip came later.
    """
    length = sum(output.bytes or 0 for output in attempt.outputs if output.sha256)
    digests = tuple([output.sha256 or "" for output in attempt.outputs])
    hashed = sum(map(bool, digests))
    is_whole = 0 < hashed == len(digests)
    is_news = (attempt.error is None) is is_whole
    return _PROGRESS[attempt.state], hashed, is_news, length, digests


def _standing(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """Leave out the calls that became tasks or that a later refusal makes void; the one that counts first."""
    attempts = tuple(attempts)
    answered: float = max((attempt.number for attempt in attempts if attempt.task_id), default=0)
    if any(attempt.state is State.COMPLETED for attempt in attempts):
        answered = inf
    refused = max((attempt.number for attempt in attempts if attempt.state is State.REJECTED), default=0)
    kept = (
        attempt
        for attempt in attempts
        if attempt.task_id or (attempt.number > answered and attempt.number >= refused)
    )
    return tuple(sorted(kept, key=_place))


def _place(attempt: Attempt) -> tuple[int, int, int, str]:
    """Order attempts by how much they matter; the first is what the line shows."""
    match attempt.state:
        case State.COMPLETED:
            return 0, attempt.number, 0, attempt.task_id or ""
        case State.SUBMITTED:
            return 1, attempt.number, 0, attempt.task_id or ""
        case State.WITHDRAWN:
            return 3, -attempt.number, 0, ""
        case _:
            return 2, -attempt.number, _AMONG_ENDED[attempt.state], attempt.task_id or ""
