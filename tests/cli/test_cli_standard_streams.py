"""Standard streams that are closed, full or broken: every command goes on and ends with its own code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sora2batch.lockfile.entry import State
from sora2batch.lockfile.file import read_lockfile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no sh")
SORA2BATCH = [sys.executable, "-m", "sora2batch"]
CLOSED = ["<&-", ">&-", "2>&-"]
SOME = [*CLOSED, "<&- >&-", "<&- >&- 2>&-"]


def with_streams(redirections, *arguments, **more):
    """Call the program as a shell does, with redirections."""
    command = ["sh", "-c", f'exec "$@" {redirections}', "sh", *SORA2BATCH, *map(str, arguments)]
    given = {"stdin": subprocess.DEVNULL, **more}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, **given)


@pytest.mark.parametrize(("closed", "more"), [*((one, "") for one in SOME), (SOME[-1], "--simulate")])
def test_a_run_without_streams_does_its_work_and_writes_into_no_file_of_ours(manifest, api, closed, more):
    api()
    ran = with_streams(closed, "run", manifest, "--yes", "-v", *more.split())
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    assert ("2 completed" in ran.stdout) is (">&-" not in closed.replace("2>&-", ""))
    lockfile = read_lockfile(manifest.with_name(f"small{'.sim' if more else ''}.lock.jsonl"))
    assert {entry.state for entry in lockfile.entries.values()} == {State.COMPLETED}
    for clip in manifest.parent.rglob("*.mp4"):
        assert b"submitted" not in clip.read_bytes()


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("plan", "small.yaml", "--max-credits", "1"), 3),
        (("status", "small.yaml", "--json"), 0),
        (("report", "small.yaml"), 0),
        (("--help",), 0),
        (("run", "small.yaml"), 2),
        (("nonsense",), 2),
    ],
)
def test_a_command_without_streams_ends_with_its_own_code(manifest, closed, words, code):
    assert with_streams(closed, *words).returncode == code


def test_the_document_of_a_run_is_whole_where_nobody_hears_its_messages(manifest, api):
    api()
    ran = with_streams("<&- 2>&-", "run", manifest, "--yes", "--json")
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["summary"]["states"]["completed"] == 2


def test_whoever_cannot_be_asked_is_told_so(manifest, api):
    api()
    ran = with_streams("<&-", "run", manifest)
    assert ran.returncode == 2
    assert "nobody is there to ask" in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
class TestFull:
    @pytest.mark.parametrize("words", [("plan",), ("plan", "--json"), ("status",), ("validate", "--json")])
    def test_a_result_that_cannot_be_printed_is_an_error_in_one_line(self, manifest, words):
        ran = with_streams("> /dev/full", words[0], manifest, *words[1:])
        assert ran.returncode == 2
        assert ran.stderr.splitlines()[-1] == (
            "error: standard output cannot be written: No space left on device"
        )

    def test_help_that_cannot_be_printed_is_no_bug(self):
        ran = with_streams("> /dev/full", "--help")
        assert (ran.returncode, ran.stderr) == (2, "error: No space left on device\n")

    def test_a_run_is_paid_saved_and_collected_all_the_same(self, manifest, api):
        api()
        other = manifest.with_name("other.yaml")
        other.write_text(manifest.read_text().replace("owl", "cat"))
        ran = with_streams("> /dev/full", "run", manifest, other, "--yes")
        assert ran.returncode == 2
        assert ran.stderr.count("No space left on device") == 1
        for path in (manifest, other):
            lockfile = read_lockfile(path.with_name(f"{path.stem}.lock.jsonl"))
            assert {entry.state for entry in lockfile.entries.values()} == {State.COMPLETED}

    def test_messages_that_cannot_be_written_end_nothing(self, manifest, api):
        api()
        ran = with_streams("2> /dev/full", "run", manifest, "--yes", "-v")
        assert ran.returncode == 0
        assert ran.stdout.startswith("2 completed\n")


@pytest.mark.parametrize("words", [("plan", "small.yaml"), ("--help",)])
def test_a_pipe_that_nobody_reads_is_no_bug(manifest, words):
    reader, writer = os.pipe()
    os.close(reader)
    command = [*SORA2BATCH, *words]
    with os.fdopen(writer, "w") as closed:
        ran = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode in {0, 1}
    assert ran.stderr == ""
