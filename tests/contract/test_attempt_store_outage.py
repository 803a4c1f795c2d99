"""At every step the database dies, or the way to it is cut: no call is made twice, and no task is lost."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial
from itertools import count

import psutil
import pytest

from fakes.cut_cable import Cut, cut_cable
from fakes.errands import Errands, kinds
from fakes.fleet_attempts import ask, hang_up
from fakes.paying_api import Mood
from fakes.waiting import wait_until

MOODS = {
    "accepted": [Mood.ACCEPT],
    "busy": [Mood.BUSY, Mood.ACCEPT],
    "rejected": [Mood.REJECT],
    "lost": [Mood.LOST, Mood.ACCEPT],
}
_TERMINATE = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'sora2batch worker'
"""


@pytest.fixture
def keeper() -> str:
    return "database"


def struck_at_every_step(make: Callable[[], Errands], strike: Callable[[psutil.Process], None]):
    """Stop the first process of a new batch at each step, strike, and let it go on to whatever end."""
    for number in count(1):
        errands = make()
        running = errands.start(stop_at=number, stop_with=signal.SIGSTOP)
        process = psutil.Process(running.pid)
        wait_until(partial(_stands, process))
        has_ended = process.status() == psutil.STATUS_ZOMBIE
        if not has_ended:
            strike(process)
        errands.ended(running)
        yield errands
        if has_ended:
            return


def _stands(process: psutil.Process) -> bool:
    return process.status() in {psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE}


def assert_goes_on(all_errands) -> None:
    seen = []
    for errands in all_errands:
        seen.append(errands.steps)
        errands.finish()
    assert {"fence: before", "fence: done", "create: before", "create: done"} <= kinds(seen)


def test_the_database_is_killed_at_any_step_and_started_again(send, own_postgres, fleet_tables):
    url = fleet_tables(own_postgres)

    def strike(process: psutil.Process) -> None:
        hang_up(url)
        own_postgres.kill()
        process.send_signal(signal.SIGCONT)
        own_postgres.start()

    names = count(1)
    assert_goes_on(struck_at_every_step(lambda: send(place=f"{url}#killed-{next(names)}"), strike))
    hang_up(url)


@pytest.mark.parametrize("mood", ["accepted", "lost"])
def test_the_connections_are_ended_at_any_step(send, tables_url, mood):
    def strike(process: psutil.Process) -> None:
        ask(tables_url, _TERMINATE)
        process.send_signal(signal.SIGCONT)

    assert_goes_on(struck_at_every_step(lambda: send(moods={"fox": list(MOODS[mood])}), strike))


@pytest.mark.parametrize(
    ("how", "mood"), [(Cut.SILENT, "accepted"), *((Cut.AFTER_COMMIT, mood) for mood in MOODS)]
)
def test_the_way_to_the_database_is_cut_without_a_word_at_any_step(send, postgres, tables_url, how, mood):
    names = count(1)
    with cut_cable(postgres.port) as cable:
        way = tables_url.replace(f":{postgres.port}/", f":{cable.port}/")

        def strike(process: psutil.Process) -> None:
            cable.cut(how)
            process.send_signal(signal.SIGCONT)
            wait_until(lambda: cable.swallowed or process.status() == psutil.STATUS_ZOMBIE)
            cable.heal()

        def make() -> Errands:
            place = f"{way}#cut-{how.name}-{mood}-{next(names)}#{tables_url}"
            return send(moods={"fox": list(MOODS[mood])}, place=place)

        assert_goes_on(struck_at_every_step(make, strike))
