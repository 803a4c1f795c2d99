"""Runs, for scripts and notebooks: what the command ``run`` does, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sora2batch.app.batch import batch as app_batch
from sora2batch.app.batch.snapshot import status_of
from sora2batch.app.execution.ending import ended
from sora2batch.app.execution.execution import carry_out
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.planning.planning import read_selection, within_groups
from sora2batch.app.planning.saved_plan import saved_plan_of
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.garbage import nothing_set_aside
from sora2batch.ground.option_words import in_script
from sora2batch.library.arguments import agreement, whole_number
from sora2batch.library.html_table import block, line, shown
from sora2batch.library.loading import FilePath, Words, loaded, words
from sora2batch.library.log_display import LogDisplay
from sora2batch.library.loop_listener import LoopListener, check_listener
from sora2batch.library.public_batch import Batch
from sora2batch.library.public_plan import Plan
from sora2batch.library.public_progress import Progress
from sora2batch.library.public_status import Status
from sora2batch.library.worker_thread import in_thread
from sora2batch.plan.plan_file import SavedPlan, StalePlanError
from sora2batch.plan.selection import Selection
from sora2batch.run.event import Event
from sora2batch.run.port import OnFailure
from sora2batch.run.stages import stages_up_to

_MOST_CONCURRENCY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Result:
    """How a run ended, and where its jobs stand."""

    status: Status
    """Where every job of the manifest stands."""
    exit_code: ExitCode
    """What ``sora2batch run`` would have ended with."""
    reason: str | None = None
    """What ended it before its time; None where it went its way, even if jobs failed."""
    hint: str | None = None
    """What to do about the reason."""

    @property
    def ok(self) -> bool:
        """Whether everything that was planned is done, and its files are there."""
        return self.exit_code is ExitCode.DONE

    def to_dicts(self) -> list[JsonObject]:
        """Write a flat row a job; *shape*: as ``status.jobs``."""
        return self.status.to_dicts()

    def __repr__(self) -> str:
        return shown(f"Result: {self._line}; {self.status!r}")

    def _repr_html_(self) -> str:
        return block(line(self._line), self.status._repr_html_())

    @property
    def _line(self) -> str:
        told = "done" if self.ok else self.exit_code.name.lower()
        return f"{told}: {self.reason}" if self.reason else told


async def run(
    batch: Batch | Plan | FilePath,
    *,
    yes: bool = False,
    select: Words = (),
    where: Words = (),
    limit: int | None = None,
    retry_failed: bool = False,
    force: bool = False,
    until: Words = (),
    only: bool = False,
    simulate: bool | None = None,
    concurrency: int | None = None,
    fail_fast: bool = False,
    wait: bool = True,
    download: bool = True,
    images: bool = True,
    on_event: Callable[[Event], object] | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> Result:
    """Carry a batch out: submit what is not paid for yet, wait, download. Nothing is ever paid twice.

    It works in a thread of its own; the event loop that awaits it goes on. Cancelling it does what Ctrl-C
    does to ``sora2batch run``: calls under way get their answers, and all that is known is written down, so
    that the next run goes on; then ``asyncio.CancelledError`` is raised. Cancelling again waits for none.

    Args:
        batch: what ``load`` or ``plan`` returned, or a manifest. A plan is carried out as it was seen, or not
            at all.
        yes: agrees to what it costs. Without it only what is free is done: whatever is simulated, waiting for
            open tasks, downloads.
        select: globs on keys; a job that fits one of them is in.
        where: texts ``axis=value``; values of one axis are alternatives, different axes must all fit.
        limit: how many jobs may be submitted; the rest waits.
        retry_failed: whether failed and rejected jobs are submitted again.
        force: whether that goes for jobs too whose picture the API refused.
        until: groups; only their jobs, and what these are made from.
        only: whether what the named jobs are made from is left out.
        simulate: whether to run it in the simulator; None leaves it as the batch was loaded.
        concurrency: how many tasks may be open at once, instead of the manifest's word.
        fail_fast: whether the first failed or rejected job ends the submitting.
        wait: whether to wait for generations; False only submits.
        download: whether to fetch the files.
        images: whether a run that spends more than the manifest's ``lint.images_above`` looks at the URLs of
            its jobs first.
        on_event: is called with everything that happens, in the event loop that awaits this. It may be
            ``async def``: each call is awaited before the next one, and the last before this returns.
        on_progress: is called there once a second, and at the end, with how far it has come. It may be
            ``async def``, too; what is out of date when it is to be called is left out.

    Returns:
        How it ended. Jobs that failed raise nothing: they are lines of the lockfile, and ``ok`` is False.

    Raises:
        Sora2BatchError: nothing was sent: a manifest has problems, the budget does not suffice, another run
            holds the lockfile, there is no key or no ``yes``.
        asyncio.CancelledError: it was cancelled.
    """
    most = whole_number("limit", limit, least=0)
    open_at_once = whole_number("concurrency", concurrency, least=1, most=_MOST_CONCURRENCY)
    agreed = agreement(yes)
    loop = asyncio.get_running_loop()
    check_listener("on_event", on_event)
    check_listener("on_progress", on_progress)
    listener = LoopListener(loop, on_event or _ignore)
    watcher = LoopListener(loop, on_progress or _ignore, most_waiting=1)
    display = LogDisplay(listener, watcher)

    @nothing_set_aside()
    @in_script()
    def work() -> Result:
        selection = read_selection(words(select), words(where), most, retry_failed=retry_failed, force=force)
        selection = within_groups(selection, words(until), only=only)
        target = _planned(batch, selection, simulate) if isinstance(batch, Plan) else None
        request = RunRequest(
            selection=target.selection if target else selection,
            stages=stages_up_to(waits=wait, downloads=download),
            printer=display,
            on_failure=OnFailure.STOP_SUBMITTING if fail_fast else OnFailure.GO_ON,
            concurrency=open_at_once,
            agreed=agreed,
            saved=target,
            looks_at_urls=images,
        )
        try:
            return _carried_out(_batch_of(batch, simulate), request)
        except StalePlanError as error:
            raise StalePlanError(error.message, hint="make a new one with plan(), and look at it") from None

    try:
        return await in_thread(work)
    finally:
        try:
            await listener.end()
        finally:
            await watcher.end()


def _ignore(told: object, /) -> None:
    """Listen to nothing."""


def _batch_of(given: Batch | Plan | FilePath, simulate: bool | None) -> app_batch.Batch:  # noqa: FBT001 - None is a third
    if isinstance(given, Plan):
        return given.internal.batch
    return loaded(given, simulate=simulate).internal


def _planned(plan: Plan, selection: Selection, simulate: bool | None) -> SavedPlan:  # noqa: FBT001 - None is a third
    """Take everything that decides what is sent from the plan.

    Raises:
        UsageError: something else is said besides.
    """
    if selection != Selection() or simulate not in {None, plan.simulated}:
        raise UsageError(
            "a plan is carried out as it is: give select, limit, simulate and the like to plan()"
        )
    return saved_plan_of(plan.internal, selection=plan.selection)


def _carried_out(internal: app_batch.Batch, request: RunRequest) -> Result:
    outcome = carry_out(internal, request)
    for stop in outcome.stops:
        if stop.error:
            request.printer.failure(stop.error)
    ending = ended(internal, outcome)
    reason = ending.reason
    return Result(
        status=Status(internal=(internal, status_of(internal))),
        exit_code=ending.exit_code,
        reason=reason.message if reason else None,
        hint=reason.hint if reason else None,
    )
