from __future__ import annotations

import asyncio
import errno
from hashlib import sha256
from pathlib import Path

import pytest

from fakes.file_host import MP4, FileHost
from fakes.footage import mp4
from fakes.object_store import MemoryStore
from fakes.recorder import MemoryRecorder
from fakes.rig import Memory, entry_for, job_of
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, Entry, Output, State
from sora2batch.run.artifact import Artifacts
from sora2batch.run.circuit_breaker import CircuitBreaker
from sora2batch.run.folder import ExpiredUrlError, OutputFolder
from sora2batch.run.result_renamer import ResultRenamer
from sora2batch.run.stored_files import StoredFiles, StoredSource
from sora2batch.sjinn.api_error import DownloadError

URL = "https://files.test/a.mp4?signature=secret"
SECOND = "https://files.test/b.mp4?signature=secret"
FOX = job_of("fox")


def done(
    task_id: str = "task-fox", *outputs: Output, finished_at: str | None = "2026-11-22T09:03:10Z"
) -> Attempt:
    return Attempt(
        state=State.COMPLETED,
        credits=Credits(420),
        task_id=task_id,
        finished_at=finished_at,
        outputs=outputs,
    )


def output(path: str, data: bytes = MP4) -> Output:
    return Output(url="https://files.test/a.mp4", path=path, sha256=sha256(data).hexdigest(), bytes=len(data))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "out"


def folder_of(
    root: Path,
    *entries: Entry,
    extension: str | None = "mp4",
    source: StoredSource | None = None,
    **files: bytes,
) -> OutputFolder:
    urls = {"a": URL, "b": SECOND}
    contents = {urls[name]: data for name, data in files.items()} or {URL: MP4}
    recorder = MemoryRecorder(seconds=0)
    recorder.put(*entries)
    renamer = ResultRenamer(root, recorder, entries, [FOX])
    return OutputFolder(root, FileHost(contents, extension=extension), renamer, source)


def stored(*files: bytes) -> StoredSource:
    """A source that has these clips."""
    store = MemoryStore(seconds=0)
    for data in files:
        store.put_bytes(data, ".mp4")
    return StoredSource(StoredFiles(store), CircuitBreaker(Memory(), consequence="told"))


def files_in(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


async def test_a_file_gets_the_name_of_the_manifest(root):
    (found,) = await folder_of(root).collect(FOX, done(), [URL])
    assert found == output("hero/fox.mp4")
    assert files_in(root) == {"hero/fox.mp4": MP4}


async def test_a_file_bears_the_time_at_which_its_task_was_done(root):
    outputs = await folder_of(root).collect(FOX, done(), [URL])
    attempt = done()._replace(outputs=outputs)
    assert Artifacts(root).quick_fault(attempt) is None
    assert (root / "hero/fox.mp4").stat().st_mtime == 1795338190


async def test_a_second_file_of_a_task_is_numbered(root):
    found = await folder_of(root, a=MP4, b=mp4(b"b")).collect(FOX, done(), [URL, SECOND])
    assert [one.path for one in found] == ["hero/fox.mp4", "hero/fox.2.mp4"]
    assert files_in(root) == {"hero/fox.mp4": MP4, "hero/fox.2.mp4": mp4(b"b")}


@pytest.mark.parametrize(
    ("filename", "extension", "path"),
    [
        ("fox", "webm", "fox.webm"),
        ("fox", None, "fox.mp4"),
        ("fox.v2", "png", "fox.v2.png"),
        ("fox.MP4", "mp4", "fox.MP4"),
        ("fox.mov", "mp4", "fox.mov"),
        ("fox.mp4", "mov", "fox.mp4"),
        ("fox.jpeg", "jpg", "fox.jpeg"),
        ("fox.JPE", "jpg", "fox.JPE"),
        ("fox.mkv", "webm", "fox.mkv"),
        ("fox.mp4", "jpg", "fox.jpg"),
        ("fox.MP4", "png", "fox.png"),
        ("fox.mp4", "webm", "fox.webm"),
        ("fox.mp3", "wav", "fox.wav"),
        ("fox.webp", "heic", "fox.heic"),
        ("fox.mp4", "jxl", "fox.jxl"),
        ("fox.mp4.v2", "mp4", "fox.mp4.v2.mp4"),
        ("a.mp4/fox", "jpg", "a.mp4/fox.jpg"),
        ("a.b/.mp4", "mp4", "a.b/.mp4.mp4"),
        ("fox.mp4", None, "fox.mp4"),
    ],
)
async def test_the_ending_follows_the_bytes(root, filename, extension, path):
    job = FOX._replace(filename=filename)
    (found,) = await folder_of(root, extension=extension).collect(job, done(), [URL])
    assert found.path == path


async def test_a_foreign_file_is_never_overwritten(root):
    (root / "hero").mkdir(parents=True)
    (root / "hero/fox.mp4").write_bytes(b"mine")
    (found,) = await folder_of(root).collect(FOX, done(), [URL])
    digest = FOX.fingerprint.removeprefix("sha256:")[:8]
    assert found.path == f"hero/fox.{digest}.mp4"
    assert files_in(root) == {"hero/fox.mp4": b"mine", found.path: MP4}


async def test_as_many_names_are_tried_as_it_takes(root):
    digest = FOX.fingerprint.removeprefix("sha256:")[:8]
    (root / "hero").mkdir(parents=True)
    for name in ("fox.mp4", f"fox.{digest}.mp4", f"fox.{digest}.2.mp4"):
        (root / "hero" / name).write_bytes(b"mine")
    (found,) = await folder_of(root).collect(FOX, done(), [URL])
    assert found.path == f"hero/fox.{digest}.3.mp4"


@pytest.mark.parametrize("recorded", ["hero/fox.mp4", "HERO/Fox.mp4"])
async def test_an_orphan_gives_its_name_up_even_if_its_file_is_gone(root, recorded):
    orphan = entry_for(job_of("orphan"), done("task-orphan", output(recorded)))
    (found,) = await folder_of(root, orphan).collect(FOX, done(), [URL])
    assert found.path == "hero/fox.mp4"


async def test_a_second_task_of_the_same_job_has_a_file_of_its_own(root):
    entry = entry_for(FOX, done("task-1", output("hero/fox.mp4")))
    (found,) = await folder_of(root, entry).collect(FOX, done("task-2"), [URL])
    assert found.path not in {None, "hero/fox.mp4"}


async def test_the_same_bytes_under_the_name_are_ours_from_a_run_that_was_killed(root):
    (root / "hero").mkdir(parents=True)
    (root / "hero/fox.mp4").write_bytes(MP4)
    (found,) = await folder_of(root).collect(FOX, done(), [URL])
    assert found.path == "hero/fox.mp4"
    assert files_in(root) == {"hero/fox.mp4": MP4}


async def test_a_file_that_is_in_place_is_not_fetched(root):
    first = folder_of(root)
    outputs = await first.collect(FOX, done(), [URL])
    attempt = done()._replace(outputs=outputs)
    again = folder_of(root, entry_for(FOX, attempt))
    assert await again.collect(FOX, attempt, [URL]) == outputs
    assert again._fetcher.fetched == []


async def test_a_file_that_is_missing_comes_back_where_it_was(root):
    attempt = done("task-fox", output("elsewhere/fox.mp4"))
    (found,) = await folder_of(root, entry_for(FOX, attempt)).collect(FOX, attempt, [URL])
    assert found.path == "elsewhere/fox.mp4"
    assert files_in(root) == {"elsewhere/fox.mp4": MP4}


async def test_our_own_file_that_somebody_changed_is_set_aside(root):
    attempt = done("task-fox", output("hero/fox.mp4"))
    (root / "hero").mkdir(parents=True)
    (root / "hero/fox.mp4").write_bytes(b"cut by hand")
    (root / "hero/fox.changed-1.mp4").write_bytes(b"cut before")
    (found,) = await folder_of(root, entry_for(FOX, attempt)).collect(FOX, attempt, [URL])
    assert found.path == "hero/fox.mp4"
    assert files_in(root) == {
        "hero/fox.mp4": MP4,
        "hero/fox.changed-1.mp4": b"cut before",
        "hero/fox.changed-2.mp4": b"cut by hand",
    }


async def test_another_file_than_the_recorded_one_is_refused_and_nothing_is_touched(root):
    attempt = done("task-fox", output("hero/fox.mp4", b"what was there"))
    (root / "hero").mkdir(parents=True)
    (root / "hero/fox.mp4").write_bytes(b"cut by hand")
    with pytest.raises(DownloadError, match="another file than the one recorded"):
        await folder_of(root, entry_for(FOX, attempt)).collect(FOX, attempt, [URL])
    assert files_in(root) == {"hero/fox.mp4": b"cut by hand"}


@pytest.mark.parametrize("is_there", [True, False])
async def test_words_that_were_kept_as_a_clip_make_room_for_the_clip(root, is_there):
    words = b"File not found or expired."
    attempt = done("task-fox", output("hero/fox.mp4", words))
    (root / "hero").mkdir(parents=True)
    if is_there:
        (root / "hero/fox.mp4").write_bytes(words)
    (found,) = await folder_of(root, entry_for(FOX, attempt)).collect(FOX, attempt, [URL])
    assert found == output("hero/fox.mp4")
    kept = {"hero/fox.changed-1.mp4": words} if is_there else {}
    assert files_in(root) == {"hero/fox.mp4": MP4, **kept}


async def test_a_second_go_after_an_expired_url_finds_the_first_file_again(root):
    """The first of two files is in place but in no lockfile yet; it must not be set aside as foreign work."""
    folder = folder_of(root, a=MP4)
    with pytest.raises(ExpiredUrlError):
        await folder.collect(FOX, done(), [URL, SECOND])
    folder._fetcher.files[SECOND] = mp4(b"b")
    found = await folder.collect(FOX, done(), [URL, SECOND])
    assert [one.path for one in found] == ["hero/fox.mp4", "hero/fox.2.mp4"]
    assert sorted(files_in(root)) == ["hero/fox.2.mp4", "hero/fox.mp4"]


async def test_a_file_that_is_gone_keeps_no_other_of_its_task_away(root):
    folder = folder_of(root, b=mp4(b"b"))
    with pytest.raises(ExpiredUrlError):
        await folder.collect(FOX, done(), [URL, SECOND])
    gone, found = folder.kept(FOX, done())
    assert (gone.path, gone.sha256) == (None, None)
    assert found.path == "hero/fox.2.mp4"
    assert files_in(root) == {"hero/fox.2.mp4": mp4(b"b")}
    assert Artifacts(root).quick_fault(done("task-fox", gone, found)) is not None


async def test_what_was_recorded_of_a_file_that_cannot_be_had_again_stays(root):
    attempt = done("task-fox", output("hero/fox.mp4"), output("hero/fox.2.mp4", mp4(b"b")))
    folder = folder_of(root, entry_for(FOX, attempt), b=mp4(b"b"))
    with pytest.raises(ExpiredUrlError):
        await folder.collect(FOX, attempt, [URL, SECOND])
    assert [one.path for one in folder.kept(FOX, attempt)] == ["hero/fox.mp4", "hero/fox.2.mp4"]


async def test_two_jobs_of_one_name_do_not_disturb_each_other(root):
    """Two tasks of the same job are fetched at the same time."""
    folder = folder_of(root, a=mp4(b"first" * 50), b=mp4(b"second" * 60))
    async with asyncio.TaskGroup() as group:
        first = group.create_task(folder.collect(FOX, done("task-1"), [URL]))
        second = group.create_task(folder.collect(FOX, done("task-2"), [SECOND]))
    (one,), (two,) = first.result(), second.result()
    assert one.path != two.path
    assert files_in(root) == {one.path: mp4(b"first" * 50), two.path: mp4(b"second" * 60)}


async def test_two_tasks_with_the_same_bytes_have_two_files(root):
    folder = folder_of(root, a=MP4, b=MP4)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(folder.collect(FOX, done("task-1"), [URL]))
        second = group.create_task(folder.collect(FOX, done("task-2"), [SECOND]))
    assert first.result()[0].path != second.result()[0].path


@pytest.mark.parametrize(
    "path",
    [
        "../evil.mp4",
        "/etc/evil.mp4",
        "hero/../../evil.mp4",
        "C:/evil.mp4",
        "..\\evil.mp4",
        "\\\\host\\x",
        ".",
        "a\0b",
    ],
)
async def test_a_path_of_a_lockfile_edited_by_hand_does_not_escape(root, path):
    attempt = done("task-fox", output(path))
    (found,) = await folder_of(root, entry_for(FOX, attempt)).collect(FOX, attempt, [URL])
    assert found.path == "hero/fox.mp4"
    assert [one.name for one in root.parent.iterdir()] == ["out"]


async def test_a_folder_that_is_a_link_to_elsewhere_is_not_followed(root, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    root.mkdir()
    (root / "hero").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DownloadError, match=r"^hero leads out of the output folder$"):
        await folder_of(root).collect(FOX, done(), [URL])
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_a_link_under_our_name_is_left_alone(root, tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    (root / "hero").mkdir(parents=True)
    (root / "hero/fox.mp4").symlink_to(tmp_path / "secret")
    attempt = done("task-fox", output("hero/fox.mp4"))
    (found,) = await folder_of(root, entry_for(FOX, attempt)).collect(FOX, attempt, [URL])
    assert found.path != "hero/fox.mp4"
    assert (tmp_path / "secret").read_bytes() == b"secret"


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-45", "", None, "0001-01-01T00:00:00+14:00"])
async def test_a_nonsensical_finishing_time_does_no_harm(root, moment):
    attempt = done(finished_at=moment)
    outputs = await folder_of(root).collect(FOX, attempt, [URL])
    assert Artifacts(root).quick_fault(attempt._replace(outputs=outputs)) is None


async def test_a_disk_that_takes_no_times_does_no_harm(root, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "not permitted")

    monkeypatch.setattr("os.utime", refuse)
    (found,) = await folder_of(root).collect(FOX, done(), [URL])
    assert found.path == "hero/fox.mp4"


async def test_an_expired_url_leaves_nothing_behind(root):
    folder = OutputFolder(root, FileHost({}), ResultRenamer(root, MemoryRecorder(), (), ()))
    with pytest.raises(ExpiredUrlError, match="HTTP 403"):
        await folder.collect(FOX, done(), [URL])
    assert not root.exists()


@pytest.mark.parametrize(
    "url", ["ftp://files.test/a.mp4", "/result/a.mp4", "data:video/mp4;base64,AA", "http://"]
)
async def test_a_url_that_is_not_http_is_not_fetched(root, url):
    folder = folder_of(root)
    with pytest.raises(DownloadError, match="no http"):
        await folder.collect(FOX, done(), [url])
    assert folder._fetcher.fetched == []


async def test_a_task_without_a_url_has_no_file(root):
    with pytest.raises(DownloadError, match="named no file"):
        await folder_of(root).collect(FOX, done(), [])


async def test_a_missing_file_comes_from_the_store_and_is_placed_as_any_other(root):
    before = done("task-fox", output("hero/fox.mp4"))
    folder = folder_of(root, entry_for(FOX, before), source=stored(MP4))
    (found,) = await folder.collect_stored(FOX, before)
    assert found == output("hero/fox.mp4")._replace(stored=True)
    assert files_in(root) == {"hero/fox.mp4": MP4}
    assert Artifacts(root).quick_fault(before._replace(outputs=(found,))) is None


async def test_what_somebody_made_of_our_file_is_set_aside_for_the_stores_too(root):
    before = done("task-fox", output("hero/fox.mp4"))
    (root / "hero").mkdir(parents=True)
    (root / "hero/fox.mp4").write_bytes(b"mine")
    await folder_of(root, entry_for(FOX, before), source=stored(MP4)).collect_stored(FOX, before)
    assert files_in(root) == {"hero/fox.mp4": MP4, "hero/fox.changed-1.mp4": b"mine"}


async def test_of_two_files_the_store_gives_the_one_that_it_has_and_the_api_the_other(root):
    outputs = output("hero/fox.mp4"), output("hero/fox.2.mp4", mp4(b"b"))
    before = done("task-fox", *outputs)
    folder = folder_of(root, entry_for(FOX, before), source=stored(MP4), b=mp4(b"b"))
    assert await folder.collect_stored(FOX, before) is None
    found = await folder.collect(FOX, before, [URL, SECOND])
    assert [one.stored for one in found] == [True, False]
    assert files_in(root) == {"hero/fox.mp4": MP4, "hero/fox.2.mp4": mp4(b"b")}


async def test_without_a_store_nothing_is_looked_for_there(root):
    assert await folder_of(root).collect_stored(FOX, done("task-fox", output("hero/fox.mp4"))) is None
