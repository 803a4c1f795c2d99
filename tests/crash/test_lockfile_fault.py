"""The n-th call to the disk fails, for every n; then the power is cut. What was acknowledged is found again."""

from __future__ import annotations

import errno
from contextlib import suppress
from random import Random

import pytest

from fakes.fragile_disk import After, FragileDisk
from fakes.lock_entry import completed, entry_of, failed, in_doubt, rejected, submitted, withdrawn
from fakes.still_clock import StillClock
from sora2batch.lockfile.codec import encode_lockfile
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import ErrorNote, State
from sora2batch.lockfile.file import read_lockfile, write_lockfile
from sora2batch.lockfile.fold import fold_all
from sora2batch.lockfile.journal import encode_journal_header, journal_path
from sora2batch.lockfile.line import encode_journal_line
from sora2batch.lockfile.lockfile_error import JournalError, LockfileError, SaveError
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.lockfile.state import read_state

BEFORE = entry_of(completed("old"), name="before")
LEFT = [entry_of(in_doubt(), name="left"), entry_of(submitted("left-1"), name="left")]
LONG = ErrorNote(message="word " * 180)
STORY = [
    entry_of(in_doubt(), name="fox"),
    entry_of(in_doubt(), name="owl"),
    entry_of(submitted("fox-1"), name="fox"),
    "checkpoint",
    entry_of(withdrawn(), name="owl"),
    entry_of(in_doubt(trial=2), name="owl"),
    entry_of(rejected(error=LONG), name="owl"),
    entry_of(in_doubt(error=LONG), name="cat"),
    entry_of(completed("fox-1", error=LONG), name="fox"),
    "checkpoint",
    entry_of(in_doubt(), name="bear"),
    entry_of(submitted("bear-1"), name="bear"),
    entry_of(failed("bear-1", error=LONG), name="bear"),
]


@pytest.fixture
def path(tmp_path):
    """A lockfile with a job in it, and the journal of a run that died."""
    path = tmp_path / "x.lock.jsonl"
    write_lockfile(path, lockfile_of("x.yaml", [BEFORE]))
    header = encode_journal_header("x.yaml", started_at="2026-11-22T09:00:00Z")
    journal_path(path).write_bytes(header + b"".join(map(encode_journal_line, LEFT)))
    return path


async def live(path, disk) -> list:
    """Make the calls on this disk, going on after every error, and give back the lines that were kept."""
    try:
        store = LockfileStore.open(path, manifest="x.yaml", clock=StillClock(), disk=disk)
    except LockfileError:
        return []
    kept = []
    await store.__aenter__()
    for step in STORY:
        with suppress(JournalError, SaveError):
            if step == "checkpoint":
                await store.checkpoint()
            else:
                await store.record(step)
                kept.append(step)
    with suppress(JournalError, SaveError):
        await store.close()
    return kept


def as_kept(entry):
    """A lockfile does not keep which trial a call was."""
    return entry._replace(attempts=tuple(attempt._replace(trial=1) for attempt in entry.attempts))


def assert_found(path, kept) -> None:
    """Every line kept is in the state, or something further of the same job is."""
    state = read_state(path, manifest="x.yaml")
    for fingerprint, expected in fold_all([BEFORE, *LEFT, *kept]).items():
        found = state.get(fingerprint)
        if expected.state is State.WITHDRAWN:
            assert found is None or found.spent == 0 or found.state is State.IN_DOUBT
        else:
            assert found is not None
            assert fold_all([as_kept(found), as_kept(expected)])[fingerprint] == as_kept(found)


async def count_of_calls(path) -> int:
    disk = FragileDisk()
    await live(path, disk)
    return len(disk.calls)


async def test_the_calls_without_a_fault_end_well(path, tmp_path):
    kept = await live(path, FragileDisk())
    assert kept == [step for step in STORY if step != "checkpoint"]
    expected = lockfile_of("x.yaml", fold_all([BEFORE, *LEFT, *kept]).values())
    assert path.read_bytes() == encode_lockfile(expected)
    assert [file.name for file in tmp_path.iterdir()] == ["x.lock.jsonl"]


@pytest.mark.parametrize("after", After)
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
async def test_whatever_call_fails_what_was_acknowledged_is_found_again(path, tmp_path, after, error):
    original = {file: file.read_bytes() for file in tmp_path.iterdir()}
    for count in range(1, 1 + await count_of_calls(path)):
        for file in tmp_path.iterdir():
            file.unlink()
        for file, data in original.items():
            file.write_bytes(data)
        disk = FragileDisk(fail_at=count, after=after, error=error)
        kept = await live(path, disk)
        disk.settle_all()
        assert disk.has_failed
        read_lockfile(path)
        assert_found(path, kept)
        async with LockfileStore.open(path, manifest="x.yaml", clock=StillClock()):
            pass
        assert_found(path, kept)
        assert [file.name for file in tmp_path.iterdir()] == ["x.lock.jsonl"]


@pytest.mark.parametrize("seed", range(4))
async def test_a_power_cut_at_any_call_loses_nothing_that_was_acknowledged(path, tmp_path, seed):
    original = {file: file.read_bytes() for file in tmp_path.iterdir()}
    random = Random(seed)
    for count in range(1, 1 + await count_of_calls(path)):
        for file in tmp_path.iterdir():
            file.unlink()
        for file, data in original.items():
            file.write_bytes(data)
        disk = FragileDisk(fail_at=count, after=After.DEAD)
        kept = await live(path, disk)
        disk.cut_power(random)
        read_lockfile(path)
        assert_found(path, kept)


async def test_the_fault_injection_reaches_every_kind_of_call(path):
    disk = FragileDisk()
    await live(path, disk)
    kinds = {"create", "write", "sync", "truncate", "allocate", "close", "replace", "sync_folder"}
    assert set(disk.calls) == kinds
