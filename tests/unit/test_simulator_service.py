from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.still_clock import StillClock
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.job import Credits
from sora2batch.simulator.charges import LedgerQuery
from sora2batch.simulator.fault import Dice, Fault, FaultKind
from sora2batch.simulator.options import EarlierTask, SimulatorOptions
from sora2batch.simulator.refusal import ErrorCode, RefusalError
from sora2batch.simulator.service import SimulatedService

SORA = "sora2-text-to-video-api"
HOME = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def world_of(catalog, clock):
    def make(**options):
        given = SimulatorOptions(**options)
        return SimulatedService(given, catalog, clock=clock, dice=Dice(given.faults, seed=given.seed))

    return make


def status(world, task):
    return world.status(task.id, home=HOME)["status"]


def test_credits_are_taken_when_the_task_is_created(world_of):
    world = world_of(balance=1000)
    world.create(SORA, {"prompt": "a fox"})
    assert world.balance == 580
    assert [charge.credits for charge in world.charges] == [420]


def test_a_bad_mode_is_charged_as_the_default(world_of):
    world = world_of()
    assert world.create(SORA, {"prompt": "a fox", "mode": "PRO"}).credits == 420
    assert world.create(SORA, {"prompt": "a fox", "mode": "pro"}).credits == 2100


def test_every_create_is_a_new_paid_task(world_of):
    world = world_of()
    tasks = [world.create(SORA, {"prompt": "a fox"}) for _ in range(3)]
    assert len({task.id for task in tasks}) == 3
    assert [task.take for task in tasks] == [1, 2, 3]
    assert world.charged_by_prompt() == {"a fox": 3}


def test_the_same_seed_gives_the_same_ids(world_of):
    def ids(seed):
        world = world_of(seed=seed)
        return [world.create(SORA, {"prompt": "a fox"}).id for _ in range(2)]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)


def test_too_few_credits_are_refused_with_code_100_and_charge_nothing(world_of):
    world = world_of(balance=500)
    world.create(SORA, {"prompt": "a fox"})
    with pytest.raises(RefusalError) as caught:
        world.create(SORA, {"prompt": "an owl"})
    assert caught.value.code is ErrorCode.NO_CREDITS == 100
    assert len(world.charges) == 1


def test_a_tool_for_members_is_refused_with_code_101(world_of):
    with pytest.raises(RefusalError) as caught:
        world_of(members_only=frozenset({SORA})).create(SORA, {"prompt": "a fox"})
    assert caught.value.code is ErrorCode.NO_MEMBERSHIP == 101


@pytest.mark.parametrize("tool_type", ["sora3", None, 7, ["sora2"]])
def test_an_unknown_tool_is_refused(world_of, tool_type):
    with pytest.raises(RefusalError, match="tool_type"):
        world_of().create(tool_type, {"prompt": "a fox"})


def test_a_tool_without_a_known_price_is_refused(world_of):
    sent = {"prompt": "a", "image": "https://a.example/b", "audio": "https://a.example/c"}
    world = world_of()
    with pytest.raises(RefusalError):
        world.create("image-lipsync-api", sent)
    assert world.charges == ()


def test_half_a_surrogate_pair_is_refused(world_of):
    with pytest.raises(RefusalError):
        world_of().create(SORA, {"prompt": "a \ud83e"})


def test_a_task_works_for_as_long_as_the_tool_says_and_is_then_done(world_of, clock):
    world = world_of(speed=10.0)
    task = world.create(SORA, {"prompt": "a fox"})
    expected = task.tool.expected_seconds
    assert expected.min / 10 <= (task.ready - task.created).total_seconds() <= expected.max / 10
    assert status(world, task) == 0
    clock.moment = task.ready - timedelta(microseconds=1)
    assert status(world, task) == 0
    clock.moment = task.ready
    answer = world.status(task.id, home=HOME)
    assert answer == {
        "task_id": task.id,
        "task_type": f"tool_{SORA}",
        "status": 1,
        "output_urls": [f"{HOME}/result/{task.id}.mp4?sig={task.signature}"],
    }


def test_a_prompt_may_ask_to_fail_and_is_charged_all_the_same(world_of, clock):
    world = world_of()
    task = world.create(SORA, {"prompt": "a fox [fail]"})
    clock.moment = task.ready
    answer = world.status(task.id, home=HOME)
    assert answer["status"] == -1
    assert answer["output_urls"] == []
    assert answer["error"]
    assert world.charged_by_prompt() == {"a fox [fail]": 1}


def test_a_prompt_may_ask_to_be_refused_and_is_not_charged(world_of):
    world = world_of()
    with pytest.raises(RefusalError, match="content policy"):
        world.create(SORA, {"prompt": "a fox [reject]"})
    assert world.charges == ()


def test_the_fault_fail_strikes_generations(world_of, clock):
    world = world_of(faults=(Fault(kind=FaultKind.FAIL, rate=0.5),))
    tasks = [world.create(SORA, {"prompt": f"fox {n}"}) for n in range(60)]
    clock.moment = max(task.ready for task in tasks)
    failed = sum(status(world, task) == -1 for task in tasks)
    assert 15 < failed < 45


@pytest.mark.parametrize("task_id", ["nothing", None, 7, ["a"]])
def test_an_unknown_task_is_not_found(world_of, task_id):
    with pytest.raises(RefusalError, match="not found"):
        world_of().status(task_id, home=HOME)


def test_the_ledger_may_lag(world_of, clock):
    world = world_of(ledger_delay_seconds=5.0)
    world.create(SORA, {"prompt": "a fox"})
    assert world.ledger(LedgerQuery())["records"] == []
    clock.moment += timedelta(seconds=5)
    assert len(world.ledger(LedgerQuery())["records"]) == 1


def test_a_task_of_an_earlier_simulator_goes_on_and_is_not_charged_again(world_of, clock):
    earlier = EarlierTask(
        task_id="old", tool_type=SORA, input={"prompt": "a fox"}, credits=Credits(420), created=clock.moment
    )
    world = world_of(earlier=(earlier,))
    assert world.status("old", home=HOME)["status"] == 0
    clock.moment += timedelta(hours=1)
    assert world.status("old", home=HOME)["status"] == 1
    assert world.charges == ()
    assert world.create(SORA, {"prompt": "a fox"}).take == 2


def test_an_earlier_task_of_a_tool_that_is_gone_is_forgotten(world_of, clock):
    gone = EarlierTask(task_id="a", tool_type="gone", input={}, credits=Credits(1), created=clock.moment)
    broken = EarlierTask(task_id="b", tool_type=SORA, input={}, credits=Credits(1), created=clock.moment)
    world = world_of(earlier=(gone, broken))
    for task_id in ("a", "b"):
        with pytest.raises(RefusalError):
            world.task(task_id)


def test_the_account_shows_what_is_left(world_of):
    world = world_of(balance=1000)
    world.create(SORA, {"prompt": "a fox"})
    assert world.account()["balances"] == 580
    assert world.account()["subscription"] is None
