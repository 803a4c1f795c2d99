"""The processes that decode: whatever becomes of them, whoever asked goes on, and none lives on alone."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.damaged_clip import black, clip
from fakes.waiting import wait_until
from sora2batch.clipcheck.checker import ClipChecker
from sora2batch.clipcheck.clip_finding import ClipFinding, Expected, FindingKind, NotChecked

BLACK = (ClipFinding(FindingKind.BLACK, "black for 2.0 of 2.0 s"),)
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")


@pytest.fixture(scope="module")
def black_clip(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "black.mp4"
    path.write_bytes(clip(black, seconds=2))
    return path


def script(text: str) -> tuple[str, ...]:
    """A process in the place of the decoder."""
    return ("-c", text)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def environ_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def written(note: Path) -> None:
    wait_until(lambda: note.exists() and note.read_text())


def gone(pid: int) -> None:
    wait_until(lambda: not is_alive(pid))


async def test_a_process_is_used_again_is_replaced_if_it_dies_and_ends_with_the_checker(black_clip):
    async with ClipChecker(1) as checker:
        assert not checker._idle
        assert await checker.check(black_clip, Expected()) == BLACK
        (first,) = checker._idle
        assert await checker.check(black_clip, Expected()) == BLACK
        assert checker._idle == [first]
        first.kill()
        await first.wait()
        assert await checker.check(black_clip, Expected()) == BLACK
        (second,) = checker._idle
        assert second is not first
    gone(second.pid)


async def test_it_knows_no_key_and_takes_no_module_from_the_working_folder(black_clip, tmp_path, monkeypatch):
    (tmp_path / "av.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
    async with ClipChecker(1) as checker:
        assert await checker.check(black_clip, Expected()) == BLACK
        assert b"sk-never" not in environ_of(checker._idle[0].pid)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import os; os.abort()", "gave up"),
        ("input(); print('nonsense')", "gave up"),
        ("input(); print('[]')", "gave up"),
        ('while True: input(); print(\'{"findings": [["odd", 1]]}\', flush=True)', "made no sense"),
        ("import time; time.sleep(60)", "more than 0.5 s"),
    ],
)
async def test_a_process_that_dies_hangs_or_raves_costs_one_answer(black_clip, text, reason):
    async with ClipChecker(1, command=script(text), most_seconds=0.5) as checker:
        told = await checker.check(black_clip, Expected())
    assert isinstance(told, NotChecked)
    assert reason in told.reason


async def test_where_every_process_dies_no_more_are_started_and_nothing_is_said(black_clip, tmp_path, caplog):
    note = tmp_path / "starts"
    dies = script(f"open({str(note)!r}, 'a').write('x'); raise SystemExit(1)")
    async with ClipChecker(2, command=dies) as checker:
        told = [await checker.check(black_clip, Expected()) for _ in range(12)]
    assert all(isinstance(one, NotChecked) for one in told)
    assert len(note.read_text()) <= 12
    assert not caplog.records


async def test_who_stops_waiting_ends_the_process(black_clip, tmp_path):
    note = tmp_path / "pid"
    sleeps = script(f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    async with ClipChecker(1, command=sleeps) as checker:
        waiting = asyncio.create_task(checker.check(black_clip, Expected()))
        await asyncio.to_thread(written, note)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    gone(int(note.read_text()))


PARENT = """
import asyncio, sys
from pathlib import Path
from sora2batch.clipcheck.checker import ClipChecker
from sora2batch.clipcheck.clip_finding import Expected

async def main():
    async with ClipChecker(1) as checker:
        await checker.check(Path(sys.argv[1]), Expected())
        print(checker._idle[0].pid, flush=True)
        while True:
            await checker.check(Path(sys.argv[1]), Expected())

asyncio.run(main())
"""


def test_a_run_that_is_killed_leaves_no_process_behind(black_clip):
    with subprocess.Popen([sys.executable, "-c", PARENT, black_clip], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_alive(worker)
        parent.send_signal(signal.SIGKILL)
        gone(worker)
