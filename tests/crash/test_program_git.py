"""Lockfiles in real git repositories: branches that spent money are merged, and nothing is paid again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from fakes.campaign import assert_valid
from fakes.sabotage import Sabotage
from fakes.service import PRICE
from sora2batch.lockfile.codec import encode_lockfile
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.file import read_lockfile

ROOM = 10 * PRICE
DRIVER = f"{sys.executable} -m sora2batch lock merge %O %A %B"
IDENTITY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


class Checkout:
    """A campaign whose folder is a git repository."""

    def __init__(self, campaign) -> None:
        self.campaign = campaign
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, code: int = 0) -> str:
        ended = subprocess.run(
            ["git", *arguments],
            cwd=self.campaign.folder,
            env={**os.environ, **IDENTITY},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == code, f"git {arguments}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "x")

    def spend_on(self, branch: str, *jobs: str) -> None:
        """Run some jobs on a branch of their own, which begins at main."""
        self.git("checkout", "--quiet", "-b", branch, "main")
        for job in jobs:
            assert self.campaign.run("--select", job).code == 0, self.campaign.transcript()
        self.commit()

    @property
    def lines(self) -> list[bytes]:
        return self.campaign.lock_path.read_bytes().splitlines()


@pytest.fixture
def repository(begin):
    """A repository with what ``init`` writes for git, and nothing spent yet."""
    checkout = Checkout(begin(jobs=4, budget=ROOM))
    assert checkout.campaign.call("init", "other.yaml").code == 0
    (checkout.campaign.folder / "other.yaml").unlink()
    checkout.commit()
    return checkout


@pytest.fixture
def checkout(repository):
    """One job is done, and the lockfile is in the repository."""
    assert repository.campaign.run("--select", "hero/bear").code == 0
    repository.commit()
    return repository


def keys_of(campaign) -> set[str]:
    return {entry.key for entry in read_lockfile(campaign.lock_path).entries.values()}


def assert_canonical(campaign) -> None:
    """The file holds the very bytes that the program writes for what is in it."""
    assert campaign.lock_path.read_bytes() == encode_lockfile(read_lockfile(campaign.lock_path))
    assert_valid(campaign.lock_path)


def finish_once(campaign) -> None:
    """Everything that is left is done; every job was paid once; then there is nothing to do any more."""
    assert campaign.run().code == 0, campaign.transcript()
    assert Counter(one.prompt for one in campaign.service.charges()) == Counter(campaign.prompts)
    assert_canonical(campaign)
    before = campaign.lock_path.read_bytes()
    assert campaign.run().code == 0
    assert campaign.lock_path.read_bytes() == before


def test_what_init_writes_keeps_journals_and_clips_out_and_merges_lockfiles_by_line(checkout):
    campaign = checkout.campaign
    campaign.run(sabotage=Sabotage(kill_on="create: answered"))
    assert campaign.journal.exists()
    assert (campaign.folder / "out").exists()
    assert checkout.git("status", "--porcelain") == ""
    assert "merge: union" in checkout.git("check-attr", "merge", campaign.lock_path.name)


def test_branches_that_ran_different_jobs_merge_without_a_hand(checkout):
    campaign = checkout.campaign
    checkout.spend_on("ours", "hero/fox")
    checkout.spend_on("theirs", "hero/owl")
    checkout.git("checkout", "--quiet", "ours")
    checkout.git("merge", "--quiet", "theirs")
    assert keys_of(campaign) == {"hero/bear", "hero/fox", "hero/owl"}
    finish_once(campaign)


def test_branches_that_each_began_a_lockfile_merge_without_a_hand(repository):
    campaign = repository.campaign
    repository.spend_on("ours", "hero/fox", "hero/cat")
    repository.spend_on("theirs", "hero/owl")
    repository.git("checkout", "--quiet", "ours")
    repository.git("merge", "--quiet", "theirs")
    assert keys_of(campaign) == {"hero/cat", "hero/fox", "hero/owl"}
    finish_once(campaign)


def test_a_job_that_both_branches_ran_keeps_both_tasks_and_is_not_run_again(checkout):
    campaign = checkout.campaign
    checkout.spend_on("ours", "hero/fox")
    checkout.spend_on("theirs", "hero/fox")
    checkout.git("checkout", "--quiet", "ours")
    checkout.git("merge", "--quiet", "theirs")
    plan = json.loads(campaign.call("plan", "small.yaml", "--json").out)
    assert plan["summary"]["credits"]["spent"] == 3 * PRICE
    assert plan["summary"]["actions"].get("submit") == 2
    assert campaign.run().code == 0, campaign.transcript()
    paid = [one.task_id for one in campaign.service.charges()]
    lockfile = read_lockfile(campaign.lock_path)
    assert sorted(lockfile.task_ids()) == sorted(paid)
    assert len(paid) == len(campaign.prompts) + 1
    (line,) = (json.loads(line) for line in checkout.lines if b'"hero/fox"' in line)
    assert len(line["also_paid"]) == 1
    assert_canonical(campaign)


@pytest.fixture
def in_conflict(checkout):
    """A merge that git left to people: nobody told it how lockfiles are merged."""
    (checkout.campaign.folder / ".gitattributes").unlink()
    checkout.commit()
    checkout.spend_on("ours", "hero/fox")
    checkout.spend_on("theirs", "hero/owl")
    checkout.git("checkout", "--quiet", "ours")
    checkout.git("merge", "--quiet", "theirs", code=1)
    assert any(line.startswith(b"<<<<<<< ") for line in checkout.lines)
    return checkout


@pytest.mark.parametrize("command", [("run", "--yes"), ("plan",), ("status",), ("reconcile",), ("download",)])
def test_conflict_marks_end_every_command_and_the_file_is_left_alone(in_conflict, command):
    campaign = in_conflict.campaign
    before, charges = campaign.lock_path.read_bytes(), campaign.service.charges()
    name, *flags = command
    ended = campaign.call(name, "small.yaml", *flags)
    assert ended.code == 2, campaign.transcript()
    assert "sora2batch lock resolve small.lock.jsonl" in ended.err
    assert campaign.lock_path.read_bytes() == before
    assert campaign.service.charges() == charges
    assert not campaign.journal.exists()


def test_resolved_conflict_marks_leave_both_sides_and_nothing_is_paid_again(in_conflict):
    campaign = in_conflict.campaign
    assert campaign.call("lock", "resolve", "small.lock.jsonl").code == 0, campaign.transcript()
    assert_canonical(campaign)
    in_conflict.commit()
    finish_once(campaign)


def test_as_a_merge_driver_it_writes_what_a_run_would(checkout):
    campaign = checkout.campaign
    (campaign.folder / ".gitattributes").write_text("*.lock.jsonl merge=sora2batch\n")
    checkout.git("config", "merge.sora2batch.driver", DRIVER)
    checkout.commit()
    checkout.spend_on("ours", "hero/fox", "hero/cat")
    checkout.spend_on("theirs", "hero/owl", "hero/fox")
    checkout.git("checkout", "--quiet", "ours")
    checkout.git("merge", "--quiet", "theirs")
    assert_canonical(campaign)
    merged = campaign.lock_path.read_bytes()
    assert checkout.git("status", "--porcelain") == ""
    assert campaign.run("--no-download").code == 0, campaign.transcript()
    assert campaign.lock_path.read_bytes() == merged
    assert len(campaign.service.charges()) == len(campaign.prompts) + 1


def test_a_checkout_with_carriage_returns_is_the_same_lockfile(checkout):
    campaign = checkout.campaign
    (campaign.folder / ".gitattributes").write_text("*.lock.jsonl merge=union text eol=crlf\n")
    checkout.commit()
    checkout.spend_on("ours", "hero/fox")
    checkout.git("checkout", "--quiet", "main")
    checkout.git("checkout", "--quiet", "ours")
    assert campaign.lock_path.read_bytes().count(b"\r\n") == 3
    finish_once(campaign)


@pytest.mark.parametrize("command", [("run", "--yes"), ("status",), ("reconcile",), ("download",)])
def test_a_lockfile_of_a_newer_version_is_left_alone(checkout, command):
    campaign = checkout.campaign
    newer = campaign.lock_path.read_bytes().replace(b'"lock_version":1', b'"lock_version":2', 1)
    campaign.lock_path.write_bytes(newer)
    charges = campaign.service.charges()
    name, *flags = command
    assert campaign.call(name, "small.yaml", *flags).code == 2, campaign.transcript()
    assert campaign.lock_path.read_bytes() == newer
    assert campaign.service.charges() == charges


def test_a_checkout_during_a_run_is_united_with_what_the_run_knows(checkout):
    campaign = checkout.campaign
    checkout.spend_on("theirs", "hero/owl")
    checkout.git("checkout", "--quiet", "main")
    campaign.service.stall("create_tool_task")
    running = campaign.start("run", "small.yaml", "--yes", "--no-download", "--select", "hero/fox")
    campaign.service.wait_for("create_tool_task", 3)
    checkout.git("merge", "--quiet", "theirs")
    campaign.service.recover()
    assert campaign.ended(running).code == 0, campaign.transcript()
    states = {entry.key: entry.state for entry in read_lockfile(campaign.lock_path).entries.values()}
    assert states == dict.fromkeys(["hero/bear", "hero/fox", "hero/owl"], State.COMPLETED)
    finish_once(campaign)
