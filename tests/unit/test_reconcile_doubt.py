from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from fakes.books import OTHER_TOOL, at, charge, doubt_of_call
from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from sora2batch.reconcile.doubt import (
    MARGIN,
    Ambiguous,
    Evidence,
    Free,
    TooEarly,
    Unasked,
    find_doubts,
    judge,
    unique_fits,
)
from sora2batch.sjinn.server_clock import ALLOWANCE

SETTLE = timedelta(seconds=60)
DAY = 86_400


def judged(doubts, *records, known=(), rivals=(), seconds=DAY):
    evidence = Evidence(
        records=records, read_at=at(seconds), known_tasks=frozenset(known), rivals=tuple(rivals)
    )
    return judge(doubts, evidence, settle=SETTLE)


def candidates(finding):
    assert isinstance(finding, Ambiguous)
    return [record.task_id for record in finding.candidates]


def pairs(findings):
    return [(doubt.entry.key, record.task_id) for doubt, record in unique_fits(findings)]


def test_every_call_in_doubt_is_found_in_the_lockfiles_order():
    retried = entry_of(job_of("ape"), in_doubt(number=2), failed())
    beside = entry_of(job_of("bee"), submitted(), in_doubt(number=2))
    rest = [entry_of(job_of(name), one) for name, one in [("cat", completed()), ("dog", rejected())]]
    last = entry_of(job_of("eel"), in_doubt())
    found = find_doubts(lockfile_of(last, *rest, beside, retried))
    assert [(doubt.entry.key, doubt.attempt.number) for doubt in found] == [
        ("hero/ape", 2),
        ("hero/bee", 2),
        ("hero/eel", 1),
    ]


@pytest.mark.parametrize(("seconds", "expected"), [(-4, True), (-4.001, False), (0, True), (DAY, True)])
def test_a_charge_may_be_a_calls_from_just_before_its_intent_on(seconds, expected):
    assert doubt_of_call().may_be(charge("t", seconds)) is expected


def test_the_margin_covers_a_clock_that_is_ahead_by_as_much_as_is_never_set_right():
    one_second_for_a_ledger_that_cuts = timedelta(seconds=1)
    assert ALLOWANCE + one_second_for_a_ledger_that_cuts < MARGIN


def test_a_charge_of_another_tool_is_not_the_calls():
    assert not doubt_of_call().may_be(charge("t", tool_type=OTHER_TOOL))


def test_a_row_that_names_the_tool_without_its_prefix_is_no_less_a_charge():
    record = charge("t")
    assert doubt_of_call().may_be(replace(record, task_type=record.task_type.removeprefix("tool_")))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (charge("t", 1), True),
        (charge("t", -4), True),
        (charge("t", 15 * 60), True),
        (charge("t", 15 * 60 + 1), False),
        (charge("t", -5), False),
        (charge("t", 1, cost=421), False),
        (charge("t", 1, tool_type=OTHER_TOOL), False),
    ],
)
def test_a_charge_fits_by_tool_price_and_time(record, expected):
    assert doubt_of_call().fits(record) is expected


@pytest.mark.parametrize("moment", [None, "", "yesterday", "150-11-22T09:00:00Z"])
def test_a_call_without_a_readable_time_may_be_any_charge_and_fits_none(moment):
    doubt = doubt_of_call(submitted_at=moment)
    assert doubt.may_be(charge("t", -1000 * DAY))
    assert not doubt.fits(charge("t", 1))
    assert judged([doubt], seconds=0) == (Free(doubt=doubt),)


def test_a_call_without_a_trace_is_free_once_the_ledger_is_believed():
    doubt = doubt_of_call()
    until = at(SETTLE.total_seconds())
    assert judged([doubt], seconds=59.9) == (TooEarly(doubt=doubt, until=until),)
    assert judged([doubt], seconds=60) == (Free(doubt=doubt),)


def test_an_intent_of_the_future_is_not_believed_to_be_old():
    doubt = doubt_of_call(seconds=3600)
    assert isinstance(judged([doubt], seconds=0)[0], TooEarly)


def test_tasks_that_a_lockfile_knows_explain_their_charges():
    doubt = doubt_of_call()
    assert judged([doubt], charge("mine"), charge("yours"), known=["mine", "yours"]) == (Free(doubt=doubt),)


@pytest.mark.parametrize("seconds", [0, DAY])
def test_an_unknown_charge_keeps_a_call_in_doubt_whenever_one_looks(seconds):
    finding = judged([doubt_of_call()], charge("t"), seconds=seconds)[0]
    assert candidates(finding) == ["t"]


def test_an_unknown_charge_of_another_price_keeps_a_call_in_doubt_too():
    assert candidates(judged([doubt_of_call()], charge("t", cost=500))[0]) == ["t"]


def test_candidates_that_fit_come_first_and_then_the_oldest():
    rows = [
        charge("late", 2000),
        charge("dear", 1, cost=2100),
        charge("second", 3),
        charge("first", 2),
        charge("dearer", 0, cost=2100),
    ]
    for order in permutations(rows):
        assert candidates(judged([doubt_of_call()], *order)[0]) == [
            "first",
            "second",
            "dearer",
            "dear",
            "late",
        ]


def test_all_rows_of_a_task_are_one_candidate_with_what_it_cost_in_the_end():
    (finding,) = judged([doubt_of_call()], charge("t", 60, cost=-420), charge("t", 1))
    assert [(one.create_time, one.cost_credits) for one in finding.candidates] == [(at(1), 0)]
    assert pairs([finding]) == []


def test_a_task_is_as_old_as_its_charge_not_as_its_refund():
    doubt = doubt_of_call()
    assert judged([doubt], charge("old", -60), charge("old", 60, cost=-420)) == (Free(doubt=doubt),)


def test_a_refund_alone_still_tells_of_a_task():
    assert candidates(judged([doubt_of_call()], charge("t", 60, cost=-420))[0]) == ["t"]


def test_of_two_calls_only_the_earlier_may_be_a_charge_from_between_them():
    fox, owl = doubt_of_call("fox", 0), doubt_of_call("owl", 100)
    findings = judged([fox, owl], charge("t", 1))
    assert candidates(findings[0]) == ["t"]
    assert findings[1] == Free(doubt=owl)
    assert pairs(findings) == [("hero/fox", "t")]


def test_one_call_and_one_task_that_fit_are_a_pair():
    assert pairs(judged([doubt_of_call()], charge("t"))) == [("hero/fox", "t")]


def test_pairs_of_different_tools_do_not_disturb_each_other():
    calls = [doubt_of_call("fox"), doubt_of_call("owl", tool_type=OTHER_TOOL)]
    findings = judged(calls, charge("a"), charge("b", tool_type=OTHER_TOOL))
    assert pairs(findings) == [("hero/fox", "a"), ("hero/owl", "b")]


@pytest.mark.parametrize(
    ("calls", "rows"),
    [
        ([doubt_of_call("fox"), doubt_of_call("owl", 5)], [charge("t", 6)]),
        ([doubt_of_call("fox")], [charge("t", 1), charge("u", 2)]),
        ([doubt_of_call("fox"), doubt_of_call("owl")], [charge("t", 1), charge("u", 2)]),
        ([doubt_of_call("fox"), doubt_of_call("owl", credits=2100)], [charge("t", 1)]),
        ([doubt_of_call("fox")], [charge("t", 1), charge("u", 2, cost=2100)]),
        ([doubt_of_call("fox")], [charge("t", 1, cost=421)]),
        ([doubt_of_call("fox")], [charge("t", 16 * 60)]),
        ([doubt_of_call("fox"), doubt_of_call("owl", submitted_at=None)], [charge("t", 1)]),
    ],
    ids=[
        "two calls, one task",
        "one call, two tasks",
        "two calls, two tasks",
        "a call of another price may have made it",
        "a task of another price may be it",
        "another price",
        "too late",
        "a call without a time may have made it",
    ],
)
def test_nothing_is_paired_where_anything_else_could_be_meant(calls, rows):
    findings = judged(calls, *rows)
    assert any(isinstance(finding, Ambiguous) for finding in findings)
    assert pairs(findings) == []


def test_a_call_in_doubt_of_another_lockfile_may_have_made_the_task_as_well():
    elsewhere = doubt_of_call("owl", 1)
    (finding,) = judged([doubt_of_call()], charge("t", 2), rivals=[elsewhere])
    assert finding.rivals == (elsewhere,)
    assert pairs([finding]) == []


@pytest.mark.parametrize("rival", [doubt_of_call("owl", 100), doubt_of_call("owl", tool_type=OTHER_TOOL)])
def test_a_call_of_another_lockfile_that_cannot_have_made_it_is_no_rival(rival):
    findings = judged([doubt_of_call()], charge("t", 2), rivals=[rival])
    assert pairs(findings) == [("hero/fox", "t")]


def test_calls_that_are_not_held_against_any_task_are_not_paired():
    doubt = doubt_of_call()
    findings = [Free(doubt=doubt), TooEarly(doubt=doubt, until=at(0)), Unasked(doubt=doubt)]
    assert pairs(findings) == []
