"""The collector waits, and what is many is set aside; in a process that is not ours nothing stays so."""

import gc

import pytest

from sora2batch.ground.garbage import collector_paused, nothing_set_aside


@pytest.fixture(autouse=True)
def _afterwards():
    assert gc.get_freeze_count() == 0
    yield
    gc.unfreeze()


def make_many():
    with collector_paused():
        assert not gc.isenabled()
        return [[number] for number in range(60_000)]


def test_what_is_many_is_set_aside():
    kept = make_many()
    assert gc.get_freeze_count() > len(kept)
    assert gc.isenabled()


def test_in_a_process_that_is_not_ours_nothing_stays_set_aside():
    make = nothing_set_aside()(make_many)
    assert len(make()) == 60_000
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, 0)


def test_what_that_process_has_set_aside_stays_so():
    gc.freeze()
    before = gc.get_freeze_count()
    with nothing_set_aside():
        pass
    assert gc.get_freeze_count() >= before - 10
