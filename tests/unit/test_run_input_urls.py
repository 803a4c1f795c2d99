from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from fakes.footage import jpeg, png
from fakes.loop import run_virtual
from fakes.object_store import MemoryStore
from fakes.rig import Memory, Rig, job_of, play, rig_of
from fakes.video_api import ACCEPT, busy
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.job import Job
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import State
from sora2batch.manifest.model import RunOptions
from sora2batch.matrix.input_file import InputFile
from sora2batch.media.facts import MediaFacts
from sora2batch.media.sniff import JPEG, PNG
from sora2batch.run.event import Deferred, Uploaded, Warned
from sora2batch.run.input_urls import NoInputUrls, StoredInputUrls, UrlTerms
from sora2batch.run.outcome import assess
from sora2batch.run.stages import Stages
from sora2batch.store.store_error import StoreDeniedError

ONE = RunOptions(submit_concurrency=1)
SECONDS = 7200


class Pictures:
    """Pictures in a folder, each as unlike the others as its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, InputFile] = {}

    def add(self, name: str, content: str = "") -> dict[str, str]:
        """What a job's input says of a picture."""
        data = (png if name.endswith(".png") else jpeg)((content or name).encode())
        (self.folder / name).write_bytes(data)
        digest = sha256(data).hexdigest()
        kind = PNG if name.endswith(".png") else JPEG
        self.files.setdefault(digest, InputFile(name, MediaFacts(kind, len(data), digest, 1, 1)))
        return {"file": name, "sha256": digest}

    def job(self, name: str, *pictures: str) -> Job:
        """A job with one picture of its own name, or with these."""
        return job_of(name, images=[self.add(f"{one}.jpg") for one in pictures or [name]])

    def jobs(self, count: int) -> list[Job]:
        return [self.job(f"{number:03}") for number in range(count)]

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.jpg"

    def name_of(self, name: str) -> str:
        """The object of a picture."""
        digest = sha256(self.path(name).read_bytes()).hexdigest()
        return f"sha256/{digest[:2]}/{digest}.jpg"


@pytest.fixture
def pictures(tmp_path):
    return Pictures(tmp_path)


@pytest.fixture
def sending(pictures):
    """A run whose jobs send pictures from a store."""

    def sending(store: MemoryStore, *jobs: Job, stages=Stages.SUBMIT, **more) -> Rig:
        rig = rig_of(*jobs, stages=stages, **{"options": ONE, **more})
        terms = UrlTerms(seconds=SECONDS, must_be_public=True)
        rig.input_urls = StoredInputUrls(store, pictures.files, pictures.folder, terms, rig.listener)
        return rig

    return sending


def urls_of(rig: Rig) -> list[str]:
    """The URLs of all create calls, in order."""
    return [url for call in rig.api.calls for url in call.input.get("images", [])]


def deferred(rig: Rig) -> dict[str, str]:
    return {one.job.input["prompt"]: one.message for one in rig.listener.of(Deferred)}


def exit_code_of(rig: Rig) -> ExitCode:
    jobs, lockfile = rig.plan().jobs, rig.recorder.lockfile
    return assess(jobs, lockfile, rig.file_fault, rig.stop_signal.stops, rig.stages).exit_code


def assert_left_no_trace(rig: Rig, *names: str) -> None:
    """Nothing was reserved for these jobs and nothing is written of them: neither an intent nor its end."""
    assert not {name for name, _ in rig.recorder.lines} & set(names)
    assert not set(rig.api.created) & set(names)
    assert rig.budget_tracker.spent == rig.api.charged
    assert rig.budget_tracker.free == rig.budget - rig.api.charged


def test_the_api_gets_the_url_that_was_just_looked_at_in_the_place_of_each_file(sending, pictures):
    store = MemoryStore()
    rig = play(
        sending(store, pictures.job("fox", "one", "two"), job_of("owl", image="https://a.test/owl.jpg"))
    )
    names = [pictures.name_of("one"), pictures.name_of("two")]
    assert urls_of(rig) == [
        f"https://store.test/{name}?X-Amz-Signature=0000000{n}" for n, name in enumerate(names, 1)
    ]
    assert rig.api.calls[1].input == {"prompt": "owl", "image": "https://a.test/owl.jpg"}
    assert store.signed == [(name, SECONDS) for name in names]
    assert store.of("check") == names
    assert set(store.types.values()) == {"image/jpeg"}
    (sent,) = (entry for entry in rig.recorder.lockfile.entries.values() if entry.key == "hero/fox")
    assert "store.test" not in str(sent)
    assert [one.file for one in rig.listener.of(Uploaded)] == ["one.jpg", "two.jpg"]


def test_each_content_is_put_once_in_the_order_of_the_plan_eight_at_once_at_most(sending, pictures):
    store = MemoryStore(seconds=0.3)
    jobs = [
        job
        for each in pictures.jobs(30)
        for job in (each, job_of(f"{each.key} again", **each.input | {"prompt": f"{each.key} again"}))
    ]
    play(sending(store, *jobs))
    assert store.of("put") == [pictures.name_of(f"{number:03}") for number in range(30)]
    assert store.most_under_way == 8


def test_what_is_in_the_store_is_not_told_as_uploaded(sending, pictures):
    store = MemoryStore()
    jobs = pictures.jobs(30)
    for number in range(3, 30):
        store.put_bytes(pictures.path(f"{number:03}").read_bytes(), ".jpg")
    rig = play(sending(store, *jobs))
    assert {one.file for one in rig.listener.of(Uploaded) if one.is_new} == {"000.jpg", "001.jpg", "002.jpg"}


def test_a_url_serves_further_jobs_for_a_minute_and_is_then_signed_anew(sending, pictures):
    store = MemoryStore()
    jobs = [pictures.job(f"{number:02}", "fox") for number in range(30)]
    rig = play(sending(store, *jobs, otherwise=ACCEPT.__class__(answer=ACCEPT.answer, seconds=10.0)))
    at_url = list(zip(urls_of(rig), (call.began for call in rig.api.calls), strict=True))
    first: dict[str, float] = {}
    for url, began in at_url:
        assert began - first.setdefault(url, began) <= 60
    assert len(first) == len(store.signed) == len(store.of("check"))
    assert len(first) == pytest.approx(30 * 10 / 60, abs=1)
    assert store.of("put") == [pictures.name_of("fox")]


def test_an_object_that_has_gone_before_the_look_is_put_there_once_more(sending, pictures):
    fox, owl = pictures.job("fox"), pictures.job("owl")
    gone = {pictures.name_of("owl")}
    store = MemoryStore()

    def lose(what: str, name: str) -> bool:
        if what == "sign" and name in gone:
            gone.discard(name)
            del store.objects[name]
        return False

    store.fails = lose
    rig = play(sending(store, fox, owl))
    assert rig.all_states == [State.SUBMITTED] * 2
    assert store.of("put").count(pictures.name_of("owl")) == 2
    assert urls_of(rig)[1].endswith("3"), "not the URL that found nothing"


def test_an_object_that_stays_away_makes_its_job_wait(sending, pictures):
    store = MemoryStore()

    def lose(what: str, name: str) -> bool:
        if what == "check":
            store.objects.pop(name, None)
        return False

    store.fails = lose
    rig = play(sending(store, pictures.job("fox"), job_of("owl")))
    assert "HTTP 404" in deferred(rig)["fox"]
    assert len(store.of("put")) <= 2
    assert_left_no_trace(rig, "fox")
    assert rig.state("owl") is State.SUBMITTED


@pytest.mark.parametrize("operation", ["put", "sign", "check"])
def test_a_store_that_fails_makes_jobs_wait_and_reserves_nothing_and_others_go_on(
    sending, pictures, operation
):
    store = MemoryStore(fails=lambda what, name: what == operation)
    rig = play(
        sending(
            store, pictures.job("fox"), job_of("owl"), pictures.job("cat"), job_of("bear"), budget=2 * 420
        )
    )
    assert rig.api.created == ["owl", "bear"]
    assert_left_no_trace(rig, "fox", "cat")
    assert deferred(rig) == dict.fromkeys(
        ["fox", "cat"],
        "not submitted, nothing was charged: s3://bucket: the store cannot be reached (try again later)",
    )
    assert exit_code_of(rig) is ExitCode.OPEN
    assert rig.stop_reasons == []


def test_of_many_pictures_one_that_fails_holds_up_its_own_job_only(sending, pictures):
    jobs = pictures.jobs(12)
    bad = pictures.name_of("004")
    rig = play(sending(MemoryStore(fails=lambda what, name: name == bad), *jobs))
    assert list(deferred(rig)) == ["004"]
    assert len(rig.api.calls) == 11


@pytest.mark.parametrize("operation", ["put", "check"])
def test_after_three_failures_in_a_row_the_store_is_left_alone(sending, pictures, operation):
    """Beforehand, by those under way at once; then by three jobs; the others are not kept waiting."""
    store = MemoryStore(seconds=30.0, fails=lambda what, name: what == operation)
    rig = play(sending(store, *pictures.jobs(200), job_of("owl")))
    assert len(store.of(operation)) <= 8 + 3 + 3
    assert len(deferred(rig)) == 200
    assert deferred(rig)["199"].startswith("not submitted, nothing was charged: the store has failed before")
    assert rig.api.created == ["owl"]
    assert rig.api.calls[0].began < 1000
    told = [one.message for one in rig.listener.of(Warned)]
    assert told == ["the store has failed 3 times in a row: all other jobs with files wait for the next run"]
    assert sum(one.is_news for one in rig.listener.of(Deferred)) <= 4


def test_files_that_have_changed_are_no_failure_of_the_store(sending, pictures):
    jobs = pictures.jobs(20)
    for number in range(10):
        pictures.path(f"{number:03}").write_bytes(jpeg(b"another"))
    store = MemoryStore()
    rig = play(sending(store, *jobs))
    assert rig.api.created == [f"{number:03}" for number in range(10, 20)]
    assert set(deferred(rig)) == {f"{number:03}" for number in range(10)}
    assert len(store.objects) == 10


@pytest.mark.parametrize("change", ["other bytes", "gone"])
def test_a_file_that_has_changed_since_the_plan_makes_its_job_wait_and_says_so(sending, pictures, change):
    fox, owl = pictures.job("fox"), pictures.job("owl")
    if change == "gone":
        pictures.path("fox").unlink()
    else:
        pictures.path("fox").write_bytes(jpeg(b"another"))
    rig = play(sending(store := MemoryStore(), fox, owl))
    assert "fox.jpg" in deferred(rig)["fox"]
    assert ("changed" if change == "other bytes" else "cannot be read") in deferred(rig)["fox"]
    assert rig.api.created == ["owl"]
    assert_left_no_trace(rig, "fox")
    assert list(store.objects) == [pictures.name_of("owl")]
    assert exit_code_of(rig) is ExitCode.OPEN


@pytest.mark.parametrize("operation", ["put", "sign", "check"])
def test_ctrl_c_while_the_store_hangs_ends_the_run_at_once(sending, pictures, operation):
    store = MemoryStore()
    store.slow = {operation: 100_000.0}
    rig = sending(store, *pictures.jobs(20), options=RunOptions(submit_concurrency=4))

    async def interrupted() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(5.0, rig.stop_signal.request_stop, StopReason.INTERRUPT, "Ctrl-C")
        await rig.run()
        return loop.time()

    assert run_virtual(interrupted()) < 6
    assert store.under_way == 0
    assert rig.api.calls == []
    assert_left_no_trace(rig, *(job.input["prompt"] for job in rig.jobs))


@pytest.mark.parametrize("workers", [1, 2])
def test_after_a_long_pause_the_url_is_signed_anew_before_the_call(sending, pictures, workers):
    """Of the one that was refused, and of the next in line, whose URL was ready when the pause came."""
    store = MemoryStore()
    fox, owl, hare = (pictures.job(name) for name in ("fox", "owl", "hare"))
    store.slow = {"check": 3.0}
    creates = {"owl": [busy(300.0, seconds=2.0), ACCEPT]}
    options = RunOptions(submit_concurrency=workers)
    rig = play(sending(store, fox, owl, hare, options=options, creates=creates))
    assert sorted(rig.api.created) == ["fox", "hare", "owl", "owl"]
    last = {name: index for index, (name, _) in enumerate(store.signed, 1)}
    sent = dict(zip(rig.api.created, urls_of(rig), strict=True))
    for name in ("fox", "owl", "hare"):
        assert sent[name].endswith(f"={last[pictures.name_of(name)]:08}")
    assert [name for name, _ in store.signed].count(pictures.name_of("owl")) == 2
    assert [name for name, _ in store.signed].count(pictures.name_of("hare")) == workers


def test_a_short_pause_needs_no_new_url(sending, pictures):
    store = MemoryStore()
    rig = play(sending(store, pictures.job("fox"), creates={"fox": [busy(20.0), busy(20.0), ACCEPT]}))
    assert len(set(urls_of(rig))) == len(store.signed) == 1


def test_a_store_that_fails_after_a_refusal_leaves_nothing_reserved(sending, pictures):
    store = MemoryStore()
    store.fails = lambda what, name: what == "sign" and len(store.signed) == 1
    rig = play(sending(store, pictures.job("fox"), creates={"fox": [busy(300.0), ACCEPT]}))
    assert rig.recorder.states("fox") == [State.IN_DOUBT, State.WITHDRAWN]
    assert rig.budget_tracker.free == rig.budget
    assert "cannot be reached" in deferred(rig)["fox"]
    assert exit_code_of(rig) is ExitCode.OPEN


def test_without_a_store_a_job_with_a_file_waits_and_one_with_a_url_goes(pictures):
    rig = play(
        rig_of(
            pictures.job("fox"), job_of("owl"), options=ONE, stages=Stages.SUBMIT, input_urls=NoInputUrls()
        )
    )
    assert deferred(rig) == {
        "fox": "not submitted, nothing was charged: fox.jpg is in no store, so the API cannot fetch it"
    }
    assert rig.api.created == ["owl"]


def test_a_refusal_by_the_store_names_what_to_do(pictures):
    """The error's remedy is in the line that tells of the job."""

    class Denying(MemoryStore):
        async def put_file(self, what, path, /):
            raise StoreDeniedError("s3://b: cannot write", hint="it needs the right s3:PutObject")

    listener, fox = Memory(), pictures.job("fox")
    terms = UrlTerms(seconds=SECONDS, must_be_public=True)
    urls = StoredInputUrls(Denying(), pictures.files, pictures.folder, terms, listener)
    rig = play(rig_of(fox, options=ONE, stages=Stages.SUBMIT, input_urls=urls))
    assert deferred(rig)["fox"].endswith("s3://b: cannot write (it needs the right s3:PutObject)")
