"""The collector waits, and what is many is set aside; in a process that is not ours nothing stays so."""

import gc

import pytest

from sora2batch.ground.garbage import collector_paused, nothing_set_aside

MANY = 60_000


@pytest.fixture(autouse=True)
def before():
    """What Python itself has set aside: 3.12 does so with a few hundred objects."""
    yield gc.get_freeze_count()
    gc.unfreeze()


def make_many():
    with collector_paused():
        assert not gc.isenabled()
        return [[number] for number in range(MANY)]


def test_what_is_many_is_set_aside(before):
    kept = make_many()
    assert gc.get_freeze_count() >= before + len(kept)
    assert gc.isenabled()


def test_in_a_process_that_is_not_ours_nothing_stays_set_aside(before):
    assert len(nothing_set_aside()(make_many)()) == MANY
    assert gc.isenabled()
    assert gc.get_freeze_count() <= before


def test_what_that_process_has_set_aside_itself_stays_so():
    kept = make_many()
    with nothing_set_aside():
        pass
    assert gc.get_freeze_count() >= len(kept)
