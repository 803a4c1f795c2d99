from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from fakes.building import job_of, plan_of
from sora2batch.plan.compare import compare
from sora2batch.plan.plan_comment import Section, comment_lines, marker_of

COMMENT_LIMIT = 65_536
MARKER = marker_of(["campaign.yaml"])
FOX, OWL = job_of("fox"), job_of("owl")


def test_one_plan_is_the_marker_and_the_plan():
    rows = list(comment_lines([Section(plan_of(FOX))], MARKER))
    assert rows[:2] == ["<!-- sora2batch plan: campaign.yaml -->", "### Plan for `campaign.yaml`"]


def test_several_plans_begin_with_their_sum_and_what_costs_stands_first():
    comparison = compare("main", [FOX], [FOX, OWL])
    sections = [Section(plan_of(FOX, OWL, limit=0)), Section(plan_of(FOX, OWL, budget=500), comparison)]
    rows = list(comment_lines(sections, MARKER))
    assert rows[1:4] == ["### Plans for 2 manifests", "", "**840 credits to spend**: 2 to submit."]
    assert "| `campaign.yaml` | 2 | 840 | +420 | **-340** |" in rows
    assert [row for row in rows if "credits to spend" in row][1:] == [
        "**840 credits to spend**: 2 to submit.",
        "**0 credits to spend**: no jobs.",
    ]


@pytest.mark.parametrize("count", [1, 3, 12, 400])
def test_however_many_plans_there_are_they_fit_one_comment(count):
    jobs = [job_of(f"{number}{'k' * 300}", group=f"g{number}", prompt="|\\" * 500) for number in range(300)]
    plan = plan_of(*jobs, budget=10**6, notices=("`" * 400,) * 50)
    sections = [Section(plan, compare("r" * 400, [], jobs), "s" * 200)] * count
    text = "\n".join(comment_lines(sections, marker_of(["m" * 300] * count)))
    assert len(text) < COMMENT_LIMIT
    assert text.count("### Plan for") > 0
    assert ("There is no room for" in text) == (count > 12)


@pytest.mark.parametrize(
    "name", ["a --> <b>x", "--!>", "\u202e", "a\nb", "\udcff.yaml", "<!--", "ü.yaml", "q?&amp;"]
)
def test_no_name_ends_the_marker_and_each_has_its_own(name):
    marker = marker_of([name])
    assert marker.isascii()
    assert marker.isprintable()
    assert marker.count("<") == marker.count(">") == 1
    tokens = MarkdownIt("commonmark").parse(f"{marker}\n### Plan")
    assert [token.type for token in tokens] == ["html_block", "heading_open", "inline", "heading_close"]
    assert marker != marker_of([f"{name}x"])
