from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp
import pytest

from fakes.still_clock import StillClock
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.errors import UsageError
from sora2batch.media.integrity import examine
from sora2batch.simulator.fault import Fault, FaultKind
from sora2batch.simulator.options import SimulatorOptions
from sora2batch.simulator.serve import serve_forever, simulator

SORA = "sora2-text-to-video-api"
KEY = {"Authorization": "Bearer sk-simulated"}


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


class Client:
    def __init__(self, running, session, clock):
        self.running, self.session, self.clock = running, session, clock
        self.service = running.service

    async def post(self, call, headers=KEY, **body):
        async with self.session.post(f"{self.running.url}/{call}", json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def get(self, call, **query):
        async with self.session.get(f"{self.running.url}/{call}", params=query, headers=KEY) as answer:
            return answer.status, await answer.json()

    async def created(self, prompt="a fox", tool_type=SORA, **sent):
        _, answer = await self.post("create_tool_task", tool_type=tool_type, input={"prompt": prompt, **sent})
        assert answer["success"], answer
        return answer["data"]["task_id"]

    async def finished_url(self, **sent):
        task = self.service.task(await self.created(**sent))
        self.clock.moment = task.ready
        _, answer = await self.post("query_tool_task_status", task_id=task.id)
        return answer["data"]["output_urls"][0]


@pytest.fixture
def client_of(catalog):
    @asynccontextmanager
    async def make(**options):
        clock = StillClock()
        async with (
            simulator(SimulatorOptions(**options), catalog, clock=clock) as running,
            aiohttp.ClientSession() as session,
        ):
            yield Client(running, session, clock)

    return make


async def test_a_task_is_created_in_the_documented_envelope(client_of):
    async with client_of() as client:
        status, answer = await client.post("create_tool_task", tool_type=SORA, input={"prompt": "a fox"})
        assert status == 200
        assert answer == {
            "success": True,
            "errorMsg": "",
            "error_code": 0,
            "data": {"task_id": client.service.charges[0].task_id},
        }


async def test_bad_input_and_unknown_tasks_are_refused_with_http_200(client_of):
    async with client_of() as client:
        status, answer = await client.post("create_tool_task", tool_type=SORA, input={})
        assert (status, answer["success"], answer["data"]) == (200, False, None)
        status, answer = await client.post("query_tool_task_status", task_id="none")
        assert (status, answer["success"]) == (200, False)
        assert "not found" in answer["errorMsg"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"null"])
async def test_a_body_that_is_no_json_object_is_refused(client_of, body):
    async with (
        client_of() as client,
        client.session.post(f"{client.running.url}/create_tool_task", data=body, headers=KEY) as answer,
    ):
        assert (answer.status, (await answer.json())["success"]) == (200, False)


@pytest.mark.parametrize("key", [None, "", "Bearer ", "Bearer wrong", "Basic abc"])
async def test_a_missing_or_wrong_key_is_refused_with_401_and_charges_nothing(client_of, key):
    headers = {} if key is None else {"Authorization": key}
    async with client_of() as client:
        status, answer = await client.post("create_tool_task", headers, tool_type=SORA, input={"prompt": "a"})
        assert (status, answer["error_code"], client.service.charges) == (401, 401, ())


async def test_status_ledger_and_account_answer_to_get_and_to_post(client_of):
    async with client_of(balance=1000) as client:
        task_id = await client.created()
        for call, params in (
            ("query_tool_task_status", {"task_id": task_id}),
            ("query_credits_usage", {"limit": "1", "task_type": f"tool_{SORA}"}),
            ("query_account_status", {}),
        ):
            posted, got = await client.post(call, **params), await client.get(call, **params)
            assert posted == got
            assert posted[1]["success"], posted
        assert got[1]["data"]["balances"] == 580


async def test_create_answers_to_post_only(client_of):
    async with (
        client_of() as client,
        client.session.get(f"{client.running.url}/create_tool_task", headers=KEY) as answer,
    ):
        assert answer.status == 405


async def test_the_ledger_is_paged_by_cursor_and_bounded_by_time(client_of):
    async with client_of() as client:
        ids = [await client.created(f"fox {n}") for n in range(3)]
        _, first = await client.get("query_credits_usage", limit=2)
        _, second = await client.get("query_credits_usage", limit=2, cursor=first["data"]["next_cursor"])
        rows = first["data"]["records"] + second["data"]["records"]
        assert [row["task_id"] for row in rows] == ids[::-1]
        assert second["data"]["next_cursor"] is None
        start = rows[0]["create_time"]
        _, found = await client.get("query_credits_usage", start_time=start)
        assert len(found["data"]["records"]) == 3


async def test_a_result_is_a_clip_of_no_particular_type(client_of):
    async with client_of() as client:
        url = await client.finished_url(tool_type="kling3-text-to-video-api", duration=3)
        async with client.session.get(url) as answer:
            content = await answer.read()
            assert answer.status == 200
            assert answer.content_type == "application/octet-stream"
            assert answer.content_length == len(content)
            assert examine(BytesIO(content)).suffix == ".mp4"


async def test_an_image_tool_makes_a_jpeg(client_of):
    async with client_of() as client:
        url = await client.finished_url(tool_type="nano-banana-image-api")
        assert ".jpg?" in url
        async with client.session.get(url) as answer:
            assert examine(BytesIO(await answer.read())).suffix == ".jpg"


async def test_a_page_comes_in_a_files_place_with_a_status_that_means_success(client_of):
    async with client_of(faults=sure(FaultKind.PAGE)) as client:
        url = await client.finished_url(tool_type="nano-banana-image-api")
        async with client.session.get(url) as answer:
            assert (answer.status, await answer.text()) == (200, "File not found or expired.")


async def test_a_result_can_be_had_by_range_and_only_if_it_is_still_the_same(client_of):
    async with client_of() as client:
        url = await client.finished_url(tool_type="nano-banana-image-api")
        async with client.session.get(url) as answer:
            whole, etag = await answer.read(), answer.headers["ETag"]

        async def ask(**headers):
            async with client.session.get(
                url, headers={k.replace("_", "-"): v for k, v in headers.items()}
            ) as got:
                return got.status, got.headers.get("Content-Range"), await got.read()

        size = len(whole)
        assert await ask(Range="bytes=100-") == (206, f"bytes 100-{size - 1}/{size}", whole[100:])
        assert await ask(Range="bytes=0-9") == (206, f"bytes 0-9/{size}", whole[:10])
        assert await ask(Range="bytes=-5") == (206, f"bytes {size - 5}-{size - 1}/{size}", whole[-5:])
        assert await ask(Range="bytes=100-", If_Range=etag) == (
            206,
            f"bytes 100-{size - 1}/{size}",
            whole[100:],
        )
        assert await ask(Range="bytes=100-", If_Range='"other"') == (200, None, whole)
        assert (await ask(Range=f"bytes={size}-"))[:2] == (416, f"bytes */{size}")
        assert (await ask(Range="bytes=x"))[0] == 416
        assert (await ask(If_None_Match=etag))[0] == 304


async def test_a_result_needs_its_signature_and_is_not_there_before_it_is_done(client_of):
    async with client_of() as client:
        task = client.service.task(await client.created())
        base = f"{client.running.home}/result/{task.file_name}"
        for url, expected in (
            (base, 403),
            (f"{base}?sig=guess", 403),
            (f"{base}?sig={task.signature}", 404),
            (f"{client.running.home}/result/none.mp4?sig=x", 404),
        ):
            async with client.session.get(url) as answer:
                assert answer.status == expected, url


async def test_the_page_and_the_samples_are_there_for_people(client_of):
    async with client_of() as client:
        async with client.session.get(client.running.home) as answer:
            text = await answer.text()
            assert client.running.url in text
        async with client.session.get(f"{client.running.home}/samples/fox.jpg") as answer:
            assert answer.content_type == "image/jpeg"
            assert (await answer.read()).startswith(b"\xff\xd8\xff")
        async with client.session.get(f"{client.running.home}/samples/wolf.jpg") as answer:
            assert answer.status == 404


async def attempt(client, prompt):
    """What a client sees of one create call: a status, or the name of the trouble."""
    body = {"tool_type": SORA, "input": {"prompt": prompt}}
    try:
        async with client.session.post(
            f"{client.running.url}/create_tool_task", json=body, headers=KEY
        ) as answer:
            return answer.status, await answer.read(), dict(answer.headers)
    except aiohttp.ClientError as error:
        return type(error).__name__, b"", {}


def sure(kind):
    return (Fault(kind=kind, rate=1.0),)


async def test_429_names_a_pause_and_charges_nothing(client_of):
    async with client_of(faults=sure(FaultKind.TOO_MANY), speed=60.0) as client:
        status, _, headers = await attempt(client, "a fox")
        assert (status, headers["Retry-After"], client.service.charges) == (429, "1", ())


async def test_500_is_a_page_without_an_envelope_and_charges_half_of_the_time(client_of):
    async with client_of(faults=sure(FaultKind.SERVER_ERROR)) as client:
        answers = [await attempt(client, f"fox {n}") for n in range(30)]
        assert {status for status, _, _ in answers} == {500}
        assert all(body.startswith(b"<html>") for _, body, _ in answers)
        assert 5 < len(client.service.charges) < 25


async def test_reset_cuts_the_connection_and_charges_half_of_the_time(client_of):
    async with client_of(faults=sure(FaultKind.RESET)) as client:
        answers = [await attempt(client, f"fox {n}") for n in range(30)]
        assert {status for status, _, _ in answers} <= {"ClientOSError", "ServerDisconnectedError"}
        assert 5 < len(client.service.charges) < 25


async def test_truncate_cuts_the_answer_after_the_charge(client_of):
    async with client_of(faults=sure(FaultKind.TRUNCATE)) as client:
        status, _, _ = await attempt(client, "a fox")
        assert status == "ClientPayloadError"
        assert len(client.service.charges) == 1


async def test_slow_answers_come_all_the_same(client_of):
    async with client_of(faults=sure(FaultKind.SLOW), speed=6000.0) as client:
        status, body, _ = await attempt(client, "a fox")
        assert (status, json.loads(body)["success"]) == (200, True)


@pytest.mark.parametrize("kind", list(FaultKind))
async def test_no_fault_says_a_word_on_stderr(client_of, kind, caplog):
    async with client_of(faults=sure(kind), speed=6000.0) as client:
        await attempt(client, "a fox")
    assert [record.getMessage() for record in caplog.records if record.name.startswith("aiohttp")] == []


async def test_a_cut_download_can_be_told_from_a_whole_one(client_of):
    rules = (Fault(kind=FaultKind.TRUNCATE, rate=0.5),)
    async with client_of(faults=rules, seed=4) as client:
        task = client.service.create("nano-banana-image-api", {"prompt": "a fox"})
        client.clock.moment = task.ready
        url = f"{client.running.home}/result/{task.file_name}?sig={task.signature}"
        outcomes = []
        for _ in range(12):
            try:
                async with client.session.get(url) as answer:
                    outcomes.append(len(await answer.read()) == answer.content_length)
            except aiohttp.ClientPayloadError:
                outcomes.append("cut")
        assert set(outcomes) == {True, "cut"}


async def test_the_account_is_spared(client_of):
    async with client_of(faults=tuple(Fault(kind=kind, rate=1.0) for kind in FaultKind)) as client:
        assert (await client.get("query_account_status"))[1]["success"]


async def test_the_same_seed_spoils_the_same_calls(client_of):
    async def seen(seed):
        async with client_of(faults=(Fault(kind=FaultKind.SERVER_ERROR, rate=0.5),), seed=seed) as client:
            statuses = [(await attempt(client, f"fox {n}"))[0] for n in range(20)]
            return statuses, client.service.charged_by_prompt()

    assert await seen(1) == await seen(1)
    assert await seen(1) != await seen(2)


async def test_serving_for_ever_announces_where_and_ends_when_it_is_cancelled(catalog):
    told, lines = asyncio.Event(), []

    def announce(line):
        lines.append(line)
        if "SORA2BATCH_API_URL=" in line:
            told.set()

    serving = asyncio.create_task(serve_forever(SimulatorOptions(), catalog, announce=announce))
    await told.wait()
    url = lines[-1].partition("SORA2BATCH_API_URL=")[2].split()[0]
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/query_account_status", headers=KEY) as answer,
    ):
        assert (await answer.json())["data"]["balances"] == 1_000_000
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_a_port_that_is_taken_is_an_error_with_a_way_out(client_of, catalog):
    async with client_of() as client:
        port = int(client.running.home.rpartition(":")[2])
        with pytest.raises(UsageError) as caught:
            async with simulator(SimulatorOptions(port=port), catalog):
                pass
        assert str(port) in caught.value.message
        assert "--port" in caught.value.hint


@pytest.mark.parametrize(("kind", "status"), [(FaultKind.RESULT_GONE, 404), (FaultKind.RESULT_EXPIRED, 403)])
async def test_a_result_can_be_gone_once_it_was_fetched(client_of, kind, status):
    async with client_of(faults=(Fault(kind=kind, rate=1.0),)) as client:
        url = await client.finished_url()
        statuses = []
        for _ in range(3):
            async with client.session.get(url) as answer:
                statuses.append(answer.status)
        assert statuses == [200, status, status]


async def test_a_result_can_be_another_file_once_it_was_fetched(client_of):
    async with client_of(faults=(Fault(kind=FaultKind.RESULT_LENGTH, rate=1.0),)) as client:
        url = await client.finished_url()
        lengths = []
        for _ in range(2):
            async with client.session.get(url) as answer:
                lengths.append(len(await answer.read()))
        assert lengths[1] == lengths[0] + 1


async def test_a_task_can_be_forgotten_once_its_result_was_fetched(client_of):
    async with client_of(faults=(Fault(kind=FaultKind.RESULT_FORGOTTEN, rate=1.0),)) as client:
        url = await client.finished_url()
        async with client.session.get(url) as answer:
            assert answer.status == 200
        task_id = url.partition("/result/")[2].partition(".")[0]
        _, answer = await client.post("query_tool_task_status", task_id=task_id)
        assert (answer["success"], answer["errorMsg"]) == (False, "Task not found")
