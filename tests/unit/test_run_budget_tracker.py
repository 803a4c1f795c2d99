from __future__ import annotations

from sora2batch.ground.job import Credits
from sora2batch.run.budget_tracker import BudgetTracker


def test_the_tracker_counts_what_is_reserved_charged_and_in_doubt():
    tracker = BudgetTracker(budget=Credits(1000), spent=Credits(300), in_doubt=Credits(100))
    assert tracker.reserve(Credits(400))
    assert not tracker.reserve(Credits(400))
    assert (tracker.spent, tracker.free) == (300, 300)
    tracker.doubt(Credits(400))
    assert (tracker.spent, tracker.free) == (700, 300)
    assert tracker.reserve(Credits(300))
    assert not tracker.reserve(Credits(1))
    tracker.release(Credits(300))
    assert tracker.reserve(Credits(200))
    tracker.charge(Credits(200))
    assert (tracker.spent, tracker.free) == (900, 100)
    tracker.surcharge(Credits(500))
    assert (tracker.spent, tracker.free) == (1400, 0)
    assert not tracker.reserve(Credits(1))


def test_a_doubt_that_ends_moves_its_money():
    tracker = BudgetTracker(budget=Credits(1000), spent=Credits(840), in_doubt=Credits(840))
    tracker.settle(Credits(420), Credits(0))
    assert tracker.spent == 420
    tracker.settle(Credits(420), Credits(500))
    assert (tracker.spent, tracker.free) == (500, 500)
