"""Streams: closed pipes, narrow encodings, quiet and verbose, completion."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SORA2BATCH = [sys.executable, "-m", "sora2batch"]


def piped(*arguments, **more):
    return subprocess.run([*SORA2BATCH, *arguments], capture_output=True, check=False, **more)


@pytest.fixture
def many(manifest):
    """More lines than a pipe holds."""
    numbers = ", ".join(map(str, range(3000)))
    text = manifest.read_text().replace("[fox, owl]", f"[{numbers}]")
    manifest.write_text(text.replace("5000", "5000000"))
    return manifest


@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--max-credits", "1"), 3)])
def test_a_reader_that_goes_away_changes_no_exit_code(many, flags, code):
    command = [*SORA2BATCH, "plan", str(many), *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read().decode()
    assert process.returncode == code
    assert "Broken" not in err
    assert "Traceback" not in err


def test_messages_that_nobody_reads_do_not_end_a_run(manifest, api):
    api()
    reader, writer = os.pipe()
    os.close(reader)
    command = [*SORA2BATCH, "run", str(manifest), "--yes", "-v"]
    with os.fdopen(writer, "w") as closed:
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=closed, check=False)
    assert ran.returncode == 0
    assert ran.stdout.startswith(b"2 completed\n")


def test_a_narrow_encoding_is_no_obstacle(many, manifest):
    manifest.write_text(manifest.read_text().replace("A {{", "Übergang → {{"))
    environ = dict(os.environ, PYTHONIOENCODING="ascii")
    for arguments in (("plan", "--json"), ("plan", "--format", "markdown", "--limit", "3"), ("status",)):
        ran = piped(arguments[0], str(manifest), *arguments[1:], env=environ)
        assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_file_name_that_is_no_unicode_is_told(folder):
    ran = piped("validate", b"\xff.yaml", "--json")
    assert ran.returncode == 2
    assert b"there is no manifest" in ran.stdout


def test_quiet_says_nothing_but_the_result(call, manifest, api):
    api()
    ran = call("run", manifest, "--yes", "-q", "--no-download")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("2 completed\n")


def test_quiet_tells_errors(call):
    assert call("run", "nowhere.yaml", "-q").err.startswith("error: ")


def test_verbose_tells_of_every_job(call, manifest, api):
    api()
    err = call("run", manifest, "--yes", "-v").err
    for word in ("submitted: hero/fox: task ", "generated: hero/owl", "downloaded: hero/fox: hero/fox.mp4"):
        assert word in err


def test_nothing_is_coloured_in_a_pipe(call, manifest, api):
    api()
    ran = call("run", manifest, "--yes", "--no-download")
    assert "\x1b" not in ran.out + ran.err


def test_messages_never_go_to_standard_output(call, manifest):
    assert call("validate", manifest).out == ""
    assert call("verify", manifest).out == ""
    assert call("init", "new.yaml").out == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_switched_on(folder, shell):
    environ = dict(os.environ, _SORA2BATCH_COMPLETE=f"{shell}_source")
    source = subprocess.run([_script()], env=environ, capture_output=True, text=True, check=True)
    assert f"_SORA2BATCH_COMPLETE={shell}_complete" in source.stdout


@pytest.mark.parametrize(
    ("words", "position", "expected"),
    [
        ("sora2batch va", "1", ["validate"]),
        ("sora2batch run --sim", "2", ["--simulate"]),
        ("sora2batch plan --format m", "3", ["markdown"]),
        ("sora2batch schema pl", "2", ["plan"]),
    ],
)
def test_completion_completes(folder, words, position, expected):
    variables = {"_SORA2BATCH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": position}
    ran = subprocess.run(
        [_script()], env=dict(os.environ) | variables, capture_output=True, text=True, check=False
    )
    assert [line.split(",")[1] for line in ran.stdout.splitlines()] == expected


def test_python_m_and_the_script_are_the_same_program(folder):
    version = piped("--version").stdout
    assert version.startswith(b"sora2batch ")
    assert subprocess.run([_script(), "--version"], capture_output=True, check=True).stdout == version


def _script():
    return Path(sys.executable).with_name("sora2batch")
