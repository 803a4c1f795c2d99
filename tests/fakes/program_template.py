"""A process that has loaded the whole program, or another one, and forks a child for every call of it.

A start of Python and all imports cost half a second, a fork a few milliseconds: that is what makes it possible
to kill the program at every single step. Commands come as JSON lines on standard input, answers go to standard
output; the children have files instead.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from fakes.sabotage import Sabotage

PRODUCT = "sora2batch.cli.main"
"""Whose ``main`` is called, unless another module is named."""
_PRELOADED = (
    "sora2batch.cli.command.run",
    "sora2batch.cli.command.plan",
    "sora2batch.cli.command.reconcile",
    "sora2batch.cli.command.status",
    "sora2batch.cli.command.lock",
    "sora2batch.app.run",
    "sora2batch.app.planning.plan",
    "sora2batch.app.reconcile",
    "sora2batch.app.status.status",
    "sora2batch.app.backend.account",
    "sora2batch.app.backend.open_backend",
    "sora2batch.app.execution.launch",
    "sora2batch.app.output.failure_detail",
    "sora2batch.app.output.json_document",
    "sora2batch.cli.show.progress",
    "sora2batch.manifest.load",
    "sora2batch.matrix.file_lookup",
    "sora2batch.media.measure",
    "sora2batch.media.probe",
    "sora2batch.store.make",
    "jsonschema_rs",
)

_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def serve() -> None:
    """Obey until standard input ends. Children hear Ctrl-C even if whoever started this does not."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    program = import_module(sys.argv[1]).main
    for name in _PRELOADED if sys.argv[1] == PRODUCT else ():
        import_module(name)
    commands, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    gc.freeze()
    answers.write(b'{"ready": true}\n')
    for line in commands:
        command = json.loads(line)
        answer = {"pid": _start(command, program)} if "argv" in command else {"code": _wait(command["wait"])}
        answers.write(json.dumps(answer).encode() + b"\n")


def _wait(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _start(command: dict[str, Any], program: Callable[[], None]) -> int:
    # A signal that comes at once waits until the program has begun: it is none of the fork's business.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    pid = os.fork()
    if pid == 0:
        code = 71
        try:
            code = _live(command, program)
        finally:
            os._exit(code)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    return pid


def _live(command: dict[str, Any], program: Callable[[], None]) -> int:
    for descriptor, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, command["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, command["err"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        os.dup2(os.open(path, flags, 0o666), descriptor)
    os.closerange(3, 64)
    os.chdir(Path(command["cwd"]))
    os.environ.clear()
    os.environ.update(command["env"])
    sys.argv = ["sora2batch", *command["argv"]]
    Sabotage.from_dict(command["sabotage"]).install()
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        program()
    except KeyboardInterrupt:  # before the first line of it
        code = 130
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    serve()
