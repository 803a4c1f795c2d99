"""Event loops and signals: whenever one comes, nobody waits for ever and nothing is half done."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from asyncio import events
from importlib import import_module
from signal import SIGINT, SIGTERM, raise_signal

import click
import pytest

from sora2batch.app.output.failure import failure_of
from sora2batch.app.process.loop import on_signal, run_loop
from sora2batch.app.process.signals import Terminated, unwind_on_signals
from sora2batch.cli.exit import ending_behind, report_failure
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.lockfile_error import SaveError
from sora2batch.run.stop_signal import StopSignal

ENDINGS = {SIGINT: KeyboardInterrupt, SIGTERM: Terminated}
FAR = 30.0


@pytest.fixture(autouse=True)
def program():
    """The signals as they are while the program runs, and afterwards as they were."""
    before = {number: signal.getsignal(number) for number in ENDINGS}
    signal.signal(SIGINT, signal.default_int_handler)
    unwind_on_signals()
    installed = {number: signal.getsignal(number) for number in ENDINGS}
    yield
    assert {number: signal.getsignal(number) for number in ENDINGS} == installed
    sys.unraisablehook = sys.__unraisablehook__
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_cancels_the_work_which_is_let_end(number):
    ended = []

    async def work():
        try:
            raise_signal(number)
            await asyncio.sleep(FAR)
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    with pytest.raises(ENDINGS[number]):
        run_loop(work)
    assert ended == [True]


@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_while_the_loop_is_made_is_raised_when_the_loop_is_whole(number, monkeypatch):
    steps = []
    make = events.new_event_loop

    def interrupted():
        raise_signal(number)
        steps.append("made")
        return make()

    async def work():
        await asyncio.sleep(FAR)

    monkeypatch.setattr(events, "new_event_loop", interrupted)
    with pytest.raises(ENDINGS[number]):
        run_loop(work)
    assert steps == ["made"]


@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_while_the_loop_is_closed_is_raised_when_it_is(number):
    loops = []

    async def at_the_end():
        try:
            yield
        finally:
            raise_signal(number)
            await asyncio.sleep(0)
            loops.append(asyncio.get_running_loop())

    async def work():
        generator = at_the_end()
        await anext(generator)
        loops.append(generator)

    with pytest.raises(ENDINGS[number]):
        run_loop(work)
    assert loops[-1].is_closed()


@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_between_two_answers_keeps_back_neither(number):
    async def work():
        loop = asyncio.get_running_loop()
        first, second = loop.create_future(), loop.create_future()

        def answer():
            first.set_result(1)
            raise_signal(number)
            second.set_result(2)

        loop.call_soon(answer)
        return await asyncio.gather(first, second)

    assert run_loop(work, take=lambda _: True) == [1, 2]


@pytest.mark.parametrize("number", ENDINGS)
def test_the_first_signal_requests_a_stop_and_the_second_cancels(number):
    stop_signal = StopSignal()
    heard = asyncio.Event()

    async def work():
        stop_signal.on_request(lambda _: heard.set())
        raise_signal(number)
        await heard.wait()
        raise_signal(number)
        await asyncio.sleep(FAR)

    with pytest.raises(ENDINGS[number]):
        run_loop(work, take=on_signal(stop_signal))
    assert [stop.reason for stop in stop_signal.stops] == [
        {SIGINT: StopReason.INTERRUPT, SIGTERM: StopReason.TERMINATE}[number]
    ]


def test_a_signal_comes_before_what_the_work_raises_which_is_told_as_well():
    async def work():
        raise_signal(SIGINT)
        raise SaveError("cannot write x.lock.jsonl", hint="make room")

    with pytest.raises(KeyboardInterrupt) as caught:
        run_loop(work)
    failure = failure_of(caught.value)
    assert (failure.exit_code, failure.hint) == (130, "make room")
    assert failure.message == "interrupted; cannot write x.lock.jsonl"


def test_what_went_wrong_beside_a_signal_is_told_by_the_command_as_well(capsys):
    async def work():
        raise_signal(SIGINT)
        raise SaveError("cannot write x.lock.jsonl", hint="make room")

    with pytest.raises(click.Abort) as caught:
        click.Command("x", callback=lambda: run_loop(work)).main([], standalone_mode=False)
    assert report_failure(caught.value, []) == 130
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "error: interrupted; cannot write x.lock.jsonl",
        "hint: make room",
    ]


@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_that_another_thread_receives_wakes_a_loop_that_waits(number):
    """The system hands it to that thread alone, so that nothing interrupts what the main thread waits for."""
    asleep = threading.Event()

    async def work():
        thread = threading.Thread(target=asleep.wait)
        thread.start()
        asyncio.get_running_loop().call_later(0.05, signal.pthread_kill, thread.ident, number)
        try:
            await asyncio.sleep(FAR)
        finally:
            asleep.set()
            thread.join()

    started = time.monotonic()
    with pytest.raises(ENDINGS[number]):
        run_loop(work)
    assert time.monotonic() - started < FAR / 3


@pytest.mark.parametrize("number", ENDINGS)
def test_once_the_work_has_ended_the_second_signal_does_not_wait_for_threads(number):
    stuck = threading.Event()

    async def work():
        asyncio.get_running_loop().run_in_executor(None, stuck.wait, FAR)
        for seconds in (0.1, 0.2):
            threading.Timer(seconds, os.kill, (os.getpid(), number)).start()

    started = time.monotonic()
    try:
        with pytest.raises(ENDINGS[number]):
            run_loop(work)
        assert time.monotonic() - started < FAR / 3
    finally:
        stuck.set()


def test_a_signal_that_is_ignored_from_the_start_is_not_heard():
    before = signal.signal(SIGINT, signal.SIG_IGN)
    try:

        async def work():
            raise_signal(SIGINT)
            await asyncio.sleep(0)
            return "done"

        assert run_loop(work) == "done"
    finally:
        signal.signal(SIGINT, before)


@pytest.mark.parametrize("number", ENDINGS)
def test_an_import_is_not_torn(number, tmp_path, monkeypatch):
    """Libraries in C and Rust may crash if it is."""
    (tmp_path / "half.py").write_text(
        f"import signal, time\nfirst = 1\nsignal.raise_signal({int(number)})\ntime.sleep(0.2)\nsecond = 2\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ENDINGS[number]):
        import_and_wait()
    half = sys.modules.pop("half")
    assert (half.first, half.second) == (1, 2)


def import_and_wait() -> None:
    import_module("half")
    end = time.monotonic() + FAR
    while time.monotonic() < end:
        time.sleep(0.01)


def test_what_looks_like_a_bug_after_a_signal_is_the_signal():
    bug, known = SystemError("half a module"), SaveError("the disk is full")
    with pytest.raises(KeyboardInterrupt):
        raise_signal(SIGINT)
    assert isinstance(ending_behind(bug), KeyboardInterrupt)
    assert ending_behind(known) is known


def test_work_that_is_cancelled_by_somebody_else_is_no_signal():
    async def work():
        asyncio.current_task().cancel()
        await asyncio.sleep(FAR)

    with pytest.raises(asyncio.CancelledError):
        run_loop(work)


@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_that_a_destructor_swallows_comes_again(number):
    class Dying:
        def __del__(self):
            raise_signal(number)
            list(range(3))

    def live():
        Dying()
        end = time.monotonic() + FAR
        while time.monotonic() < end:
            time.sleep(0.01)

    with pytest.raises(ENDINGS[number]):
        live()


def test_any_other_trouble_of_a_destructor_is_told_as_ever(capsys):
    class Dying:
        def __del__(self):
            raise ValueError("not a signal")

    Dying()
    assert "not a signal" in capsys.readouterr().err
