from __future__ import annotations

import pytest

from fakes.lock_entry import completed, entry_of, failed, in_doubt, submitted
from sora2batch.lockfile.codec import encode_header
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Output
from sora2batch.lockfile.line import encode_lockfile_line
from sora2batch.lockfile.lockfile_error import LockfileError
from sora2batch.lockfile.merge import merge_lockfiles, resolve_conflicts

HEADER = encode_header("x.yaml")


def line(*attempts, **more) -> bytes:
    return encode_lockfile_line(entry_of(*attempts, **more))


def lockfile(*entries):
    return lockfile_of("x.yaml", entries)


def test_a_file_that_one_branch_stored_and_the_other_moved_is_stored_where_it_lies_now():
    here = Output(path="a.mp4", sha256="0" * 64, bytes=1)
    base, theirs = (
        lockfile(entry_of(completed(outputs=(one,)))) for one in (here, here._replace(path="b.mp4"))
    )
    ours = lockfile(entry_of(completed(outputs=(here._replace(stored=True),))))
    both = lockfile(entry_of(completed(outputs=(here._replace(path="b.mp4", stored=True),))))
    assert merge_lockfiles(base, ours, theirs) == merge_lockfiles(base, theirs, ours) == both


def test_all_sides_of_conflict_marks_are_united():
    text = (
        HEADER
        + b"<<<<<<< HEAD\n"
        + line(completed())
        + b"||||||| 1a2b\n"
        + line(submitted())
        + b"=======\n"
        + line(failed("task-b"))
        + line(in_doubt(), name="owl")
        + b">>>>>>> theirs\n"
        + line(submitted("c"), name="cat")
    )
    united = resolve_conflicts(text, file="x.lock.jsonl")
    assert united == lockfile(
        entry_of(completed(), failed("task-b")),
        entry_of(in_doubt(), name="owl"),
        entry_of(submitted("c"), name="cat"),
    )


def test_a_conflict_of_headers_takes_the_first():
    text = (
        b"<<<<<<< HEAD\n"
        + HEADER
        + b"=======\n"
        + encode_header("y.yaml")
        + b">>>>>>> b\n"
        + line(completed())
    )
    assert resolve_conflicts(text, file="f").manifest == "x.yaml"


def test_a_broken_line_between_marks_is_not_lost_in_silence():
    with pytest.raises(LockfileError, match=r"f:3: is not JSON"):
        resolve_conflicts(HEADER + b"<<<<<<< HEAD\n{\n", file="f")


def test_a_text_without_a_header_is_refused():
    with pytest.raises(LockfileError, match="no header"):
        resolve_conflicts(b"<<<<<<< HEAD\n=======\n>>>>>>> x\n", file="f")


def test_a_merge_takes_the_further_state_of_either_side():
    base = lockfile(entry_of(submitted()))
    ours, theirs = (
        lockfile(entry_of(completed())),
        lockfile(entry_of(submitted()), entry_of(submitted("b"), name="owl")),
    )
    expected = lockfile(entry_of(completed()), entry_of(submitted("b"), name="owl"))
    assert merge_lockfiles(base, ours, theirs) == expected
    assert merge_lockfiles(base, theirs, ours) == expected


def test_what_one_side_deleted_stays():
    base = lockfile(entry_of(completed()))
    assert merge_lockfiles(base, lockfile(), base) == base
    assert merge_lockfiles(base, base, lockfile()) == base


def test_a_job_renamed_on_one_side_has_the_new_name():
    base = lockfile(entry_of(completed(), key="m"))
    for name in ("a", "z"):
        renamed = lockfile(entry_of(completed(), key=name))
        assert merge_lockfiles(base, renamed, base) == renamed
        assert merge_lockfiles(base, base, renamed) == renamed


def test_a_job_renamed_on_both_sides_has_one_name_whoever_merges():
    base, ours, theirs = (lockfile(entry_of(completed(), key=key)) for key in "abc")
    assert merge_lockfiles(base, ours, theirs) == merge_lockfiles(base, theirs, ours)


def test_a_task_that_two_branches_gave_to_two_jobs_stays_with_both():
    """Each adopted it for another job; which of them is right, no merge can know, so nothing is dropped."""
    ours, theirs = entry_of(submitted("t-1"), name="fox"), entry_of(submitted("t-1"), name="owl")
    merged = merge_lockfiles(lockfile(), lockfile(ours), lockfile(theirs))
    assert list(merged.entries.values()) == [ours, theirs]
    assert merged.spent == 840


def test_a_file_that_was_moved_on_one_side_has_the_new_path():
    def at(*paths):
        files = (Output(path=path, sha256=f"{number:064}", bytes=1) for number, path in enumerate(paths))
        return lockfile(entry_of(completed(outputs=tuple(files))))

    plain, former = at("a.mp4", "a.2.mp4"), at(".former/a.mp4", "a.2.mp4")
    for base, moved in ((plain, former), (former, plain)):
        assert merge_lockfiles(base, moved, base) == moved
        assert merge_lockfiles(base, base, moved) == moved
    assert merge_lockfiles(at("b.mp4", "a.2.mp4"), plain, former) == former
