from __future__ import annotations

import pytest

from fakes.sheet_case import tile_of
from sora2batch.gallery.sheet.face import Face, draw_face, face_of
from sora2batch.gallery.sheet.ink import AMBER, BLUE, GREY, RED, ROSE, VIOLET
from sora2batch.gallery.sheet.poster import NoPoster
from sora2batch.typography.typesetter import Typesetter

COLOURS = {
    Face.PENDING: GREY,
    Face.GENERATING: BLUE,
    Face.FAILED: RED,
    Face.REJECTED: ROSE,
    Face.IN_DOUBT: AMBER,
    Face.MISSING: VIOLET,
    Face.BROKEN: VIOLET,
}


@pytest.mark.parametrize(
    ("state", "lack", "face"),
    [
        ("pending", NoPoster.MISSING, Face.PENDING),
        ("submitted", NoPoster.MISSING, Face.GENERATING),
        ("failed", NoPoster.BROKEN, Face.FAILED),
        ("rejected", NoPoster.MISSING, Face.REJECTED),
        ("in_doubt", NoPoster.MISSING, Face.IN_DOUBT),
        ("completed", NoPoster.MISSING, Face.MISSING),
        ("completed", NoPoster.BROKEN, Face.BROKEN),
    ],
)
@pytest.mark.parametrize("size", [(160, 90), (90, 160), (427, 240)], ids=str)
def test_every_kind_of_job_has_a_look_of_its_own(state, lack, face, size):
    tile = tile_of(state=state, error="a reason " * 50)
    assert face_of(tile, lack) is face
    image = draw_face(face, tile, size, Typesetter())
    assert image.size == size
    assert COLOURS[face] in {colour for _, colour in image.getcolors(1 << 20)}


def test_a_failed_tile_gives_the_apis_words_if_they_are_words():
    assert Face.FAILED.detail(tile_of(state="failed", error="out of luck")) == "out of luck"
    assert Face.FAILED.detail(tile_of(state="failed", error="не так")) == "не так"
    assert Face.FAILED.detail(tile_of(state="failed", error="!?")) == "the reason is in the lockfile"
    assert Face.PENDING.detail(tile_of(credits=2100)) == "2,100 credits"
