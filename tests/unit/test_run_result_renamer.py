"""Who has which name in the output folder; every move is also stopped at each of its steps."""

from __future__ import annotations

import os
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from fakes.file_host import FileHost
from fakes.footage import jpeg, mp4
from fakes.rig import entry_for, job_of
from fakes.still_clock import StillClock
from sora2batch.ground.job import Credits, Job
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.entry import Attempt, Entry, Output, State
from sora2batch.lockfile.file import read_lockfile, write_lockfile
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.lockfile.path import is_former
from sora2batch.plan.action import Action, PlannedJob
from sora2batch.run.folder import OutputFolder
from sora2batch.run.opened_artifact import OpenedArtifacts
from sora2batch.run.restore_names import bring_back
from sora2batch.run.result_renamer import ResultRenamer

OLD = job_of("a fox")._replace(key="hero/fox", filename="hero/fox")
NEW = job_of("a red fox")._replace(key="hero/fox", filename="hero/fox")
OLD_CLIP, NEW_CLIP = mp4(b"old"), mp4(b"new")
OLD_DIGEST = OLD.fingerprint.removeprefix("sha256:")[:8]
NEW_DIGEST = NEW.fingerprint.removeprefix("sha256:")[:8]
ASIDE = f".former/hero/fox.{OLD_DIGEST}.mp4"


def done(task_id: str, *outputs: Output) -> Attempt:
    return Attempt(
        state=State.COMPLETED,
        credits=Credits(420),
        task_id=task_id,
        finished_at="2026-11-22T09:03:10Z",
        outputs=outputs,
    )


def output(path: str, data: bytes) -> Output:
    return Output(url="https://files.test/a", path=path, sha256=sha256(data).hexdigest(), bytes=len(data))


def files_in(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


class Place:
    """A lockfile, its folder, and a host that has the new clip."""

    def __init__(self, folder: Path, *entries: Entry, **files: bytes) -> None:
        folder.mkdir(exist_ok=True)
        self.root = folder / "out"
        self.lock_path = folder / "x.lock.jsonl"
        self.beside: dict[str, Lockfile] = {}
        self.fetched: list[str] = []
        if entries:
            write_lockfile(self.lock_path, lockfile_of("x.yaml", entries))
        self.put(**files)

    def put(self, **files: bytes) -> None:
        for name, data in files.items():
            self.write(f"hero/{name}.mp4", data)

    def write(self, name: str, data: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    async def fetch(
        self, job: Job, *data: bytes, kind: str = "mp4", jobs: tuple[Job, ...] | None = None
    ) -> tuple[str, ...]:
        """Collect a finished task's files, as a run does, and write them down."""
        async with self.store() as store:
            renamer = self.renamer(store, (job,) if jobs is None else jobs)
            urls = [f"https://files.test/{number}" for number in range(len(data))]
            host = FileHost(dict(zip(urls, data, strict=True)), extension=kind)
            known = store.entry(job.fingerprint)
            attempt = known.primary if known else done(f"task {job.input['prompt']}")
            outputs = await OutputFolder(self.root, host, renamer).collect(job, attempt, urls)
            await store.record(Entry.of(job, attempt._replace(outputs=outputs)))
            self.fetched += host.fetched
        return tuple(one.path or "" for one in outputs)

    async def return_to(self, *jobs: Job) -> None:
        """Look at the names, as a run does that has nothing to fetch."""
        async with self.store() as store:
            planned = [
                PlannedJob(
                    job=job,
                    action=Action.SKIP,
                    reason="",
                    credits=Credits(0),
                    entry=store.entry(job.fingerprint),
                )
                for job in jobs
            ]
            await bring_back(self.renamer(store, jobs), planned)

    def store(self) -> LockfileStore:
        return LockfileStore.open(self.lock_path, manifest="x.yaml", clock=StillClock())

    def renamer(self, store: LockfileStore, jobs: tuple[Job, ...]) -> ResultRenamer:
        entries = store.lockfile.entries.values()
        return ResultRenamer(self.root, store, entries, jobs, beside=lambda: self.beside)

    def paths(self) -> dict[str, list[str | None]]:
        """What the lockfile says: paths by prompt."""
        return {
            str(entry.input["prompt"]): [one.path for attempt in entry.attempts for one in attempt.outputs]
            for entry in read_lockfile(self.lock_path).entries.values()
        }

    def faults(self) -> list[str]:
        """What ``verify`` would find, and every path that two lines claim."""
        artifacts, seen = OpenedArtifacts(self.root), set()
        faults = []
        for entry in read_lockfile(self.lock_path).entries.values():
            for attempt in entry.attempts:
                faults += [fault] if (fault := artifacts.fault(attempt)) else []
                faults += [f"{one.path} twice" for one in attempt.outputs if one.path in seen]
                seen |= {one.path for one in attempt.outputs}
        return faults


@pytest.fixture
def old(tmp_path) -> Place:
    """The clip of a prompt that was edited since."""
    return Place(tmp_path, entry_for(OLD, done("task-old", output("hero/fox.mp4", OLD_CLIP))), fox=OLD_CLIP)


async def test_what_is_asked_for_now_has_the_plain_name_and_the_old_clip_goes_to_former(old):
    assert await old.fetch(NEW, NEW_CLIP) == ("hero/fox.mp4",)
    assert files_in(old.root) == {"hero/fox.mp4": NEW_CLIP, ASIDE: OLD_CLIP}
    assert old.paths() == {"a fox": [ASIDE], "a red fox": ["hero/fox.mp4"]}
    assert old.faults() == []


async def test_a_prompt_that_is_edited_again_and_again_keeps_every_clip(old):
    jobs = [job_of(f"fox {number}")._replace(filename="hero/fox.mp4") for number in range(4)]
    for job in jobs:
        assert await old.fetch(job, mp4(job.key.encode())) == ("hero/fox.mp4",)
    assert len(files_in(old.root)) == 5
    assert old.faults() == []


async def test_the_same_name_with_another_ending_gives_way_too(old):
    """The tool was changed: the video's picture took its place."""
    assert await old.fetch(NEW, jpeg(b"new"), kind="jpg") == ("hero/fox.jpg",)
    assert files_in(old.root) == {"hero/fox.jpg": jpeg(b"new"), ASIDE: OLD_CLIP}
    assert old.faults() == []


@pytest.mark.parametrize("spelled", ["HERO/FOX.mp4", "hero/fox.MP4"])
async def test_a_name_that_is_the_same_on_some_disk_gives_way_too(tmp_path, spelled):
    place = Place(tmp_path, entry_for(OLD, done("task-old", output(spelled, OLD_CLIP))))
    place.write(spelled, OLD_CLIP)
    assert await place.fetch(NEW, NEW_CLIP) == ("hero/fox.mp4",)
    assert place.faults() == []
    assert all(is_former(path) for path in place.paths()["a fox"])


async def test_a_name_in_another_normal_form_gives_way_too(tmp_path):
    place = Place(tmp_path, entry_for(OLD, done("task-old", output("cafe\u0301.mp4", OLD_CLIP))))
    place.write("cafe\u0301.mp4", OLD_CLIP)
    assert await place.fetch(NEW._replace(filename="caf\u00e9"), NEW_CLIP) == ("caf\u00e9.mp4",)
    assert place.faults() == []


async def test_all_files_of_the_old_task_go_together(tmp_path):
    outputs = [output("hero/fox.mp4", OLD_CLIP), output("hero/fox.2.mp4", mp4(b"second"))]
    place = Place(tmp_path, entry_for(OLD, done("task-old", *outputs)), fox=OLD_CLIP)
    place.write("hero/fox.2.mp4", mp4(b"second"))
    assert await place.fetch(NEW, NEW_CLIP) == ("hero/fox.mp4",)
    aside = f".former/hero/fox.2.{OLD_DIGEST}.mp4"
    assert files_in(place.root) == {"hero/fox.mp4": NEW_CLIP, ASIDE: OLD_CLIP, aside: mp4(b"second")}
    assert place.faults() == []


async def test_two_files_of_the_new_task_take_both_names(tmp_path):
    outputs = [output("hero/fox.mp4", OLD_CLIP), output("hero/fox.2.mp4", mp4(b"second"))]
    place = Place(tmp_path, entry_for(OLD, done("task-old", *outputs)), fox=OLD_CLIP)
    place.write("hero/fox.2.mp4", mp4(b"second"))
    assert await place.fetch(NEW, NEW_CLIP, mp4(b"more")) == ("hero/fox.mp4", "hero/fox.2.mp4")
    assert place.faults() == []


async def test_an_old_clip_that_somebody_changed_stays_where_it_is(old):
    old.put(fox=b"cut by hand")
    assert await old.fetch(NEW, NEW_CLIP) == (f"hero/fox.{NEW_DIGEST}.mp4",)
    assert files_in(old.root) == {"hero/fox.mp4": b"cut by hand", f"hero/fox.{NEW_DIGEST}.mp4": NEW_CLIP}
    assert old.paths()["a fox"] == ["hero/fox.mp4"]


async def test_an_old_clip_that_somebody_replaced_by_a_link_stays_where_it_is(old, tmp_path):
    (tmp_path / "elsewhere.mp4").write_bytes(OLD_CLIP)
    (old.root / "hero/fox.mp4").unlink()
    (old.root / "hero/fox.mp4").symlink_to(tmp_path / "elsewhere.mp4")
    assert await old.fetch(NEW, NEW_CLIP) == (f"hero/fox.{NEW_DIGEST}.mp4",)
    assert (tmp_path / "elsewhere.mp4").read_bytes() == OLD_CLIP
    assert (old.root / "hero/fox.mp4").is_symlink()


async def test_a_foreign_file_in_former_is_not_touched(old):
    old.write(ASIDE, b"mine")
    assert await old.fetch(NEW, NEW_CLIP) == ("hero/fox.mp4",)
    assert files_in(old.root)[ASIDE] == b"mine"
    assert old.paths()["a fox"] == [f".former/hero/fox.{OLD_DIGEST}.2.mp4"]
    assert old.faults() == []


@pytest.mark.parametrize("is_link", [False, True])
async def test_where_former_cannot_be_a_folder_the_new_clip_is_kept_all_the_same(old, tmp_path, is_link):
    if is_link:
        (tmp_path / "elsewhere").mkdir()
        (old.root / ".former").symlink_to(tmp_path / "elsewhere")
    else:
        old.write(".former", b"mine")
    assert await old.fetch(NEW, NEW_CLIP) == (f"hero/fox.{NEW_DIGEST}.mp4",)
    assert old.faults() == []
    assert not is_link or list((tmp_path / "elsewhere").iterdir()) == []


async def test_an_old_clip_that_is_not_on_this_machine_gives_its_name_up(old):
    (old.root / "hero/fox.mp4").unlink()
    assert await old.fetch(NEW, NEW_CLIP) == ("hero/fox.mp4",)
    assert old.paths() == {"a fox": [ASIDE], "a red fox": ["hero/fox.mp4"]}


async def test_a_file_of_which_a_lockfile_beside_speaks_as_well_stays(old):
    old.beside = {"y.lock.jsonl": read_lockfile(old.lock_path)}
    assert await old.fetch(NEW, NEW_CLIP) == (f"hero/fox.{NEW_DIGEST}.mp4",)
    assert files_in(old.root)["hero/fox.mp4"] == OLD_CLIP


async def test_a_renamed_job_gives_its_old_name_up_for_its_new_one(old):
    """The manifest asks for both: none of them belongs to what it no longer asks for."""
    renamed = OLD._replace(key="hero/red-fox", filename="hero/red-fox")
    assert await old.fetch(NEW, NEW_CLIP, jobs=(renamed, NEW)) == ("hero/fox.mp4",)
    assert files_in(old.root) == {"hero/fox.mp4": NEW_CLIP, "hero/red-fox.mp4": OLD_CLIP}
    assert old.faults() == []


async def test_a_renamed_job_stays_where_it_is_as_long_as_nobody_wants_its_name(old):
    await old.return_to(OLD._replace(key="hero/red-fox", filename="hero/red-fox"))
    assert files_in(old.root) == {"hero/fox.mp4": OLD_CLIP}


async def test_a_job_that_is_asked_for_again_gets_its_name_back(old):
    await old.fetch(NEW, NEW_CLIP)
    await old.return_to(OLD)
    aside = f".former/hero/fox.{NEW_DIGEST}.mp4"
    assert files_in(old.root) == {"hero/fox.mp4": OLD_CLIP, aside: NEW_CLIP}
    assert old.paths() == {"a fox": ["hero/fox.mp4"], "a red fox": [aside]}
    assert old.faults() == []


async def test_of_several_files_one_of_which_was_never_had_the_others_get_their_names_back(tmp_path):
    never_had = Output(url="https://files.test/b")
    place = Place(
        tmp_path, entry_for(OLD, done("task-old", output("hero/fox.mp4", OLD_CLIP), never_had)), fox=OLD_CLIP
    )
    await place.fetch(NEW, NEW_CLIP)
    assert place.paths()["a fox"] == [ASIDE, None]
    await place.return_to(OLD)
    assert place.paths()["a fox"] == ["hero/fox.mp4", None]
    assert files_in(place.root)["hero/fox.mp4"] == OLD_CLIP


async def test_both_asked_for_under_two_names_need_no_former(old):
    await old.fetch(NEW, NEW_CLIP)
    await old.return_to(OLD._replace(filename="hero/grey"), NEW)
    assert files_in(old.root) == {"hero/fox.mp4": NEW_CLIP, "hero/grey.mp4": OLD_CLIP}
    assert sorted(path.name for path in old.root.iterdir()) == ["hero"]
    assert old.faults() == []


async def test_a_foreign_file_keeps_the_name_that_a_job_wants_back(old):
    await old.fetch(NEW, NEW_CLIP)
    old.write("hero/grey.mp4", b"mine")
    await old.return_to(OLD._replace(filename="hero/grey"), NEW)
    assert old.paths()["a fox"] == [f"hero/grey.{OLD_DIGEST}.mp4"]
    assert files_in(old.root)["hero/grey.mp4"] == b"mine"
    assert old.faults() == []


async def test_with_nothing_to_move_the_lockfile_is_left_byte_for_byte(old):
    await old.fetch(NEW, NEW_CLIP)
    before = old.lock_path.stat().st_ino, old.lock_path.read_bytes(), files_in(old.root)
    await old.return_to(NEW)
    assert (old.lock_path.stat().st_ino, old.lock_path.read_bytes(), files_in(old.root)) == before


async def test_a_copy_that_somebody_keeps_in_former_stays(old):
    await old.fetch(NEW, NEW_CLIP)
    old.write(".former/best.mp4", NEW_CLIP)
    before = files_in(old.root)
    await old.return_to(NEW)
    assert files_in(old.root) == before


async def test_names_that_an_earlier_version_gave_are_left_as_they_are(tmp_path):
    late = f"hero/fox.{NEW_DIGEST}.mp4"
    place = Place(
        tmp_path,
        entry_for(OLD, done("task-old", output("hero/fox.mp4", OLD_CLIP))),
        entry_for(NEW, done("task-new", output(late, NEW_CLIP))),
        fox=OLD_CLIP,
    )
    place.write(late, NEW_CLIP)
    before = place.lock_path.read_bytes()
    await place.return_to(NEW)
    assert place.lock_path.read_bytes() == before
    assert files_in(place.root) == {"hero/fox.mp4": OLD_CLIP, late: NEW_CLIP}


async def test_a_checkout_that_has_the_old_clip_under_the_plain_name_keeps_it(tmp_path):
    """A colleague ran the edited manifest, and the lockfile came by git; only the files are as they were."""
    place = Place(
        tmp_path,
        entry_for(OLD, done("task-old", output(ASIDE, OLD_CLIP))),
        entry_for(NEW, done("task-new", output("hero/fox.mp4", NEW_CLIP))),
        fox=OLD_CLIP,
    )
    assert await place.fetch(NEW, NEW_CLIP) == ("hero/fox.mp4",)
    assert files_in(place.root) == {"hero/fox.mp4": NEW_CLIP, ASIDE: OLD_CLIP}
    assert place.faults() == []


async def test_an_old_clip_that_somebody_put_over_the_new_one_is_set_aside(old):
    await old.fetch(NEW, NEW_CLIP)
    old.put(fox=OLD_CLIP)
    assert await old.fetch(NEW, NEW_CLIP) == ("hero/fox.mp4",)
    found = files_in(old.root)
    assert found == {"hero/fox.mp4": NEW_CLIP, "hero/fox.changed-1.mp4": OLD_CLIP, ASIDE: OLD_CLIP}


async def test_two_lines_that_claim_one_file_come_apart(tmp_path):
    third = job_of("third")._replace(filename="hero/fox")
    place = Place(
        tmp_path,
        entry_for(OLD, done("task-old", output("hero/fox.mp4", OLD_CLIP))),
        entry_for(NEW, done("task-new", output("hero/fox.mp4", NEW_CLIP))),
        fox=NEW_CLIP,
    )
    assert await place.fetch(third, mp4(b"third")) == ("hero/fox.mp4",)
    paths = place.paths()
    assert len({path for (path,) in paths.values()}) == 3
    assert files_in(place.root)[paths["a red fox"][0]] == NEW_CLIP


async def test_two_lines_that_claim_one_file_elsewhere_do_not_take_it_away(tmp_path):
    """Of a file that somebody else has as well the content is no secret."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    theirs = elsewhere / "fox.mp4"
    theirs.write_bytes(OLD_CLIP)
    third = job_of("third")._replace(filename="hero/owl")
    place = Place(
        tmp_path,
        entry_for(OLD, done("task-old", output(".former/x/fox.mp4", OLD_CLIP))),
        entry_for(third, done("task-third", output(".former/x/fox.mp4", OLD_CLIP))),
        fox=OLD_CLIP,
    )
    (place.root / ".former").mkdir()
    (place.root / ".former/x").symlink_to(elsewhere)
    await place.return_to(OLD, third)
    assert theirs.read_bytes() == OLD_CLIP


class StoppedError(BaseException):
    """Nothing after this step happens, as when the process is killed."""


class Stopper:
    """Ends things at the n-th step that changes the disk."""

    def __init__(self, monkeypatch, *, has_links: bool) -> None:
        self.left: int | None = None
        for owner, name in (
            (os, "link"),
            (os, "utime"),
            (Path, "unlink"),
            (Path, "replace"),
            (Path, "rmdir"),
        ):
            monkeypatch.setattr(owner, name, self._stepping(getattr(owner, name), f"{owner.__name__}.{name}"))
        record = LockfileStore.record

        async def record_in_steps(store, entry):
            self.step()
            await record(store, entry)
            self.step()

        monkeypatch.setattr(LockfileStore, "record", record_in_steps)
        self._has_links = has_links

    def step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise StoppedError

    def _stepping(self, function, name):
        def stepped(*arguments, **options):
            # Without hard links a name is claimed with an empty file, as for every download. Stopped between
            # this and the next moment the claim stays, as nobody's, and the clip has the name after it.
            if not (name == "Path.replace" and _is_empty(arguments[1])):
                self.step()
            if name == "os.link" and not self._has_links:
                raise PermissionError("no hard links here")
            return function(*arguments, **options)

        return stepped


@pytest.mark.parametrize("has_links", [True, False])
@pytest.mark.parametrize("then", ["goes on", "reverts"])
async def test_stopped_at_any_step_of_giving_way_the_same_end_is_reached(
    tmp_path, monkeypatch, has_links, then
):
    stopper = Stopper(monkeypatch, has_links=has_links)
    for number in count():
        place = Place(
            tmp_path / str(number),
            *[entry_for(OLD, done("task-old", output("hero/fox.mp4", OLD_CLIP)))],
            fox=OLD_CLIP,
        )
        stopper.left = number
        was_stopped = await _is_stopped(place.fetch(NEW, NEW_CLIP))
        stopper.left = None
        _assert_nothing_is_lost(place)
        await (place.return_to(OLD) if then == "reverts" else _go_on(place))
        assert place.faults() == [], number
        found = {name: data for name, data in files_in(place.root).items() if not name.endswith(".part")}
        if then == "goes on":
            assert found == {"hero/fox.mp4": NEW_CLIP, ASIDE: OLD_CLIP}, number
        elif "a red fox" in place.paths():
            assert found == {"hero/fox.mp4": OLD_CLIP, f".former/hero/fox.{NEW_DIGEST}.mp4": NEW_CLIP}, number
        elif found["hero/fox.mp4"] == NEW_CLIP:
            # It has its name, and no line yet: whoever reverts now finds a file that is nobody's.
            assert found == {"hero/fox.mp4": NEW_CLIP, f"hero/fox.{OLD_DIGEST}.mp4": OLD_CLIP}, number
        else:
            assert found == {"hero/fox.mp4": OLD_CLIP}, number
        if not was_stopped:
            assert number > 5
            return


@pytest.mark.parametrize("has_links", [True, False])
async def test_stopped_at_any_step_of_coming_back_the_same_end_is_reached(tmp_path, monkeypatch, has_links):
    stopper = Stopper(monkeypatch, has_links=has_links)
    aside = f".former/hero/fox.{NEW_DIGEST}.mp4"
    for number in count():
        place = Place(
            tmp_path / str(number),
            entry_for(OLD, done("task-old", output(ASIDE, OLD_CLIP))),
            entry_for(NEW, done("task-new", output("hero/fox.mp4", NEW_CLIP))),
            fox=NEW_CLIP,
        )
        place.write(ASIDE, OLD_CLIP)
        stopper.left = number
        was_stopped = await _is_stopped(place.return_to(OLD))
        stopper.left = None
        _assert_nothing_is_lost(place)
        await place.return_to(OLD)
        assert files_in(place.root) == {"hero/fox.mp4": OLD_CLIP, aside: NEW_CLIP}, number
        assert place.faults() == []
        if not was_stopped:
            assert number > 5
            return


def _is_empty(path: Path) -> bool:
    return path.exists() and path.stat().st_size == 0


async def _is_stopped(doing) -> bool:
    try:
        await doing
    except StoppedError:
        return True
    return False


async def _go_on(place: Place) -> None:
    """What the next run does: it fetches what the lockfile has no file for."""
    await place.return_to(NEW)
    if "a red fox" not in place.paths():
        await place.fetch(NEW, NEW_CLIP)


def _assert_nothing_is_lost(place: Place) -> None:
    """Whatever the lockfile and its journal say is there, and no two of them say the same."""
    with_journal = LockfileStore.open(place.lock_path, manifest="x.yaml", clock=StillClock())
    entries = list(with_journal.lockfile.entries.values())
    with_journal._let_go()
    outputs = [one for entry in entries for attempt in entry.attempts for one in attempt.outputs]
    assert len({one.path for one in outputs}) == len(outputs)
    for one in outputs:
        assert sha256((place.root / (one.path or "")).read_bytes()).hexdigest() == one.sha256
