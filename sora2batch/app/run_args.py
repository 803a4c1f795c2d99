"""The command line of ``run``, as given, and what it asks for."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.discover import is_one_manifest
from sora2batch.app.execution.ending import Ending
from sora2batch.app.execution.event_stream import EventStream
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.output.output import Display, Printer
from sora2batch.app.planning.plan import PlanView, planned
from sora2batch.app.planning.planning import Planned, read_selection, within_groups
from sora2batch.app.planning.saved_plan import planned_again
from sora2batch.plan.plan_file import SavedPlan
from sora2batch.plan.selection import Selection
from sora2batch.run.port import OnFailure
from sora2batch.run.stages import Stages, stages_up_to


@dataclass(frozen=True, slots=True, kw_only=True)
class RunArgs:
    """The command line, as given."""

    manifests: tuple[Path, ...]
    yes: bool
    dry_run: bool
    plan_file: Path | None
    simulated: bool
    select: tuple[str, ...]
    where: tuple[str, ...]
    limit: int | None
    max_credits: int | None
    retry_failed: bool
    force: bool
    until: tuple[str, ...]
    only: bool
    concurrency: int | None
    fail_fast: bool
    no_wait: bool
    no_download: bool
    no_images: bool
    as_json: bool
    as_jsonl: bool
    notify: tuple[str, ...]
    strict: bool | None
    tools_dirs: tuple[Path, ...]
    fleet: bool
    """Whether workers carry it out."""
    saved: SavedPlan | None = None

    @property
    def selection(self) -> Selection:
        """What narrows the plan down: the saved plan's own flags, or those of this call."""
        if self.saved:
            return self.saved.selection
        selection = read_selection(
            self.select, self.where, self.limit, retry_failed=self.retry_failed, force=self.force
        )
        return within_groups(selection, self.until, only=self.only)

    @property
    def is_one(self) -> bool:
        """Whether exactly one manifest was named."""
        return is_one_manifest(self.manifests)

    def again(self, ending: Ending) -> tuple[str, ...]:
        """Write the arguments with which a program goes on from where a run ended.

        They ask for no more than this call did: a limit shrinks to what is left of it, and what failed is
        submitted again once and not at each call.
        """
        limit = self.limit if ending.not_submitted is None else ending.not_submitted
        words = ["--plan", str(self.plan_file)] if self.plan_file else shlex.split(ending.batch.arguments)
        words += [word for glob in self.select for word in ("--select", glob)]
        words += [word for pair in self.where for word in ("--where", pair)]
        words += [word for group in self.until for word in ("--until", group)]
        words += ["--only"] if self.only else []
        words += ["--limit", str(limit)] if self.limit is not None else []
        if self.max_credits is not None and not self.saved:
            words += ["--max-credits", str(self.max_credits)]
        words += ["--concurrency", str(self.concurrency)] if self.concurrency else []
        words += [word for command in self.notify for word in ("--notify", command)]
        given = {
            "--fail-fast": self.fail_fast,
            "--no-wait": self.no_wait,
            "--no-download": self.no_download,
            "--no-images": self.no_images,
            "--strict": self.strict is True,
            "--no-strict": self.strict is False,
            "--fleet": self.fleet,
            "--yes": self.yes,
            "--json": self.as_json,
            "--jsonl": self.as_jsonl,
        }
        return (*words, *(flag for flag, is_given in given.items() if is_given))

    def view(self, printer: Printer) -> PlanView:
        """How a plan is shown."""
        form = "json" if self.as_json else "text"
        return PlanView(form=form, is_one=self.is_one, printer=printer, concurrency=self.concurrency)

    @property
    def stages(self) -> Stages:
        """How far to go."""
        return stages_up_to(waits=not self.no_wait, downloads=not self.no_download)

    def request(self, printer: Display, events: EventStream | None, *, is_strict: bool) -> RunRequest:
        """All that concerns one batch."""
        return RunRequest(
            selection=self.selection,
            stages=self.stages,
            printer=printer,
            on_failure=OnFailure.STOP_SUBMITTING if self.fail_fast else OnFailure.GO_ON,
            concurrency=self.concurrency,
            agreed=self.yes,
            looks_at_urls=not self.no_images,
            is_strict=is_strict,
            saved=self.saved,
            events=events,
        )


def own_plan(args: RunArgs, batch: Batch) -> Planned:
    """Make the plan of a batch by its lockfile alone; a saved one is made again.

    Raises:
        Sora2BatchError: the lockfile cannot be read, the selection fits nothing, or a saved plan is stale.
    """
    return planned_again(batch, args.saved) if args.saved else planned(batch, args.selection)
