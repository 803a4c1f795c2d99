from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.tool import Kind
from sora2batch.ground.job import Credits
from sora2batch.simulator.fault import FaultKind
from sora2batch.simulator.studio import Studio
from sora2batch.simulator.task import Task
from sora2batch.typography.fonts import Fonts

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def task_with(prompt: str) -> Task:
    tool = next(one for one in load_catalog().tools.values() if one.kind is Kind.IMAGE)
    return Task(
        id=prompt,
        tool=tool,
        input={"prompt": prompt},
        take=1,
        credits=Credits(1),
        created=NOW,
        ready=NOW,
        failure=None,
        signature="",
        fetch_at=NOW,
    )


@pytest.fixture
async def studio_of():
    studios = []

    def make(**options):
        studios.append(Studio(**options))
        return studios[-1]

    yield make
    for studio in studios:
        studio.close()


async def test_a_picture_is_drawn_once_and_kept(studio_of):
    studio = studio_of()
    first = await studio.sample("boat")
    assert await studio.sample("boat") is first


async def test_those_who_wait_for_the_same_picture_share_it(studio_of):
    studio = studio_of()
    one, other = await asyncio.gather(studio.sample("boat"), studio.sample("boat"))
    assert one is other


async def test_one_who_hangs_up_does_not_take_it_from_the_others(studio_of):
    studio = studio_of()
    leaving, staying = (asyncio.create_task(studio.sample("boat")) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).startswith(b"\xff\xd8\xff")
    assert leaving.cancelled()


async def test_what_is_forgotten_comes_out_the_same_again(studio_of):
    studio = studio_of(keep_bytes=1)
    boat = await studio.sample("boat")
    await studio.sample("lake")
    again = await studio.sample("boat")
    assert again == boat
    assert again is not boat


async def test_closing_cancels_what_is_under_way(studio_of):
    studio = studio_of()
    waiting = [asyncio.create_task(studio.sample(name)) for name in ("boat", "lake", "fox", "owl")]
    await asyncio.sleep(0)
    studio.close()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)


async def test_a_font_that_is_missing_is_told_once(studio_of):
    told = []
    studio = studio_of(fonts=Fonts([]), tell=told.append)
    for number in (1, 2):
        await studio.film(task_with(f"狐狸 {number}"))
    await asyncio.sleep(0)
    assert [line.partition(":")[2][:32] for line in told] == [" no font for Han (Chinese) on th"]


async def test_what_one_simulation_has_rendered_the_next_one_of_this_process_gives_out(studio_of):
    first = await studio_of().film(task_with("A fox in a simulation."))
    assert await studio_of().film(task_with("A fox in a simulation.")) is first
    assert await studio_of(fonts=Fonts([])).film(task_with("A fox in a simulation.")) == first


async def test_a_flawed_film_is_another_one(studio_of):
    whole = await studio_of().film(task_with("A fox with a flaw."))
    turned = await studio_of(flaw_of=lambda _: FaultKind.SHAPE).film(task_with("A fox with a flaw."))
    assert turned != whole


async def test_every_simulation_tells_of_a_font_that_is_missing(studio_of):
    fonts, told = Fonts([]), []
    for _ in range(2):
        await studio_of(fonts=fonts, tell=told.append).film(task_with("狐狸"))
        await asyncio.sleep(0)
    assert len(told) == 2
