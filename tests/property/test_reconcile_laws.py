"""Laws about calls that were or were not charged, and the ledger is all there is to tell."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.building import TOOL
from fakes.ledger_api import (
    CONTROL,
    CONTROL_ENTRY,
    CONTROL_ROW,
    OTHER_TOOL,
    FakeLedgerApi,
    at,
    charge,
    doubt_of_call,
    stamp,
)
from fakes.recorder import MemoryRecorder
from fakes.still_clock import StillClock
from sora2batch.lockfile.entry import State
from sora2batch.reconcile.doubt import NARROW_MARGIN, Doubt
from sora2batch.reconcile.evidence import Evidence
from sora2batch.reconcile.finding import Ambiguous, Inconclusive, NotCharged, TooEarly
from sora2batch.reconcile.judge import judge, unique_fits
from sora2batch.reconcile.ledger_check import SETTLE, ReconcileContext, check_doubts
from sora2batch.reconcile.ledger_task import tasks_of
from sora2batch.reconcile.settle import adopt, release_not_charged
from sora2batch.sjinn.answer import LedgerReading, LedgerRecord
from sora2batch.sjinn.timeouts import DEFAULT_TIMEOUTS

AHEAD = int(timedelta(minutes=20).total_seconds() * 1000)
"""A clock of ours that nothing has set right."""
BEHIND = 5_000
"""One that is behind is believed to have waited for so long already."""
LONGEST_CALL = int(DEFAULT_TIMEOUTS.create_seconds * 1000)
LONGEST_LAG = 580_000
"""Nearly all that SETTLE allows; stamps are cut to seconds."""

TOOLS = st.sampled_from([TOOL, OTHER_TOOL])
PRICES = st.sampled_from([420, 2100])
MOMENTS = st.integers(0, 60_000)
SKEWS = st.sampled_from([-BEHIND, 0, AHEAD]) | st.integers(-BEHIND, AHEAD)
DELAYS = st.sampled_from([0, LONGEST_CALL]) | st.integers(0, LONGEST_CALL)
DELAYS_AFTER_A_DEATH = st.integers(0, 10_000)
"""A server charges soon after a call came in, or not at all, once nobody waits for its answer."""
LAGS = st.sampled_from([0, LONGEST_LAG]) | st.integers(0, LONGEST_LAG)
READINGS = st.integers(0, 800)
"""Seconds; the last row comes up before the end of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One create call as it really was; all times in milliseconds."""

    doubt: Doubt
    task_id: str
    charge: LedgerRecord | None
    """None where it was not charged."""
    lag: int
    is_mine: bool
    """Whether it was made under the lockfile that is settled, or under another one."""


@st.composite
def calls(draw, number, is_mine=None):
    tool, price, moment = draw(TOOLS), draw(PRICES), draw(MOMENTS)
    stamped = moment + draw(SKEWS)
    has_died = draw(st.booleans())
    delay = draw(DELAYS_AFTER_A_DEATH if has_died else DELAYS)
    given_up = {} if has_died else {"finished_at": stamp((stamped + delay) / 1000)}
    charged_at = moment + delay
    if draw(st.booleans()):
        charged_at -= charged_at % 1000
    cost = draw(st.sampled_from([price, price, 500]))
    row = charge(f"task-{number}", charged_at / 1000, cost=cost, tool_type=tool)
    return Call(
        doubt=doubt_of_call(f"{number}", stamped / 1000, credits=price, tool_type=tool, **given_up),
        task_id=f"task-{number}",
        charge=row if draw(st.booleans()) else None,
        lag=draw(LAGS),
        is_mine=draw(st.booleans()) if is_mine is None else is_mine,
    )


@st.composite
def many_calls(draw, is_mine=None):
    return [draw(calls(number, is_mine)) for number in range(draw(st.integers(1, 5)))]


@st.composite
def strangers(draw):
    """Charges that no call of ours made; some are paid back later."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        tool, cost, seconds = draw(TOOLS), draw(PRICES), draw(MOMENTS) / 1000
        found.append(charge(f"stranger-{number}", seconds, cost=cost, tool_type=tool))
        if draw(st.booleans()):
            found.append(charge(f"stranger-{number}", seconds + 60, cost=-cost, tool_type=tool))
    return found


def rows_of(made):
    return [call.charge for call in made if call.charge]


def judged(made, others, *, seconds, skew=0, rows=None):
    """What the ledger, read then by a clock that is so wrong, says about the calls of this lockfile."""
    shown = [
        call.charge
        for call in made
        if call.charge and call.charge.create_time + timedelta(milliseconds=call.lag) <= at(seconds)
    ]
    records = [*shown, *others] if rows is None else rows
    evidence = Evidence(
        reading=LedgerReading(records=(*records, CONTROL_ROW)),
        read_at=at(seconds) + timedelta(milliseconds=skew),
        known_tasks=frozenset({CONTROL.task_id}),
        own_tasks=[CONTROL],
        rivals=[call.doubt for call in made if not call.is_mine],
    )
    return judge([call.doubt for call in made if call.is_mine], evidence, settle=SETTLE)


def by_fingerprint(made):
    return {call.doubt.entry.fingerprint: call for call in made}


@settings(max_examples=500)
@given(many_calls(), strangers(), READINGS, st.integers(-BEHIND, BEHIND))
def test_a_call_that_was_charged_is_never_free(made, others, seconds, skew):
    truth = by_fingerprint(made)
    for finding in judged(made, others, seconds=seconds, skew=skew):
        if isinstance(finding, NotCharged):
            assert truth[finding.doubt.entry.fingerprint].charge is None


@given(many_calls(), strangers())
def test_once_settled_a_call_is_free_exactly_if_no_unknown_charge_may_be_its(made, others):
    tasks = tasks_of([*rows_of(made), *others])
    for finding in judged(made, others, seconds=4000):
        assert not isinstance(finding, TooEarly | Inconclusive)
        possible = {task.task_id for task in tasks if finding.doubt.may_be(task, NARROW_MARGIN)}
        found = {one.task_id for one in finding.candidates} if isinstance(finding, Ambiguous) else set()
        assert found == possible


@given(many_calls(), READINGS)
def test_without_strangers_every_pair_is_right_however_the_ledger_lags(made, seconds):
    truth = by_fingerprint(made)
    for doubt, task in unique_fits(judged(made, [], seconds=seconds)):
        assert truth[doubt.entry.fingerprint].charge.task_id == task.task_id


@given(many_calls(), strangers(), READINGS)
def test_a_call_is_never_given_a_task_that_another_call_made(made, others, seconds):
    truth = by_fingerprint(made)
    pairs = unique_fits(judged(made, others, seconds=seconds))
    for doubt, record in pairs:
        own = truth[doubt.entry.fingerprint]
        assert own.is_mine
        assert record.task_id == own.task_id or record.task_id.startswith("stranger")
    tasks = [record.task_id for _, record in pairs]
    assert len(tasks) == len(set(tasks))
    assert len({doubt.entry.fingerprint for doubt, _ in pairs}) == len(pairs)


@given(many_calls(), strangers(), READINGS, st.randoms())
def test_the_order_of_the_ledgers_rows_does_not_matter(made, others, seconds, random):
    rows = [*rows_of(made), *others]
    shuffled = random.sample(rows, len(rows))
    assert judged(made, [], seconds=seconds, rows=rows) == judged(made, [], seconds=seconds, rows=shuffled)


@given(many_calls(), strangers(), READINGS)
def test_every_call_is_judged_for_itself(made, others, seconds):
    together = judged(made, others, seconds=seconds)
    alone = []
    for one in made:
        if one.is_mine:
            mine_only = [replace(call, is_mine=call is one) for call in made]
            alone.append(judged(mine_only, others, seconds=seconds)[0])
    assert [type(finding) for finding in together] == [type(finding) for finding in alone]
    for left, right in zip(together, alone, strict=True):
        assert getattr(left, "candidates", ()) == getattr(right, "candidates", ())


@given(many_calls(is_mine=True), strangers(), st.lists(READINGS, min_size=1, max_size=4))
def test_settling_again_and_again_loses_no_charged_call_and_gives_no_task_twice(made, others, moments):
    lockfile = asyncio.run(_settled(made, others, sorted(moments)))
    adopted = []
    for call in made:
        entry = lockfile.get(call.doubt.entry.fingerprint)
        assert entry is not None or call.charge is None
        if entry and entry.state is State.SUBMITTED:
            adopted.append(entry.primary.task_id)
    assert len(adopted) == len(set(adopted))


async def _settled(made, others, moments):
    """What a few calls of ``reconcile --auto`` make of a lockfile."""
    recorder = MemoryRecorder(seconds=0)
    recorder.put(CONTROL_ENTRY, *(call.doubt.entry for call in made))
    clock = StillClock()
    lag = {call.task_id: call.lag / 1000 for call in made}
    context = ReconcileContext(
        ledger_api=FakeLedgerApi(clock=clock, rows=[*rows_of(made), *others, CONTROL_ROW], lag=lag),
        clock=clock,
    )
    for moment in moments:
        clock.moment = at(moment)
        await release_not_charged(await check_doubts(recorder.lockfile, context), recorder)
        for doubt, record in unique_fits(await check_doubts(recorder.lockfile, context)):
            await adopt(doubt, record, recorder)
    return recorder.lockfile
