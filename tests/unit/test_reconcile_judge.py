from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from fakes.building import TOOL
from fakes.ledger_api import CONTROL, CONTROL_ROW, OTHER_TOOL, at, charge, doubt_of_call, ledger_task
from sora2batch.reconcile.doubt import NARROW_MARGIN, WIDE_MARGIN
from sora2batch.reconcile.evidence import Evidence, OwnTask
from sora2batch.reconcile.finding import Ambiguous, Inconclusive, NotCharged, NotChecked, TooEarly
from sora2batch.reconcile.judge import judge, unique_fits
from sora2batch.reconcile.ledger_task import tasks_of
from sora2batch.sjinn.answer import LedgerReading

SETTLE = timedelta(seconds=60)
DAY = 86_400


def judged(doubts, *records, known=(), rivals=(), seconds=DAY, control=True, reading=None, own=(), **more):
    """What the ledger says; unless it is said otherwise, it shows a task of ours of that time as well."""
    records = (*records, CONTROL_ROW) if control else records
    evidence = Evidence(
        reading=LedgerReading(records=records, **(reading or {})),
        read_at=at(seconds),
        known_tasks=frozenset((CONTROL.task_id, *known, *(task.task_id for task in own))),
        own_tasks=(CONTROL, *own) if control else own,
        rivals=tuple(rivals),
        **more,
    )
    return judge(doubts, evidence, settle=SETTLE)


def candidates(finding):
    assert isinstance(finding, Ambiguous)
    return [record.task_id for record in finding.candidates]


def pairs(findings):
    return [(doubt.entry.key, record.task_id) for doubt, record in unique_fits(findings)]


@pytest.mark.parametrize("margin", [NARROW_MARGIN, WIDE_MARGIN])
def test_a_charge_may_be_a_calls_from_well_before_its_intent_on(margin):
    earliest = -margin.total_seconds()
    for seconds, expected in [(earliest - 0.001, False), (earliest, True), (0, True), (DAY, True)]:
        assert doubt_of_call().may_be(ledger_task("t", seconds), margin) is expected


def test_a_charge_of_another_tool_is_not_the_calls():
    assert not doubt_of_call().may_be(ledger_task("t", tool_type=OTHER_TOOL), WIDE_MARGIN)


@pytest.mark.parametrize(
    "name",
    [TOOL, TOOL.upper(), TOOL.replace("-", "_"), f"tool-{TOOL}", f"TOOL_{TOOL}", TOOL.removesuffix("-api")],
)
def test_a_row_that_writes_the_tool_in_another_way_is_no_less_a_charge(name):
    assert doubt_of_call().may_be(replace(ledger_task("t"), task_type=name), WIDE_MARGIN)


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (ledger_task("t", 1), True),
        (ledger_task("t", -60), True),
        (ledger_task("t", 180), True),
        (ledger_task("t", 181), False),
        (ledger_task("t", -61), False),
        (ledger_task("t", 1, cost=421), False),
        (ledger_task("t", 1, tool_type=OTHER_TOOL), False),
        (replace(ledger_task("t", 1), returned=420), False),
    ],
)
def test_a_charge_fits_by_tool_price_and_time(task, expected):
    assert doubt_of_call().fits(task) is expected


@pytest.mark.parametrize("moment", [None, "", "yesterday", "150-11-22T09:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_call_without_a_readable_time_may_be_any_charge_and_fits_none(moment):
    doubt = doubt_of_call(submitted_at=moment)
    assert doubt.may_be(ledger_task("t", -1000 * DAY), NARROW_MARGIN)
    assert not doubt.fits(ledger_task("t", 1))
    (finding,) = judged([doubt], seconds=0)
    assert isinstance(finding, Inconclusive)


def test_a_call_without_a_trace_is_free_once_the_ledger_is_believed():
    doubt = doubt_of_call()
    until = at(SETTLE.total_seconds())
    assert judged([doubt], seconds=59.9) == (TooEarly(doubt=doubt, until=until),)
    assert judged([doubt], seconds=60) == (NotCharged(doubt=doubt),)


def test_an_intent_of_the_future_is_not_believed_to_be_old():
    doubt = doubt_of_call(seconds=3600)
    assert isinstance(judged([doubt], seconds=0)[0], TooEarly)


def test_tasks_that_a_lockfile_knows_explain_their_charges():
    doubt = doubt_of_call()
    assert judged([doubt], charge("mine"), charge("yours"), known=["mine", "yours"]) == (
        NotCharged(doubt=doubt),
    )


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


def test_all_rows_of_a_task_are_one_candidate_and_what_came_back_is_told_apart():
    (finding,) = judged([doubt_of_call()], charge("t", 60, cost=-420), charge("t", 1))
    assert [(one.create_time, one.charged, one.returned) for one in finding.candidates] == [(at(1), 420, 420)]
    assert pairs([finding]) == []


def test_a_task_is_as_old_as_its_charge_not_as_what_was_given_back():
    doubt = doubt_of_call()
    before = -NARROW_MARGIN.total_seconds() - 60
    assert judged([doubt], charge("old", before), charge("old", 60, cost=-420)) == (NotCharged(doubt=doubt),)


def test_a_row_that_gives_back_alone_still_tells_of_a_task():
    assert candidates(judged([doubt_of_call()], charge("t", 60, cost=-420))[0]) == ["t"]


def test_of_two_calls_only_the_earlier_may_be_a_charge_from_long_before_the_later():
    hours = 2 * NARROW_MARGIN.total_seconds()
    fox, owl = doubt_of_call("fox", 0), doubt_of_call("owl", hours)
    own = [OwnTask(task_id="late", submitted=at(hours), account=None, is_of_this_lockfile=True)]
    findings = judged([fox, owl], charge("t", 1), charge("late", hours + 1), own=own)
    assert candidates(findings[0]) == ["t"]
    assert findings[1] == NotCharged(doubt=owl)
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
        ([doubt_of_call("fox")], [charge("t", 1), charge("theirs", 900, tool_type=OTHER_TOOL)]),
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
        "others use the account",
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


@pytest.mark.parametrize(
    "rival", [doubt_of_call("owl", 2 * 3600), doubt_of_call("owl", tool_type=OTHER_TOOL)]
)
def test_a_call_of_another_lockfile_that_cannot_have_made_it_is_no_rival(rival):
    findings = judged([doubt_of_call()], charge("t", 2), rivals=[rival])
    assert pairs(findings) == [("hero/fox", "t")]


def test_calls_that_are_not_held_against_any_task_are_not_paired():
    doubt = doubt_of_call()
    findings = [NotCharged(doubt=doubt), TooEarly(doubt=doubt, until=at(0)), NotChecked(doubt=doubt)]
    findings.append(Inconclusive(doubt=doubt, reason="nobody knows"))
    assert pairs(findings) == []


class TestSilence:
    """That the ledger does not show a charge proves something only with a control."""

    ACCOUNT = "0123456789abcdef"

    def reason(self, *records, doubt=None, **more):
        """Why nothing is proven; None where the call is free."""
        (finding,) = judged([doubt or doubt_of_call()], *records, control=False, **more)
        if isinstance(finding, NotCharged):
            return None
        assert isinstance(finding, Inconclusive)
        return finding.reason

    def own(self, seconds=0, *, here=True, account=None):
        return OwnTask(task_id="mine", submitted=at(seconds), account=account, is_of_this_lockfile=here)

    def named(self, **more):
        return doubt_of_call(account=self.ACCOUNT, **more)

    def test_an_empty_ledger_proves_nothing_not_even_of_the_same_account(self):
        assert "shows no task of ours" in self.reason()
        assert "shows no task of ours" in self.reason(doubt=self.named(), account=self.ACCOUNT)

    def test_tasks_of_others_prove_nothing(self):
        theirs = charge("theirs", 60, tool_type=OTHER_TOOL)
        assert "shows no task of ours" in self.reason(theirs, doubt=self.named(), account=self.ACCOUNT)

    @pytest.mark.parametrize("seconds", [-3600, 0, 3600])
    def test_a_task_of_ours_of_the_same_time_is_a_control(self, seconds):
        assert self.reason(charge("mine", seconds), own=[self.own(seconds)]) is None

    @pytest.mark.parametrize("seconds", [-3601, 3601])
    def test_one_of_another_time_is_not_where_the_account_is_not_known(self, seconds):
        reason = self.reason(charge("mine", seconds), own=[self.own(seconds)])
        assert "no task of ours of that time" in reason

    @pytest.mark.parametrize("seconds", [-60, 60])
    @pytest.mark.parametrize("told", ["here", "then", "both"])
    def test_a_control_is_of_the_very_account_of_the_call_as_far_as_that_is_known(self, seconds, told):
        doubt = self.named() if told in {"then", "both"} else doubt_of_call()
        own = [self.own(seconds, account=self.ACCOUNT if told in {"here", "both"} else None)]
        for account in (self.ACCOUNT, None):
            reason = self.reason(charge("mine", seconds), doubt=doubt, own=own, account=account)
            is_proven = told == "both" or (told == "then" and account is not None)
            assert (reason is None) is is_proven

    @pytest.mark.parametrize(("here", "account"), [(True, None), (True, ACCOUNT), (False, ACCOUNT)])
    @pytest.mark.parametrize("seconds", [-3600, -1, 1, 3600])
    def test_a_ledger_that_lacks_another_task_of_ours_of_that_time_lags(self, seconds, here, account):
        lacked = OwnTask(task_id="lacked", submitted=at(seconds), account=account, is_of_this_lockfile=here)
        own = [self.own(-5000, account=self.ACCOUNT), lacked]
        reason = self.reason(charge("mine", -5000), doubt=self.named(), own=own, account=self.ACCOUNT)
        assert "lacks our task lacked" in reason

    @pytest.mark.parametrize(
        "lacked",
        [
            {"account": "f" * 16, "is_of_this_lockfile": True},
            {"account": None, "is_of_this_lockfile": False},
            {"account": ACCOUNT, "is_of_this_lockfile": True, "api": "elsewhere.example"},
            {"account": ACCOUNT, "is_of_this_lockfile": True, "submitted": at(-3601)},
            {"account": ACCOUNT, "is_of_this_lockfile": True, "submitted": at(DAY)},
        ],
    )
    def test_what_it_need_not_show_it_may_lack(self, lacked):
        lacked = OwnTask(**{"task_id": "lacked", "submitted": at(1), **lacked})
        own = [self.own(-5000, account=self.ACCOUNT), lacked]
        given = {"doubt": self.named(), "own": own, "account": self.ACCOUNT, "host": "sjinn.ai"}
        assert self.reason(charge("mine", -5000), **given) is None

    @pytest.mark.parametrize(("seconds", "tool"), [(5, TOOL), (5, OTHER_TOOL), (-7200, TOOL)])
    def test_a_known_task_that_was_charged_twice_may_be_the_calls_the_second_time(self, seconds, tool):
        rows = [charge("mine", -3 * 3600, tool_type=tool), charge("mine", seconds, tool_type=tool)]
        own = [self.own(-3 * 3600), replace(self.own(0), task_id="other")]
        reason = self.reason(*rows, charge("other", 1), own=own)
        assert (reason is not None) is (seconds > 0 and tool is TOOL)
        assert reason is None or "task mine more than once" in reason

    def test_what_a_task_of_ours_was_given_back_later_tells_nothing_of_the_ledgers_clock(self):
        rows = [charge("mine", 1), charge("mine", DAY - 60, cost=-420)]
        for order in permutations(rows):
            assert self.reason(*order, charge("t", -2 * 3600), own=[self.own()]) is None

    def test_one_of_another_lockfile_is_not_where_the_account_is_not_known(self):
        assert "no task of ours of that time" in self.reason(charge("mine", 1), own=[self.own(here=False)])

    @pytest.mark.parametrize("here", [True, False])
    def test_in_the_ledger_of_the_account_that_was_asked_any_task_of_ours_is_a_control(self, here):
        own = [self.own(-5000, here=here)]
        given = {"doubt": self.named(), "own": own, "account": self.ACCOUNT}
        assert self.reason(charge("mine", -5000), **given) is None
        untold = self.reason(charge("mine", -5000), reading={"is_timed": False}, **given)
        assert "does not tell the time" in untold

    def test_another_account_is_told_apart_and_its_tasks_are_no_candidates(self):
        rows = [charge("mine", 1), charge("theirs", 2)]
        reason = self.reason(*rows, doubt=self.named(), own=[self.own()], account="f" * 16)
        assert "another account" in reason

    def test_two_accounts_that_met_in_a_merge_are_nobodys(self):
        doubt = doubt_of_call(account="several")
        assert "another account" in self.reason(
            charge("mine", 1), doubt=doubt, own=[self.own()], account="f" * 16
        )

    def test_the_ledger_of_another_host_is_told_apart(self):
        doubt = doubt_of_call(api="sjinn.ai")
        reason = self.reason(charge("mine", 1), doubt=doubt, own=[self.own()], host="example.org")
        assert reason == "the call was made at sjinn.ai, and this is the ledger of example.org"

    def test_a_row_that_is_not_understood_may_be_the_charge(self):
        unclear = {"unclear": ("a row is no object",)}
        assert self.reason(charge("mine", 1), own=[self.own()], reading=unclear) == "a row is no object"

    def test_an_unclear_row_of_a_known_task_hides_nothing(self):
        row = replace(charge("mine", 1), unclear="its create_time has no time zone")
        assert self.reason(row, own=[self.own()]) is None
        theirs = replace(charge("theirs", -DAY, tool_type=OTHER_TOOL), unclear="no time zone")
        assert self.reason(charge("mine", 1), theirs, own=[self.own()]) == "no time zone"

    @pytest.mark.parametrize("hours", [-12, -8, -2])
    def test_where_the_ledgers_clock_is_not_known_a_charge_of_hours_before_may_be_the_calls(self, hours):
        (finding,) = judged([doubt_of_call()], charge("t", hours * 3600 + 1), control=False)
        assert candidates(finding) == ["t"]

    def test_a_control_that_is_hours_off_shows_that_the_ledgers_clock_is(self):
        row = charge("mine", -8 * 3600)
        (finding,) = judged(
            [doubt_of_call()], row, charge("t", -8 * 3600 + 5), control=False, own=[self.own()]
        )
        assert candidates(finding) == ["t"]

    def test_a_control_whose_time_is_right_leaves_older_charges_to_others(self):
        assert self.reason(charge("mine", 1), charge("t", -2 * 3600), own=[self.own()]) is None


def test_rows_in_any_order_and_twice_are_the_same_task():
    rows = [charge("t", 5), charge("t", 5, row_id="again"), charge("u", 1)]
    assert [task.task_id for task in tasks_of(rows)] == ["u", "t"]


def test_a_clock_that_was_slow_makes_the_ledger_wait_longer():
    own = [OwnTask(task_id="mine", submitted=at(0), account=None, is_of_this_lockfile=True)]
    for seconds, kind in [(1259, TooEarly), (1261, NotCharged)]:
        (finding,) = judged([doubt_of_call()], charge("mine", 1200), control=False, own=own, seconds=seconds)
        assert isinstance(finding, kind)
