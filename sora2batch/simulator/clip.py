"""A clip: H.264 in MP4 that any browser plays, the same bytes for the same shot."""

from __future__ import annotations

import math
from fractions import Fraction
from io import BytesIO

import av
from av.container import OutputContainer
from PIL import Image, ImageDraw

from sora2batch.simulator.ambience import RATE, ambience
from sora2batch.simulator.camera import Camera
from sora2batch.simulator.caption import overlay, unit_of
from sora2batch.simulator.fault import FaultKind
from sora2batch.simulator.grade import graded
from sora2batch.simulator.input_picture import staged
from sora2batch.simulator.picture import starting_picture
from sora2batch.simulator.plane import Cover, Planes, blended, framed, planes_of
from sora2batch.simulator.shot import Shot, Size
from sora2batch.simulator.weather import particles_of
from sora2batch.typography.carried_font import font_of
from sora2batch.typography.typesetter import Typesetter

FRAMES_PER_SECOND = 12
_WHITE = 235
_OPENING_SECONDS = 1.0
_LONGEST_OPENING = 0.25
"""A given picture is the first frame as it is; then camera and grade set in, for a second or a quarter."""
_ENCODER = {"preset": "veryfast", "crf": "29", "threads": "1", "g": "48"}


def render_clip(
    shot: Shot, given: Image.Image | None = None, *, typesetter: Typesetter | None = None
) -> bytes:
    """Render a shot as an MP4 file; it starts from the given picture, else from a drawn one."""
    target = BytesIO()
    count = round(shot.seconds * FRAMES_PER_SECOND)
    # Room for the index at the front, so that playing can start before the whole file is there.
    pieces = round(shot.seconds * RATE / 1024) if shot.has_sound else 0
    container_options = {"moov_size": str(4096 + 24 * (count + pieces)), "fflags": "+bitexact"}
    with av.open(target, "w", format="mp4", options=container_options) as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=dict(_ENCODER))
        stream.width, stream.height = shot.size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        sound = _Soundtrack(container, shot) if shot.has_sound else None
        stage = _Stage(shot, given, typesetter or Typesetter())
        for index in range(count):
            frame = _video_frame(stage.frame(index / count), shot.size)
            if sound:
                sound.play_to(index / FRAMES_PER_SECOND)
            frame.pts, frame.time_base = index, Fraction(1, FRAMES_PER_SECOND)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound:
            sound.play_to(math.inf)
    return target.getvalue()


def render_still(
    shot: Shot, given: Image.Image | None = None, *, typesetter: Typesetter | None = None
) -> Image.Image:
    """Render a shot as one picture, twice the size of a clip; a given picture is shown as it is."""
    still = staged(given, shot.size).image if given else _drawn_still(shot)
    still = still.convert("RGBA")
    still.alpha_composite(overlay(shot, still.size, typesetter or Typesetter()))
    return still.convert("RGB")


def _drawn_still(shot: Shot) -> Image.Image:
    picture = starting_picture(shot.picture)
    size = (shot.size[0] * 2, shot.size[1] * 2)
    box = Camera.for_shot(shot, picture.focus, picture.image.size).box(0.5)
    return graded(picture.image, shot).resize(size, Image.Resampling.BICUBIC, box=box)


class _Soundtrack:
    """The sound of a clip, written beside its frames: nothing of a clip is far from what belongs to it."""

    def __init__(self, container: OutputContainer, shot: Shot) -> None:
        self._container = container
        self._stream = container.add_stream("aac", rate=RATE, layout="mono", options={"flags": "+bitexact"})
        self._stream.bit_rate = 24_000
        self._rest = ambience(shot.seconds, is_silent=shot.flaw is FaultKind.SILENT)

    def play_to(self, seconds: float) -> None:
        for frame in self._rest:
            self._container.mux(self._stream.encode(frame))
            if frame.time is not None and frame.time >= seconds:
                return
        if seconds == math.inf:
            self._container.mux(self._stream.encode(None))


class _Stage:
    """What a shot's frames have in common, prepared once."""

    def __init__(self, shot: Shot, given: Image.Image | None, typesetter: Typesetter) -> None:
        picture = staged(given, shot.size) if given else starting_picture(shot.picture)
        opening = min(_OPENING_SECONDS / shot.seconds, _LONGEST_OPENING) if given else 0.0
        self._shot = shot
        self._camera = Camera.for_shot(shot, picture.focus, picture.image.size, opening=opening)
        self._original = planes_of(picture.image) if given else None
        self._scenery = planes_of(graded(picture.image, shot))
        self._cover = Cover.of(overlay(shot, shot.size, typesetter))
        self._particles = particles_of(shot)
        self._unit = unit_of(shot.size)
        self._font = font_of(11 * self._unit)

    def frame(self, t: float) -> Planes:
        """Put the frame of a moment from 0 to 1 together."""
        if self._shot.flaw is FaultKind.FROZEN:
            t = 0.0
        frame = framed(self._scenery_at(t), self._camera.box(t), self._shot.size)
        for particle in self._particles:
            frame.light.paste(
                _WHITE, particle.place(t * self._shot.seconds, self._shot.size), particle.sprite
            )
        self._cover.lay_over(frame)
        self._write_progress(frame, t)
        return _blacked(frame) if self._shot.flaw is FaultKind.BLACK else frame

    def _scenery_at(self, t: float) -> Planes:
        away = self._camera.departure(t)
        if self._original is None or away == 1:
            return self._scenery
        return blended(self._original, self._scenery, away)

    def _write_progress(self, frame: Planes, t: float) -> None:
        width, height = self._shot.size
        seconds = t * self._shot.seconds
        draw = ImageDraw.Draw(frame.light)
        place = (width - 14 * self._unit, height - 23 * self._unit)
        draw.text(place, f"0:{seconds:04.1f}", font=self._font, fill=190, anchor="ra")
        draw.rectangle((0, height - 3, width, height), fill=60)
        draw.rectangle((0, height - 3, round(width * t), height), fill=_WHITE)


def _blacked(frame: Planes) -> Planes:
    """Leave nothing to be seen."""
    for plane, value in zip(frame.in_order(), (16, 128, 128), strict=True):
        plane.paste(value, (0, 0, *plane.size))
    return frame


def _video_frame(planes: Planes, size: Size) -> av.VideoFrame:
    frame = av.VideoFrame(*size, "yuv420p")
    for plane, image in zip(frame.planes, planes.in_order(), strict=True):
        plane.update(_padded(image, plane.line_size))
    return frame


def _padded(image: Image.Image, line_size: int) -> bytes:
    """Write the rows of a plane, each filled up to the length that the encoder's memory has."""
    if line_size == image.width:
        return image.tobytes()
    wider = Image.new("L", (line_size, image.height))
    wider.paste(image)
    return wider.tobytes()
