"""A manifest on the command line: loaded, expanded, and with its lockfile and folder found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sora2batch.app.batch.argument import arguments_for
from sora2batch.app.batch.chosen_store import ChosenStore, choose_store, is_on_this_machine
from sora2batch.app.batch.known_results import KnownResults
from sora2batch.app.batch.layout import BatchLayout
from sora2batch.app.batch.stamp import Stamp
from sora2batch.app.config.settings import ceiling_for, credit_price_for, run_options_for
from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Credits, Fingerprint, Job
from sora2batch.ground.text import without_secrets
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.state import read_state
from sora2batch.manifest.model import Manifest, RunOptions
from sora2batch.matrix.expand import Expansion
from sora2batch.matrix.stage import RecordedResults
from sora2batch.plan.action import Plan, ReservedJob
from sora2batch.plan.decision import FileFault, unless_stored
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.notice import duplicate_notices, shared_task_notices, tool_notices
from sora2batch.plan.selection import Selection
from sora2batch.run.artifact import Artifacts

if TYPE_CHECKING:
    from sora2batch.app.config.layered_setting import Found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """A manifest with all that belongs to it."""

    manifest: Manifest
    expansion: Expansion
    catalog: Catalog
    simulated: bool
    budget: Credits
    tools_dirs: tuple[Path, ...]
    """Where tools were looked for beside the shipped ones."""
    named_tools_dirs: tuple[Path, ...]
    """Those that commands for this batch must name; others are found from where the manifest is."""
    sources: Mapping[str, Stamp]
    """The manifest and its data files, each as it stood before it was read."""
    notices: tuple[str, ...] = ()
    """What is to be said of the name under which the manifest was given."""
    known: KnownResults | None = None
    """What its jobs were made with, where some rest on the results of others."""
    is_shared: bool = False
    """Whether workers of a fleet carry it out."""
    reserved: Mapping[Fingerprint, ReservedJob] = field(default_factory=dict)
    """What they are about to submit, as far as plans are to count it."""

    @property
    def layout(self) -> BatchLayout:
        """Where its files are; the simulator has its own."""
        return BatchLayout(manifest=self.manifest.path, simulated=self.simulated)

    @property
    def lock_path(self) -> Path:
        """Its lockfile."""
        return self.layout.lockfile

    @property
    def arguments(self) -> str:
        """What a command of ours is to be given so that it means this batch."""
        return arguments_for(self.manifest.path, simulated=self.simulated, tools_dirs=self.named_tools_dirs)

    @property
    def run_arguments(self) -> str:
        """The same for ``run``: with the budget that was given instead of the manifest's."""
        is_own = self.budget == self.manifest.max_credits
        fleet = " --fleet" if self.is_shared else ""
        return (
            f"{self.arguments}{fleet}" if is_own else f"{self.arguments}{fleet} --max-credits {self.budget}"
        )

    @property
    def output_dir(self) -> Path:
        """``output.dir``, seen from the manifest's folder."""
        return self.layout.output_folder(self.manifest.output.dir)

    @property
    def credit_price(self) -> CreditPrice | None:
        """What a credit costs, for those who read of credits; looked up at every call.

        Raises:
            UsageError: a setting is no good, or its file cannot be read.
        """
        return credit_price_for(self.manifest.path.parent)

    @property
    def ceiling(self) -> Found[int] | None:
        """What any one batch may cost here, whatever its budget; a simulated run costs nothing.

        Raises:
            UsageError: as above.
        """
        return None if self.simulated else ceiling_for(self.manifest.path.parent)

    def run_options(self, concurrency: int | None = None) -> RunOptions:
        """Put together how a run of it works on this machine; *concurrency*: what was given with the flag.

        Raises:
            UsageError: as above.
        """
        return run_options_for(self.manifest, concurrency)

    @property
    def input_paths(self) -> Mapping[str, Path]:
        """Where the files lie that its jobs send, by the sha256 of their bytes."""
        folder = self.manifest.path.parent
        return {digest: folder / found.file for digest, found in self.expansion.files.items()}

    @property
    def artifacts(self) -> Artifacts:
        """The files of the output folder."""
        return Artifacts(self.output_dir)

    @property
    def store(self) -> ChosenStore | None:
        """The user's own store, if there is one and this may touch it."""
        chosen = choose_store(self.manifest)
        return None if chosen and self.simulated and not is_on_this_machine(chosen) else chosen

    @property
    def untouched_store(self) -> str | None:
        """The store that is left alone because this is only a trial."""
        chosen = choose_store(self.manifest)
        return without_secrets(chosen.url) if chosen and self.store is None else None

    @property
    def stores_outputs(self) -> bool:
        """Whether results go to the store as well."""
        store = self.store
        return store is not None and store.outputs

    @property
    def file_fault(self) -> FileFault:
        """What is wrong with a finished attempt's files, by a quick look; also that the store lacks them."""
        fault = self.artifacts.quick_fault
        return unless_stored(fault) if self.stores_outputs else fault

    def read_lockfile(self) -> Lockfile:
        """Read what is known, a dead run's journal included; writes nothing."""
        read_before = self.known.current() if self.known else None
        return read_before or read_state(self.lock_path, manifest=self.manifest.file)

    def lockfiles_beside(self) -> dict[str, Lockfile]:
        """Read the other lockfiles of the folder, simulated ones apart from real ones, by their names.

        Raises:
            LockfileError: one of them cannot be read.
        """
        return {path.name: read_state(path, manifest="") for path in self.layout.lockfiles_beside()}

    @property
    def _store_notices(self) -> tuple[str, ...]:
        untouched = self.untouched_store
        return (
            (f"a simulated run does not touch {untouched}: it is not on this machine",) if untouched else ()
        )

    def _duplicates(self, jobs: Sequence[Job], lockfile: Lockfile) -> tuple[str, ...]:
        """Tell of jobs that were paid for under another manifest, as when one was split in two."""
        new = [job for job in jobs if job.fingerprint not in lockfile.entries]
        if not new:
            return ()
        try:
            beside = self.lockfiles_beside()
        except Sora2BatchError as error:
            return (f"whether other lockfiles here hold the same jobs is not known: {error.message}",)
        return duplicate_notices(new, beside, self.lock_path.name)

    def at(self, lockfile: Lockfile) -> Batch:
        """Make the same batch, with the jobs that are possible by what a lockfile says."""
        stages = self.expansion.stages
        if stages is None or (self.known and self.known.is_of(lockfile)):
            return self
        now = stages.anew(
            RecordedResults(lockfile.entries, self.layout.output_name(self.manifest.output.dir))
        )
        return replace(self, expansion=self.expansion._replace(jobs=now.jobs, stages=now))

    def plan(self, lockfile: Lockfile, selection: Selection, file_fault: FileFault | None = None) -> Plan:
        """Make the plan for what the lockfile says; files are looked at quickly unless it is said how."""
        notices = tool_notices(self.expansion.asked, self.catalog) + self.notices
        now = self.at(lockfile).expansion
        notices += shared_task_notices(lockfile) + self._duplicates(now.jobs, lockfile) + self._store_notices
        inputs = PlanInputs(
            manifest=self.manifest.file,
            jobs=now.jobs,
            stages=now.stages,
            lockfile=lockfile,
            budget=self.budget,
            selection=selection,
            notices=notices,
            findings=self.expansion.findings,
            reserved=self.reserved,
        )
        return make_plan(inputs, file_fault or self.file_fault)
