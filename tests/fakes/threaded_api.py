"""The API as a server in a thread, for programs that have the main thread to themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Self

RICH = (200, json.dumps({"success": True, "errorMsg": "", "error_code": 0, "data": {"balances": 1_000_000}}))
BROKEN = (502, "<html>Bad Gateway</html>")


def refusal(message: str, code: int) -> tuple[int, str]:
    """An envelope that says no."""
    return 200, json.dumps({"success": False, "errorMsg": message, "error_code": code, "data": None})


class ThreadedApi:
    """Answers each call by its name; one that has no answer breaks, a stalled one waits for the end.

    With the answer to the last call it is gone: nobody can connect to it any more.
    """

    def __init__(self, answers: Mapping[str, tuple[int, str]], *, stalled: str = "", last: str = "") -> None:
        self.calls: list[str] = []
        self._is_over = Event()
        calls, is_over = self.calls, self._is_over

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                name = self.path.split("?")[0].rsplit("/", 1)[-1]
                calls.append(name)
                if name == stalled:
                    is_over.wait()
                    return
                if name == last:
                    self.server.shutdown()
                    self.server.socket.close()
                status, body = answers.get(name, BROKEN)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                with suppress(ConnectionError):  # a program that ends does not wait for every answer
                    self.wfile.write(body.encode())

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/un-api"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
