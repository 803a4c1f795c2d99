"""How far a run has come, counted from its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from sora2batch.app.tracking.forecast import Forecast
from sora2batch.ground.clock import Clock, SystemClock
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.file_input import file_inputs_in
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.text import counted
from sora2batch.plan.action import Action, Plan
from sora2batch.run import event
from sora2batch.run.event import Event
from sora2batch.run.stages import Stages


@dataclass(slots=True)
class RunProgress:
    """How far a run has come."""

    to_submit: int
    to_generate: int
    to_download: int
    budget: int
    spent: int
    to_upload: int = 0
    """Files of inputs that the store must have."""
    ready: int = 0
    """Those that it has."""
    uploaded: int = 0
    """Those that it did not have before."""
    submitted: int = 0
    generated: int = 0
    downloaded: int = 0
    taskless: dict[Fingerprint, bool] = field(default_factory=dict)
    """Jobs that have no task after all: rejected, deferred or, where it says so, in doubt."""
    failed: int = 0
    """Tasks that failed or timed out."""
    missing: int = 0
    """Results that could not be fetched."""
    to_store: int = 0
    """Results that are to go to the user's own store; 0 where none are wanted there."""
    stored: int = 0
    kept_back: int = 0
    """Results that could not be put there."""
    to_look_at: int = 0
    """Files in which a check saw something."""
    credit_price: CreditPrice | None = None
    clock: Clock = field(default_factory=SystemClock, compare=False)
    """Of this machine."""
    forecast: Forecast | None = field(default=None, compare=False)
    """How much longer it takes; None where nothing is waited for, or before the API is opened."""

    def hear(self, happened: Event) -> None:
        """Take an event into account, in numbers and in time."""
        self.count(happened)
        if self.forecast:
            self.forecast.hear(happened)

    def count(self, happened: Event) -> None:
        """Move the numbers that an event moves."""
        match happened:
            case event.Uploaded(is_new=is_new):
                self.ready += 1
                self.uploaded += is_new
            case event.Ready():
                self._expect_one_more()
            case event.Submitted(job=job):
                self.submitted += 1
                self.taskless.pop(job.fingerprint, None)  # a doubt, say, that ended well
            case event.Rejected(job=job) | event.InDoubt(job=job) | event.Deferred(job=job):
                self.taskless[job.fingerprint] = isinstance(happened, event.InDoubt)
            case event.Generated():
                self.generated += 1
            case event.Failed() | event.TimedOut():
                self.failed += 1
            case event.Downloaded():
                self.downloaded += 1
            case event.NotDownloaded():
                self.missing += 1
            case event.Stored() | event.NotStored() | event.Looked() | event.NotLooked():
                self._count_in_place(happened)
            case event.Spent(charged=charged):
                self.spent = charged
            case event.Paused() | event.Unsaved() | event.Warned() | event.Stopped() | event.Ticked():
                pass  # they move no number
            case _:
                assert_never(happened)

    def _expect_one_more(self) -> None:
        self.to_submit += 1
        self.to_generate += 1
        self.to_download += 1
        self.to_store += bool(self.to_store)

    def _count_in_place(
        self, happened: event.Stored | event.NotStored | event.Looked | event.NotLooked
    ) -> None:
        """Take into account what is done with files once they are in place."""
        match happened:
            case event.Stored():
                self.stored += 1
            case event.NotStored():
                self.kept_back += 1
            case event.Looked(look=look):
                self.to_look_at += bool(look)
            case event.NotLooked():
                pass
            case _:
                assert_never(happened)

    @property
    def refused(self) -> int:
        """Jobs that have no task after all, as far as one can tell now."""
        return len(self.taskless)

    @property
    def expected_to_submit(self) -> int:
        """Jobs that will have been submitted, as far as one can tell now."""
        return max(self.submitted, self.to_submit - self.refused)

    @property
    def expected_to_generate(self) -> int:
        """Tasks that this run will see done, as far as one can tell now."""
        return max(self.generated, self.to_generate - self.refused - self.failed)

    @property
    def expected_to_download(self) -> int:
        """Results that this run will fetch, as far as one can tell now."""
        return max(self.downloaded, self.to_download - self.refused - self.failed - self.missing)

    @property
    def expected_to_store(self) -> int:
        """Results that will be in the store, as far as one can tell now."""
        lost = self.refused + self.failed + self.missing + self.kept_back
        return max(self.stored, self.to_store - lost)

    @property
    def line(self) -> str:
        """The counts in a line; of what is no part of this run, nothing."""
        parts = [f"{counted(self.uploaded, 'file')} uploaded"] if self.uploaded else []
        steps = (
            (self.to_submit, self.submitted, self.expected_to_submit, "submitted"),
            (self.to_generate, self.generated, self.expected_to_generate, "generated"),
            (self.to_download, self.downloaded, self.expected_to_download, "downloaded"),
            (self.to_store, self.stored, self.expected_to_store, "stored"),
        )
        parts += [
            f"{done:,}/{all_of_it:,} {what}" for planned, done, all_of_it, what in steps if planned or done
        ]
        in_doubt = sum(self.taskless.values())
        mishaps = {
            "in doubt": in_doubt,
            "not submitted": self.refused - in_doubt,
            "failed or overdue": self.failed,
            "not downloaded": self.missing,
            "not stored": self.kept_back,
        }
        parts += [f"{number:,} {what}" for what, number in mishaps.items() if number]
        parts += [f"{self.to_look_at:,} to look at"] if self.to_look_at else []
        return "; ".join([*filter(None, [", ".join(parts)]), self.money])

    @property
    def money(self) -> str:
        """What was spent, of the budget."""
        price = self.credit_price
        money = f" ({price.money_for(self.spent)} of {price.money_for(self.budget)})" if price else ""
        return f"{self.spent:,} of {self.budget:,} credits{money}"


def _files_to_send(plan: Plan) -> int:
    jobs = (one.job for one in plan.with_action(Action.SUBMIT))
    return len({found.sha256 for job in jobs for found in file_inputs_in(job.input)})


def progress_of(plan: Plan, stages: Stages, credit_price: CreditPrice | None = None) -> RunProgress:
    """Start counting for a plan."""
    counts = plan.counts
    submit = counts[Action.SUBMIT] if Stages.SUBMIT in stages else 0
    generate = submit + counts[Action.RESUME] if Stages.WAIT in stages else 0
    download = generate + counts[Action.DOWNLOAD] if Stages.DOWNLOAD in stages else 0
    return RunProgress(
        to_submit=submit,
        to_generate=generate,
        to_download=download,
        to_upload=_files_to_send(plan) if submit else 0,
        to_store=download if Stages.STORE in stages else 0,
        budget=plan.money.budget,
        spent=plan.money.spent,
        credit_price=credit_price,
    )
