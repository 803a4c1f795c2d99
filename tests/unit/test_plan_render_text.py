from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest

from fakes.building import entry_of, job_of, plan_of
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from sora2batch.lockfile.entry import ErrorNote
from sora2batch.plan.action import Action
from sora2batch.plan.compare import compare
from sora2batch.plan.render_text import (
    comparison_lines,
    money_line,
    plan_lines,
    short_plan_lines,
    totals_line,
)

JOBS = tuple(job_of(name) for name in ("ant", "bat", "cat", "dog", "elk", "fox", "gnu"))
ANT, BAT, CAT, DOG, ELK, FOX, GNU = JOBS
ENTRIES = (
    entry_of(BAT, submitted()),
    entry_of(CAT, completed()),
    entry_of(DOG, failed(error=ErrorNote(message="no"))),
    entry_of(ELK, in_doubt()),
    entry_of(FOX, rejected()),
    entry_of(job_of("gone"), completed(), in_doubt(number=2)),
    entry_of(job_of("left"), rejected()),
)


def lines(text: str) -> list[str]:
    return dedent(text).strip("\n").split("\n")


def test_a_plan_shows_every_job_every_orphan_and_the_sums():
    plan = plan_of(*JOBS, entries=ENTRIES, notices=("look\nout",), fault="cat.mp4 is missing")
    assert list(plan_lines(plan)) == lines("""
        campaign.yaml: 7 jobs
          + hero/ant      420  submit: not in the lockfile
          > hero/bat      420  resume: not finished yet: task task-a
          v hero/cat      420  download: cat.mp4 is missing
          ! hero/dog      420  failed: the generation failed: no; --retry-failed submits it again for 420 credits
          ? hero/elk      420  in_doubt: the answer to its create call was lost; it may have been charged: `sora2batch reconcile` settles it
          ! hero/fox        0  failed: the API rejected it, uncharged; --retry-failed submits it again for 420 credits
          + hero/gnu      420  submit: not in the lockfile
          - hero/gone     840  orphan: completed
          - hero/left       0  orphan: rejected
          2 orphans in the lockfile, no longer in the manifest: 1 completed, 1 rejected; 840 credits; kept

        notice: look out
        notice: 1 orphan was paid but not fetched (hero/gone); a run fetches only what the manifest asks for: put the job back to get its file
        2 to submit, 1 to wait for, 1 to download, 2 failed, 1 in doubt
        credits: 840 to spend, 2,520 spent (of it 840 in doubt), of 10,000: 6,640 left
    """)


def test_a_plan_with_nothing_to_do_is_short():
    assert list(plan_lines(plan_of(CAT, entries=(entry_of(CAT, completed()),)))) == lines("""
        campaign.yaml: 1 job
          = hero/cat     420  skip: finished

        1 finished
        credits: 0 to spend, 420 spent, of 10,000: 9,580 left
    """)


def test_a_plan_without_jobs_says_so():
    assert list(plan_lines(plan_of())) == lines("""
        campaign.yaml: 0 jobs

        no jobs
        credits: 0 to spend, 0 spent, of 10,000: 10,000 left
    """)


def test_a_long_plan_is_summed_up_by_group_and_action():
    other = job_of("owl", group="shots", credits=2100)
    assert list(short_plan_lines(plan_of(*JOBS, other, entries=ENTRIES[:3]))) == lines("""
        campaign.yaml: 8 jobs
          + hero: 4 jobs to submit, 1,680 credits
          > hero: 1 job to wait for, 420 credits
          = hero: 1 job finished, 420 credits
          ! hero: 1 job failed, 420 credits
          + shots: 1 job to submit, 2,100 credits
          (every job on a line: pipe this into a file or a pager)

        5 to submit, 1 to wait for, 1 finished, 1 failed
        credits: 3,780 to spend, 1,260 spent, of 10,000: 4,960 left
    """)


def test_one_very_long_key_does_not_push_all_others_aside():
    rows = list(plan_lines(plan_of(job_of("x" * 200), ANT)))
    assert rows[2].index("420") < 80


def test_over_budget_is_said_in_the_last_line():
    plan = plan_of(ANT, budget=400)
    assert money_line(plan) == "credits: 420 to spend, 0 spent, of 400: 20 over budget"
    assert totals_line(plan) == "1 to submit"


def test_a_comparison_shows_every_change():
    before = [ANT, BAT, job_of("cat", group="old"), DOG]
    after = [ANT, job_of("bat", credits=2100, mode="pro"), CAT, ELK]
    assert list(comparison_lines(compare("main", before, after))) == lines("""
        since main: 1 added, 1 replaced, 1 removed, 1 renamed; new requests cost 2,520 credits; the whole batch costs 3,360 (+1,680)
          + hero/elk  +420
          ~ hero/bat  +1,680  input.mode: "std" → "pro"
          - hero/dog  -420
          > old/cat is now hero/cat
    """)


def test_columns_are_counted_in_cells_and_right_to_left_labels_stay_in_their_place():
    plan = plan_of(
        job_of("ガラス"), job_of("شتاء"), job_of("hi"), entries=(entry_of(job_of("東"), completed()),)
    )
    assert list(plan_lines(plan))[1:5] == [
        "  + hero/ガラス     420  submit: not in the lockfile",
        "  + hero/\u2068شتاء\u2069       420  submit: not in the lockfile",
        "  + hero/hi         420  submit: not in the lockfile",
        "  - hero/東         420  orphan: completed",
    ]


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_a_sign_and_words(action):
    plan = plan_of(ANT)
    changed = replace(plan, jobs=(plan.jobs[0]._replace(action=action),))
    assert f"hero/ant     420  {action}: " in list(plan_lines(changed))[1]
    assert totals_line(changed).startswith("1 ")
