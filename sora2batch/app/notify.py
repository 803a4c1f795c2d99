"""Who waits for a run is told of its end: a program of the user's, the terminal's bell, the desktop.

It can neither hold up nor fail the run: whatever goes wrong is a line, and no secret is handed on.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.config.recipient import BELL, DESKTOP, NOBODY
from sora2batch.app.config.settings import recipients_for
from sora2batch.app.output.output import Display
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.text import one_line

_LONGEST_SECONDS = 10.0
_ROOM = 1000
_SECRET = ("SJINN_", "AWS_", "AZURE_", "GOOGLE_", "SORA2BATCH_STORE")
_NOT_TOLD = frozenset({ExitCode.INTERRUPTED, ExitCode.TERMINATED})
"""Who ended a run knows of it."""
_DONE = frozenset({ExitCode.DONE, ExitCode.FAILED})
_SCRIPT = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"


class News(NamedTuple):
    """How a call of `run` ended."""

    manifests: tuple[Path, ...]
    exit_code: ExitCode
    summary: str
    """A line."""
    needs_person: bool = False
    """Whether it went well, and somebody has to pick before it goes on."""

    @property
    def event(self) -> str:
        """``done``, or ``attention`` where a person is needed for it to go on."""
        return "done" if self.exit_code in _DONE and not self.needs_person else "attention"


def recipients(given: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Choose who is told: by the flags, else by the settings; looked at before anything is sent.

    Raises:
        UsageError: a command cannot be understood, its program is not there, or a setting is no good.
    """
    setting = None if given else recipients_for(folder)
    found = tuple(given) if setting is None else setting.value
    for one in found:
        if one not in {BELL, DESKTOP, NOBODY}:
            _check(one, setting.origin if setting else "--notify")
    return tuple(one for one in dict.fromkeys(found) if one != NOBODY)


def _check(command: str, origin: str) -> None:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"{origin}: this is no command: {str(error).lower()}") from None
    program = words[0] if words else command
    if shutil.which(program) is None:
        raise UsageError(
            f"{origin}: there is no such program: {one_line(program, _ROOM)!r}",
            hint=f'name a program with its arguments, "{BELL}", "{DESKTOP}" or "{NOBODY}"',
        )


def notify(told: Sequence[str], news: News, printer: Display) -> None:
    """Tell everybody of the end of a run; nobody where a person has ended it."""
    if news.exit_code in _NOT_TOLD:
        return
    for one in told:
        name = one
        if one == BELL:
            fault = None if printer.bell() else "standard error is no terminal"
        elif one == DESKTOP:
            fault = _tell_desktop(news)
        else:
            words = shlex.split(one)
            name = words[0]  # what follows may be a secret, such as the address of a chat
            fault = _start(words, news)
        if fault:
            printer.error(f"notice: --notify {one_line(name, _ROOM)}: {fault}")


def _tell_desktop(news: News) -> str | None:
    title = f"sora2batch: {'needs you' if news.event == 'attention' else 'done'}"
    if program := shutil.which("notify-send"):
        return _start([program, "--", title, escape(news.summary)], news)
    if program := shutil.which("osascript"):
        return _start([program, "-e", _SCRIPT, title, news.summary], news)
    return "there is neither notify-send nor osascript here"


def _start(words: Sequence[str], news: News) -> str | None:
    """Run a program without a shell, in a group of its own that ends in time; tell what went wrong."""
    try:
        started = subprocess.Popen(  # noqa: S603 - the user's own word, split but never given to a shell
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(_environment(os.environ, news)),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    try:
        code = started.wait(_LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        return f"ended after {_LONGEST_SECONDS:g} s, because it had not come to an end"
    finally:
        _end(started)
    return f"it ended with {code}" if code else None


def _end(started: subprocess.Popen[bytes]) -> None:
    """End whatever is left of a program's group, if the program itself is still there."""
    if started.poll() is not None:
        return
    with suppress(OSError):
        if os.name == "nt":
            started.kill()
        else:
            os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def _environment(environ: Mapping[str, str], news: News) -> Iterator[tuple[str, str]]:
    yield from ((name, value) for name, value in environ.items() if not name.upper().startswith(_SECRET))
    yield "SORA2BATCH_EVENT", news.event
    yield "SORA2BATCH_MANIFEST", "\n".join(map(str, news.manifests))
    yield "SORA2BATCH_EXIT_CODE", str(int(news.exit_code))
    yield "SORA2BATCH_SUMMARY", news.summary.replace("\0", " ")
