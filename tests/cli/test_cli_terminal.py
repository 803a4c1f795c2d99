"""A person at a terminal: the question, Ctrl-C, the bars, long plans."""

import os
import re
import sys

import pytest

from fakes.terminal import CTRL_C, Terminal
from fakes.threaded_api import RICH, ThreadedApi, refusal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def terminal(folder):
    def start(*arguments, **environ):
        environ = dict(os.environ) | {"TERM": "xterm-256color"} | environ
        return Terminal([sys.executable, "-m", "sora2batch", *map(str, arguments)], cwd=folder, env=environ)

    return start


def test_yes_submits(terminal, manifest, api):
    api()
    screen = terminal("run", manifest)
    screen.expect("Submit 2 jobs for 840 credits? [y/N]: ")
    screen.type("y\n")
    assert screen.end() == 0
    assert "2 completed" in screen.shown


@pytest.mark.parametrize("answer", ["n\n", "\n", CTRL_C, "\x04"], ids=["no", "enter", "Ctrl-C", "Ctrl-D"])
def test_anything_else_sends_nothing(terminal, manifest, api, folder, answer):
    api()
    screen = terminal("run", manifest)
    screen.expect("[y/N]: ")
    screen.type(answer)
    assert screen.end(insist=CTRL_C if answer == CTRL_C else "") == 130
    assert "error: small.yaml: not agreed to; nothing was sent" in CONTROL.sub("", screen.shown)
    assert [path.name for path in folder.iterdir()] == ["small.yaml"]


def test_one_job_is_called_a_job(terminal, manifest, api):
    api()
    screen = terminal("run", manifest, "--limit", 1)
    screen.expect("Submit 1 job for 420 credits? [y/N]: ")
    screen.type("n\n")
    screen.end()


def test_nobody_is_asked_in_the_simulator_or_with_yes(terminal, manifest, api):
    api()
    screen = terminal("run", manifest, "--yes", "--no-download")
    assert screen.end() == 0
    assert "[y/N]" not in screen.shown


def test_the_bars_end_full_and_leave_the_cursor_visible(terminal, manifest, api):
    api()
    screen = terminal("run", manifest, "--yes")
    assert screen.end() == 0
    last = CONTROL.sub("", screen.shown[screen.shown.rindex("\x1b[2K") :])
    rows = [line.split() for line in last.splitlines()[:3]]
    assert [row[0] for row in rows] == ["submitted", "generated", "downloaded"]
    assert all("2/2" in row for row in rows)
    assert rows[0][-4:] == ["840", "of", "5,000", "credits"]
    assert screen.shown.rindex("\x1b[?25h") > screen.shown.rindex("\x1b[?25l")


def test_a_message_scrolls_above_the_bars_as_it_is(terminal, manifest):
    answers = {"query_account_status": RICH, "create_tool_task": refusal("[bold]no[/bold] such [image]", 7)}
    with ThreadedApi(answers) as api:
        screen = terminal("run", manifest, "--yes", SORA2BATCH_API_URL=api.url, SJINN_API_KEY="sk-test")
        assert screen.end() == 1
    assert "rejected: hero/fox: [bold]no[/bold] such [image] (not charged)\r\n" in CONTROL.sub(
        "", screen.shown
    )


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_colours_can_be_switched_off(terminal, manifest, api, environ):
    api()
    screen = terminal("run", manifest, "--yes", "--no-download", **environ)
    assert screen.end() == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", screen.shown)
    if "TERM" in environ:
        assert "\x1b" not in screen.shown


def test_a_long_plan_is_summed_up_at_a_terminal_only(terminal, call, manifest):
    numbers = ", ".join(map(str, range(201)))
    text = manifest.read_text().replace("[fox, owl]", f"[{numbers}]").replace("5000", "90000")
    manifest.write_text(text)
    for command in ("plan", "status"):
        screen = terminal(command, manifest)
        assert screen.end() == 0
        assert "hero/200" not in screen.shown
        assert "hero/200" in call(command, manifest).out
    assert len(screen.shown.splitlines()) < 210
