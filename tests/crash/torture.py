"""Run, kill, run again, by chance and for as long as one likes: ``make torture``, or see --help.

Each round is a new campaign with a random budget, concurrency and weather: the API refuses, resets, stalls,
cuts its answers short and fails generations. Runs are killed at random moments and at random steps. Then
somebody who knows the truth settles what is in doubt, and the ledgers are compared.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.campaign import ANIMALS, Campaign, tools_dir
from fakes.program import Template
from fakes.sabotage import Sabotage
from fakes.service import PRICE, Service
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.file import read_lockfile
from sora2batch.lockfile.state import read_state
from sora2batch.simulator.fault import Fault, FaultKind

_MOST_RUNS = 12
_LONGEST_LIFE_SECONDS = 0.25
_ENDINGS = {0, 1, 3, 4, 130, 143, -signal.SIGINT, -signal.SIGTERM}
"""The last two where the signal came before there was anything to save, or after everything was."""


@dataclass
class TortureResult:
    """What is printed in the end."""

    kills: int = 0
    runs: int = 0
    jobs: int = 0
    staged: int = 0
    """Those of two-stage batches."""
    charged_twice: int = 0
    lost: int = 0
    over_budget: int = 0

    @property
    def is_good(self) -> bool:
        return not (self.charged_twice or self.lost or self.over_budget)

    def __str__(self) -> str:
        return (
            f"kills: {self.kills}\nruns: {self.runs}\njobs: {self.jobs}, {self.staged} of them in two stages\n"
            f"charged twice: {self.charged_twice}\nlost: {self.lost}\nover budget: {self.over_budget}"
        )


class Round:
    """One campaign from its beginning to the comparison of the ledgers."""

    def __init__(self, folder: Path, template: Template, result: TortureResult, seed: str) -> None:
        self._random = Random(seed)
        self._folder = folder
        self._template = template
        self._result = result
        self._seed = seed

    def play(self) -> None:
        has_clips = self._random.random() < 0.5
        stills = self._random.randint(1, len(ANIMALS) // 2 if has_clips else len(ANIMALS))
        jobs = stills * (2 if has_clips else 1)
        most = jobs if self._random.random() < 0.6 else self._random.randint(0, jobs)
        with Service(
            tools_dir(self._folder), faults=self._weather(), seed=self._random.randrange(10**6)
        ) as service:
            campaign = Campaign(
                self._folder / "campaign",
                self._template,
                service,
                self._folder / "tools",
                jobs=stills,
                has_clips=has_clips,
                concurrency=self._random.choice([1, 2, 4, 8]),
                budget=most * PRICE + self._random.choice([0, PRICE // 2]),
            )
            self._result.jobs += jobs
            self._result.staged += jobs if has_clips else 0
            for _ in range(self._random.randint(1, _MOST_RUNS)):
                if not self._attack(campaign):
                    break
                if self._random.random() < 0.4:
                    self._settle(campaign)
            self._conclude(campaign, affordable=most)

    def _weather(self) -> list[Fault]:
        kinds = self._random.sample(list(FaultKind), self._random.randint(0, 3))
        return [Fault(kind=kind, rate=self._random.choice([0.05, 0.2, 0.5])) for kind in kinds]

    def _attack(self, campaign: Campaign) -> bool:
        """Run, and mostly kill; tell whether there is more to do."""
        way = self._random.random()
        kill_at = self._random.randint(1, 60) if way < 0.4 else 0
        running = campaign.start(*self._command(campaign), sabotage=Sabotage(kill_at=kill_at))
        if way >= 0.4:
            _end_after(running.pid, self._random.uniform(0, _LONGEST_LIFE_SECONDS), self._deadly(way))
        ended = campaign.ended(running)
        self._result.runs += 1
        self._result.kills += ended.was_killed
        if not ended.was_killed and ended.code not in _ENDINGS:
            raise AssertionError(f"exit {ended.code}\n{campaign.transcript()}")
        self._compare(campaign)
        return ended.code != 0

    def _deadly(self, way: float) -> signal.Signals:
        if way < 0.8:
            return signal.SIGKILL
        return self._random.choice([signal.SIGINT, signal.SIGTERM])

    def _command(self, campaign: Campaign) -> list[str]:
        command = ["run", "small.yaml", "--yes"]
        if self._random.random() < (0.3 if campaign.has_clips else 0.7):
            command.append("--no-download")
        room = (campaign.budget or 0) - self._spent(campaign)
        if room < PRICE * len(campaign.all_prompts):
            command += ["--limit", str(max(0, room // PRICE))]
        return command

    def _spent(self, campaign: Campaign) -> int:
        return read_state(campaign.lock_path, manifest="small.yaml").spent

    def _settle(self, campaign: Campaign) -> bool:
        is_settled = not _doubts(campaign) or campaign.settle()
        self._compare(campaign)
        return is_settled

    def _conclude(self, campaign: Campaign, *, affordable: int) -> None:
        """Let it end in peace; then everything that was affordable was paid, once, and is known."""
        campaign.service.recover()
        assert self._settle(campaign), campaign.transcript()
        # What is made from results needs these on the disk.
        rest = () if campaign.has_clips else ("--no-download",)
        for _ in range(3):
            command = [word for word in self._command(campaign) if word != "--no-download"]
            campaign.call(*command, *rest)
            self._result.runs += 1
            assert self._settle(campaign), campaign.transcript()
        paid = len(campaign.service.charges())
        states = Counter(entry.state for entry in read_lockfile(campaign.lock_path).entries.values())
        is_over = states.keys() <= {State.COMPLETED, State.FAILED}
        if paid != min(affordable, _possible(campaign)) or not is_over or campaign.journal.exists():
            raise AssertionError(f"{paid} of {affordable} paid, {dict(states)}\n{campaign.transcript()}")

    def _compare(self, campaign: Campaign) -> None:
        known = read_state(campaign.lock_path, manifest="small.yaml")
        twice, service = campaign.paid_twice(), campaign.service
        unaccounted = max(0, service.spent - known.spent)
        lost = [] if _doubts(campaign) else campaign.lost()
        self._result.charged_twice += len(twice)
        self._result.lost += len(lost) or -(-unaccounted // PRICE)
        self._result.over_budget += service.spent > (campaign.budget or 0)
        if twice or lost or unaccounted or service.spent > (campaign.budget or 0):
            raise AssertionError(
                f"twice {twice}, lost {lost}, unaccounted {unaccounted}\n{campaign.transcript()}"
            )


def _possible(campaign: Campaign) -> int:
    """Count the jobs that could be submitted: what is made from the others, of those that did not fail."""
    if not campaign.has_clips:
        return campaign.jobs
    entries = read_lockfile(campaign.lock_path).entries.values()
    made = [one for one in entries if not one.needs and one.state is State.COMPLETED]
    return campaign.jobs + len(made)


def _doubts(campaign: Campaign) -> int:
    return read_state(campaign.lock_path, manifest="small.yaml").in_doubt_credits


def _end_after(pid: int, seconds: float, number: signal.Signals) -> None:
    """Let a process live so long at most."""
    descriptor = os.pidfd_open(pid)
    try:
        if not select.select([descriptor], [], [], seconds)[0]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    finally:
        os.close(descriptor)


def torture(*, kills: int, seconds: float, seed: int) -> tuple[TortureResult, str | None]:
    """Play rounds until there were enough kills or the time is over, or one goes wrong; tell how that one did."""
    result, end, number = TortureResult(), time.monotonic() + seconds, 0
    with Template() as template:
        while result.kills < kills and time.monotonic() < end:
            number += 1
            with TemporaryDirectory(prefix="torture-") as folder:
                try:
                    Round(Path(folder), template, result, f"{seed}/{number}").play()
                except AssertionError as error:
                    return result, f"round {number}: {error}"
    return result, None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300, help="stop after so many (default 300)")
    parser.add_argument("--seconds", type=float, default=180.0, help="stop after so long (default 180)")
    parser.add_argument("--seed", type=int, default=None, help="repeat what an earlier call printed")
    given = parser.parse_args()
    seed = int(time.time()) if given.seed is None else given.seed
    result, trouble = torture(kills=given.kills, seconds=given.seconds, seed=seed)
    sys.stdout.write(f"{result}\nseed: {seed}\n")
    if trouble:
        sys.stderr.write(f"{trouble}\n")
    return 0 if result.is_good and trouble is None else 1


if __name__ == "__main__":
    sys.exit(main())
