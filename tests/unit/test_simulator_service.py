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
def service_of(catalog, clock):
    def make(**options):
        given = SimulatorOptions(**options)
        return SimulatedService(given, catalog, clock=clock, dice=Dice(given.faults, seed=given.seed))

    return make


def status(service, task):
    return service.status(task.id, home=HOME)["status"]


def test_credits_are_taken_when_the_task_is_created(service_of):
    service = service_of(balance=1000)
    service.create(SORA, {"prompt": "a fox"})
    assert service.balance == 580
    assert [charge.credits for charge in service.charges] == [420]


def test_a_bad_mode_is_charged_as_the_default(service_of):
    service = service_of()
    assert service.create(SORA, {"prompt": "a fox", "mode": "PRO"}).credits == 420
    assert service.create(SORA, {"prompt": "a fox", "mode": "pro"}).credits == 2100


def test_every_create_is_a_new_paid_task(service_of):
    service = service_of()
    tasks = [service.create(SORA, {"prompt": "a fox"}) for _ in range(3)]
    assert len({task.id for task in tasks}) == 3
    assert [task.take for task in tasks] == [1, 2, 3]
    assert service.charged_by_prompt() == {"a fox": 3}


def test_the_same_seed_gives_the_same_ids(service_of):
    def ids(seed):
        service = service_of(seed=seed)
        return [service.create(SORA, {"prompt": "a fox"}).id for _ in range(2)]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)


def test_too_few_credits_are_refused_with_code_100_and_charge_nothing(service_of):
    service = service_of(balance=500)
    service.create(SORA, {"prompt": "a fox"})
    with pytest.raises(RefusalError) as caught:
        service.create(SORA, {"prompt": "an owl"})
    assert caught.value.code is ErrorCode.NO_CREDITS == 100
    assert len(service.charges) == 1


def test_a_tool_for_members_is_refused_with_code_101(service_of):
    with pytest.raises(RefusalError) as caught:
        service_of(members_only=frozenset({SORA})).create(SORA, {"prompt": "a fox"})
    assert caught.value.code is ErrorCode.NO_MEMBERSHIP == 101


@pytest.mark.parametrize("tool_type", ["sora3", None, 7, ["sora2"]])
def test_an_unknown_tool_is_refused(service_of, tool_type):
    with pytest.raises(RefusalError, match="tool_type"):
        service_of().create(tool_type, {"prompt": "a fox"})


def test_a_tool_without_a_known_price_is_refused(service_of):
    sent = {"prompt": "a", "image": "https://a.example/b", "audio": "https://a.example/c"}
    service = service_of()
    with pytest.raises(RefusalError):
        service.create("image-lipsync-api", sent)
    assert service.charges == ()


def test_half_a_surrogate_pair_is_refused(service_of):
    with pytest.raises(RefusalError):
        service_of().create(SORA, {"prompt": "a \ud83e"})


def test_a_task_works_for_as_long_as_the_tool_says_and_is_then_done(service_of, clock):
    service = service_of(speed=10.0)
    task = service.create(SORA, {"prompt": "a fox"})
    expected = task.tool.expected_seconds
    assert expected.min / 10 <= (task.ready - task.created).total_seconds() <= expected.max / 10
    assert status(service, task) == 0
    clock.moment = task.ready - timedelta(microseconds=1)
    assert status(service, task) == 0
    clock.moment = task.ready
    answer = service.status(task.id, home=HOME)
    assert answer == {
        "task_id": task.id,
        "task_type": f"tool_{SORA}",
        "status": 1,
        "output_urls": [f"{HOME}/result/{task.id}.mp4?sig={task.signature}"],
    }


def test_a_prompt_may_ask_to_fail_and_is_charged_all_the_same(service_of, clock):
    service = service_of()
    task = service.create(SORA, {"prompt": "a fox [fail]"})
    clock.moment = task.ready
    answer = service.status(task.id, home=HOME)
    assert answer["status"] == -1
    assert answer["output_urls"] == []
    assert answer["error"]
    assert service.charged_by_prompt() == {"a fox [fail]": 1}


def test_a_prompt_may_ask_to_be_refused_and_is_not_charged(service_of):
    service = service_of()
    with pytest.raises(RefusalError, match="content policy"):
        service.create(SORA, {"prompt": "a fox [reject]"})
    assert service.charges == ()


def test_the_fault_fail_strikes_generations(service_of, clock):
    service = service_of(faults=(Fault(kind=FaultKind.FAIL, rate=0.5),))
    tasks = [service.create(SORA, {"prompt": f"fox {n}"}) for n in range(60)]
    clock.moment = max(task.ready for task in tasks)
    failed = sum(status(service, task) == -1 for task in tasks)
    assert 15 < failed < 45


@pytest.mark.parametrize("task_id", ["nothing", None, 7, ["a"]])
def test_an_unknown_task_is_not_found(service_of, task_id):
    with pytest.raises(RefusalError, match="not found"):
        service_of().status(task_id, home=HOME)


def test_the_ledger_may_lag(service_of, clock):
    service = service_of(ledger_delay_seconds=5.0)
    service.create(SORA, {"prompt": "a fox"})
    assert service.ledger(LedgerQuery())["records"] == []
    clock.moment += timedelta(seconds=5)
    assert len(service.ledger(LedgerQuery())["records"]) == 1


def test_a_task_of_an_earlier_simulator_goes_on_and_is_not_charged_again(service_of, clock):
    earlier = EarlierTask(
        task_id="old", tool_type=SORA, input={"prompt": "a fox"}, credits=Credits(420), created=clock.moment
    )
    service = service_of(earlier=(earlier,))
    assert service.status("old", home=HOME)["status"] == 0
    clock.moment += timedelta(hours=1)
    assert service.status("old", home=HOME)["status"] == 1
    assert service.charges == ()
    assert service.create(SORA, {"prompt": "a fox"}).take == 2


def test_an_earlier_task_of_a_tool_that_is_gone_is_forgotten(service_of, clock):
    gone = EarlierTask(task_id="a", tool_type="gone", input={}, credits=Credits(1), created=clock.moment)
    broken = EarlierTask(task_id="b", tool_type=SORA, input={}, credits=Credits(1), created=clock.moment)
    service = service_of(earlier=(gone, broken))
    for task_id in ("a", "b"):
        with pytest.raises(RefusalError):
            service.task(task_id)


def test_the_account_shows_what_is_left(service_of):
    service = service_of(balance=1000)
    service.create(SORA, {"prompt": "a fox"})
    assert service.account()["balances"] == 580
    assert service.account()["subscription"] is None
