"""Films on demand: rendered in threads, so that the event loop keeps answering, and kept for a while.

Threads, not processes: Pillow and the encoder let go of the interpreter while they work, two threads
keep two cores busy, and there is nothing to orphan.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from sora2batch.catalog.tool import Kind
from sora2batch.simulator.clip import render_clip, render_still
from sora2batch.simulator.fault import FaultKind, flaw_in
from sora2batch.simulator.film_cache import FilmKey, process_films
from sora2batch.simulator.input_picture import InputPictures
from sora2batch.simulator.picture import jpeg, sample_url, starting_picture
from sora2batch.simulator.shot import content_of, shot_of
from sora2batch.simulator.task import Task
from sora2batch.typography.fonts import Fonts, machine_fonts
from sora2batch.typography.typesetter import Typesetter

_WORKERS = 2


class Studio:
    """Renders each film once while it is remembered; a forgotten one comes out the same again."""

    def __init__(
        self,
        pictures: InputPictures | None = None,
        *,
        keep_bytes: int = 64 * 2**20,
        fonts: Fonts | None = None,
        tell: Callable[[str], None] = lambda _: None,
        flaw_of: Callable[[str], FaultKind | None] | None = None,
    ) -> None:
        self._flaw_of = flaw_of
        self.pictures = pictures or InputPictures()
        self._keep_bytes = keep_bytes
        self._fonts = fonts or machine_fonts()
        self._typesetter = Typesetter(self._fonts)
        self._films = process_films()
        self._tell = tell
        self._told: set[str] = set()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="clip")
        self._under_way: dict[str, asyncio.Future[bytes]] = {}
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0

    async def film(self, task: Task) -> bytes:
        """Render the result of a task: MP4 for video tools, JPEG for image tools."""
        return await self._made(task.id, lambda: self._render(task))

    async def sample(self, name: str) -> bytes:
        """Draw a sample picture as a JPEG file."""
        return await self._made(name, lambda: jpeg(starting_picture(sample_url(name)).image))

    def close(self) -> None:
        """Take no more tasks; what is being rendered ends by itself within a second."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        # A thread that ends after the loop has closed would complain if its future still waited for it.
        for future in tuple(self._under_way.values()):
            future.cancel()

    def _render(self, task: Task) -> bytes:
        content = content_of(task)
        given = self.pictures.find(content) if content else None
        flaw = self._flaw_of(task.id) if self._flaw_of else None
        shot = shot_of(task, given.size if given else None, flaw or flaw_in(task.prompt))
        key = FilmKey(shot, task.tool.kind, self._fonts, has_picture=given is not None)
        film = self._films.find(key) or self._rendered(key, given)
        if not self._typesetter.missing:  # else who sees it the next time would not be told
            self._films.keep(key, film)
        return film

    def _rendered(self, key: FilmKey, given: Image.Image | None) -> bytes:
        if key.kind is Kind.IMAGE:
            return jpeg(render_still(key.shot, given, typesetter=self._typesetter))
        return render_clip(key.shot, given, typesetter=self._typesetter)

    async def _made(self, name: str, make: Callable[[], bytes]) -> bytes:
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        future = self._under_way.get(name)
        if future is None:
            future = asyncio.get_running_loop().run_in_executor(self._pool, make)
            self._under_way[name] = future
            future.add_done_callback(lambda done: self._keep(name, done))
        # A client that hangs up must not take the film away from another one that waits for it.
        return await asyncio.shield(future)

    def _keep(self, name: str, done: asyncio.Future[bytes]) -> None:
        self._under_way.pop(name, None)
        self._tell_of_missing_fonts()
        if done.cancelled() or done.exception():
            return
        self._kept[name] = done.result()
        self._kept_bytes += len(done.result())
        while self._kept_bytes > self._keep_bytes and len(self._kept) > 1:
            _, forgotten = self._kept.popitem(last=False)
            self._kept_bytes -= len(forgotten)

    def _tell_of_missing_fonts(self) -> None:
        for notice in self._typesetter.notices():
            if notice not in self._told:
                self._told.add(notice)
                self._tell(notice)
