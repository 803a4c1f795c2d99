"""Frames of any size and kind are made to fit a box: upright, with square pixels, in one colour space."""

from __future__ import annotations

from fractions import Fraction

from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from PIL import Image

from sora2batch.reel.clip_facts import is_on_its_side
from sora2batch.reel.pixel_size import Size
from sora2batch.reel.planar import Planes, planes_of

_UNSPECIFIED = 2
_SMALL = 720
"""Below this height clips that do not say so are meant in the colours of old television."""
_TURNS = {
    1: Image.Transpose.ROTATE_90,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_270,
}


class Fitter:
    """Fits frames of one clip into a box; a frame may differ from the one before."""

    def __init__(self, box: Size, pixel_aspect: Fraction) -> None:
        self._box = box
        self._aspect = pixel_aspect
        self._reformatter = VideoReformatter()

    def fit(self, frame: VideoFrame) -> Planes:
        """Scale a frame so that all of it is in the box and as large as can be."""
        width, height = self._size_of(frame)
        if is_on_its_side(frame):
            width, height = height, width
        unspecified = Colorspace.ITU709 if frame.height >= _SMALL else Colorspace.ITU601
        scaled = self._reformatter.reformat(
            frame,
            width,
            height,
            "yuv420p",
            src_colorspace=unspecified if frame.colorspace == _UNSPECIFIED else None,
            dst_colorspace=Colorspace.ITU709,
            interpolation=Interpolation.BICUBIC,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        return _upright(planes_of(scaled), frame)

    def _size_of(self, frame: VideoFrame) -> Size:
        """Even, for the colours of two pixels are one."""
        width, height = frame.width * self._aspect, Fraction(frame.height)
        if is_on_its_side(frame):
            width, height = height, width
        scale = min(self._box[0] / width, self._box[1] / height)
        return _even(width * scale, self._box[0]), _even(height * scale, self._box[1])


def _even(length: Fraction, most: int) -> int:
    return max(2, min(most, 2 * round(length / 2)))


def _upright(planes: Planes, frame: VideoFrame) -> Planes:
    turn = _TURNS.get(round(frame.rotation / 90) % 4)
    return planes if turn is None else Planes(*(plane.transpose(turn) for plane in planes))
