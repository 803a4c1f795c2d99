from __future__ import annotations

import asyncio
import errno

import pytest

from fakes.loop import run_virtual
from fakes.recorder import MemoryRecorder
from fakes.rig import MemoryFolder, Rig, entry_for, job_of, jobs_of, play, rig_of
from fakes.video_api import UNREADABLE, done
from sora2batch.ground.job import Credits
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output, State
from sora2batch.run.event import Downloaded, NotDownloaded, Warned
from sora2batch.run.folder import ExpiredUrlError
from sora2batch.run.stages import Stages
from sora2batch.sjinn import answer as api
from sora2batch.sjinn.api_error import DownloadError, NoFileError

FRESH = "https://files.test/fox.mp4?signature=secret"
KEPT = "https://files.test/fox.mp4"


def fetching(*jobs, errors=None, stages: Stages = Stages.ALL, **more) -> Rig:
    return rig_of(*jobs, folder=MemoryFolder(errors=errors), stages=stages, **more)


def finished_before(job, *outputs: Output, error: str | None = None):
    note = ErrorNote(message=error) if error else None
    attempt = Attempt(
        state=State.COMPLETED, credits=Credits(420), task_id="task-fox", outputs=outputs, error=note
    )
    return entry_for(job, attempt)


def test_a_finished_task_is_fetched_with_the_url_as_it_was_given():
    rig = play(fetching(job_of("fox")))
    assert rig.folder.asked == [("fox", (FRESH,))]
    assert rig.entry("fox").primary.outputs[0].path == "hero/fox.mp4"
    assert rig.listener.of(Downloaded)[0].paths == ("hero/fox.mp4",)


def test_the_signature_of_a_url_is_never_recorded():
    rig = play(fetching(job_of("fox"), stages=Stages.SUBMIT | Stages.WAIT))
    assert [one.url for one in rig.entry("fox").primary.outputs] == [KEPT]


def test_a_file_that_cannot_be_had_leaves_the_task_completed_with_an_error():
    rig = play(fetching(job_of("fox"), errors={"fox": [DownloadError("files.test failed 5 times")]}))
    attempt = rig.entry("fox").primary
    assert (attempt.state, attempt.outputs) == (State.COMPLETED, ())
    assert attempt.error.message == "files.test failed 5 times"
    assert attempt.credits == 420
    assert len(rig.listener.of(NotDownloaded)) == 1
    assert rig.stop_reasons == []


def test_what_is_in_place_of_a_task_is_recorded_though_another_file_of_it_is_gone():
    rig = fetching(job_of("fox"), errors={"fox": [DownloadError("files.test answered HTTP 404")]})
    there = Output(url=KEPT, path="hero/fox.mp4", sha256="ab" * 32, bytes=5)
    rig.folder.partly = (there, Output(url=f"{KEPT}2"))
    attempt = play(rig).entry("fox").primary
    assert attempt.outputs == rig.folder.partly
    assert attempt.error.message == "files.test answered HTTP 404"


def test_a_file_that_can_be_had_later_takes_the_error_away():
    fox = job_of("fox")
    rig = fetching(fox, stages=Stages.DOWNLOAD)
    rig.recorder.put(finished_before(fox, error="the host kept failing"))
    play(rig)
    assert rig.entry("fox").primary.error is None
    assert rig.entry("fox").primary.outputs[0].sha256 is not None


def test_a_file_that_was_there_once_stays_recorded_if_it_cannot_be_had_again():
    fox = job_of("fox")
    before = Output(url=KEPT, path="hero/fox.mp4", sha256="cd" * 32, bytes=9)
    rig = fetching(fox, errors={"fox": [DownloadError("gone")]}, stages=Stages.DOWNLOAD)
    rig.recorder.put(finished_before(fox, before))
    rig.file_fault = lambda attempt: "hero/fox.mp4 is missing"
    play(rig)
    assert rig.entry("fox").primary.outputs == (before,)
    assert rig.recorder.lines == []
    assert len(rig.listener.of(NotDownloaded)) == 1


def test_an_expired_url_is_renewed_by_asking_the_status_again():
    rig = fetching(
        job_of("fox"),
        errors={"fox": [ExpiredUrlError("HTTP 403"), None]},
        statuses={"fox": [done("fox"), api.Finished(("https://files.test/renewed.mp4?s=2",))]},
    )
    play(rig)
    assert [urls[0] for _, urls in rig.folder.asked] == [FRESH, "https://files.test/renewed.mp4?s=2"]
    assert rig.entry("fox").primary.error is None


def test_a_url_that_stays_expired_is_renewed_only_so_often():
    rig = play(fetching(job_of("fox"), errors={"fox": [ExpiredUrlError("files.test answered HTTP 403")]}))
    assert len(rig.folder.asked) == 3
    assert rig.entry("fox").primary.error.message == "files.test answered HTTP 403"


def test_a_url_that_gives_no_file_is_renewed_once():
    rig = fetching(
        job_of("fox"),
        errors={"fox": [NoFileError("files.test sent a page"), None]},
        statuses={"fox": [done("fox"), api.Finished(("https://files.test/renewed.mp4?s=2",))]},
    )
    play(rig)
    assert [urls[0] for _, urls in rig.folder.asked] == [FRESH, "https://files.test/renewed.mp4?s=2"]
    assert rig.entry("fox").primary.error is None


def test_a_fresh_url_that_gives_no_file_either_is_recorded_as_an_error():
    rig = play(fetching(job_of("fox"), errors={"fox": [NoFileError("files.test sent a page")]}))
    assert len(rig.folder.asked) == 2
    attempt = rig.entry("fox").primary
    assert (attempt.state, attempt.error.message) == (State.COMPLETED, "files.test sent a page")


def test_the_url_of_a_lockfile_is_asked_for_before_it_is_used():
    fox = job_of("fox")
    rig = fetching(fox, stages=Stages.DOWNLOAD)
    rig.recorder.put(finished_before(fox, Output(url=KEPT)))
    rig.file_fault = lambda attempt: "hero/fox.mp4 is missing"
    play(rig)
    assert rig.folder.asked == [("fox", (FRESH,))]


def test_the_url_of_a_lockfile_is_used_if_it_cannot_be_asked_for():
    fox = job_of("fox")
    rig = fetching(fox, statuses={"fox": [UNREADABLE]}, stages=Stages.DOWNLOAD)
    rig.recorder.put(finished_before(fox, Output(url=KEPT)))
    rig.file_fault = lambda attempt: "hero/fox.mp4 is missing"
    play(rig)
    assert rig.folder.asked == [("fox", (KEPT,))]


def test_no_url_and_nobody_to_ask_is_told_as_that():
    fox = job_of("fox")
    rig = fetching(fox, statuses={"fox": [UNREADABLE]}, stages=Stages.DOWNLOAD)
    rig.recorder.put(finished_before(fox))
    play(rig)
    assert rig.entry("fox").primary.error.message == "its URL could not be asked for: HTTP 502"


def test_what_the_api_named_besides_is_kept_beside_the_file():
    named = api.Finished((FRESH,), ("4,968 addresses more",))
    rig = play(fetching(job_of("fox"), statuses={"fox": [named]}))
    attempt = rig.entry("fox").primary
    assert attempt.outputs[0].path == "hero/fox.mp4"
    assert attempt.error.message == "not fetched, though the API named it: 4,968 addresses more"
    assert [one.message for one in rig.listener.of(Warned)] == [f"hero/fox: {attempt.error.message}"]
    assert len(rig.listener.of(Downloaded)) == 1


def test_what_nobody_can_fetch_is_told_in_the_jobs_error():
    rig = play(fetching(job_of("fox"), statuses={"fox": [api.Finished((), ('"pending"', "7"))]}))
    attempt = rig.entry("fox").primary
    assert (attempt.state, attempt.outputs) == (State.COMPLETED, ())
    assert attempt.error.message.endswith('what the API named cannot be fetched: "pending"; 7')
    assert rig.folder.asked == []


def test_a_later_answer_that_makes_no_sense_leaves_the_url_of_before():
    fox = job_of("fox")
    rig = fetching(fox, statuses={"fox": [api.Finished((), ("7",))]}, stages=Stages.DOWNLOAD)
    rig.recorder.put(finished_before(fox, Output(url=KEPT)))
    rig.file_fault = lambda attempt: "hero/fox.mp4 is missing"
    play(rig)
    assert rig.folder.asked == [("fox", (KEPT,))]


def test_a_lockfile_keeps_no_url_without_bounds():
    long = "https://files.test/" + "x" * 10**6
    many = tuple(f"https://files.test/{number}" for number in range(5000))
    for urls, count in [((long,), 0), ((FRESH, long), 1), (many, 32)]:
        rig = fetching(
            job_of("fox"), statuses={"fox": [api.Finished(urls)]}, stages=Stages.SUBMIT | Stages.WAIT
        )
        play(rig)
        assert len(rig.entry("fox").primary.outputs) == count


def test_only_a_few_files_are_fetched_at_once():
    rig = play(fetching(*jobs_of(30)))
    assert rig.folder.most_under_way <= 4
    assert all(rig.entry(f"{number:03}").primary.outputs for number in range(30))


def test_a_disk_that_takes_no_file_ends_the_run_and_keeps_what_is_known():
    full = OSError(errno.ENOSPC, "No space left on device")
    rig = play(fetching(*jobs_of(5), errors={"002": [full]}))
    assert rig.stop_reasons == [StopReason.DISK]
    assert "No space left on device" in rig.stop_signal.stops[0].error.message
    assert rig.state("002") is State.COMPLETED


def test_a_result_that_cannot_be_recorded_ends_the_run():
    rig = play(
        fetching(
            *jobs_of(3),
            recorder=MemoryRecorder(
                refuses=lambda number, entry: any(one.sha256 for one in entry.primary.outputs)
            ),
        )
    )
    assert rig.stop_reasons == [StopReason.DISK]
    assert rig.listener.of(Downloaded) == []


@pytest.mark.parametrize("seconds", [59.0, 75.0, 100.0])
def test_ctrl_c_does_not_wait_for_downloads(seconds):
    rig = fetching(*jobs_of(6))
    rig.folder.seconds = 1000.0

    async def interrupted() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, rig.stop_signal.request_stop, StopReason.INTERRUPT, "Ctrl-C")
        await rig.run()
        return loop.time()

    assert run_virtual(interrupted()) < seconds + 0.1
    rig.check_laws()
    assert rig.folder.under_way == 0
