"""A reel plays in a browser to its end, with the right picture at each moment."""

from __future__ import annotations

from fractions import Fraction

from fakes.reel_case import BLUE, GREEN, RED, footage_at, write_clip
from sora2batch.reel.make import make_reel
from sora2batch.reel.reel_settings import ReelSettings
from sora2batch.reel.timeline import make_edit_list

PLAY = """
async name => {
  const video = document.createElement("video");
  video.src = URL.createObjectURL(await (await fetch(name)).blob()); // can be sought in
  video.muted = true;
  const happens = what => new Promise((done, failed) => {
    video.addEventListener(what, done, {once: true});
    video.addEventListener("error", () => failed(new Error(video.error.message)), {once: true});
  });
  document.body.append(video);
  await happens("loadeddata");
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const view = canvas.getContext("2d", {willReadFrequently: true});
  const seen = [];
  const look = (now, frame) => {
    view.drawImage(video, 0, 0);
    const colour = view.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data.slice(0, 3);
    seen.push([frame.mediaTime, ...colour]);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  const ended = happens("ended");
  await video.play();
  await ended;
  return {seen, duration: video.duration, at: video.currentTime, error: video.error,
          decoded: video.webkitAudioDecodedByteCount};
}
"""


def near(seen, colour):
    return max(abs(a - b) for a, b in zip(seen, colour, strict=True)) < 50


def test_a_reel_plays_to_its_end_with_picture_and_sound(browser, tmp_path):
    clips = [
        footage_at(write_clip(tmp_path / f"{name}.mp4", colour, rate=24, tone=440))
        for name, colour in (("a", RED), ("b", GREEN), ("c", BLUE))
    ]
    edit = make_edit_list("m", clips, ReelSettings(titles=False, fade=Fraction(0)))
    make_reel(edit, tmp_path / "reel.mp4", lambda _more: None)
    page_file = tmp_path / "page.html"
    page_file.write_text("<!doctype html>")
    page = browser.new_page()
    try:
        page.route(
            "http://reel.test/*",
            lambda route: route.fulfill(path=tmp_path / route.request.url.rpartition("/")[2]),
        )
        page.goto("http://reel.test/page.html")
        told = page.evaluate(PLAY, "reel.mp4")
    finally:
        page.close()
    colours = (RED, GREEN, BLUE)
    # A browser may be a frame late in telling which one it shows.
    inside = [(moment, colour) for moment, *colour in told["seen"] if 0.1 < moment % 1 < 0.9]
    assert {int(moment) for moment, _ in inside} == {0, 1, 2}
    assert [one for one in inside if not near(one[1], colours[int(one[0])])] == []
    assert abs(told["duration"] - 3) < 0.03
    assert abs(told["at"] - told["duration"]) < 0.01
    assert told["decoded"] > 0
