from __future__ import annotations

import os
import platform
from pathlib import Path

import orjson
import pytest

from fakes.lock_entry import completed, entry_of, in_doubt, submitted
from sora2batch.lockfile.journal import decode_journal, encode_journal_header, journal_path
from sora2batch.lockfile.line import check_header, encode_journal_line
from sora2batch.lockfile.lockfile_error import LockfileError

HEADER = encode_journal_header("x.yaml", started_at="2026-11-22T09:00:00Z")
LINES = [encode_journal_line(entry_of(attempt)) for attempt in (in_doubt(), submitted(), completed())]


@pytest.mark.parametrize(
    ("lockfile", "journal"),
    [
        ("a/x.lock.jsonl", "a/x.journal.jsonl"),
        ("x.sim.lock.jsonl", "x.sim.journal.jsonl"),
        ("results.jsonl", "results.jsonl.journal.jsonl"),
    ],
)
def test_a_journal_lies_beside_its_lockfile(lockfile, journal):
    assert journal_path(Path(lockfile)) == Path(journal)


def test_the_header_says_who_runs():
    header = orjson.loads(HEADER)
    assert check_header(header) is header
    assert list(header) == ["lock_version", "manifest", "pid", "host", "started_at"]
    assert (header["pid"], header["host"]) == (os.getpid(), platform.node())


@pytest.mark.parametrize(
    "data",
    [b"", HEADER[:20], HEADER, HEADER + bytes(4096), bytes(4096), b'{"lock_vers\n'],
    ids=["nothing", "half a header", "a header", "a header and room", "room", "a torn header"],
)
def test_a_journal_of_a_run_that_died_early_is_empty(data):
    assert decode_journal(data, file="j") == ()


def test_lines_come_in_their_order():
    assert decode_journal(HEADER + b"".join(LINES), file="j") == tuple(
        entry_of(a) for a in (in_doubt(), submitted(), completed())
    )


def test_a_last_line_that_is_no_json_is_ignored_even_with_its_end():
    assert len(decode_journal(HEADER + LINES[0] + LINES[1][:50] + b"\n", file="j")) == 1


def test_a_broken_line_in_the_middle_is_an_error_that_names_it():
    with pytest.raises(LockfileError, match=r"^j:3: is not JSON") as caught:
        decode_journal(HEADER + LINES[0] + LINES[1][:50] + b"\n" + LINES[2], file="j")
    assert "reconcile" in str(caught.value.hint)


def test_a_last_line_that_is_json_but_no_entry_is_an_error():
    with pytest.raises(LockfileError, match=r"^j:2: "):
        decode_journal(HEADER + b'{"key":"x"}\n', file="j")


def test_a_journal_of_a_newer_version_is_refused():
    with pytest.raises(LockfileError, match="newer sora2batch"):
        decode_journal(HEADER.replace(b':1,"manifest', b':2,"manifest') + LINES[0], file="j")
