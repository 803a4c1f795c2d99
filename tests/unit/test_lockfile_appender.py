from __future__ import annotations

import errno
import os

import pytest

from fakes.fragile_disk import After, FragileDisk, FullDisk
from fakes.lock_entry import completed, entry_of, failed, in_doubt, submitted
from sora2batch.ground.errors import ExitCode
from sora2batch.lockfile.appender import Appender, journal_line
from sora2batch.lockfile.codec import encode_header
from sora2batch.lockfile.entry import ErrorNote
from sora2batch.lockfile.journal import decode_journal

HEADER = encode_header("x.yaml")
INTENT, ANSWER, END = (journal_line(entry_of(attempt)) for attempt in (in_doubt(), submitted(), completed()))


@pytest.fixture
def journal(tmp_path):
    """A journal's path and descriptor."""
    path = tmp_path / "x.journal.jsonl"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    yield path, descriptor
    os.close(descriptor)


def lines_in(path):
    return list(decode_journal(path.read_bytes(), file="j"))


def opened(disk, descriptor) -> Appender:
    appender = Appender(disk, descriptor, header=HEADER)
    appender.reset()
    return appender


def test_lines_of_one_call_share_a_write_and_a_sync(journal):
    path, descriptor = journal
    disk = FragileDisk()
    appender = opened(disk, descriptor)
    disk.calls.clear()
    assert appender.append([INTENT, ANSWER, END]) == [None, None, None]
    assert disk.calls == ["write", "sync"]
    assert lines_in(path) == [INTENT.entry, ANSWER.entry, END.entry]


def test_room_is_set_aside_in_chunks(journal):
    path, descriptor = journal
    disk = FragileDisk()
    appender = opened(disk, descriptor)
    appender.append([INTENT])
    size = path.stat().st_size
    assert size % (256 * 1024) == 0
    appender.append([ANSWER])
    appender.append([INTENT])
    assert disk.calls.count("allocate") == 1
    assert path.stat().st_size == size


def test_a_reset_leaves_the_header_alone(journal):
    path, descriptor = journal
    appender = opened(FragileDisk(), descriptor)
    assert appender.is_empty
    appender.append([INTENT, ANSWER])
    assert not appender.is_empty
    appender.reset()
    appender.trim()
    assert path.read_bytes() == HEADER
    assert appender.is_empty


def test_trim_gives_back_the_room(journal):
    path, descriptor = journal
    appender = opened(FragileDisk(), descriptor)
    appender.append([INTENT])
    appender.trim()
    assert path.read_bytes() == HEADER + INTENT.text


def test_on_a_full_disk_the_intent_fails_and_the_outcome_does_not(journal):
    path, descriptor = journal
    disk = FullDisk(free_bytes=300 * 1024)
    appender = opened(disk, descriptor)
    names = [f"fox-{number}" for number in range(100)]
    taken = []
    for name in names:
        answer = appender.append([journal_line(entry_of(in_doubt(), name=name))])[0]
        if answer is None:
            taken.append(name)
    assert 0 < len(taken) < 100
    disk.free_bytes = 0
    long_error = ErrorNote(code="E" * 20, message="\x01" * 1000)
    outcomes = [journal_line(entry_of(failed(name, error=long_error), name=name)) for name in taken]
    for outcome in outcomes:
        assert appender.append([outcome]) == [None]
    assert lines_in(path)[-len(outcomes) :] == [outcome.entry for outcome in outcomes]


def test_one_batch_on_a_full_disk_keeps_its_outcomes_and_refuses_its_intents(journal):
    path, descriptor = journal
    disk = FullDisk(free_bytes=256 * 1024)
    appender = opened(disk, descriptor)
    assert appender.append([INTENT]) == [None]
    disk.free_bytes = 0
    others = [journal_line(entry_of(in_doubt(), name=f"owl-{number}")) for number in range(40)]
    answers = appender.append([*others, ANSWER])
    assert answers[-1] is None
    assert all("No space left" in str(answer) for answer in answers[:-1])
    assert lines_in(path) == [INTENT.entry, ANSWER.entry]
    assert appender.append([END]) == [None], "the journal goes on"


@pytest.mark.parametrize("call", ["write", "sync"])
def test_a_failed_write_is_cut_off_and_ends_the_journal(journal, call):
    path, descriptor = journal
    disk = FragileDisk()
    appender = opened(disk, descriptor)
    appender.append([INTENT])
    disk._fail_at = len(disk.calls) + {"write": 1, "sync": 2}[call]
    answers = appender.append([ANSWER, END])
    assert disk.calls[disk._fail_at - 1] == call
    assert all(answer is not None and answer.exit_code is ExitCode.OPEN for answer in answers)
    assert path.read_bytes() == HEADER + INTENT.text
    assert appender.append([END])[0] is answers[0]
    assert lines_in(path) == [INTENT.entry]


def test_a_dead_disk_leaves_a_torn_line_that_is_ignored(journal):
    path, descriptor = journal
    disk = FragileDisk(after=After.DEAD)
    appender = opened(disk, descriptor)
    appender.append([INTENT])
    disk._fail_at = len(disk.calls) + 1
    assert appender.append([ANSWER])[0] is not None
    assert lines_in(path) == [INTENT.entry]


def test_without_preallocation_it_goes_on(journal, monkeypatch):
    def unsupported(*_):
        raise OSError(errno.EOPNOTSUPP, "not here")

    monkeypatch.setattr(os, "posix_fallocate", unsupported, raising=False)
    path, descriptor = journal
    appender = opened(FragileDisk(), descriptor)
    assert appender.append([INTENT]) == [None]
    assert path.read_bytes() == HEADER + INTENT.text


def test_a_line_of_two_attempts_is_refused():
    with pytest.raises(ValueError, match="one attempt"):
        journal_line(entry_of(submitted("a"), failed("b")))


def test_a_doubt_that_has_a_reason_is_no_intent():
    assert INTENT.is_intent
    assert not journal_line(entry_of(in_doubt(error=ErrorNote(message="reset")))).is_intent
