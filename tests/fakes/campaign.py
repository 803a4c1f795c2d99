"""A small campaign that is run, killed and run again, held against the API's ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path

import jsonschema_rs

from fakes.pictures import picture
from fakes.program import Ended, Running, Template
from fakes.sabotage import Sabotage
from fakes.service import PRICE, TOOL, TOOL_FILE, Service
from sora2batch.ground.schema import load_schema
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.file import read_lockfile
from sora2batch.lockfile.state import read_state

MANIFEST = """\
version: 1
tool: {tool}
budget: {{max_credits: {budget}}}
jobs:
  hero:
    matrix: {{animal: [{animals}]}}
    input: {{prompt: "{{{{ animal }}}}"{image}}}
{clips}run: {{submit_concurrency: {concurrency}, poll_interval: 0.05}}
output: {{dir: out, check: {checks}}}
"""
CLIPS = """\
  clips:
    matrix: {still: {from_jobs: hero}}
    input: {prompt: "{{ still.animal }} moves", image: "{{ still.output }}"}
"""
ANIMALS = ("fox", "owl", "cat", "bear", "hare", "wolf", "lynx", "crow", "swan", "toad", "newt", "mole")


def tools_dir(folder: Path) -> Path:
    """Make a folder with the tool that tests use: cheap, quick, one price."""
    path = folder / "tools"
    path.mkdir(exist_ok=True)
    (path / f"{TOOL}.json").write_text(TOOL_FILE)
    return path


@dataclass
class Campaign:
    """A manifest in a folder of its own, and the processes that work on it."""

    folder: Path
    template: Template
    service: Service
    tools: Path
    jobs: int = 2
    concurrency: int = 1
    has_store: bool = False
    """Whether results go to a folder beside as well."""
    has_clips: bool = False
    """Whether there is a second stage: a job made from the result of each other one."""
    files_url: str | None = None
    """Where the API finds what is beside this campaign's folder; with one, each job sends a picture of its own."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """More that the program finds in its environment."""
    checks: bool = False
    """Whether its clips are looked at: that takes a process of its own."""
    budget: int | None = None
    """Just enough, unless it is said."""
    said: list[Ended] = field(default_factory=list)
    """Every process so far."""
    _numbers: count = field(default_factory=count)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.budget = len(self.all_prompts) * PRICE if self.budget is None else self.budget
        text = MANIFEST.format(
            tool=TOOL,
            budget=self.budget,
            animals=", ".join(self.prompts),
            clips=CLIPS if self.has_clips else "",
            concurrency=self.concurrency,
            checks=str(self.checks).lower(),
            image=', image: "images/{{ animal }}.jpg"' if self.files_url else "",
        )
        store = f'store: {{url: "{self.bucket.as_uri()}", outputs: true}}\n' if self.has_store else ""
        if self.files_url:
            store = (
                f"store: {{url: {self.bucket.as_uri()}, public_url: {self.files_url}/{self.bucket.name}}}\n"
            )
            for number, name in enumerate(self.prompts):
                picture(self.folder, f"images/{name}.jpg", (number * 20, 0, 0), (8, 8))
        (self.folder / "small.yaml").write_text(text + store)

    @property
    def prompts(self) -> tuple[str, ...]:
        return ANIMALS[: self.jobs]

    @property
    def all_prompts(self) -> tuple[str, ...]:
        """Those of the second stage, too."""
        clips = tuple(f"{animal} moves" for animal in self.prompts) if self.has_clips else ()
        return self.prompts + clips

    @property
    def bucket(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.bucket")

    @property
    def lock_path(self) -> Path:
        return self.folder / "small.lock.jsonl"

    @property
    def journal(self) -> Path:
        return self.folder / "small.journal.jsonl"

    def start(self, *argv: object, sabotage: Sabotage | None = None) -> Running:
        """Start the program in the campaign's folder."""
        return self.template.start(
            *argv,
            cwd=self.folder,
            env={
                "SJINN_API_KEY": "sk-never-to-be-seen",
                "SORA2BATCH_API_URL": self.service.url,
                "SORA2BATCH_TOOLS_DIR": str(self.tools),
                "SORA2BATCH_CACHE_DIR": str(self.folder.with_name(f"{self.folder.name}.cache")),
                **self.environ,
            },
            notes=self.folder.with_name(f"{self.folder.name}-{next(self._numbers)}.x"),
            sabotage=sabotage,
        )

    def call(self, *argv: object, sabotage: Sabotage | None = None) -> Ended:
        """Run the program to its end, and let the API finish what it was told."""
        return self.ended(self.start(*argv, sabotage=sabotage))

    def ended(self, running: Running, *, seconds: float = 60) -> Ended:
        """Wait for a process, and for the API to be done with it."""
        ended = running.wait(seconds=seconds)
        self.service.drain()
        self.said.append(ended)
        assert "Traceback" not in ended.err, ended.err
        assert "internal error" not in ended.err, ended.err
        return ended

    def run(self, *flags: object, sabotage: Sabotage | None = None) -> Ended:
        """Call ``run`` without a person to ask."""
        return self.call("run", "small.yaml", "--yes", *flags, sabotage=sabotage)

    def finish(self, *flags: object) -> None:
        """Go on until nothing is left to do; what is in doubt is settled by somebody who knows the truth."""
        for _ in range(4):
            code = self.run(*flags).code
            if code == 0:
                return
            assert code == 4, self.transcript()
            assert self.settle(), self.transcript()
        raise AssertionError(self.transcript())

    def settle(self) -> bool:
        """Settle what is in doubt, by the ledger or with the truth; tell whether that went well."""
        return self.settle_by_auto() or self.settle_by_truth()

    def settle_by_auto(self) -> bool:
        """Let the ledger settle what it can; tell whether that was all."""
        ended = self.call("reconcile", "small.yaml", "--auto")
        assert ended.code in {0, 4}, self.transcript()
        return ended.code == 0

    def settle_by_truth(self) -> bool:
        """Tell the program of every call in doubt what really became of it."""
        lockfile = read_state(self.lock_path, manifest="small.yaml")
        known = lockfile.task_ids()
        paid = {one.prompt: one.task_id for one in self.service.charges() if one.task_id not in known}
        words: list[str] = []
        for entry in lockfile.entries.values():
            if entry.state is State.IN_DOUBT:
                task_id = paid.get(str(entry.input["prompt"]))
                words += ["--adopt", f"{entry.key}={task_id}"] if task_id else ["--release", entry.key]
        return self.call("reconcile", "small.yaml", *words).code == 0

    def paid_twice(self) -> list[str]:
        """Name the prompts that were charged more than once."""
        counts = Counter(one.prompt for one in self.service.charges())
        return [prompt for prompt, times in counts.items() if times > 1]

    def lost(self) -> list[str]:
        """Name the tasks that were paid and that neither lockfile nor journal knows."""
        known = read_state(self.lock_path, manifest="small.yaml").task_ids()
        return [one.task_id for one in self.service.charges() if one.task_id not in known]

    def assert_money_is_safe(self) -> None:
        """At any moment: nothing is paid twice, the budget holds, and the lockfile can be read."""
        assert self.paid_twice() == [], self.transcript()
        assert self.service.spent <= self.budget, self.transcript()
        read_lockfile(self.lock_path)
        state = read_state(self.lock_path, manifest="small.yaml")
        assert self.service.spent <= state.spent <= self.budget, self.transcript()
        self._assert_objects_are_whole()

    def _assert_objects_are_whole(self) -> None:
        """What has the name of a content is that content; what was only begun has another name."""
        for path in self.bucket.glob("sha256/*/[!.]*"):
            assert sha256(path.read_bytes()).hexdigest() == path.stem, self.transcript()

    def assert_done(self) -> None:
        """In the end: every job was paid once, is known, and the folder is tidy."""
        self.assert_money_is_safe()
        assert sorted(one.prompt for one in self.service.charges()) == sorted(self.all_prompts), (
            self.transcript()
        )
        assert self.lost() == [], self.transcript()
        lockfile = read_lockfile(self.lock_path)
        assert {entry.state for entry in lockfile.entries.values()} == {State.COMPLETED}, self.transcript()
        assert all(len(entry.attempts) == 1 for entry in lockfile.entries.values()), self.transcript()
        assert_valid(self.lock_path)
        names = sorted(path.name for path in self.folder.iterdir() if path.name not in {"out", "images"})
        assert names == ["small.lock.jsonl", "small.yaml"], self.transcript()

    def transcript(self) -> str:
        """Tell what the processes said: for whoever reads why a test failed."""
        parts = [f"[exit {ended.code}]\n{ended.err}{ended.out}" for ended in self.said]
        lockfile = self.lock_path.read_text() if self.lock_path.exists() else "no lockfile"
        return "\n".join([*parts, lockfile, f"charged: {self.service.charges()}"])


def assert_valid(path: Path) -> None:
    """Hold every line of a lockfile against the schema that ships."""
    validator = jsonschema_rs.validator_for(load_schema("lockfile.schema.json"))
    for line in path.read_text().splitlines():
        validator.validate(json.loads(line))


def steps_of(path: Path) -> list[str]:
    """Read what steps a process has come to."""
    return path.read_text().splitlines() if path.exists() else []
