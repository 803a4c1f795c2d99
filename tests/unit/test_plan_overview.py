from __future__ import annotations

import pytest

from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import attempt, completed, failed, in_doubt, rejected, submitted
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Output, State
from sora2batch.plan.job_status import make_status
from sora2batch.plan.overview import overview_of, words_of
from sora2batch.plan.status_category import StatusCategory, by_category

FOX, OWL = job_of("fox"), job_of("owl")
SEA, SKY = job_of("sea", group="shots", credits=600), job_of("sky", group="shots", credits=600)
FILE = Output(path="a.mp4", sha256="0" * 64, bytes=1)


def status_of(*jobs, entries=()):
    return make_status("campaign.yaml", jobs, lockfile_of(*entries), Credits(10_000))


def test_every_group_has_a_row_in_the_order_of_the_manifest():
    overview = overview_of(status_of(SEA, FOX, OWL, SKY, entries=[entry_of(FOX, completed())]))
    assert [(row.name, row.jobs, row.spent, row.to_spend) for row in overview.groups] == [
        ("shots", 2, 0, 1200),
        ("hero", 2, 420, 420),
    ]
    assert (overview.total.jobs, overview.total.spent, overview.total.to_spend) == (4, 420, 1620)


@pytest.mark.parametrize("state", [state for state in State if state is not State.WITHDRAWN])
def test_every_state_that_a_job_can_be_in_has_its_place(state):
    entry = entry_of(FOX, attempt(state, "task-a" if state.has_task else None))
    assert overview_of(status_of(FOX, entries=[entry])).states == (state,)


def test_only_states_that_occur_are_named_in_the_order_of_a_jobs_life():
    entries = [entry_of(FOX, in_doubt()), entry_of(OWL, rejected()), entry_of(SEA, completed())]
    overview = overview_of(status_of(FOX, OWL, SEA, SKY, entries=entries))
    assert overview.states == ("pending", "completed", "rejected", "in_doubt")
    words = words_of(overview.total.states, overview.states)
    assert words == "1 pending, 1 completed, 1 rejected, 1 in doubt"


def test_orphans_are_no_group_but_their_credits_are_in_the_total():
    overview = overview_of(status_of(FOX, entries=[entry_of(OWL, completed())]))
    assert [row.spent for row in overview.groups] == [0]
    assert (overview.orphans, overview.total.spent) == (420, 420)


def test_nothing_is_summed_up_to_nothing():
    overview = overview_of(status_of())
    assert (overview.groups, overview.states, overview.total.jobs) == ((), (), 0)


def test_jobs_that_concern_somebody_are_picked_once_and_once_more_where_they_were_paid_twice():
    jobs = [job_of(name) for name in ("open", "second", "doubt", "lacking", "done", "pending", "again")]
    entries = [
        entry_of(jobs[0], submitted("1")),
        entry_of(jobs[1], completed("2", outputs=()), submitted("3")),
        entry_of(jobs[2], in_doubt()),
        entry_of(jobs[3], completed("4")),
        entry_of(jobs[4], completed("5", outputs=(FILE,))),
        entry_of(jobs[6], completed("7", outputs=(FILE,), number=2), failed("6")),
    ]
    found = by_category(status_of(*jobs, entries=entries))
    assert {category: [one.job.key for one in some] for category, some in found.items()} == {
        StatusCategory.OPEN: ["hero/open", "hero/second"],
        StatusCategory.IN_DOUBT: ["hero/doubt"],
        StatusCategory.NOT_DOWNLOADED: ["hero/lacking"],
        StatusCategory.PAID_TWICE: ["hero/second"],
    }
