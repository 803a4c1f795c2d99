from __future__ import annotations

import pytest

from fakes.sheet_case import tile_of
from sora2batch.gallery.sheet.section import caption_of


@pytest.mark.parametrize(
    ("tile", "section", "caption"),
    [
        (tile_of("fox", "slow-pan", take=2), "hero", "fox · slow-pan · take 2"),
        (tile_of(), "hero", "hero"),
        (tile_of("fox"), "", "hero · fox"),
    ],
)
def test_a_caption_says_what_the_heading_does_not(tile, section, caption):
    assert caption_of(tile, section) == caption
