from __future__ import annotations

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.manifest.model import RunOptions
from sora2batch.run.handle import Handles, needed

WIDE = RunOptions(concurrency=10_000, submit_concurrency=500)


def test_where_there_are_enough_all_is_done_as_wished():
    assert Handles(spare=needed(WIDE)).fit(WIDE) is WIDE


@pytest.mark.parametrize("spare", [9, 12, 20, 40, 100, 400, needed(WIDE) - 1])
def test_with_fewer_less_is_done_at_once(spare):
    options = Handles(spare=spare).fit(WIDE)
    assert 1 <= options.submit_concurrency <= 500
    assert options.concurrency >= 1
    assert options.submit_concurrency + min(64, options.concurrency) <= max(2, spare - 3)
    Handles(spare=spare).check()


def test_what_is_narrow_already_is_not_widened():
    options = RunOptions(concurrency=1, submit_concurrency=1)
    assert Handles(spare=9).fit(options) == options


@pytest.mark.parametrize("spare", [-5, 0, 8])
def test_with_too_few_nothing_is_sent(spare):
    with pytest.raises(UsageError, match=r"more files may be open at once.*nothing was sent"):
        Handles(spare=spare).check()
