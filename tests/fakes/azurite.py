"""Azurite, Microsoft's own emulator of Blob Storage, as a process; it comes from npm."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

CONTAINER = "media"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Not secret: every Azurite has it."""
_VERSION = "2021-08-06"
_LISTENS = "successfully listens on "


@contextmanager
def azurite(folder: Path) -> Iterator[str]:
    """Serve a container while the block lasts, and hand out the endpoint; skip where there is no Azurite."""
    program = _program()
    command = [program, "--blobPort", "0", "--location", str(folder), "--silent", "--skipApiVersionCheck"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = next(line for line in process.stdout if _LISTENS in line)
            endpoint = f"{line.partition(_LISTENS)[2].strip()}/{ACCOUNT}"
            _make_container(endpoint)
            yield endpoint
        finally:
            process.kill()


def azure_environ(endpoint: str) -> dict[str, str]:
    """What a user of this server has in the environment."""
    return {
        "AZURE_STORAGE_CONNECTION_STRING": f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint};"
    }


def _program() -> str:
    found = shutil.which("azurite-blob")
    if found is None:
        message = "no Azurite here: npm install --global azurite"
        must_be = "SORA2BATCH_NOTHING_SKIPPED" in os.environ and shutil.which("npm") is not None
        pytest.fail(message) if must_be else pytest.skip(message)
    return found


def _make_container(endpoint: str) -> None:
    headers = {
        "x-ms-date": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "x-ms-version": _VERSION,
    }
    told = "".join(f"{name}:{value}\n" for name, value in headers.items())
    what = f"PUT{chr(10) * 12}{told}/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
    signature = b64encode(digest(b64decode(KEY), what.encode(), sha256)).decode()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{signature}"
    with urlopen(Request(f"{endpoint}/{CONTAINER}?restype=container", method="PUT", headers=headers)):
        pass
