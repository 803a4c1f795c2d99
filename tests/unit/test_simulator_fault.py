from __future__ import annotations

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.simulator.fault import Dice, Fault, FaultKind, FaultTiming, parse_fault

ALL = tuple(kind for kind in FaultKind if kind is not FaultKind.FAIL)


def always(kind: FaultKind) -> tuple[Fault, ...]:
    return (Fault(kind=kind, rate=1.0),)


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_kind_is_read_from_the_command_line(kind):
    assert parse_fault(f"{kind}=0.25") == Fault(kind=kind, rate=0.25)


def test_an_unknown_kind_is_refused_with_the_kinds_there_are():
    with pytest.raises(UsageError) as caught:
        parse_fault("resett=0.1")
    assert "429, 500, reset, slow, fail, truncate" in caught.value.message
    assert caught.value.hint == 'did you mean "reset"?'


@pytest.mark.parametrize(
    "text", ["reset", "reset=", "reset=often", "reset=1.5", "reset=-0.1", "reset=nan", "=1", ""]
)
def test_what_is_no_kind_and_rate_is_refused(text):
    with pytest.raises(UsageError, match="--fault"):
        parse_fault(text)


def test_a_rate_of_nought_never_strikes_and_of_one_always():
    never = Dice((Fault(kind=FaultKind.RESET, rate=0.0),), seed=1)
    sure = Dice(always(FaultKind.RESET), seed=1)
    assert all(never.mishap("create", str(n), ALL) is None for n in range(50))
    assert all(sure.mishap("create", str(n), ALL).kind is FaultKind.RESET for n in range(50))


def test_half_of_the_trouble_strikes_before_the_deed_and_half_after():
    dice = Dice(always(FaultKind.SERVER_ERROR), seed=3)
    late = sum(dice.mishap("create", str(n), ALL).timing is FaultTiming.AFTER for n in range(400))
    assert 150 < late < 250


def test_a_rate_is_about_how_often_it_strikes():
    dice = Dice((Fault(kind=FaultKind.TOO_MANY, rate=0.3),), seed=5)
    assert 250 < sum(dice.mishap("create", str(n), ALL) is not None for n in range(1000)) < 350


def test_the_draws_depend_on_the_seed_and_on_what_is_asked_but_not_on_the_order_of_asking():
    faults = (Fault(kind=FaultKind.RESET, rate=0.5),)
    names = [str(n) for n in range(40)]

    def drawn(seed, order):
        dice = Dice(faults, seed=seed)
        return {name: dice.mishap("create", name, ALL) for name in order}

    assert drawn(1, names) == drawn(1, names[::-1])
    assert drawn(1, names) != drawn(2, names)


def test_asking_again_draws_again():
    dice = Dice((Fault(kind=FaultKind.RESET, rate=0.5),), seed=1)
    struck = [dice.mishap("status", "task", ALL) is not None for _ in range(40)]
    assert set(struck) == {True, False}


def test_only_the_kinds_that_fit_the_call_strike():
    dice = Dice(always(FaultKind.TOO_MANY), seed=1)
    assert dice.mishap("result", "task", (FaultKind.RESET,)) is None


def test_inputs_are_struck_by_their_own_kinds_only_and_at_their_rate():
    dice = Dice((*always(FaultKind.FAIL), Fault(kind=FaultKind.INPUT_GONE, rate=0.5)), seed=1)
    struck = [dice.input_fault("task", number) for number in range(200)]
    assert set(struck) == {FaultKind.INPUT_GONE, None}
    assert 70 < struck.count(FaultKind.INPUT_GONE) < 130
