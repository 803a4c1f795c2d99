"""Disks that are full, read-only or out of handles: nothing unaccounted for is sent, and it all ends well later."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from signal import SIGINT, SIGTERM

import pytest

from fakes.sabotage import Sabotage
from fakes.service import RESULT
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.state import read_state
from sora2batch.simulator.calls import Call

MIB = 2**20
CHUNK = 256 * 1024
"""What a journal sets aside at once."""


def mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture
def small_disk(tmp_path):
    """Make file systems of a megabyte, where that is allowed."""
    with ExitStack() as stack:

        def make(folder):
            folder.mkdir(parents=True)
            try:
                mount("-t", "tmpfs", "-o", f"size={MIB}", "tmpfs", folder)
            except (OSError, subprocess.CalledProcessError):
                if os.geteuid() == 0 and "SORA2BATCH_NOTHING_SKIPPED" in os.environ:
                    raise
                pytest.skip("only root may mount a file system")
            stack.callback(subprocess.run, ["umount", folder], check=True)
            return folder

        yield make


def fill(folder, *, leave: int) -> None:
    """Take all room but so much."""
    status = os.statvfs(folder)
    with (folder / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, max(1, status.f_bavail * status.f_frsize - leave))


def assert_one_error(ended, *words: str) -> None:
    """It said what is wrong in one line and what to do in another; the same trouble is told once."""
    lines = [line for line in ended.err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, ended.err
    assert any(word in lines[0] for word in words), ended.err


def recover(campaign) -> None:
    (campaign.folder / "ballast").unlink(missing_ok=True)
    campaign.service.recover()
    campaign.service.drain()
    campaign.assert_money_is_safe()
    campaign.finish()
    campaign.assert_done()


@pytest.mark.parametrize("free", [0, 4096, CHUNK - 4096])
def test_on_a_full_disk_nothing_is_sent(begin, small_disk, tmp_path, free):
    small_disk(tmp_path / "campaign")
    campaign = begin(jobs=2)
    fill(campaign.folder, leave=free)
    ended = campaign.run("--no-download")
    assert campaign.service.charges() == []
    assert ended.code == (4 if free else 2), campaign.transcript()
    assert_one_error(ended, "No space left")
    recover(campaign)


@pytest.mark.parametrize("free", [CHUNK, CHUNK + 4096, CHUNK + 16384, 2 * CHUNK])
def test_with_little_room_left_whatever_was_sent_is_on_disk(begin, small_disk, tmp_path, free):
    small_disk(tmp_path / "campaign")
    campaign = begin(jobs=6, concurrency=3)
    fill(campaign.folder, leave=free)
    ended = campaign.run()
    assert ended.code in {0, 2, 4}, campaign.transcript()
    assert ended.code != 2 or campaign.service.charges() == [], campaign.transcript()
    assert campaign.lost() == []
    recover(campaign)


def test_a_disk_that_fills_up_under_a_call_takes_its_answer_all_the_same(begin, small_disk, tmp_path):
    small_disk(tmp_path / "campaign")
    campaign = begin(jobs=3)
    campaign.service.stall(Call.CREATE)
    running = campaign.start("run", "small.yaml", "--yes", "--no-download")
    campaign.service.wait_for(Call.CREATE)
    fill(campaign.folder, leave=0)
    campaign.service.recover()
    ended = campaign.ended(running)
    assert ended.code == 4, campaign.transcript()
    assert_one_error(ended, "No space left")
    assert campaign.service.charges()
    assert campaign.lost() == []
    recover(campaign)


@pytest.mark.parametrize(("number", "code"), [(SIGINT, 130), (SIGTERM, 143)])
def test_a_signal_on_a_disk_that_fills_up_still_ends_with_its_own_code(
    begin, small_disk, tmp_path, number, code
):
    small_disk(tmp_path / "campaign")
    campaign = begin(jobs=3)
    campaign.service.stall(Call.CREATE)
    running = campaign.start("run", "small.yaml", "--yes", "--no-download")
    campaign.service.wait_for(Call.CREATE)
    fill(campaign.folder, leave=0)
    running.signal(number)
    running.expect("waiting for the answers")
    campaign.service.recover()
    ended = campaign.ended(running)
    assert ended.code == code, campaign.transcript()
    assert_one_error(ended, "No space left")
    assert campaign.lost() == []
    recover(campaign)


def test_a_disk_that_fills_up_under_a_download_leaves_the_result_paid_and_not_failed(
    begin, small_disk, tmp_path
):
    small_disk(tmp_path / "campaign" / "out")
    campaign = begin(jobs=1)
    campaign.service.stall(RESULT)
    running = campaign.start("run", "small.yaml", "--yes")
    campaign.service.wait_for(RESULT)
    fill(campaign.folder / "out", leave=4096)
    campaign.service.recover()
    ended = campaign.ended(running)
    assert ended.code == 4, campaign.transcript()
    (entry,) = read_state(campaign.lock_path, manifest="small.yaml").entries.values()
    assert entry.state is State.COMPLETED
    assert "No space left" in entry.primary.error.message
    assert list((campaign.folder / "out").rglob("*.part")) == []
    (campaign.folder / "out" / "ballast").unlink()
    recover(campaign)


@pytest.mark.parametrize("most", [8192, CHUNK - 1])
def test_where_files_may_not_grow_nothing_is_sent(begin, most):
    campaign = begin(jobs=2)
    ended = campaign.run(sabotage=Sabotage(limits={"RLIMIT_FSIZE": most}))
    assert ended.code in {2, 4}, campaign.transcript()
    assert_one_error(ended, "File too large")
    assert campaign.service.charges() == []
    recover(campaign)


def test_with_too_few_file_handles_whatever_is_paid_is_on_disk(begin):
    ends = set()
    for most in range(7, 24):  # with fewer, Python itself has not enough for an event loop
        campaign = begin(f"{most}-handles", jobs=2)
        code = campaign.run(sabotage=Sabotage(limits={"RLIMIT_NOFILE": most})).code
        ends.add(code)
        assert code != 2 or campaign.service.charges() == [], campaign.transcript()
        recover(campaign)
    assert 0 in ends
    assert ends - {0} <= {2, 4}
    assert len(ends) > 1


@pytest.mark.parametrize("most", [14, 18, 24])
def test_with_few_file_handles_less_is_done_at_once_and_everything_is_kept(begin, most):
    campaign = begin(jobs=12, concurrency=8)
    ended = campaign.run(sabotage=Sabotage(limits={"RLIMIT_NOFILE": most}))
    assert ended.code in {0, 4}, campaign.transcript()
    assert "`ulimit -n 1024` allows more" in ended.err, campaign.transcript()
    recover(campaign)


def test_in_a_folder_that_cannot_be_written_nothing_is_sent_but_all_can_be_looked_at(
    begin, small_disk, tmp_path
):
    small_disk(tmp_path / "campaign")
    campaign = begin(jobs=2)
    mount("-o", "remount,ro", campaign.folder)
    ended = campaign.run()
    assert ended.code == 2, campaign.transcript()
    assert_one_error(ended, "Read-only file system")
    assert campaign.service.charges() == []
    assert campaign.call("plan", "small.yaml").code == 0
    assert campaign.call("status", "small.yaml").code == 0
    mount("-o", "remount,rw", campaign.folder)
    recover(campaign)


def test_a_journal_in_a_folder_that_cannot_be_written_is_read_all_the_same(begin, small_disk, tmp_path):
    small_disk(tmp_path / "campaign")
    campaign = begin(jobs=2)
    campaign.run("--no-download", sabotage=Sabotage(kill_on="SystemDisk: replace"))
    mount("-o", "remount,ro", campaign.folder)
    ended = campaign.call("status", "small.yaml")
    assert "2 completed" in ended.out, campaign.transcript()
    assert campaign.run("--no-download").code == 2, campaign.transcript()
    mount("-o", "remount,rw", campaign.folder)
    recover(campaign)


@pytest.mark.parametrize("place", ["out", "out/hero"])
def test_where_results_could_not_be_kept_nothing_is_sent(begin, place):
    campaign = begin(jobs=2)
    path = campaign.folder / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("notes of somebody's")
    ended = campaign.run()
    assert ended.code == 2, campaign.transcript()
    assert_one_error(ended, f"{place} is in the way")
    assert campaign.service.charges() == []
    assert path.read_text() == "notes of somebody's"
    path.unlink()
    recover(campaign)


def test_without_downloads_nobody_asks_whether_they_could_be_kept(begin):
    campaign = begin(jobs=2)
    (campaign.folder / "out").write_text("notes of somebody's")
    assert campaign.run("--no-download").code == 0, campaign.transcript()
    assert len(campaign.service.charges()) == 2
    (campaign.folder / "out").unlink()
    recover(campaign)


def test_a_link_that_leads_out_of_the_output_folder_is_found_before_anything_is_paid(begin, tmp_path):
    campaign = begin(jobs=2)
    (tmp_path / "elsewhere").mkdir()
    (campaign.folder / "out").mkdir()
    (campaign.folder / "out" / "hero").symlink_to(tmp_path / "elsewhere")
    ended = campaign.run()
    assert ended.code == 2, campaign.transcript()
    assert_one_error(ended, "leads out of the output folder")
    assert campaign.service.charges() == []
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (campaign.folder / "out" / "hero").unlink()
    recover(campaign)


def test_an_output_folder_that_cannot_be_written_is_found_before_anything_is_paid(
    begin, small_disk, tmp_path
):
    campaign = begin(jobs=2)
    out = small_disk(campaign.folder / "out")
    mount("-o", "remount,ro", out)
    ended = campaign.run()
    assert ended.code == 2, campaign.transcript()
    assert_one_error(ended, "out cannot be written: Read-only file system")
    assert campaign.service.charges() == []
    mount("-o", "remount,rw", out)
    recover(campaign)


def test_an_output_folder_without_room_is_found_before_anything_is_paid(begin, small_disk):
    campaign = begin(jobs=2)
    out = small_disk(campaign.folder / "out")
    fill(out, leave=20_000)
    ended = campaign.run()
    assert ended.code == 2, campaign.transcript()
    assert_one_error(ended, "has room for")
    assert campaign.service.charges() == []
    (out / "ballast").unlink()
    recover(campaign)
