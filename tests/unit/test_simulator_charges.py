from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sora2batch.ground.job import Credits
from sora2batch.simulator.charges import Charge, LedgerQuery, page
from sora2batch.simulator.refusal import RefusalError

START = datetime(2026, 9, 14, 12, 0, 0, tzinfo=UTC)


def charge(number: int, task_type: str = "tool_a") -> Charge:
    return Charge(
        id=f"row-{number}",
        number=number,
        task_type=task_type,
        task_id=f"task-{number}",
        credits=Credits(50),
        created=START + timedelta(minutes=number),
    )


def rows(answer) -> list[str]:
    return [record["id"] for record in answer["records"]]


def asked(charges, **params):
    return page(charges, LedgerQuery.from_dict(params))


def test_a_row_has_exactly_the_six_documented_fields_and_six_fraction_digits():
    (record,) = asked([charge(1)])["records"]
    assert record == {
        "id": "row-1",
        "task_type": "tool_a",
        "task_id": "task-1",
        "chat_id": None,
        "cost_credits": 50,
        "create_time": "2026-09-14T12:01:00.000000+00:00",
    }


def test_the_newest_row_comes_first():
    assert rows(asked([charge(1), charge(2)])) == ["row-2", "row-1"]


@pytest.mark.parametrize(
    ("limit", "shown"),
    [(None, 50), ("", 50), (10, 10), ("10", 10), (0, 1), (-3, 1), (999, 200), ("many", 50), ([], 50)],
)
def test_the_limit_is_50_by_default_and_200_at_most(limit, shown):
    assert len(asked([charge(n) for n in range(1, 260)], limit=limit)["records"]) == shown


def test_pages_follow_each_other_without_gap_or_overlap():
    charges = [charge(n) for n in range(1, 8)]
    seen, cursor = [], None
    while True:
        answer = asked(charges, limit=3, cursor=cursor)
        seen += rows(answer)
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"row-{n}" for n in range(7, 0, -1)]


def test_a_new_row_does_not_shift_the_pages_that_follow():
    charges = [charge(n) for n in range(1, 5)]
    first = asked(charges, limit=2)
    second = asked([*charges, charge(5)], limit=2, cursor=first["next_cursor"])
    assert rows(first) + rows(second) == ["row-4", "row-3", "row-2", "row-1"]


def test_a_last_page_that_is_just_full_has_no_next():
    assert asked([charge(1), charge(2)], limit=2)["next_cursor"] is None


def test_both_ends_of_a_span_are_inclusive():
    charges = [charge(n) for n in range(1, 6)]
    found = asked(charges, start_time="2026-09-14T12:02:00Z", end_time="2026-09-14T12:04:00+00:00")
    assert rows(found) == ["row-4", "row-3", "row-2"]


def test_the_task_type_fits_exactly():
    charges = [charge(1, "tool_a"), charge(2, "tool_ab")]
    assert rows(asked(charges, task_type="tool_a")) == ["row-1"]


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "nonsense"},
        {"cursor": "cm93Og=="},
        {"cursor": "ü"},
        {"cursor": 7},
        {"start_time": "yesterday"},
        {"end_time": 12},
        {"task_type": "a b"},
        {"task_type": "a" * 129},
        {"task_type": ["tool_a"]},
    ],
)
def test_what_cannot_be_a_parameter_is_refused(params):
    with pytest.raises(RefusalError):
        asked([charge(1)], **params)
