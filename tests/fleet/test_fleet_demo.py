"""``make fleet-demo`` shows what it says, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from fakes.waiting import wait_until

DEMO = Path(__file__).with_name("demo.py")


@pytest.fixture
def start(tmp_path):
    """Start it in its short form; its temporary files are in a folder of the test's own."""
    begun = []

    def start():
        env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, DEMO, "--short"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        begun.append(subprocess.Popen(command, env=env, start_new_session=True, **pipes))
        return begun[-1]

    yield start
    for one in begun:
        one.kill()
        one.communicate()


def children_of(process):
    return psutil.Process(process.pid).children(recursive=True)


def is_gone(process):
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_worker_is_killed_a_folder_lost_and_the_lockfile_is_that_of_a_local_run(start, tmp_path):
    demo = start()
    out, err = demo.communicate(timeout=200)
    assert (demo.returncode, err) == (0, "")
    for told in (
        "kill -9 worker ",
        "has the create lane now",
        "18 tasks charged for 18 jobs",
        "files are back",
    ):
        assert told in out
    assert out.splitlines()[-1].endswith("the same lockfile as a local run")
    assert list(tmp_path.glob("sora2batch-fleet-*")) == []


def test_ctrl_c_ends_everything_that_was_started(start, tmp_path):
    demo = start()
    for line in demo.stdout:
        if "reserved" in line:
            break
    children = children_of(demo)
    assert len(children) > 5
    demo.send_signal(signal.SIGINT)
    demo.stdout.read()
    assert (demo.wait(60), demo.stderr.read().partition(":")[0]) == (130, "interrupted")
    wait_until(lambda: all(map(is_gone, children)))
    assert list(tmp_path.glob("sora2batch-fleet-*")) == []
