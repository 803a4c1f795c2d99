import logging
import os
import stat
import sys

import pytest

from sora2batch.app.output.log_file import log_to
from sora2batch.ground.errors import ExitCode, UsageError

LOGGER = logging.getLogger("sora2batch.sjinn.exchange_log")
SIGNED = "https://bucket.example/fox.jpg?X-Amz-Signature=0123456789abcdef&token=hush-hush"


def nobody(message):
    raise AssertionError(message)


def test_lines_are_appended_with_their_time_and_nothing_breaks_out_of_its_line(tmp_path):
    file = tmp_path / "log.txt"
    for _ in range(2):
        with log_to(file, ["plan", "x.yaml"], nobody) as log:
            log.told("two\nlines \x1b[2J \udcff")
            log.end(ExitCode.DONE)
    lines = file.read_text().splitlines()
    assert len(lines) == 10
    assert lines[1].endswith("called: sora2batch plan x.yaml")
    assert lines[3].endswith(r"told: two\nlines \x1b[2J \udcff")
    assert "ends: exit code 0 after 0." in lines[4]
    assert all(line[:4] == "2026"[:2] + line[2:4] and line[23] == "Z" for line in lines)
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_is_noted_before_and_after(tmp_path):
    with log_to(tmp_path / "log.txt", [], nobody):
        assert LOGGER.isEnabledFor(logging.INFO)
    assert not LOGGER.isEnabledFor(logging.INFO)


def test_what_ends_a_call_is_noted_and_of_a_bug_also_where(tmp_path):
    file = tmp_path / "log.txt"
    with pytest.raises(UsageError), log_to(file, [], nobody):
        raise UsageError("no")
    assert "Traceback" not in file.read_text()
    with pytest.raises(RuntimeError), log_to(file, [], nobody):
        raise RuntimeError("bug")
    assert "ends: RuntimeError: bug after " in file.read_text()
    assert "Traceback" in file.read_text().splitlines()[-1]


def test_no_secret_gets_in(tmp_path, monkeypatch):
    monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
    monkeypatch.setenv("SORA2BATCH_QUEUE", "postgresql://ada:n3ver%2Ftold@db/work")
    file = tmp_path / "log.txt"
    call = ["run", SIGNED, "--notify", "curl -H token:hush-hush", "--notify=say hush-hush"]
    with log_to(file, call, nobody):
        LOGGER.info("Bearer sk-never-to-be-seen")
        LOGGER.info("n3ver/told n3ver%2Ftold")
    text = file.read_text()
    assert "hush" not in text
    assert "0123456789abcdef" not in text
    assert "never" not in text
    assert "Bearer ***" in text
    assert "n3ver" not in text


@pytest.mark.parametrize("name", ["missing/log.txt", "."])
def test_a_file_that_cannot_be_opened_is_told_before_anything_is_done(tmp_path, name):
    with pytest.raises(UsageError, match="cannot"), log_to(tmp_path / name, [], nobody):
        raise AssertionError("it was done")


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/full")
def test_a_disk_that_is_full_is_told_once_and_ends_nothing(tmp_path):
    told = []
    with log_to(tmp_path / "log.txt", [], told.append) as log:
        (handler,) = logging.getLogger("sora2batch").handlers
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, handler._descriptor)
        os.close(full)
        log.told("one")
        log.told("two")
    assert told == [f"warning: {tmp_path}/log.txt cannot be written any longer: no space left on device"]
