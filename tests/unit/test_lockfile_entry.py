from __future__ import annotations

import pytest

from fakes.lock_entry import completed, entry_of, failed, in_doubt, rejected, submitted, withdrawn
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output, State


def test_spent_counts_every_task_and_every_call_in_doubt():
    entry = entry_of(in_doubt(number=3), failed("a"), submitted("b"), rejected(number=2), withdrawn(number=4))
    assert entry.spent == 3 * 420
    assert entry.in_doubt_credits == 420


def test_a_lockfile_adds_up_its_entries_and_names_their_tasks():
    fox, owl = entry_of(submitted("a"), failed("b")), entry_of(in_doubt(), name="owl")
    lockfile = lockfile_of("x.yaml", [fox, owl])
    assert (lockfile.spent, lockfile.in_doubt_credits) == (1260, 420)
    assert lockfile.task_ids() == {"a", "b"}
    assert lockfile.get(owl.fingerprint) is owl


def test_a_lockfile_leaves_out_what_was_only_withdrawn():
    assert lockfile_of("x.yaml", [entry_of(withdrawn())]) == Lockfile(manifest="x.yaml")


@pytest.mark.parametrize(
    "url",
    ["https://h.example/a.mp4?sig=SECRET", "https://h.example/a.mp4#t=1", "https://h.example/a.mp4?x#y?z"],
)
def test_an_output_never_holds_a_query(url):
    assert Output(url=url).url == "https://h.example/a.mp4"


def test_a_long_error_is_cut():
    note = ErrorNote(message="x" * 5000)
    assert len(note.message) == 1000
    assert note.message.endswith("…")


def test_half_a_surrogate_pair_in_an_error_does_not_stay():
    assert ErrorNote(message="bad \ud800 text").message == "bad ? text"


@pytest.mark.parametrize("state", [State.SUBMITTED, State.COMPLETED, State.FAILED])
def test_a_task_state_without_a_task_is_refused(state):
    with pytest.raises(ValueError, match="task id"):
        Attempt(state=state)


@pytest.mark.parametrize("state", [State.IN_DOUBT, State.REJECTED, State.WITHDRAWN])
def test_a_task_in_a_state_without_one_is_refused(state):
    with pytest.raises(ValueError, match="task id"):
        Attempt(state=state, task_id="a")


def test_only_and_with_key_leave_the_job_as_it_was():
    entry = entry_of(completed("a"), failed("b"))
    assert entry.only(entry.attempts[1]).attempts == (failed("b"),)
    renamed = entry.with_key("other")
    assert (renamed.key, renamed.fingerprint, renamed.attempts) == (
        "other",
        entry.fingerprint,
        entry.attempts,
    )
    assert entry.with_key(entry.key) is entry
