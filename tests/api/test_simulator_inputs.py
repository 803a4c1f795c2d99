from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import aiohttp
import av
import pytest
from PIL import Image, ImageStat

from fakes.answering_server import AnsweringServer, HangUp, Raw, Reply
from fakes.still_clock import StillClock
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.job import Credits
from sora2batch.simulator.fault import INPUT_FAULTS, Fault, FaultKind
from sora2batch.simulator.options import EarlierTask, SimulatorOptions
from sora2batch.simulator.serve import simulator
from sora2batch.simulator.task import TaskState

KLING = "kling3-image-to-video-api"
STILL = "nano-banana-image-api"
KEY = {"Authorization": "Bearer sk-simulated"}
COLOURS = ((200, 60, 30), (40, 160, 70), (40, 60, 190))


def picture(*, size=(640, 360), kind="JPEG", colours=COLOURS) -> bytes:
    """Three stripes, top to bottom."""
    image, target = Image.new("RGB", size), BytesIO()
    for row, colour in enumerate(colours):
        image.paste(colour, (0, row * size[1] // 3, size[0], (row + 1) * size[1] // 3))
    image.save(target, kind)
    return target.getvalue()


PICTURE = picture()
DIGEST = sha256(PICTURE).hexdigest()
PATH = f"/b/sha256/{DIGEST[:2]}/{DIGEST}.jpg"


class Folder:
    """A user's own files by their content."""

    def __init__(self, *paths: Path) -> None:
        self._paths = {sha256(path.read_bytes()).hexdigest(): path for path in paths}

    def path_of(self, sha256: str) -> Path | None:
        return self._paths.get(sha256)


class Client:
    def __init__(self, running, session, clock):
        self.running, self.session, self.clock, self.service = running, session, clock, running.service

    async def created(self, image, tool_type=KLING, prompt="Pan left", **sent):
        field = {"image_list": [image]} if tool_type == STILL else {"image": image, "duration": 3}
        body = {"tool_type": tool_type, "input": {"prompt": prompt, **field, **sent}}
        url = f"{self.running.url}/create_tool_task"
        async with self.session.post(url, json=body, headers=KEY) as answer:
            return (await answer.json())["data"]["task_id"]

    async def status(self, task_id):
        url = f"{self.running.url}/query_tool_task_status"
        async with self.session.get(url, params={"task_id": task_id}, headers=KEY) as answer:
            return (await answer.json())["data"]

    async def ended(self, task_id):
        """The status of a task once its time is over and its inputs have come, or have not."""
        self.clock.moment = max(self.clock.moment, self.service.task(task_id).ready)
        async with asyncio.timeout(10):
            while (answer := await self.status(task_id))["status"] == TaskState.WORKING:
                pass
        return answer

    async def film(self, image, **sent):
        answer = await self.ended(await self.created(image, **sent))
        async with self.session.get(answer["output_urls"][0]) as result:
            return await result.read()


@pytest.fixture
def client_of():
    catalog = load_catalog()

    @asynccontextmanager
    async def make(**options):
        clock = StillClock()
        given = SimulatorOptions(**{"speed": 60_000.0, **options})
        async with simulator(given, catalog, clock=clock) as running, aiohttp.ClientSession() as session:
            yield Client(running, session, clock)

    return make


def store(body=PICTURE):
    return AnsweringServer(lambda _: Reply(body=body))


def first_frame(content: bytes) -> Image.Image:
    with av.open(BytesIO(content)) as container:
        return next(container.decode(video=0)).to_image()


def colour_of(image: Image.Image, *, top: float, bottom: float) -> list[float]:
    """The average colour of a band right of the word in the corner, between two shares of the height."""
    band = (image.width // 3, round(image.height * top), image.width, round(image.height * bottom))
    return ImageStat.Stat(image.crop(band)).mean


def assert_shows_the_picture(image: Image.Image) -> None:
    for (top, bottom), colour in zip(((0.03, 0.3), (0.36, 0.55)), COLOURS, strict=False):
        assert colour_of(image, top=top, bottom=bottom) == pytest.approx(colour, abs=14)


@pytest.mark.parametrize("prompt", ["Pan left", "Pull out", "Orbit"])
async def test_the_first_frame_is_the_very_picture_whatever_the_camera_does_then(client_of, prompt):
    async with store() as files, client_of() as client:
        assert_shows_the_picture(first_frame(await client.film(files.url + PATH, prompt=prompt)))


async def test_a_still_is_made_of_the_first_of_its_pictures(client_of):
    async with store(picture(kind="PNG")) as files, client_of() as client:
        still = await client.film(f"{files.url}/a.png", tool_type=STILL)
        assert_shows_the_picture(Image.open(BytesIO(still)))


async def test_where_nothing_is_said_a_clip_has_the_shape_of_its_picture(client_of):
    async with store(picture(size=(360, 640))) as files, client_of() as client:
        assert first_frame(await client.film(f"{files.url}/a.jpg")).size == (288, 512)


async def test_a_picture_of_another_shape_is_shown_whole(client_of):
    async with store(picture(size=(300, 900))) as files, client_of() as client:
        sent = {"tool_type": "sora2-image-to-video-api", "aspect_ratio": "16:9", "duration": 10}
        frame = first_frame(await client.film(f"{files.url}/a.jpg", **sent))
        assert frame.size == (512, 288)
        top = frame.crop((frame.width // 2 - 20, 10, frame.width // 2 + 20, 60))
        assert ImageStat.Stat(top).mean == pytest.approx(COLOURS[0], abs=14)


async def test_a_signature_and_a_host_change_neither_the_clip_nor_the_id_of_its_task(client_of):
    async def made(host, query):
        async with store() as files, client_of() as client:
            url = files.url.replace("127.0.0.1", host) + PATH + query
            return [(await client.created(url)), await client.film(url, prompt="Orbit")]

    assert await made("127.0.0.1", "?X-Amz-Signature=1") == await made("localhost", "?X-Amz-Signature=2")


async def test_the_same_picture_signed_anew_is_the_next_take(client_of):
    async with store() as files, client_of() as client:
        ids = [await client.created(f"{files.url}{PATH}?sig={n}") for n in range(2)]
        assert [client.service.task(task_id).take for task_id in ids] == [1, 2]


async def test_inputs_are_fetched_after_the_create_call_and_nothing_is_ready_before(client_of):
    asked = asyncio.Event()
    async with AnsweringServer(lambda _: asked.set() or Reply(body=PICTURE)) as files:
        async with client_of(
            speed=60.0
        ) as client:  # a minute's wait takes a second: so long it does not last
            task_id = await client.created(files.url + PATH)
            assert not files.requests
            client.clock.moment = client.service.task(task_id).ready
            assert (await client.status(task_id))["status"] == TaskState.WORKING
        async with client_of() as client:
            await client.created(files.url + PATH)
            await asyncio.wait_for(asked.wait(), 10)  # nobody has asked for a film


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Reply(status=404), "HTTP 404"),
        (Reply(status=403, body=b"<Message>Request has expired</Message>"), "the signature has expired"),
        (Reply(body=b"<html>no such file</html>"), "picture"),
        (Reply(body=PICTURE[: len(PICTURE) // 2]), "cut short"),
        (Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "Content-Length"),
        (HangUp(), "the connection failed"),
        (Reply(status=302, headers={"Location": "http://files.example/a.jpg"}), "another machine"),
        (Reply(status=302, headers={"Location": "/again?secret=1"}), "more than 3 times"),
    ],
)
async def test_what_cannot_be_had_fails_the_generation_after_the_charge(client_of, answer, reason):
    async with AnsweringServer(lambda _: answer) as files, client_of() as client:
        status = await client.ended(await client.created(f"{files.url}/a.jpg?secret=1"))
        assert status["status"] == TaskState.FAILED
        assert status["error"].startswith("The image could not be fetched: ")
        assert reason in status["error"]
        assert "secret" not in status["error"]
        assert len(client.service.charges) == 1


async def test_more_than_a_picture_may_have_is_not_read(client_of):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 32000000\r\n\r\n"
    async with AnsweringServer([Raw(head + bytes(32_000_000))]) as files, client_of() as client:
        status = await client.ended(await client.created(f"{files.url}/a.jpg"))
        assert "larger than 30 MiB" in status["error"]


@pytest.mark.parametrize("kind", [kind for kind in INPUT_FAULTS if kind is not FaultKind.INPUT_SLOW])
async def test_each_fault_comes_out_as_if_the_store_had_answered_so(client_of, kind):
    words = {
        FaultKind.INPUT_GONE: "HTTP 404",
        FaultKind.INPUT_FORBIDDEN: "HTTP 403",
        FaultKind.INPUT_EXPIRED: "HTTP 403, the signature has expired",
        FaultKind.INPUT_LENGTH: "it ended before its Content-Length",
    }
    async with store() as files, client_of(faults=(Fault(kind=kind, rate=1.0),)) as client:
        for url in (files.url + PATH, "https://cdn.example.com/fox.jpg"):
            status = await client.ended(await client.created(url))
            assert status["error"] == f"The image could not be fetched: {words[kind]}"


async def test_a_slow_store_makes_the_result_late_and_no_worse(client_of):
    faults = (Fault(kind=FaultKind.INPUT_SLOW, rate=1.0),)
    async with store() as files, client_of(faults=faults) as client:
        assert (await client.ended(await client.created(files.url + PATH)))["status"] == TaskState.DONE


async def test_the_same_seed_strikes_the_same_inputs_however_they_are_signed(client_of):
    async def struck(query):
        faults = (Fault(kind=FaultKind.INPUT_GONE, rate=0.5),)
        async with store() as files, client_of(faults=faults) as client:
            ids = [await client.created(f"{files.url}{PATH}{query}", prompt=f"fox {n}") for n in range(12)]
            return [(await client.ended(task_id))["status"] for task_id in ids]

    first = await struck("?sig=1")
    assert set(first) == {TaskState.DONE, TaskState.FAILED}
    assert await struck("?sig=2") == first


async def test_no_other_machine_is_ever_contacted(client_of, monkeypatch):
    contacted = []
    connect = asyncio.get_running_loop().sock_connect

    async def recording(sock, address):
        contacted.append(address[0])
        await connect(sock, address)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "sock_connect", recording)
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: contacted.append(host))
    async with client_of() as client:
        for url in (
            "http://files.example/a.jpg",
            "https://samples.sora2batch.example/fox.jpg",
            "http://10.0.0.1/a.jpg",
            "http://169.254.169.254/latest/meta-data",
            "http://127.0.0.1@files.example/a.jpg",
            "http://127.1/a.jpg",
            "http://localhost.files.example/a.jpg",
        ):
            assert (await client.ended(await client.created(url)))["status"] == TaskState.DONE
    assert set(contacted) == {"127.0.0.1"}


async def test_own_files_are_given_out_by_their_content_and_shown(client_of, tmp_path):
    path, other = tmp_path / "fox.txt", tmp_path / "notes.jpg"
    path.write_bytes(PICTURE)
    other.write_text("no picture")
    async with client_of(inputs=Folder(path, other)) as client:
        url = client.running.input_url(f"{DIGEST}.jpg")
        async with client.session.get(url) as answer:
            assert (answer.status, answer.content_type) == (200, "image/jpeg")
            assert await answer.read() == PICTURE
        text = sha256(other.read_bytes()).hexdigest()
        for name in (f"{text}.jpg", f"{'0' * 64}.jpg", DIGEST, "fox.txt", "..%2Ffox.txt", f"{DIGEST}.jpg%2F"):
            async with client.session.get(client.running.input_url(name)) as answer:
                assert answer.status == 404, name
        assert_shows_the_picture(first_frame(await client.film(url)))


async def test_a_task_of_an_earlier_run_shows_its_picture_again(client_of, tmp_path):
    path = tmp_path / "fox.jpg"
    path.write_bytes(PICTURE)
    async with client_of(inputs=Folder(path)) as client:
        new = await client.film(client.running.input_url(f"{DIGEST}.jpg"))
    earlier = EarlierTask(
        task_id="old",
        tool_type=KLING,
        input={"prompt": "Pan left", "image": {"file": "fox.jpg", "sha256": DIGEST}, "duration": 3},
        credits=Credits(client.service.charges[0].credits),
        created=client.clock.moment,
        finished=client.clock.moment,
    )
    for inputs, same in ((Folder(path), True), (None, False)):
        async with client_of(inputs=inputs, earlier=(earlier,)) as client:
            client.clock.moment = earlier.finished
            answer = await client.status("old")
            async with client.session.get(answer["output_urls"][0]) as result:
                assert (await result.read() == new) is same
            url = client.running.input_url(f"{DIGEST}.jpg")
            assert client.service.task(await client.created(url)).take == 2
