"""A person at a terminal: a program under a pseudo-terminal, what it shows, and keys that are pressed."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from fcntl import ioctl
from pathlib import Path
from struct import pack
from termios import TIOCSWINSZ

CTRL_C = "\x03"
_OWN_THE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes the pseudo-terminal the controlling one, so that Ctrl-C becomes a signal."""


class Terminal:
    """Runs one program; standard input, output and error are all the terminal."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int = 100
    ) -> None:
        self._master, slave = pty.openpty()
        ioctl(slave, TIOCSWINSZ, pack("HHHH", 30, columns, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-c", _OWN_THE_TERMINAL, *command],
            cwd=cwd,
            env=dict(env),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.shown = ""

    def expect(self, text: str, *, seconds: float = 60.0) -> None:
        """Read until the text was shown."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < end, f"{text!r} was not shown:\n{self.shown}"
            assert self._read(0.2) or self._process.poll() is None, f"ended without {text!r}:\n{self.shown}"

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def end(self, *, insist: str = "", seconds: float = 60.0) -> int:
        """Read to the end and return the exit code.

        A key that makes a signal is lost if it is hit in the instant before Python blocks in its read, so a
        test may insist on it, as a person would.
        """
        end = time.monotonic() + seconds
        while True:
            has_shown = self._read(3.0 if insist else 0.2)
            if not has_shown and self._process.poll() is not None:
                break
            if not has_shown and insist:
                self.type(insist)
            if time.monotonic() > end:
                self._process.kill()
                self._process.wait()
                raise AssertionError(f"did not end:\n{self.shown}")
        os.close(self._master)
        return self._process.wait()

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # on Linux, the end of the other side
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)
