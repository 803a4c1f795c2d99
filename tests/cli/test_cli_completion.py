"""Completion in the real shells, as somebody types."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
PROGRAM = Path(sys.executable).with_name("sora2batch")
HOME = "\x01"
TYPED = {
    "sora2batch stat": ["sora2batch", "status"],
    "sora2batch plan ./su": ["sora2batch", "plan", "./sub/"],
    "sora2batch plan sub/w": ["sora2batch", "plan", "sub/with blank.yaml"],
    "sora2batch plan small.yaml --select 'hero/f": [
        "sora2batch",
        "plan",
        "small.yaml",
        "--select",
        "hero/fox",
    ],
    "sora2batch plan small.yaml --where animal=f": [
        "sora2batch",
        "plan",
        "small.yaml",
        "--where",
        "animal=fox",
    ],
    "sora2batch plan small.yaml --color=nev": ["sora2batch", "plan", "small.yaml", "--color=never"],
    "sora2batch plan broken.yaml --select he": ["sora2batch", "plan", "broken.yaml", "--select", "he"],
}
"""What is typed before Tab, and the words that it then is."""
SHELLS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
}


@pytest.fixture
def project(folder, manifest):
    (folder / "sub").mkdir()
    (folder / "sub/with blank.yaml").write_text(manifest.read_text())
    (folder / "broken.yaml").write_text("jobs: [}")
    return folder


def found(shell: str) -> str:
    path = shutil.which(shell)
    if path is None:
        message = f"no {shell} here: apt-get install {shell}"
        pytest.fail(message) if "SORA2BATCH_NOTHING_SKIPPED" in os.environ else pytest.skip(message)
    return path


def environment(folder: Path, **more: str) -> dict[str, str]:
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    return dict(os.environ) | {"PATH": path, "HOME": str(folder), "TERM": "dumb"} | more


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_what_is_typed_and_shows_no_error(project, call, shell):
    (project / "script").write_text(call("completion", shell).out)
    screen = Terminal(
        [found(shell), *SHELLS[shell]], cwd=project, env=environment(project, PS1="> "), columns=200
    )
    if shell == "zsh":
        screen.type("unsetopt zle_bracketed_paste prompt_sp; bindkey -e; autoload -U compinit; compinit -D\n")
    screen.type("bind 'set bell-style none' 2>/dev/null; . ./script; echo rea''dy\n")
    screen.expect("ready")
    for typed, words in TYPED.items():
        screen.shown = ""
        screen.type(f"{typed}\t")
        screen.type(f"{HOME}printf 'WORD<%s>' \n")
        screen.expect(f"WORD<{words[-1]}>")
        shown = re.findall(r"WORD<([^%>]*)>", screen.shown)
        assert shown == words
        assert not re.search("error|Traceback|not found", screen.shown)
    screen.type("exit\n")
    screen.end()


def test_fish_completes_what_is_typed(project, call):
    (project / "script").write_text(call("completion", "fish").out)
    asked = "; ".join(f"echo '== '; complete -C {quoted(typed)}" for typed in TYPED)
    ran = subprocess.run(
        [found("fish"), "--no-config", "-c", f"source script; {asked}"],
        cwd=project,
        env=environment(project),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [part.strip().split("\t")[0] for part in ran.stdout.split("== ")[1:]]
    assert answers == [*(words[-1] for words in list(TYPED.values())[:-1]), ""]
    assert ran.stderr == ""


def quoted(text: str) -> str:
    return "'" + text.replace("'", r"\'") + "'"


def test_the_script_is_that_of_the_shell_in_use(call, monkeypatch):
    monkeypatch.setenv("SHELL", "/usr/local/bin/fish")
    assert call("completion").out == call("completion", "fish").out
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert call("completion").code == 2


def test_whatever_goes_wrong_nothing_is_printed(folder):
    (folder / "small.yaml").write_bytes(b"\xff")
    for line in ("sora2batch plan small.yaml --select ", "sora2batch '", ""):
        environ = dict(os.environ) | {"_SORA2BATCH_COMPLETE": "line", "COMP_LINE": line}
        ran = subprocess.run([PROGRAM], env=environ, capture_output=True, text=True, check=True)
        assert ran.stderr == ""
