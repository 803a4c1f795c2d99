"""The API over HTTP, with its faults, its files and a page that says what this is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import assert_never

import orjson
from aiohttp import web

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.simulator import wire
from sora2batch.simulator.calls import Call, answer
from sora2batch.simulator.fault import Dice, FaultKind, FaultTiming, Mishap
from sora2batch.simulator.file_response import file_response, may_read
from sora2batch.simulator.home import home_page
from sora2batch.simulator.input_response import input_response
from sora2batch.simulator.input_work import InputWork
from sora2batch.simulator.loopback_url import without_signatures
from sora2batch.simulator.options import LocalInputs
from sora2batch.simulator.refusal import ErrorCode, RefusalError, envelope
from sora2batch.simulator.scene.index import SAMPLES
from sora2batch.simulator.service import SimulatedService
from sora2batch.simulator.studio import Studio
from sora2batch.simulator.task import Task, TaskState

_FILE_FAULTS = (
    FaultKind.SERVER_ERROR,
    FaultKind.RESET,
    FaultKind.TRUNCATE,
    FaultKind.SLOW,
    FaultKind.PAGE,
)


class Server:
    """Routes requests to the service and the studio, and spoils the answers that the dice choose."""

    def __init__(
        self,
        service: SimulatedService,
        studio: Studio,
        dice: Dice,
        *,
        speed: float,
        inputs: LocalInputs | None = None,
    ) -> None:
        self._service = service
        self._studio = studio
        self._dice = dice
        self._speed = speed
        self._inputs = inputs
        self._fetched: set[str] = set()
        """The tasks whose results somebody has fetched."""
        self._input_work = InputWork(service, studio.pictures, speed=speed)

    def application(self) -> web.Application:
        """Build the routes."""
        app = web.Application()
        for call in Call:
            for method in call.methods:
                app.router.add_route(method, f"/api/un-api/{call}", partial(self._call, call))
        app.router.add_get("/result/{name}", self._result)
        app.router.add_get("/samples/{name}", self._sample)
        app.router.add_get("/inputs/{name}", self._input)
        app.router.add_get("/", self._home)
        return app

    @asynccontextmanager
    async def fetching(self) -> AsyncIterator[None]:
        """Fetch the inputs of tasks for as long as the block lasts, which ends before the server does.

        Some may be fetched from this very server: a connection that arrives while a listener is closed is one
        that asyncio neither serves nor closes.
        """
        self._input_work.begin()
        try:
            yield
        finally:
            await self._input_work.close()

    async def _call(self, call: Call, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        home = f"{request.scheme}://{request.host}"

        def act() -> web.Response:
            try:
                _check_key(request)
                params = _params(request, body)
                if call is Call.STATUS:
                    self._refuse_forgotten(params.get("task_id"))
                return _json(200, envelope(answer(self._service, call, params, home=home)))
            except RefusalError as refusal:
                return _json(refusal.http_status, refusal.envelope())
            finally:
                self._input_work.begin()

        subject = request.query_string + without_signatures(body.decode("utf-8", "replace"))
        mishap = self._dice.mishap(call, subject, call.faults)
        return await self._spoil(mishap, request, act)

    async def _spoil(
        self, mishap: Mishap | None, request: web.Request, act: Callable[[], web.Response]
    ) -> web.StreamResponse:
        if mishap is None:
            return act()
        match mishap.kind:
            case FaultKind.TOO_MANY:
                return wire.too_many(speed=self._speed)
            case FaultKind.TRUNCATE:
                return await wire.truncated(request, act())
            case FaultKind.PAGE:
                return wire.page()
            case FaultKind.SLOW:
                await asyncio.sleep(60 / self._speed)
                return act()
            case FaultKind.SERVER_ERROR | FaultKind.RESET:
                if mishap.timing is FaultTiming.AFTER:
                    act()
                return wire.server_error() if mishap.kind is FaultKind.SERVER_ERROR else wire.reset(request)
            case (
                FaultKind.FAIL
                | FaultKind.INPUT_GONE
                | FaultKind.INPUT_FORBIDDEN
                | FaultKind.INPUT_EXPIRED
                | FaultKind.INPUT_LENGTH
                | FaultKind.INPUT_SLOW
                | FaultKind.BLACK
                | FaultKind.FROZEN
                | FaultKind.SILENT
                | FaultKind.SHORT
                | FaultKind.SHAPE
                | FaultKind.RESULT_GONE
                | FaultKind.RESULT_EXPIRED
                | FaultKind.RESULT_LENGTH
                | FaultKind.RESULT_FORGOTTEN
            ):  # those are the service's and the studio's: they strike generations and clips, not calls
                return act()
            case _:
                assert_never(mishap.kind)

    async def _result(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        try:
            task = self._service.task(name.partition(".")[0])
        except RefusalError:
            raise web.HTTPNotFound from None
        if not may_read(task, request):
            raise web.HTTPForbidden
        if name != task.file_name or self._service.state(task) is not TaskState.DONE:
            raise web.HTTPNotFound
        content = self._later(task, await self._studio.film(task))
        mishap = self._dice.mishap("result", task.id, _FILE_FAULTS)
        return await self._spoil(mishap, request, lambda: file_response(request, content))

    def _later(self, task: Task, content: bytes) -> bytes:
        """Spoil a result that is not fetched for the first time, where the dice say so."""
        if task.id not in self._fetched:
            self._fetched.add(task.id)
            return content
        match self._dice.result_fault(task.id):
            case FaultKind.RESULT_GONE:
                raise web.HTTPNotFound
            case FaultKind.RESULT_EXPIRED:
                raise web.HTTPForbidden
            case FaultKind.RESULT_LENGTH:
                return content + b"\0"
            case _:
                return content

    def _refuse_forgotten(self, task_id: JsonValue) -> None:
        """Know nothing more of a task whose result was fetched, where the dice say so."""
        is_forgotten = FaultKind.RESULT_FORGOTTEN
        if task_id in self._fetched and self._dice.result_fault(str(task_id)) is is_forgotten:
            raise RefusalError(ErrorCode.NOT_FOUND, "Task not found")

    async def _sample(self, request: web.Request) -> web.Response:
        name = request.match_info["name"].removesuffix(".jpg")
        if name not in SAMPLES:
            raise web.HTTPNotFound
        return web.Response(body=await self._studio.sample(name), content_type="image/jpeg")

    async def _input(self, request: web.Request) -> web.StreamResponse:
        return await input_response(self._inputs, request.match_info["name"])

    async def _home(self, request: web.Request) -> web.Response:
        text = home_page(f"{request.scheme}://{request.host}", self._service)
        return web.Response(text=text, content_type="text/html")


def _check_key(request: web.Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip() or key.strip().startswith("wrong"):
        raise RefusalError(ErrorCode.BAD_KEY, "Invalid API key")


def _params(request: web.Request, body: bytes) -> JsonObject:
    if request.method == "GET":
        return {**request.query}
    if not body.strip():
        return {}
    try:
        params = orjson.loads(body)
    except orjson.JSONDecodeError:
        params = None
    if not isinstance(params, dict):
        raise RefusalError(ErrorCode.BAD_INPUT, "The body must be a JSON object")
    return params


def _json(status: int, body: JsonObject) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")
