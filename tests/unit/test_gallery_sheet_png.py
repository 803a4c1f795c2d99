from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image

from sora2batch.gallery.sheet.png import encode_png


def image_of(data):
    return Image.open(BytesIO(data))


def test_colours_are_given_up_before_a_picture_is():
    noise = Image.frombytes("RGB", (200, 200), Random(2).randbytes(120_000))
    modes = [image_of(encode_png(noise, {}, most)).mode for most in (200_000, 60_000, 33_000)]
    assert modes == ["RGB", "P", "P"]
    assert encode_png(noise, {}, 1000) is None
