"""The program is killed at its n-th step, for n = 1, 2, 3 ... until a run passes untouched; then it goes on."""

from __future__ import annotations

from hashlib import sha256
from itertools import count

import pytest

from fakes.campaign import steps_of
from fakes.sabotage import Sabotage
from sora2batch.lockfile.file import read_lockfile

STEPS_OF_MONEY = {
    "SystemDisk: allocate",
    "SystemDisk: close",
    "SystemDisk: create",
    "SystemDisk: replace",
    "SystemDisk: truncate",
    "create: answer not read",
    "create: answered",
    "create: not sent",
    "create: sent",
    "disk: half written",
    "disk: write",
    "remove .jsonl",
}
STEPS_OF_FILES = {
    "PartFile: save",
    "file: append",
    "file: half appended",
    "os: link",
    "os: utime",
    "remove .part",
}
STEPS_OF_STORE = {"store: half written", "store: not put", "store: put"}
STEPS_OF_PICTURES = {"ContentStore: check_url", "ContentStore: signed_url", "os: link", "remove .part"}


class Executioner:
    """Kills a program at each of its steps in turn and notes what steps there are."""

    def __init__(self, folder) -> None:
        self._folder = folder

    def kill_at(self, number: int) -> Sabotage:
        return Sabotage(kill_at=number, steps_file=str(self._folder / f"{number:03}.steps"))

    def kinds(self) -> set[str]:
        """The names of all steps that any process has come to."""
        return {step for path in self._folder.glob("*.steps") for step in steps_of(path)}

    def kill_runs(self, begin, *flags, **more):
        """Kill a new campaign's first run at each step and hand it over; the last one passes untouched."""
        for number in count(1):
            campaign = begin(f"{number:03}", **more)
            ended = campaign.run(*flags, sabotage=self.kill_at(number))
            campaign.assert_money_is_safe()
            yield campaign
            if not ended.was_killed:
                assert ended.code == 0, campaign.transcript()
                return


@pytest.fixture
def executioner(tmp_path):
    return Executioner(tmp_path)


def test_killed_at_any_step_one_call_at_a_time_is_settled_by_the_ledger_alone(begin, executioner):
    for campaign in executioner.kill_runs(begin, "--no-download", jobs=2):
        if campaign.run("--no-download").code:
            assert campaign.settle_by_auto(), campaign.transcript()
            assert campaign.run("--no-download").code == 0, campaign.transcript()
        campaign.assert_done()
    assert executioner.kinds() == STEPS_OF_MONEY


def test_killed_at_any_step_with_calls_side_by_side_ends_with_every_job_paid_once(begin, executioner):
    for campaign in executioner.kill_runs(begin, "--no-download", jobs=3, concurrency=3):
        campaign.finish("--no-download")
        campaign.assert_done()


def test_killed_at_any_step_of_a_download_ends_with_the_file_and_nothing_else(begin, executioner):
    """In the output folder, and in the store."""
    for campaign in executioner.kill_runs(begin, jobs=1, has_store=True):
        campaign.finish()
        campaign.assert_done()
        assert campaign.call("verify", "small.yaml").code == 0, campaign.transcript()
        (entry,) = read_lockfile(campaign.lock_path).entries.values()
        (output,) = entry.primary.outputs
        (file,) = (path for path in (campaign.folder / "out").rglob("*") if path.is_file())
        assert sha256(file.read_bytes()).hexdigest() == output.sha256
        assert file == campaign.folder / "out" / output.path
        assert output.stored
        (stored,) = campaign.bucket.glob(f"sha256/*/{output.sha256}.???")
        assert (stored.stem, stored.read_bytes()) == (output.sha256, file.read_bytes())
    assert executioner.kinds() >= STEPS_OF_MONEY | STEPS_OF_FILES | STEPS_OF_STORE


def test_killed_at_any_step_of_two_stages_every_job_is_paid_once_and_made_from_the_right_file(
    begin, executioner
):
    for campaign in executioner.kill_runs(begin, jobs=1, has_clips=True):
        campaign.finish()
        campaign.assert_done()
        clip, still = read_lockfile(campaign.lock_path).entries.values()
        assert clip.needs == (still.key,)
        assert clip.input["image"]["sha256"] == still.primary.outputs[0].sha256
        sent = [created.input["image"] for created in campaign.service.created if "image" in created.input]
        assert {url.partition("?")[0] for url in sent} == {still.primary.outputs[0].url}
        assert "sig=" not in campaign.transcript()
    assert executioner.kinds() >= STEPS_OF_MONEY | STEPS_OF_FILES


def test_killed_at_any_step_with_two_stages_side_by_side_ends_with_every_job_paid_once(begin, executioner):
    for campaign in executioner.kill_runs(begin, jobs=2, concurrency=4, has_clips=True):
        campaign.finish()
        campaign.assert_done()


def test_killed_at_any_step_of_sending_a_picture_the_job_is_paid_once_and_the_object_is_whole(
    begin, executioner
):
    for campaign in executioner.kill_runs(begin, "--no-download", jobs=1, has_pictures=True):
        campaign.finish("--no-download")
        campaign.assert_done()
        (path,) = campaign.bucket.glob("sha256/*/[!.]*")
        assert {created.input["image"].rpartition("/")[2] for created in campaign.service.created} == {
            path.name
        }
        assert campaign.files_url not in campaign.lock_path.read_text()
    assert executioner.kinds() == STEPS_OF_MONEY | STEPS_OF_STORE | STEPS_OF_PICTURES


@pytest.mark.parametrize("moment", ["create: not sent", "create: answered"])
def test_killed_again_at_any_step_of_the_recovery_ends_with_every_job_paid_once(begin, executioner, moment):
    for number in count(1):
        campaign = begin(f"{number:03}", jobs=1)
        assert campaign.run("--no-download", sabotage=Sabotage(kill_on=moment)).was_killed
        ended = campaign.run("--no-download", sabotage=executioner.kill_at(number))
        campaign.assert_money_is_safe()
        campaign.finish("--no-download")
        campaign.assert_done()
        if not ended.was_killed:
            return


def test_killed_at_any_step_of_reconcile_the_answer_is_adopted_once(begin, executioner):
    for number in count(1):
        campaign = begin(f"{number:03}", jobs=1)
        assert campaign.run("--no-download", sabotage=Sabotage(kill_on="create: answered")).was_killed
        assert len(campaign.service.charges()) == 1
        ended = campaign.call("reconcile", "small.yaml", "--auto", sabotage=executioner.kill_at(number))
        campaign.assert_money_is_safe()
        campaign.finish("--no-download")
        campaign.assert_done()
        if not ended.was_killed:
            assert ended.code == 0, campaign.transcript()
            return


def test_killed_while_a_task_is_open_the_next_run_waits_for_the_same_task(begin):
    campaign = begin(jobs=1, speed=0.5)
    running = campaign.start("run", "small.yaml", "--yes", "--no-download")
    campaign.service.wait_for("query_tool_task_status")
    running.signal(9)
    assert campaign.ended(running).was_killed
    assert campaign.run("--no-download").code == 0, campaign.transcript()
    campaign.assert_done()
