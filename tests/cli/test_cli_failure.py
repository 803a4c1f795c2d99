"""Errors as a person sees them: no traceback but with -vv, and never the key."""

import subprocess
import sys
from pathlib import Path

import pytest

from sora2batch.cli.exit import is_very_verbose, report_failure, wants_json
from sora2batch.sjinn.api_error import KeyRefusedError


def test_a_bug_is_called_an_internal_error(capsys):
    assert report_failure(RuntimeError("secret detail"), []) == 70
    assert capsys.readouterr().err == (
        "error: internal error: RuntimeError\nhint: run again with -vv to see where\n"
    )


def test_a_bug_is_a_document_where_one_is_expected(capsys):
    assert report_failure(RuntimeError("x"), ["plan", "--json"]) == 70
    assert '"exit_code": 70' in capsys.readouterr().out


def test_errors_that_come_together_are_told_by_the_one_of_ours(capsys):
    group = BaseExceptionGroup("both", [RuntimeError("bug"), ExceptionGroup("in", [KeyRefusedError("no")])])
    assert report_failure(group, []) == 5
    assert capsys.readouterr().err == "error: no\n"


def test_ctrl_c_is_130(capsys):
    assert report_failure(KeyboardInterrupt(), []) == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_an_error_of_the_system_names_the_file(capsys):
    assert report_failure(PermissionError(13, "Permission denied", "locked.yaml"), []) == 2
    assert capsys.readouterr().err == "error: locked.yaml: Permission denied\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-vv"], True),
        (["-v", "-v"], True),
        (["-qvv"], True),
        (["--verbose", "-v"], True),
        (["-v"], False),
        (["--verbose"], False),
        (["--vv"], False),
        (["plan", "vv"], False),
    ],
)
def test_very_verbose_is_known_before_the_flags_are_read(arguments, expected):
    assert is_very_verbose(arguments) is expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--json"], True),
        (["--format", "json"], True),
        (["--format=json"], True),
        (["--format", "text"], False),
        (["json"], False),
    ],
)
def test_json_is_known_before_the_flags_are_read(arguments, expected):
    assert wants_json(arguments) is expected


def test_a_traceback_is_shown_with_vv_and_the_key_is_not(capsys, monkeypatch):
    monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
    assert report_failure(RuntimeError("Bearer sk-never-to-be-seen"), ["-vv"]) == 70
    shown = capsys.readouterr().err
    assert "RuntimeError: Bearer ***" in shown
    assert "sk-never-to-be-seen" not in shown


def test_the_key_is_in_no_output_and_no_file_of_a_run(manifest, api, folder):
    api()
    command = [sys.executable, "-m", "sora2batch", "run", "small.yaml", "--yes", "-vv"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    written = b"".join(path.read_bytes() for path in Path(folder).rglob("*") if path.is_file())
    assert "sk-never-to-be-seen" not in ran.stdout + ran.stderr
    assert b"sk-never-to-be-seen" not in written


@pytest.mark.parametrize("key", ["sk-one two", "sk-ümlaut"])
def test_a_key_that_cannot_be_one_is_not_shown(call, manifest, monkeypatch, key):
    monkeypatch.setenv("SJINN_API_KEY", key)
    ran = call("run", manifest, "--yes")
    assert ran.code == 2
    assert "SJINN_API_KEY" in ran.err
    assert key not in ran.err


def test_a_key_may_stand_in_a_file(call, manifest, api, monkeypatch, folder):
    api()
    monkeypatch.delenv("SJINN_API_KEY")
    (folder / "key").write_text("sk-from-a-file\n")
    monkeypatch.setenv("SJINN_API_KEY_FILE", "key")
    assert call("run", manifest, "--yes", "--no-download").code == 0


def test_a_near_miss_of_a_command_is_named(call):
    assert 'did you mean "validate"?' in call("vaildate").err


def test_a_folder_that_cannot_be_written_is_an_error_of_two_lines(call, folder):
    (folder / "file").write_text("")
    ran = call("init", "file/campaign.yaml")
    assert ran.code == 2
    assert ran.err.startswith("error: file: ")


@pytest.mark.parametrize("arguments", [["tools"], ["plan", "small.yaml", "--json"]])
def test_a_full_disk_behind_standard_output_is_no_traceback(manifest, arguments):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "sora2batch", *arguments]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == "error: standard output cannot be written: No space left on device\n"
