"""An S3 server (moto's) in a thread, with one bucket; it takes every credential, and refuses who has none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

from moto.server import ThreadedMotoServer

BUCKET = "media"
SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIexampleSECRETkey/bPxRfiCY0",
}


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
