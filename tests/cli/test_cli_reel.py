"""``sora2batch reel``: which clips, in which order, what is told; what is encoded is the business of ``reel/``."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.exhibition import clip, done, exhibit
from fakes.lock_entry import completed
from fakes.waiting import wait_until
from sora2batch.lockfile.entry import Output

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 50000}
defaults: {input: {mode: std, duration: 10, aspect_ratio: 16:9}}
jobs:
  hero:
    matrix: {animal: [fox, owl], camera: [pan, dolly]}
    input: {prompt: "{{ camera }} on {{ animal }}."}
"""


@pytest.fixture
def show(folder):
    return exhibit(folder, SHOW)


def keys_of(ran):
    return [key.removeprefix("hero/") for scene in ran.document["scenes"] for key in scene["keys"]]


def test_all_finished_clips_are_cut_together(show, call):
    ran = call("reel", "show.yaml", "--seconds", "1")
    assert (ran.code, ran.out) == (0, "wrote show.reel.mp4: 4 clips, 0:04.0, 128x72 at 10 a second\n")
    assert Path("show.reel.mp4").stat().st_size > 1000
    assert sorted(path.name for path in Path().glob(".*")) == []


def test_a_list_says_what_would_be_seen_when(show, call):
    ran = call("reel", "show.yaml", "--list", "--length", "8s", "--order", "camera,-animal")
    assert ran.out.splitlines() == [
        "  0:00.0  hero/owl/pan      2.00 s  from 0.50 s",
        "  0:02.0  hero/fox/pan      2.00 s  from 0.50 s",
        "  0:04.0  hero/owl/dolly    2.00 s  from 0.50 s",
        "  0:06.0  hero/fox/dolly    2.00 s  from 0.50 s",
        "4 clips, 0:08.0, 128x72 at 10 a second",
    ]
    assert not Path("show.reel.mp4").exists()


def test_picks_choose_and_their_order_counts(show, call):
    Path("picks.yaml").write_text(
        "- {key: hero/owl/pan, favourite: true}\n- {key: hero/fox/dolly, favourite: true}\n"
        "- {key: hero/fox/pan, rating: 5}\n"
    )
    assert keys_of(call("reel", "show.yaml", "--picks", "picks.yaml", "--list", "--json")) == [
        "owl/pan",
        "fox/dolly",
    ]
    rated = call("reel", "show.yaml", "--picks", "picks.yaml", "--min-rating", "4", "--list", "--json")
    assert keys_of(rated) == ["fox/pan"]
    narrow = call("reel", "show.yaml", "--picks", "picks.yaml", "--where", "animal=owl", "--list", "--json")
    assert keys_of(narrow) == ["owl/pan"]


def test_a_grid_is_one_scene(show, call):
    ran = call("reel", "show.yaml", "--grid", "--seconds", "0.5", "-o", "grid.mp4", "--json")
    (scene,) = ran.document["scenes"]
    assert scene["keys"] == ["hero/fox/pan", "hero/fox/dolly", "hero/owl/pan", "hero/owl/dolly"]
    assert (ran.document["file"], ran.document["bytes"]) == ("grid.mp4", Path("grid.mp4").stat().st_size)


def test_a_damaged_and_a_missing_clip_are_left_out_and_told(show, call):
    damaged, missing = (show.clip_of(job) for job in show.jobs[:2])
    damaged.unlink()
    damaged.write_bytes(b"no clip")
    missing.unlink()
    ran = call("reel", "show.yaml", "--seconds", "0.5")
    assert ran.code == 1
    assert "left out: hero/fox/pan: it is no clip that plays\n" in ran.err
    assert "left out: hero/fox/dolly: its file is missing\n" in ran.err
    assert "2 clips" in ran.out


def test_nothing_that_can_be_used_is_an_error_and_nothing_finished_another(folder, call):
    exhibit(folder, SHOW, with_clips=False)
    ran = call("reel", "show.yaml")
    assert ran.code == 1
    assert "error: show.yaml: none of its clips can be used" in ran.err
    exhibit(folder, SHOW, lambda _place, _job: None)
    ran = call("reel", "show.yaml")
    assert ran.code == 2
    assert "error: show.yaml has no finished clip to cut" in ran.err


def test_what_is_not_finished_is_counted_or_named_if_it_was_picked(folder, call):
    exhibit(folder, SHOW, lambda place, job: done(job) if place else None)
    ran = call("reel", "show.yaml", "--list")
    assert (ran.code, ran.err) == (0, "1 of 4 jobs are not finished, so they are not in it\n")
    Path("picks.yaml").write_text("- {key: hero/fox/pan}\n- {key: hero/owl/pan}\n")
    ran = call("reel", "show.yaml", "--list", "--picks", "picks.yaml")
    assert ran.code == 1
    assert "left out: hero/fox/pan: it has no clip: its job is pending" in ran.err


def test_a_result_that_was_never_downloaded_is_exit_4(folder, call):
    def attempt(place, job):
        return done(job) if place else completed("task", outputs=(Output(url="https://h.example/a.mp4"),))

    exhibit(folder, SHOW, attempt)
    ran = call("reel", "show.yaml", "--list")
    assert ran.code == 4
    assert "its file has not been downloaded" in ran.err


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["-o", "picture.png"], "a reel is an MP4"),
        (["-o", "-"], "a reel is a file"),
        (["-o", "mine.mp4"], "mine.mp4 is there already and is no reel of show.yaml"),
        (["-o", "nowhere/reel.mp4"], "there is no folder nowhere"),
        (["--order", "camra"], 'there is no axis "camra"'),
        (["--length", "soon"], "write it as 30s"),
        (["--seconds", "0"], "no time at all"),
        (["--min-rating", "3"], "give --picks as well"),
        (["--select", "nix*"], "no job has such a key"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(show, call, flags, told):
    mine = clip()
    Path("mine.mp4").write_bytes(mine)
    ran = call("reel", "show.yaml", *flags)
    assert ran.code == 2
    assert told in ran.err
    assert Path("mine.mp4").read_bytes() == mine


def test_only_a_reel_of_the_same_manifest_is_written_over(show, call):
    assert call("reel", "show.yaml", "--select", "*pan", "--seconds", "0.3", "-q").code == 0
    first = Path("show.reel.mp4").read_bytes()
    assert call("reel", "show.yaml", "--select", "*dolly", "--seconds", "0.5", "-q").code == 0
    assert Path("show.reel.mp4").read_bytes() != first


def parts():
    return list(Path().glob(".show.reel.mp4.parts/*.mp4"))


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_killed_reel_goes_on_and_ctrl_c_says_so(show, call):
    command = [sys.executable, "-m", "sora2batch", "reel", "show.yaml", "--size", "1280x720"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: parts() or process.poll() is not None)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "what was encoded is kept in .show.reel.mp4.parts: the same command goes on from there" in err
    (kept, *_) = parts()
    stamp = kept.stat().st_mtime_ns
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    wait_until(lambda: len(parts()) >= 2 or process.poll() is not None)
    assert process.poll() is None
    process.kill()
    process.wait()
    assert kept.stat().st_mtime_ns == stamp
    assert call("reel", "show.yaml", "--size", "1280x720").code == 0
    assert not Path(".show.reel.mp4.parts").exists()
