"""``status`` as a person sees it at a terminal."""

import os
import re
import subprocess
import sys

import pytest

from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from fakes.terminal import CTRL_C, Terminal
from fakes.watching import load_batch, write_state
from sora2batch.lockfile.entry import ErrorNote, Output

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PROGRAM = [sys.executable, "-m", "sora2batch"]
FILE = Output(path="a.mp4", sha256="0" * 64, bytes=1)


@pytest.fixture
def terminal(folder):
    def start(*arguments, columns=100, **environ):
        environ = dict(os.environ) | {"TERM": "xterm-256color", "COLUMNS": str(columns)} | environ
        command = [*PROGRAM, *map(str, arguments)]
        return Terminal(command, cwd=folder, env=environ, columns=columns)

    return start


def plain(screen):
    return CONTROL.sub("", screen.shown).replace("\r\n", "\n")


@pytest.fixture
def mixed(manifest):
    """One job of each kind, and errors that try to be something else."""
    text = manifest.read_text().replace("[fox, owl]", "[fox, owl, cat, dog, hen, cow]")
    manifest.write_text(text)
    write_state(
        load_batch(manifest),
        completed("task-fox", outputs=(FILE,)),
        submitted("task-owl"),
        failed("task-cat", error=ErrorNote(message="[red]the model[/red]\nsaid \x1b[2Jno")),
        rejected(error=ErrorNote(code=7, message="no such image")),
        in_doubt(),
    )
    return manifest


TABLE = """\
small.yaml: 6 jobs

group   jobs   pending   submitted   completed   failed   rejected   in doubt   spent   to spend
hero       6         1           1           1        1          1          1   1,680        420
total      6         1           1           1        1          1          1   1,680        420

open: 1
  hero/owl   task task-owl

in doubt: 1
  hero/hen

failed: 1
  hero/cat   task task-cat  [red]the model[/red] said [2Jno

rejected: 1
  hero/dog   no such image

credits ███████████▓▓▓░░░·······················
1,680 of 5,000 spent (of it 420 in doubt); 420 to spend, then 2,900 left
next: sora2batch reconcile small.yaml
"""


def lines(text):
    return [line.rstrip() for line in text.splitlines()]


def test_a_terminal_shows_a_table_and_what_to_look_at(terminal, mixed):
    screen = terminal("status", mixed)
    assert screen.end() == 0
    assert lines(plain(screen)) == lines(TABLE)


def test_a_narrow_terminal_shows_the_same_below_each_other(terminal, mixed):
    screen = terminal("status", mixed, columns=40)
    assert screen.end() == 0
    shown = lines(plain(screen))
    assert all(len(line) <= 40 for line in shown)
    assert shown[2:6] == [
        "hero  6 jobs",
        "  1 pending, 1 submitted, 1 completed, 1",
        "failed, 1 rejected, 1 in doubt",
        "  1,680 spent, 420 to spend",
    ]
    assert shown[shown.index("failed: 1") :][1:3] == [
        "  hero/cat",
        "    task task-cat  [red]the model[/red]…",
    ]


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
@pytest.mark.parametrize("flags", [[], ["--watch"]], ids=["status", "watch"])
def test_colours_can_be_switched_off(terminal, manifest, environ, flags):
    write_state(load_batch(manifest), rejected(error=ErrorNote(message="no")))
    screen = terminal("status", manifest, *flags, **environ)
    assert screen.end() == 0
    assert "1 rejected" in plain(screen) or "rejected: 1" in plain(screen)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", screen.shown)
    if "TERM" in environ:
        assert "\x1b" not in screen.shown


def test_outside_a_terminal_there_is_a_line_for_every_job(call, mixed):
    rows = call("status", mixed).out.splitlines()
    assert len(rows) > 7
    assert rows[1].split() == ["completed", "hero/fox", "420"]
    assert [row.split()[0] for row in rows[1:7]] == [
        "completed", "submitted", "failed", "rejected", "in_doubt", "pending",
    ]  # fmt: skip


def running(manifest):
    """A run in another process that has submitted something."""
    command = [*PROGRAM, "run", manifest, "--yes", "-v"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert any("submitted: " in line for line in process.stderr)
    return process


def end(process):
    process.stderr.read()
    process.stderr.close()
    return process.wait()


def test_a_watch_follows_a_run_in_another_process_to_its_end(terminal, manifest, api):
    api("--speed", "30")
    process = running(manifest)
    screen = terminal("status", manifest, "--watch", "--interval", "0.1")
    screen.expect(f"run by process {process.pid} on ")
    screen.expect("looking every 0.1 s; Ctrl-C ends")
    assert screen.end() == 0
    assert end(process) == 0
    last = plain(screen)[plain(screen).rindex("small.yaml: 2 jobs") :]
    assert lines(last)[2:5] == [
        "group   jobs   completed   spent   to spend",
        "hero       2           2     840          0",
        "total      2           2     840          0",
    ]
    assert "looking" not in last
    assert screen.shown.rindex("\x1b[?25h") > screen.shown.rindex("\x1b[?25l")


def test_a_watch_survives_the_run_and_ends_with_ctrl_c(terminal, manifest, api, folder):
    api("--speed", "1")
    process = running(manifest)
    screen = terminal("status", manifest, "--watch", "--interval", "0.1")
    screen.expect("run by process")
    process.kill()
    end(process)
    screen.expect("next: \x1b[0msora2batch run small.yaml")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    screen.type(CTRL_C)
    assert screen.end(insist=CTRL_C) == 130
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert "error" not in plain(screen)
    assert screen.shown.rindex("\x1b[?25h") > screen.shown.rindex("\x1b[?25l")


def test_what_was_paid_for_twice_is_told_with_its_tasks(terminal, manifest):
    batch = load_batch(manifest)
    write_state(batch, completed("task-ours", outputs=(FILE,)))
    text = batch.lock_path.read_text()
    batch.lock_path.write_text(text + text.splitlines()[1].replace("task-ours", "task-theirs") + "\n")
    screen = terminal("status", manifest)
    assert screen.end() == 0
    assert "paid more than once: 1\n  hero/fox   840 credits  task task-ours, task task-theirs" in plain(
        screen
    )
