"""A batch followed while workers carry it out: its rows are looked at every second, its events told.

Nothing of the work depends on who follows it: a lost connection, and Ctrl-C, end nothing but the looking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from sora2batch.fleet.clients.batch_moment import BatchMoment, look_at_batch
from sora2batch.fleet.clients.followed_jobs import FollowedJobs
from sora2batch.fleet.database.database import Database
from sora2batch.fleet.database.fleet_error import PassingError
from sora2batch.ground.job import Credits
from sora2batch.ground.stop_reason import StopReason
from sora2batch.ground.text import counted
from sora2batch.run.event import Listener, Paused, Spent, Warned
from sora2batch.run.stop_signal import StopRequest, StopSignal

_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 15.0
_ANSWER_SECONDS = 5.0
_MOST_FAILURES = 8
"""More are not counted: the wait is long enough."""
_MEDIA = "media"
_SUBMIT = "submit"


class Follower:
    """Looks at one batch, and tells a listener what is new."""

    def __init__(
        self,
        database: Database,
        batch: int,
        jobs: FollowedJobs,
        listener: Listener,
        stop_signal: StopSignal,
    ) -> None:
        """Get ready.

        Args:
            database: where the rows are.
            batch: its row.
            jobs: those that are waited for.
            listener: who hears of them.
            stop_signal: a signal ends the following; what stops the batch is written down there.
        """
        self._database = database
        self._batch = batch
        self._jobs = jobs
        self._listener = listener
        self._stop_signal = stop_signal
        self._spent: tuple[int, int] | None = None
        self._is_paused = False
        self._lacks: str | None = None
        self._is_late = False
        self._failures = 0

    async def follow(self, *, waits_for_files: bool, is_enough: Callable[[], bool] = lambda: False) -> None:
        """Follow until nothing of the jobs is to come, or a signal ends it.

        Args:
            waits_for_files: whether to wait until files are in the store as well, as long as a worker is
                alive that brings them there.
            is_enough: ends it before that, asked after each look.
        """
        looking = asyncio.create_task(self._follow(is_enough, waits_for_files=waits_for_files))

        def end(stop: StopRequest) -> None:
            if stop.reason.is_signal:
                looking.cancel()

        self._stop_signal.on_request(end)
        try:
            await asyncio.wait({looking})
        finally:
            looking.cancel()
        if not looking.cancelled():
            looking.result()

    async def glance(self) -> None:
        """Look once, and tell what there is."""
        if moment := await self._look(None):
            self._tell(moment)

    async def _follow(self, is_enough: Callable[[], bool], *, waits_for_files: bool) -> None:
        since: datetime | None = None
        while True:
            moment = await self._look(since)
            if moment:
                self._tell(moment)
                is_over = not self._has_more(moment, waits_for_files=waits_for_files)
                if not is_over:
                    self._tell_late_files()
                if is_enough() or (is_over and since is None):
                    return
                since = None if is_over else moment.at  # before it is believed all rows are looked at once
                if is_over:
                    continue
            await asyncio.sleep(min(_SECONDS * 2**self._failures, _LONGEST_WAIT_SECONDS))

    async def _look(self, since: datetime | None) -> BatchMoment | None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS), self._database.transaction() as connection:
                moment = await look_at_batch(connection, self._batch, since)
        except TimeoutError:
            self._note_failure(f"the database at {self._database.url.place} does not answer")
            return None
        except PassingError as error:
            self._note_failure(error.message)
            return None
        if self._failures:
            self._listener(Warned(message="the database answers again"))
            self._failures = 0
        return moment

    def _note_failure(self, message: str) -> None:
        if not self._failures:
            self._listener(Warned(message=f"{message}; workers go on without us, trying again"))
        self._failures = min(self._failures + 1, _MOST_FAILURES)

    def _has_more(self, moment: BatchMoment, *, waits_for_files: bool) -> bool:
        if self._jobs.is_any_open:
            return True
        return waits_for_files and self._jobs.awaited_files > 0 and _MEDIA in moment.lanes

    def _tell(self, moment: BatchMoment) -> None:
        for happened in self._jobs.take(moment.attempts):
            self._listener(happened)
        if self._spent != (moment.spent, moment.budget):
            self._spent = (moment.spent, moment.budget)
            self._listener(Spent(charged=Credits(moment.spent), budget=Credits(moment.budget)))
        self._tell_pause(moment)
        self._tell_who_is_missing(moment)
        if moment.stop:
            self._stop_signal.request_stop(StopReason[moment.stop.reason], moment.stop.message)

    def _tell_pause(self, moment: BatchMoment) -> None:
        is_paused = moment.paused_seconds > 0
        if is_paused and not self._is_paused:
            self._listener(Paused(seconds=moment.paused_seconds, message=moment.pause_reason))
        self._is_paused = is_paused

    def _tell_late_files(self) -> None:
        """Tell once why it is not over although everything is generated."""
        if self._is_late or self._jobs.is_any_open or not (late := self._jobs.late_file):
            return
        self._is_late = True
        jobs = counted(self._jobs.awaited_files, "job")
        told = f"files of {jobs} are not in the store yet: {late[0]}: {late[1]}; workers try again"
        self._listener(Warned(message=f"{told} (Ctrl-C ends the waiting, not the work)"))

    def _tell_who_is_missing(self, moment: BatchMoment) -> None:
        lacks = None
        if not moment.lanes:
            lacks = "no worker is alive: start one with `sora2batch worker`"
        elif _SUBMIT not in moment.lanes:
            lacks = "no worker is alive that submits: start one with `sora2batch worker`"
        if lacks and lacks != self._lacks and self._jobs.is_any_open:
            self._listener(Warned(message=lacks))
        self._lacks = lacks
