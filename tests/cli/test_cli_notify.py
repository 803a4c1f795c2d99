"""Who waits for a run is told of its end."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from fakes.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are called as on Unix")
NOTE = """\
import json, os, sys
found = {name: value for name, value in os.environ.items() if name.startswith(("SORA2BATCH_", "SJINN_", "AWS_"))}
open("told.jsonl", "a").write(json.dumps([sys.argv[1:], found]) + "\\n")
"""


@pytest.fixture
def note(folder):
    """A command that writes down what it is told."""
    (folder / "note.py").write_text(NOTE)
    return shlex.join([sys.executable, "note.py"])


@pytest.fixture
def told(folder):
    def told():
        path = folder / "told.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    return told


def test_the_end_is_told_once_and_without_secrets(call, manifest, api, note, told, monkeypatch):
    api()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never")
    assert call("run", manifest, "--yes", "--no-download", "--notify", f"{note} 'a b'").code == 0
    (((argument,), environ),) = told()
    assert argument == "a b"
    assert (environ["SORA2BATCH_EVENT"], environ["SORA2BATCH_EXIT_CODE"]) == ("done", "0")
    assert environ["SORA2BATCH_MANIFEST"] == "small.yaml"
    assert environ["SORA2BATCH_SUMMARY"] == "small.yaml: 2 completed"
    assert not any(name.startswith(("SJINN_", "AWS_")) for name in environ)


def test_a_person_is_called_when_one_is_needed(call, manifest, api, note, told):
    api("--balance", "100")
    assert call("run", manifest, "--yes", "--notify", note).code == 3
    ((_, environ),) = told()
    assert (environ["SORA2BATCH_EVENT"], environ["SORA2BATCH_EXIT_CODE"]) == ("attention", "3")
    assert "the account has 100 credits" in environ["SORA2BATCH_SUMMARY"]


def test_the_environment_names_some_and_the_flag_wins(call, manifest, note, told, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_NOTIFY", note)
    call("run", manifest, "--simulate", "--notify", "none")
    assert told() == []
    call("run", manifest, "--simulate")
    assert len(told()) == 1


def test_a_repository_starts_no_program(call, folder, manifest, note, told):
    (folder / "pyproject.toml").write_text(f"[tool.sora2batch]\nnotify = {json.dumps(note)}\n")
    ran = call("run", manifest, "--simulate")
    assert ran.code == 2
    assert 'a repository may name "bell", "desktop" only' in ran.err
    assert told() == []


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("no-such-program --now", "there is no such program: 'no-such-program'"),
        ("echo 'x", "no closing quotation"),
        ("", "there is no such program"),
    ],
)
def test_what_cannot_be_started_is_told_before_anything_is_sent(call, manifest, folder, command, message):
    ran = call("run", manifest, "--simulate", "--notify", command)
    assert ran.code == 2
    assert message in ran.err
    assert not (folder / "small.sim.lock.jsonl").exists()


def test_a_program_that_fails_is_a_line_and_no_failure(call, manifest):
    ran = call("run", manifest, "--simulate", "--notify", "false https://chat.example/secret")
    assert ran.code == 0
    assert "notice: --notify false: it ended with 1" in ran.err


def test_a_program_that_does_not_end_is_ended_with_all_its_children(call, manifest, monkeypatch, folder):
    pid = folder / "pid"
    for patience in (0.5, 2, 8):  # on a machine with much to do the program has not begun when it is ended
        monkeypatch.setattr("sora2batch.app.notify._LONGEST_SECONDS", patience)
        ran = call("run", manifest, "--simulate", "--notify", "sh -c 'sleep 1000 & echo $! > pid; wait'")
        assert ran.code == 0
        assert "had not come to an end" in ran.err
        if pid.is_file() and pid.read_text():
            break
        (folder / "small.sim.lock.jsonl").unlink()
    command = ["ps", "-o", "stat=", "-p", pid.read_text().strip()]
    state = subprocess.run(command, capture_output=True, text=True, check=False)
    assert state.stdout.strip() == "" or state.stdout.startswith(
        "Z"
    )  # dead, though nobody may have asked for it


def test_without_a_terminal_and_a_desktop_that_is_told(call, manifest, monkeypatch, folder):
    monkeypatch.setenv("PATH", str(folder))
    ran = call("run", manifest, "--simulate", "--notify", "bell", "--notify", "desktop")
    assert ran.code == 0
    assert "notice: --notify bell: standard error is no terminal" in ran.err
    assert "notice: --notify desktop: there is neither notify-send nor osascript here" in ran.err


def test_the_desktop_gets_a_title_and_a_text_without_markup(call, manifest, monkeypatch, folder):
    program = folder / "bin/notify-send"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\" > shown\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    call("run", manifest, "--simulate", "--notify", "desktop")
    assert (folder / "shown").read_text().splitlines() == [
        "--",
        "sora2batch: done",
        "small.yaml: 2 completed",
    ]


def test_a_terminal_rings(folder, manifest):
    command = [
        sys.executable,
        "-m",
        "sora2batch",
        "run",
        str(manifest),
        "--simulate",
        "--limit",
        "0",
        "--notify",
        "bell",
    ]
    screen = Terminal(command, cwd=folder, env=dict(os.environ) | {"TERM": "dumb"})
    assert screen.end() == 0
    assert re.search("\a", screen.shown)
