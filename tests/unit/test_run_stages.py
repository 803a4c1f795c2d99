from __future__ import annotations

import pytest

from fakes.building import entry_of, job_of, plan_of
from fakes.lock_entry import completed, submitted
from sora2batch.run.stages import Stages, asks_the_api, has_work

FOX = job_of("fox")
PLANS = {
    Stages.SUBMIT: plan_of(FOX),
    Stages.WAIT: plan_of(FOX, entries=[entry_of(FOX, submitted())]),
    Stages.DOWNLOAD: plan_of(FOX, entries=[entry_of(FOX, completed())], fault="fox.mp4 is missing"),
}


@pytest.mark.parametrize("stage", list(Stages.ALL))
def test_every_stage_has_work_that_is_its_own(stage):
    plan = PLANS[stage]
    assert has_work(plan, stage)
    assert has_work(plan, Stages.ALL)
    assert not has_work(plan, Stages.ALL & ~stage)
    assert asks_the_api(plan, stage) == (stage is not Stages.DOWNLOAD)
