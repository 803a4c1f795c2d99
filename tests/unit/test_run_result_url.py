from __future__ import annotations

import asyncio
from hashlib import sha256

import pytest

from fakes.loop import run_virtual
from fakes.rig import entry_for, job_of
from fakes.video_api import UNREADABLE, WORKING, refusal
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import file_inputs_in, map_files
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, Output, State
from sora2batch.run.input_urls import NoInputUrls
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.result_url import ResultHost, ResultUrls
from sora2batch.sjinn import answer as api
from sora2batch.store.store_error import ObjectMissingError, StoreUnavailableError

URL = "https://files.test/fox.jpg"
SIGNED = f"{URL}?sig=very-secret-signature"


def digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def made_by(name: str, *, host: str | None = None, place: int = 0):
    outputs = tuple(Output(url=f"https://files.test/{one}.jpg", path=f"{one}.jpg", sha256=digest(one), bytes=7)
                    for one in [*(f"other-{number}" for number in range(place)), name])  # fmt: skip
    attempt = Attempt(
        state=State.COMPLETED, credits=Credits(1), task_id=f"task-{name}", outputs=outputs, api=host
    )
    return entry_for(job_of(name), attempt)


def job_from(*names: str):
    files = [{"file": f"out/{name}.jpg", "sha256": digest(name)} for name in names]
    return job_of("clip", images=files)


class Api:
    """Answers one status after the other, the last for ever."""

    def __init__(self, *answers) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def status(self, task_id):
        self.asked.append(task_id)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class Probe:
    """Finds fault once for each error that it is given."""

    def __init__(self, *errors) -> None:
        self._errors = list(errors)
        self.checked: list[tuple[str, int]] = []

    async def check(self, url, *, length, must_be_public):
        self.checked.append((url.reveal(), length))
        error = self._errors.pop(0) if self._errors else None
        if error:
            raise error


class Store:
    """Has all files."""

    async def prepare(self, jobs):
        self.prepared = [job.key for job in jobs]

    async def put_into(self, job):
        return map_files(job.input, lambda found: f"https://store.test/{found.sha256}")


def urls_of(status, *errors, entries=(), others=None, host="api.test"):
    probe = Probe(*errors)
    urls = ResultUrls(
        ResultHost(api=status, probe=probe, name=host, must_be_public=True),
        MadeFiles(entries or [made_by("fox")]),
        others or NoInputUrls(),
    )
    return urls, probe


def put(urls: ResultUrls, *jobs):
    async def main():
        return [(await urls.put_into(job))["images"] for job in jobs]

    return run_virtual(main())


def test_the_url_is_the_tasks_own_as_it_is_named_now_and_has_just_answered():
    status = Api(api.Finished((SIGNED,)))
    urls, probe = urls_of(status)
    assert put(urls, job_from("fox"), job_from("fox")) == [[SIGNED], [SIGNED]]
    assert status.asked == ["task-fox"]
    assert probe.checked == [(SIGNED, 7)]


def test_a_url_is_asked_for_anew_after_a_minute():
    status = Api(api.Finished((SIGNED,)))
    urls, _ = urls_of(status)

    async def main():
        await urls.put_into(job_from("fox"))
        await asyncio.sleep(61)
        await urls.put_into(job_from("fox"))

    run_virtual(main())
    assert len(status.asked) == 2


def test_of_several_files_the_one_is_sent_that_is_meant_also_under_another_url():
    named = ("https://new.test/0.jpg?a=1", "https://new.test/1.jpg?a=2")
    urls, _ = urls_of(Api(api.Finished(named)), entries=[made_by("fox", place=1)])
    assert put(urls, job_from("fox")) == [[named[1]]]
    urls, _ = urls_of(Api(api.Finished((*named, SIGNED))), entries=[made_by("fox", place=1)])
    assert put(urls, job_from("fox")) == [[SIGNED]]


@pytest.mark.parametrize(
    "trouble", [UNREADABLE, api.Unreadable("HTTP 503", 900.0), api.KeyRefused(refusal("for a while"))]
)
def test_trouble_that_passes_is_sat_out(trouble):
    status = Api(trouble, trouble, api.Finished((SIGNED,)))
    urls, _ = urls_of(status)
    assert put(urls, job_from("fox")) == [[SIGNED]]


def test_a_host_that_fails_for_a_moment_is_asked_again_and_one_that_has_no_file_is_not():
    urls, probe = urls_of(Api(api.Finished((SIGNED,))), StoreUnavailableError("HTTP 502"))
    assert put(urls, job_from("fox")) == [[SIGNED]]
    assert len(probe.checked) == 2
    urls, probe = urls_of(Api(api.Finished((SIGNED,))), ObjectMissingError("HTTP 404"), others=Store())
    assert put(urls, job_from("fox")) == [[f"https://store.test/{digest('fox')}"]]
    assert len(probe.checked) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (WORKING, "the API no longer says that its task is done"),
        (api.Failed(refusal("moderated")), "the API no longer says that its task is done"),
        (api.Finished(()), "the API names no file of its task any more"),
        (api.Unreadable("Task not found"), "the API does not tell its URL: Task not found"),
    ],
)
def test_without_a_store_the_job_waits_and_it_is_said_why(answer, reason):
    urls, _ = urls_of(Api(answer))
    with pytest.raises(Sora2BatchError) as refused:
        put(urls, job_from("fox"))
    assert refused.value.message == (
        f"the result of hero/fox cannot be sent: {reason}; "
        "out/fox.jpg is in no store, so the API cannot fetch it"
    )
    assert refused.value.hint == "with a store the file itself would be sent: docs/files.md"


def test_what_a_probe_says_of_the_url_is_told_without_its_signature():
    urls, _ = urls_of(Api(api.Finished((SIGNED,))), ObjectMissingError(f"{SIGNED} answers with HTTP 404"))
    with pytest.raises(Sora2BatchError) as refused:
        put(urls, job_from("fox"))
    assert "very-secret-signature" not in str(refused.value) + repr(refused.value)


def test_a_task_of_another_host_is_not_asked_about_here():
    status = Api(api.Finished((SIGNED,)))
    urls, _ = urls_of(status, entries=[made_by("fox", host="elsewhere.test")], others=Store())
    assert put(urls, job_from("fox")) == [[f"https://store.test/{digest('fox')}"]]
    assert status.asked == []


def test_an_api_that_has_forgotten_them_all_holds_up_only_the_first_few():
    names = [f"still-{number}" for number in range(40)]
    status = Api(api.Unreadable("Task not found"))
    urls, _ = urls_of(status, entries=[made_by(name) for name in names], others=Store())

    async def main() -> float:
        for name in names:
            await urls.put_into(job_from(name))
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) < 15
    assert len(status.asked) == 3 * 3 + 37


def test_files_that_nobody_has_made_are_left_to_the_store_beside_results():
    store = Store()
    urls, _ = urls_of(Api(api.Finished((SIGNED,))), others=store)
    own = digest("own")
    assert put(urls, job_from("fox", "own")) == [[SIGNED, f"https://store.test/{own}"]]
    run_virtual(urls.prepare([job_from("fox"), job_from("own")]))
    assert len(store.prepared) == 1
    assert not [*file_inputs_in({"images": [SIGNED]})]
