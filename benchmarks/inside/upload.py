"""Files go to an S3 server in turn: by the store, which looks first and hashes, and by obstore alone.

Arguments: the folder of the files, pairs, how many at once. Prints the seconds of both as JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.request import Request, urlopen

import obstore
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from sora2batch.store.content_object import ContentObject
from sora2batch.store.make import open_store
from sora2batch.store.store_location import parse_location

_ENVIRON = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}


def serve(pipe: Connection) -> None:
    """Be an S3 server in a process of its own until the pipe speaks."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    pipe.send(server.get_host_and_port()[1])
    pipe.recv()
    server.stop()


def main(folder: str, pairs: str, at_once: str) -> None:
    """Measure, after one round of both that does not count."""
    context = get_context("spawn")
    pipe, end = context.Pipe()
    server = context.Process(target=serve, args=(end,))
    server.start()
    endpoint = f"http://127.0.0.1:{pipe.recv()}"
    paths = sorted(Path(folder).iterdir())
    items = [_item(path) for path in paths]
    ours, theirs = [], []
    for _ in range(int(pairs) + 1):
        ours.append(_timed(endpoint, lambda: _by_store(endpoint, items, paths, int(at_once))))
        theirs.append(_timed(endpoint, lambda: _by_obstore(endpoint, items, paths, int(at_once))))
    pipe.send("end")
    server.join()
    print(json.dumps({"ours": ours[1:], "theirs": theirs[1:]}))


def _timed(endpoint: str, upload: Callable[[], Awaitable[None]]) -> float:
    for method, path in (("POST", "moto-api/reset"), ("PUT", "media")):
        with urlopen(Request(f"{endpoint}/{path}", method=method)):  # noqa: S310 - on loopback
            pass

    async def timed() -> float:
        begin = time.perf_counter()
        await upload()
        return time.perf_counter() - begin

    return asyncio.run(timed())


async def _by_store(
    endpoint: str, items: Sequence[ContentObject], paths: Sequence[Path], at_once: int
) -> None:
    environ = {**_ENVIRON, "AWS_ENDPOINT_URL": endpoint}
    async with open_store(parse_location("s3://media/p"), environ) as store:
        await _all(at_once, [partial(store.put_file, *pair) for pair in zip(items, paths, strict=True)])


async def _by_obstore(
    endpoint: str, items: Sequence[ContentObject], paths: Sequence[Path], at_once: int
) -> None:
    store = S3Store(
        "media",
        config={
            "access_key_id": "AKIAEXAMPLE",
            "secret_access_key": "example",
            "region": "us-east-1",
            "endpoint": endpoint,
        },
        client_options={"allow_http": True, "timeout": timedelta(minutes=10)},
    )
    names = [f"p/{item.name}" for item in items]
    await _all(at_once, [partial(obstore.put_async, store, *pair) for pair in zip(names, paths, strict=True)])


async def _all(at_once: int, calls: Sequence[Callable[[], Awaitable[object]]]) -> None:
    rest = iter(calls)

    async def work() -> None:
        for call in rest:
            await call()

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())


def _item(path: Path) -> ContentObject:
    data = path.read_bytes()
    return ContentObject(sha256(data).hexdigest(), ".jpg", len(data), "image/jpeg")


if __name__ == "__main__":
    main(*sys.argv[1:])
