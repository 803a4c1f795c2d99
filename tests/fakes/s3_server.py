"""An S3 server (moto's) in a thread, with one bucket; it takes every credential, and refuses who has none."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import unquote
from urllib.request import Request, urlopen

from moto.server import ThreadedMotoServer

BUCKET = "media"
SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIexampleSECRETkey/bPxRfiCY0",
}
_REQUEST = re.compile(r'"(\w+) (\S+) HTTP[^"]*" (\d+)')


class S3Request(NamedTuple):
    """One request that the server has answered."""

    method: str
    target: str
    """Path and query, unquoted."""
    status: int
    at: float
    """By ``time.time``."""


class _Requests(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[S3Request] = []

    def emit(self, record: logging.LogRecord) -> None:
        if found := _REQUEST.search(record.getMessage()):
            self.seen.append(S3Request(found[1], unquote(found[2]), int(found[3]), record.created))


@contextmanager
def s3_requests() -> Iterator[list[S3Request]]:
    """Note what the server is asked while the block lasts."""
    log, handler = logging.getLogger("werkzeug"), _Requests()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield handler.seen
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.ERROR)


@contextmanager
def s3_server() -> Iterator[str]:
    """Serve while the block lasts, and hand out the endpoint."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        with urlopen(Request(f"{endpoint}/{BUCKET}", method="PUT")):
            pass
        yield endpoint
    finally:
        server.stop()


def s3_environ(endpoint: str, **more: str) -> dict[str, str]:
    """What a user of this server has in the environment."""
    return {**SECRETS, "AWS_ENDPOINT_URL": endpoint, **more}
