"""The real ``yaml-language-server`` in a process, asked as an editor asks it; it comes from npm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple

import pytest

CURSOR = "¦"
"""Where the cursor is, in texts for ``proposals`` and ``hover``."""
_PROGRAM = "yaml-language-server"
_MOST_SECONDS = 60.0
_SETTINGS = {"yaml": {"schemaStore": {"enable": False}, "validate": True, "hover": True, "completion": True}}
_ABLE = {
    "textDocument": {
        "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}},
        "hover": {"contentFormat": ["markdown"]},
    },
    "workspace": {"configuration": True},
}


class Red(NamedTuple):
    """A place that is underlined, and why."""

    line: int
    """From 1."""
    text: str
    """What is underlined, if it is on one line."""
    message: str


@contextmanager
def language_server() -> Iterator[LanguageServer]:
    """Start a server while the block lasts; skip where there is none."""
    with subprocess.Popen([_program(), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield LanguageServer(process)
        finally:
            process.kill()


class LanguageServer:
    """Opens manifests in an editor without a window."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._calls = 0
        self._texts: dict[str, str] = {}
        self._found: dict[str, Sequence[Any]] = {}
        self._is_configured = False
        self._call("initialize", {"processId": None, "rootUri": None, "capabilities": _ABLE})
        self._send({"method": "initialized", "params": {}})
        while not self._is_configured:
            self._read()

    def red(self, texts: Mapping[Path, str]) -> dict[Path, list[Red]]:
        """Open files, and tell what is underlined in each; hints about unused anchors do not count."""
        uris = {path: self._open(path, text) for path, text in texts.items()}
        while not self._found.keys() >= set(uris.values()):
            self._read()
        return {path: sorted(self._reds(uri)) for path, uri in uris.items()}

    def proposals(self, path: Path, text: str) -> dict[str, str]:
        """Open a file, and tell what is proposed at the cursor, each with what is told of it."""
        items = self._call("textDocument/completion", self._at_cursor(path, text))["items"]
        return {item["label"]: _plain(item.get("documentation")) for item in items}

    def hover(self, path: Path, text: str) -> str:
        """Open a file, and tell what appears at the cursor."""
        found = self._call("textDocument/hover", self._at_cursor(path, text))
        return _plain(found["contents"]) if found else ""

    def _at_cursor(self, path: Path, text: str) -> Any:
        before, _, after = text.partition(CURSOR)
        position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return {"textDocument": {"uri": self._open(path, before + after)}, "position": position}

    def _open(self, path: Path, text: str) -> str:
        uri = path.as_uri()
        assert uri not in self._texts, "each text has a name of its own"
        self._texts[uri] = text
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return uri

    def _reds(self, uri: str) -> Iterator[Red]:
        lines = self._texts[uri].splitlines()
        for one in self._found[uri]:
            if one["severity"] <= 2:  # errors and warnings, which editors both draw as such
                start, end = one["range"]["start"], one["range"]["end"]
                text = lines[start["line"]][start["character"] :][: end["character"] - start["character"]]
                yield Red(start["line"] + 1, text, one["message"])

    def _call(self, method: str, params: Any) -> Any:
        self._calls += 1
        number = self._calls
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> Mapping[str, Any]:
        """Read one message; what the server asks is answered, what it found is kept."""
        watchdog = Timer(_MOST_SECONDS, self._process.kill)
        watchdog.start()
        try:
            message = self._next()
        finally:
            watchdog.cancel()
        match message:
            case {"method": "workspace/configuration", "id": number, "params": {"items": items}}:
                wanted = [_SETTINGS.get(item.get("section")) for item in items]
                self._send({"id": number, "result": wanted})
                self._is_configured = True
            case {"method": "textDocument/publishDiagnostics", "params": {"uri": uri, "diagnostics": found}}:
                self._found[uri] = found
            case {"method": _, "id": number}:
                self._send({"id": number, "result": None})
            case _:
                pass
        return message

    def _next(self) -> Mapping[str, Any]:
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the server ended, or did not answer"
        return json.loads(self._process.stdout.read(length))


def _plain(markup: Any) -> str:
    return markup["value"] if isinstance(markup, dict) else markup or ""


def _program() -> str:
    found = shutil.which(_PROGRAM)
    if found is None:
        message = f"no {_PROGRAM} here: npm install --global {_PROGRAM}"
        must_be = "SORA2BATCH_NOTHING_SKIPPED" in os.environ and shutil.which("npm") is not None
        pytest.fail(message) if must_be else pytest.skip(message)
    return found
