"""``report --serve`` as a process of its own, and what a page of it would ask."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from fakes.page_data import read_data

_LONGEST_SECONDS = 60


class ServedReport:
    """A context manager: serves while the block lasts, unless it was ended before."""

    def __init__(self, folder: Path, *words: object, environment: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "sora2batch", "report", *map(str, words), "--serve", "--json"]
        # Output of a process goes to the pipe as soon as it is printed.
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "BROWSER": "", **(environment or {})},
        )
        self.document = self._read_document()
        self.url: str = self.document["gallery"]
        parts = urlsplit(self.url)
        self.host, self.path = parts.netloc, parts.path
        self.origin = f"http://{self.host}"

    def _read_document(self) -> dict[str, Any]:
        assert self._process.stdout
        lines = []
        while not lines or lines[-1] != "}\n":
            lines.append(self._process.stdout.readline())
            assert lines[-1], self._process.communicate()
        return json.loads("".join(lines))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.end()

    def ask(
        self,
        place: str = "",
        *,
        method: str = "GET",
        path: str | None = None,
        body: bytes | None = None,
        **headers: str,
    ) -> tuple[HTTPResponse, bytes]:
        """Send a request; underscores in names of headers stand for hyphens."""
        connection = HTTPConnection(self.host, timeout=_LONGEST_SECONDS)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.putrequest(method, path or self.path + place, skip_host="Host" in given)
            for name, value in given.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def save(self, *picks: Mapping[str, Any], **headers: str) -> tuple[int, dict[str, Any]]:
        """Send picks as the page does."""
        given = {"Origin": self.origin, "Content_Type": "application/json", **headers}
        body = json.dumps({"picks": list(picks)}).encode()
        response, answer = self.ask("picks", method="POST", body=body, **given)
        return response.status, json.loads(answer)

    def changes(self, version: int = 0, edition: str = "1") -> list[dict[str, Any]]:
        """Ask what is new: how things are, and then what has changed if anything has."""
        _, body = self.ask(f"changes?version={version}&edition={edition}")
        head, *batch = body.splitlines()
        return [json.loads(head), *(read_data(line.decode()) for line in batch)]

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Send a signal; tell the exit code, and what was said since the document."""
        self._process.send_signal(number)
        out, err = self._process.communicate(timeout=_LONGEST_SECONDS)
        return self._process.returncode, out, err
