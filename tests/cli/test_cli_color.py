"""Colours in pipes and at a terminal, for who wants them and for who does not."""

import os
import re
import sys

import pytest

from fakes.terminal import Terminal

ATTRIBUTES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def nowhere(monkeypatch):
    monkeypatch.setenv("SORA2BATCH_API_URL", "http://127.0.0.1:1/")


@pytest.mark.parametrize("command", [("plan", "small.yaml"), ("status", "small.yaml"), ("doctor",)])
def test_a_pipe_has_colours_only_where_they_are_asked_for(call, manifest, monkeypatch, nowhere, command):
    plain = call(*command)
    assert "\x1b" not in plain.out + plain.err
    always = call(*command, "--color", "always")
    assert ATTRIBUTES.search(always.out)
    assert ATTRIBUTES.sub("", always.out) == plain.out
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert call(*command).out == always.out
    assert call(*command, "--color", "never").out == plain.out
    monkeypatch.setenv("NO_COLOR", "1")
    assert call(*command).out == plain.out


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "small.yaml", "--json"),
        ("plan", "small.yaml", "--format", "markdown"),
        ("status", "small.yaml", "--csv"),
        ("schema",),
    ],
)
def test_what_is_read_by_programs_has_none(call, manifest, command):
    assert "\x1b" not in call(*command, "--color", "always").out


def test_an_error_is_red_where_it_is_asked_for(call):
    told = call("plan", "missing.yaml", "--color=always").err
    assert told.splitlines()[0].startswith("\x1b[31merror\x1b[0m: ")
    assert ATTRIBUTES.sub("", told) == call("plan", "missing.yaml").err


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("command", ["status", "plan"])
def test_without_colours_a_terminal_gets_no_attributes_at_all(folder, manifest, command):
    environ = dict(os.environ) | {"TERM": "xterm-256color"}
    shown = {}
    for choice in ("auto", "never"):
        words = [sys.executable, "-m", "sora2batch", command, str(manifest), "--color", choice]
        screen = Terminal(words, cwd=folder, env=environ)
        assert screen.end() == 0
        shown[choice] = screen.shown
    assert ATTRIBUTES.search(shown["auto"])
    assert "\x1b" not in shown["never"]
