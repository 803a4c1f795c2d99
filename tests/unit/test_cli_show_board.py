"""Boards drawn for terminals of many widths."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from sora2batch.cli.show.group_table import group_lines, group_table
from sora2batch.cli.show.money_bar import money_lines
from sora2batch.cli.show.notes import NoteLayout, age_of, notes_of
from sora2batch.ground.clock import moment_of
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import ErrorNote
from sora2batch.plan.action import Money
from sora2batch.plan.job_status import make_status
from sora2batch.plan.overview import overview_of
from sora2batch.plan.status_category import StatusCategory, by_category

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


def shown(*parts, width=100):
    console = Console(file=StringIO(), width=width, highlight=False)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def status_of(*jobs, entries=()):
    return make_status("campaign.yaml", jobs, lockfile_of(*entries), Credits(10_000))


def notes(jobs, entries, *, width=100, rows=20):
    found = by_category(status_of(*jobs, entries=entries))
    return shown(*notes_of(found, NoteLayout(width=width, rows=rows, now=NOW)), width=width)


@pytest.mark.parametrize(
    ("since", "age"),
    [
        ("2026-11-25T11:59:18Z", "42 s"),
        ("2026-11-25T11:56:55Z", "3 min 5 s"),
        ("2026-11-25T09:55:00Z", "2 h 5 min"),
        ("2026-11-22T09:00:00Z", "3 d 3 h"),
        ("2026-11-25T12:00:09Z", "0 s"),
        ("9999-12-31T23:59:59Z", "0 s"),
        ("yesterday", ""),
        (None, ""),
    ],
)
def test_an_age_is_said_in_two_units_at_most(since, age):
    assert age_of(moment_of(since), NOW) == age


def test_the_table_has_a_column_for_each_state_that_occurs():
    fox, owl = job_of("fox"), job_of("owl")
    table = shown(group_table(overview_of(status_of(fox, owl, entries=[entry_of(fox, completed())])), 40))
    assert [line.split() for line in table.splitlines()] == [
        ["group", "jobs", "pending", "completed", "spent", "to", "spend"],
        ["hero", "2", "1", "1", "420", "420"],
        ["total", "2", "1", "1", "420", "420"],
    ]


def test_orphans_have_a_row_of_their_own():
    table = shown(group_table(overview_of(status_of(entries=[entry_of(job_of("gone"), completed())])), 40))
    assert [line.split() for line in table.splitlines()][1:] == [
        ["(no", "longer", "asked", "for)", "420"],
        ["total", "0", "420", "0"],
    ]


def test_many_groups_are_cut():
    overview = overview_of(status_of(*(job_of(group=f"g{number}") for number in range(50))))
    for text in (shown(group_table(overview, 40)), shown(*group_lines(overview, 40))):
        assert "g39" in text
        assert "g40" not in text
        assert "… and 10 more" in text


def test_an_open_job_says_for_how_long_and_a_failed_one_why():
    fox, owl, cat = job_of("fox"), job_of("owl"), job_of("cat")
    text = notes(
        [fox, owl, cat],
        [
            entry_of(fox, submitted("task-1", submitted_at="2026-11-25T11:59:00Z")),
            entry_of(owl, failed("task-2", error=ErrorNote(message="the model\nsaid [red]no[/red]\x1b[31m"))),
            entry_of(cat, rejected(error=ErrorNote(code=7, message="bad image"))),
        ],
    )
    assert text == (
        "\nopen: 1\n  hero/fox   for 1 min 0 s  task task-1\n"
        "\nfailed: 1\n  hero/owl   task task-2  the model said [red]no[/red] [31m\n"
        "\nrejected: 1\n  hero/cat   bad image\n"
    )


def test_long_lists_are_cut():
    jobs = [job_of(f"n{number}") for number in range(1952)]
    text = notes(jobs, [entry_of(job, in_doubt()) for job in jobs], rows=5)
    assert len(text.splitlines()) == 8
    assert text.endswith("  … and 1,947 more\n")


@given(
    key=st.text(st.sampled_from("abc/-漢"), min_size=1, max_size=90),
    message=st.text(max_size=300),
    width=st.integers(20, 120),
)
def test_no_line_is_wider_than_the_terminal_and_none_has_a_control_character(key, message, width):
    fox = job_of(key)
    text = notes([fox], [entry_of(fox, failed(error=ErrorNote(message=message)))], width=width)
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert all(one.isprintable() or one == "\n" for one in text)


def test_a_long_key_is_never_cut():
    fox = job_of("x" * 60)
    assert "hero/" + "x" * 60 in notes([fox], [entry_of(fox, failed())], width=100)


def money(budget, spent, in_doubt=0, to_spend=0):
    given = {"budget": budget, "spent": spent, "in_doubt": in_doubt, "to_spend": to_spend}
    return Money(**{name: Credits(value) for name, value in given.items()})


def bar_of(*given, **more):
    console = Console(file=StringIO(), width=100)
    bar, words = money_lines(money(*given, **more), console)
    return bar.plain.removeprefix("credits "), words.plain


def test_the_bar_shows_shares_of_the_budget():
    bar, words = bar_of(1000, 500, 100, 250)
    assert bar == "█" * 16 + "▓" * 4 + "░" * 10 + "·" * 10
    assert words == "500 of 1,000 spent (of it 100 in doubt); 250 to spend, then 250 left"


def test_a_plan_over_the_budget_fills_the_bar_and_says_so():
    bar, words = bar_of(1000, 0, 0, 3000)
    assert bar == "░" * 40
    assert words == "0 of 1,000 spent; 3,000 to spend, then 2,000 over the budget"


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(12, 200))
def test_the_bar_always_fits(budget, spent, to_spend, width):
    console = Console(file=StringIO(), width=width)
    bar, _ = money_lines(money(budget, spent, to_spend=to_spend), console)
    assert len(bar.plain) <= width


@pytest.mark.parametrize("category", list(StatusCategory))
def test_every_category_has_a_heading(category):
    (one,) = status_of(job_of("fox"), entries=[entry_of(job_of("fox"), submitted())]).jobs
    told = shown(*notes_of({category: (one,)}, NoteLayout(width=100, rows=20, now=NOW)))
    assert f"{category.value}: 1" in told
