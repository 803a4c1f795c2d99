from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from fakes.fragile_disk import FragileDisk
from fakes.lock_entry import completed, entry_of, failed, in_doubt, rejected, submitted, withdrawn
from fakes.still_clock import StillClock
from sora2batch.lockfile.codec import encode_header, encode_lockfile
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import ErrorNote, Output, State
from sora2batch.lockfile.file import read_lockfile, write_lockfile
from sora2batch.lockfile.hold import LockHeldError
from sora2batch.lockfile.journal import encode_journal_header, journal_path
from sora2batch.lockfile.line import encode_journal_line
from sora2batch.lockfile.lockfile_error import JournalError, LockfileError, SaveError
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.lockfile.state import read_state

FOX, OWL = entry_of(completed()), entry_of(completed("task-o"), name="owl")


def names_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "x.lock.jsonl"


def open_store(path: Path, **more) -> LockfileStore:
    return LockfileStore.open(path, manifest="x.yaml", clock=StillClock(), **more)


def lockfile(*entries):
    return lockfile_of("x.yaml", entries)


def leave_journal(path: Path, *entries) -> None:
    header = encode_journal_header("x.yaml", started_at="2026-11-22T09:00:00Z")
    journal_path(path).write_bytes(header + b"".join(map(encode_journal_line, entries)))


def state(path: Path):
    return read_state(path, manifest="x.yaml")


async def test_nothing_to_record_leaves_no_file(path, tmp_path):
    async with open_store(path):
        pass
    assert names_in(tmp_path) == []


async def test_nothing_to_record_leaves_even_an_uncanonical_lockfile_as_it_was(path, tmp_path):
    path.write_bytes(encode_lockfile(lockfile(FOX)).replace(b"\n", b"\r\n") + b"\n\n")
    before, status = path.read_bytes(), path.stat()
    async with open_store(path) as store:
        await store.checkpoint()
        assert store.lockfile == lockfile(FOX)
    after = path.stat()
    assert path.read_bytes() == before
    assert (after.st_mtime_ns, after.st_ino) == (status.st_mtime_ns, status.st_ino)
    assert names_in(tmp_path) == ["x.lock.jsonl"]


async def test_a_store_that_was_never_entered_closes_as_well(path, tmp_path):
    await open_store(path).close()
    assert names_in(tmp_path) == []


async def test_a_recorded_line_is_in_the_journal_and_in_the_view_at_once(path):
    async with open_store(path) as store:
        await store.record(entry_of(in_doubt()))
        assert store.entry(FOX.fingerprint) == entry_of(in_doubt())
        assert not path.exists()
        assert state(path) == store.lockfile == lockfile(entry_of(in_doubt()))
        await store.record(entry_of(submitted()))
        assert state(path) == lockfile(entry_of(submitted()))


async def test_a_checkpoint_moves_lines_from_the_journal_into_the_lockfile(path):
    async with open_store(path) as store:
        await store.record(FOX)
        await store.checkpoint()
        assert read_lockfile(path) == lockfile(FOX)
        assert journal_path(path).read_bytes().rstrip(b"\0").count(b"\n") == 1
        await store.record(OWL)
    assert read_lockfile(path) == lockfile(FOX, OWL)
    assert not journal_path(path).exists()


async def test_a_second_run_of_the_same_lines_changes_no_byte(path):
    async with open_store(path) as store:
        await store.record(FOX)
    status = path.stat()
    async with open_store(path) as store:
        await store.record(FOX)
    assert path.stat().st_mtime_ns == status.st_mtime_ns


async def test_an_intent_that_was_withdrawn_leaves_no_trace(path):
    write_lockfile(path, lockfile(OWL))
    status = path.stat()
    async with open_store(path) as store:
        await store.record(entry_of(in_doubt()))
        await store.record(entry_of(withdrawn()))
        assert store.entry(FOX.fingerprint).state is State.WITHDRAWN
        assert store.lockfile == lockfile(OWL)
    assert path.stat().st_mtime_ns == status.st_mtime_ns


async def test_a_doubt_written_at_a_checkpoint_is_taken_out_when_it_is_released(path):
    async with open_store(path) as store:
        await store.record(entry_of(in_doubt(trial=3)))
        await store.checkpoint()
        assert read_lockfile(path).in_doubt_credits == 420
    async with open_store(path) as store:
        await store.record(entry_of(withdrawn()))
    assert read_lockfile(path) == lockfile()


async def test_the_journal_of_a_dead_run_is_recovered_into_the_lockfile(path):
    write_lockfile(path, lockfile(OWL))
    leave_journal(path, entry_of(in_doubt()), entry_of(submitted()), entry_of(in_doubt(), name="cat"))
    expected = lockfile(OWL, entry_of(submitted()), entry_of(in_doubt(), name="cat"))
    assert state(path) == expected
    store = open_store(path)
    assert read_lockfile(path) == store.lockfile == expected
    await store.close()
    assert not journal_path(path).exists()


async def test_reading_the_state_writes_nothing(path, tmp_path):
    leave_journal(path, FOX)
    before = journal_path(path).read_bytes()
    assert state(path) == lockfile(FOX)
    assert journal_path(path).read_bytes() == before
    assert names_in(tmp_path) == ["x.journal.jsonl"]


async def test_a_lockfile_that_cannot_be_read_is_never_written(path, tmp_path):
    path.write_bytes(encode_header("x.yaml") + b"<<<<<<< ours\n")
    before = path.read_bytes()
    with pytest.raises(LockfileError, match="merge conflict marks"):
        open_store(path)
    assert path.read_bytes() == before
    assert names_in(tmp_path) == ["x.lock.jsonl"]


async def test_a_broken_lockfile_keeps_the_journal_of_the_dead_run(path):
    path.write_bytes(b"{")
    leave_journal(path, FOX)
    before = journal_path(path).read_bytes()
    with pytest.raises(LockfileError):
        open_store(path)
    assert journal_path(path).read_bytes() == before


async def test_a_broken_journal_is_left_as_it_is(path):
    leave_journal(path, FOX, OWL)
    broken = journal_path(path).read_bytes().replace(b'"take"', b'"tak"', 1)
    journal_path(path).write_bytes(broken)
    with pytest.raises(LockfileError, match=r"x\.journal\.jsonl:2: "):
        open_store(path)
    assert journal_path(path).read_bytes() == broken
    assert not path.exists()


async def test_two_stores_on_one_lockfile_are_refused(path):
    async with open_store(path) as store:
        await store.record(FOX)
        with pytest.raises(LockHeldError, match=f"process {os.getpid()}"):
            open_store(path)
    await open_store(path).close()


async def test_two_links_to_one_lockfile_share_its_lock(path, tmp_path):
    link = tmp_path / "y.lock.jsonl"
    path = tmp_path / "below" / path.name
    path.parent.mkdir()
    write_lockfile(path, lockfile(OWL))
    link.symlink_to(path)
    async with open_store(link) as store:
        with pytest.raises(LockHeldError):
            open_store(path)
        await store.record(FOX)
        assert state(link) == state(path) == lockfile(FOX, OWL)
    assert link.is_symlink()
    assert read_lockfile(path) == lockfile(FOX, OWL)


@pytest.mark.parametrize("known", [in_doubt(), submitted(), completed()])
async def test_an_intent_is_refused_while_a_task_may_exist(path, known):
    async with open_store(path) as store:
        await store.record(entry_of(known))
        with pytest.raises(JournalError, match="not submitted again: hero/fox is"):
            await store.record(entry_of(in_doubt(number=2)))
        assert store.lockfile == lockfile(entry_of(known))


async def test_of_two_intents_at_once_one_is_refused(path):
    async with open_store(path) as store:
        answers = await asyncio.gather(
            store.record(entry_of(in_doubt())), store.record(entry_of(in_doubt())), return_exceptions=True
        )
    assert answers[0] is None
    assert "being submitted already" in str(answers[1])


async def test_an_intent_that_a_tombstone_would_hide_is_refused(path):
    async with open_store(path) as store:
        await store.record(entry_of(in_doubt()))
        await store.record(entry_of(withdrawn()))
        with pytest.raises(JournalError, match="not newer"):
            await store.record(entry_of(in_doubt()))
        await store.record(entry_of(in_doubt(trial=2)))
        assert state(path).in_doubt_credits == 420


@pytest.mark.parametrize("before", [failed(), rejected()])
async def test_a_job_that_failed_may_be_submitted_again(path, before):
    async with open_store(path) as store:
        await store.record(entry_of(before))
        await store.record(entry_of(in_doubt(number=2)))
        assert store.entry(FOX.fingerprint).state is State.IN_DOUBT


async def test_a_doubt_may_be_given_its_reason(path):
    async with open_store(path) as store:
        await store.record(entry_of(in_doubt()))
        await store.record(entry_of(in_doubt(error=ErrorNote(message="reset"))))
    assert read_lockfile(path).get(FOX.fingerprint).primary.error == ErrorNote(message="reset")


async def test_a_cancelled_outcome_is_kept(path):
    async with open_store(path) as store:
        task = asyncio.create_task(store.record(FOX))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert read_lockfile(path) == lockfile(FOX)


async def test_a_cancelled_intent_is_taken_back(path):
    async with open_store(path) as store:
        task = asyncio.create_task(store.record(entry_of(in_doubt())))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await store.checkpoint()
        assert store.entry(FOX.fingerprint).state is State.WITHDRAWN
    assert not path.exists()


async def test_a_job_has_the_key_of_its_last_line(path):
    write_lockfile(path, lockfile(entry_of(submitted(), key="z/old")))
    async with open_store(path) as store:
        await store.record(entry_of(completed(), key="a/new"))
    assert read_lockfile(path).get(FOX.fingerprint).key == "a/new"


async def test_a_job_that_is_done_can_be_renamed(path):
    write_lockfile(path, lockfile(FOX))
    async with open_store(path) as store:
        store.rename(FOX.with_key("a/new"))
        store.rename(OWL.with_key("unknown"))
    assert read_lockfile(path) == lockfile(FOX.with_key("a/new"))


async def test_what_was_seen_in_files_takes_the_place_of_what_was_seen_before(path):
    seen, again = (("black", "black for 9.8 of 10.0 s"),), (("silent", "no sound"),)
    file = Output(path="a.mp4", sha256="0" * 64, bytes=1, look=seen)
    entry = entry_of(completed(outputs=(file,)))
    write_lockfile(path, lockfile(entry))
    for looks, look in (({file.sha256: again}, again), ({"f" * 64: seen}, again), ({file.sha256: ()}, ())):
        async with open_store(path) as store:
            store.look(entry.fingerprint, looks)
            store.look(OWL.fingerprint, looks)
        assert read_lockfile(path) == lockfile(entry_of(completed(outputs=(file._replace(look=look),))))


async def test_a_lockfile_that_was_merged_during_the_run_is_not_overwritten(path):
    write_lockfile(path, lockfile(FOX))
    async with open_store(path) as store:
        write_lockfile(path, lockfile(FOX, OWL))
        await store.record(entry_of(submitted("c"), name="cat"))
    assert read_lockfile(path) == lockfile(FOX, OWL, entry_of(submitted("c"), name="cat"))


async def test_a_lockfile_that_was_deleted_during_the_run_is_written_again(path):
    write_lockfile(path, lockfile(FOX))
    async with open_store(path) as store:
        path.unlink()
        await store.record(OWL)
    assert read_lockfile(path) == lockfile(FOX, OWL)


async def test_a_lockfile_that_was_broken_during_the_run_is_left_and_the_journal_stays(path):
    write_lockfile(path, lockfile(FOX))
    store = await open_store(path).__aenter__()
    await store.record(OWL)
    path.write_bytes(encode_header("x.yaml") + b"<<<<<<< ours\n")
    with pytest.raises(LockfileError, match="conflict"):
        await store.close()
    assert path.read_bytes().endswith(b"<<<<<<< ours\n")
    write_lockfile(path, lockfile(FOX))
    assert state(path) == lockfile(FOX, OWL)


async def test_a_checkpoint_that_fails_loses_nothing_and_the_next_one_works(path):
    disk = FragileDisk(error=errno.ENOSPC)
    async with open_store(path, disk=disk) as store:
        await store.record(FOX)
        disk._fail_at = len(disk.calls) + 1
        with pytest.raises(SaveError, match="No space left"):
            await store.checkpoint()
        assert state(path) == lockfile(FOX)
        await store.checkpoint()
        assert read_lockfile(path) == lockfile(FOX)


async def test_an_outcome_that_the_journal_refused_is_saved_by_the_lockfile(path):
    disk = FragileDisk()
    async with open_store(path, disk=disk) as store:
        await store.record(entry_of(in_doubt()))
        disk._fail_at = len(disk.calls) + 1
        with pytest.raises(JournalError):
            await store.record(entry_of(submitted()))
        with pytest.raises(JournalError):
            await store.record(entry_of(in_doubt(), name="owl"))
    assert read_lockfile(path) == lockfile(entry_of(submitted()))


async def test_fifty_records_at_once_share_a_sync(path):
    disk = FragileDisk()
    async with open_store(path, disk=disk) as store:
        disk.calls.clear()
        await asyncio.gather(*(store.record(entry_of(in_doubt(), name=str(n))) for n in range(50)))
        assert disk.calls.count("sync") <= 2


async def test_a_closed_store_takes_no_lines(path):
    async with open_store(path) as store:
        pass
    for attempt in (store.record(FOX), store.checkpoint()):
        with pytest.raises(JournalError, match="not open"):
            await attempt
    await store.close()


async def test_a_stale_temporary_file_of_a_dead_run_is_removed(path, tmp_path):
    (tmp_path / ".x.lock.jsonl.tmp-4711").write_bytes(b"half")
    await open_store(path).close()
    assert names_in(tmp_path) == []


async def test_a_full_disk_at_the_start_says_that_nothing_was_sent(path):
    leave_journal(path, FOX)
    with pytest.raises(LockfileError, match="nothing was sent: cannot write"):
        open_store(path, disk=FragileDisk(fail_at=1, error=errno.ENOSPC))
    assert state(path) == lockfile(FOX)


def moved_to(*paths):
    """The same two files, somewhere."""
    files = (Output(path=path, sha256=f"{number:064}", bytes=1) for number, path in enumerate(paths))
    return entry_of(completed(outputs=tuple(files)))


@pytest.mark.parametrize("before", [("z.mp4", "b.mp4"), (".former/a.mp4", "b.mp4")])
async def test_a_later_line_says_where_a_file_is(path, before):
    """Whether it is left in the journal, in the lockfile, or both, and whichever path is the greater."""
    now = moved_to("a.mp4", "c.mp4")
    write_lockfile(path, lockfile_of("x.yaml", [moved_to(*before)]))
    async with open_store(path) as store:
        await store.record(now)
        assert store.entry(now.fingerprint) == now
        assert read_state(path, manifest="x.yaml").entries[now.fingerprint] == now
        await store.checkpoint()
        await store.record(moved_to(*before))
        await store.record(now)
    assert read_lockfile(path).entries[now.fingerprint] == now


async def test_a_line_about_other_files_moves_none(path):
    now = moved_to("a.mp4", "b.mp4")
    other = entry_of(completed(outputs=(Output(path="x.mp4", sha256="9" * 64, bytes=1),)))
    write_lockfile(path, lockfile_of("x.yaml", [now]))
    async with open_store(path) as store:
        await store.record(other)
    assert read_lockfile(path).entries[now.fingerprint] == now


class TestWhatOthersKnow:
    """Lines that somebody else has, as those of a fleet."""

    async def test_it_is_folded_in_and_written_with_the_next_checkpoint(self, path):
        async with open_store(path) as store:
            store.unite([entry_of(in_doubt()), entry_of(submitted())])
            assert store.entry(entry_of(submitted()).fingerprint) == entry_of(submitted())
        first = path.read_bytes()
        assert b'"state":"submitted"' in first
        async with open_store(path) as store:
            store.unite([entry_of(in_doubt()), entry_of(submitted())])
        assert path.read_bytes() == first

    async def test_names_and_what_is_known_here_stay(self, path):
        here = Output(url="https://h/a.mp4", path="mine.mp4", sha256="0" * 64, bytes=3, pruned=True)
        async with open_store(path) as store:
            await store.record(entry_of(completed(outputs=(here,)), key="now/fox"))
            there = here._replace(path=None, pruned=False, stored=True)
            store.unite([entry_of(completed(outputs=(there,)), key="before/fox")])
            known = store.entry(entry_of(completed()).fingerprint)
        assert known.key == "now/fox"
        assert known.primary.outputs == (here._replace(stored=True),)
