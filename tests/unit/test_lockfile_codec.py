from __future__ import annotations

import pytest

from fakes.lock_entry import completed, entry_of, failed, in_doubt, submitted
from sora2batch.ground.errors import ExitCode
from sora2batch.lockfile.codec import decode_lockfile, encode_header, encode_lockfile
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.line import encode_lockfile_line
from sora2batch.lockfile.lockfile_error import LockfileError

FOX, OWL = entry_of(completed()), entry_of(in_doubt(), name="owl")
HEADER = b'{"lock_version":1,"manifest":"spring.yaml"}\n'
FOX_LINE, OWL_LINE = encode_lockfile_line(FOX), encode_lockfile_line(OWL)
BOTH = lockfile_of("spring.yaml", [FOX, OWL])


def decode(data: bytes) -> Lockfile:
    return decode_lockfile(data, file="spring.lock.jsonl")


def test_a_lockfile_is_a_header_and_sorted_lines():
    assert encode_lockfile(lockfile_of("spring.yaml", [OWL, FOX])) == HEADER + FOX_LINE + OWL_LINE


def test_jobs_of_one_key_are_sorted_by_fingerprint():
    one, two = (entry_of(submitted(), key="same", take=take) for take in (1, 2))
    lines = encode_lockfile(lockfile_of("x", [one, two])).splitlines()[1:]
    assert lines == sorted(lines, key=lambda line: line[-70:])
    assert encode_lockfile(lockfile_of("x", [two, one])) == encode_lockfile(lockfile_of("x", [one, two]))


@pytest.mark.parametrize(
    "data",
    [
        HEADER + FOX_LINE + OWL_LINE,
        HEADER + OWL_LINE + FOX_LINE,
        b"\xef\xbb\xbf" + HEADER + FOX_LINE + OWL_LINE,
        (HEADER + FOX_LINE + OWL_LINE).replace(b"\n", b"\r\n"),
        HEADER + b"\n\n" + FOX_LINE + b"  \n" + OWL_LINE.rstrip(b"\n"),
        HEADER + FOX_LINE + HEADER + OWL_LINE + FOX_LINE,
        HEADER + FOX_LINE + encode_lockfile_line(entry_of(submitted())) + OWL_LINE,
    ],
    ids=["canonical", "unsorted", "bom", "crlf", "blank lines", "union merge", "two states"],
)
def test_what_a_merge_or_an_editor_does_to_a_file_does_not_matter(data):
    assert decode(data) == BOTH


def test_a_second_task_of_one_job_goes_to_also_paid():
    data = HEADER + FOX_LINE + encode_lockfile_line(entry_of(failed("task-b")))
    assert decode(data).entries[FOX.fingerprint].attempts == (completed(), failed("task-b"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            HEADER + b"<<<<<<< ours\n" + FOX_LINE + b"=======\n>>>>>>> theirs\n",
            "has merge conflict marks at line 2",
        ),
        (HEADER + FOX_LINE + b"=======\n", "has merge conflict marks at line 3"),
        (HEADER + b'{"key":\n', "spring.lock.jsonl:2: is not JSON"),
        (HEADER + FOX_LINE + FOX_LINE[:40], "spring.lock.jsonl:3: is not JSON"),
        (HEADER + b"\xff\xfe\n", "spring.lock.jsonl:2: is not JSON"),
        (HEADER + b"[1]\n", "spring.lock.jsonl:2: [1] is not of type"),
        (FOX_LINE, "spring.lock.jsonl:1: no header"),
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b'{"lock_version":2,"manifest":"x"}\n', "newer sora2batch"),
        (HEADER + encode_header("other.yaml"), "two different lockfiles"),
        (HEADER + FOX_LINE.replace(b"a fox", b"a cat"), "spring.lock.jsonl:2: the fingerprint does not fit"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(data, message):
    with pytest.raises(LockfileError) as caught:
        decode(data)
    assert message in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


def test_conflict_marks_name_the_way_out():
    with pytest.raises(LockfileError) as caught:
        decode(HEADER + b"<<<<<<< ours\n")
    assert "sora2batch lock resolve spring.lock.jsonl" in str(caught.value.hint)
