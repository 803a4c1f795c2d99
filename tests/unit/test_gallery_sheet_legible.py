from __future__ import annotations

from fakes.sheet_case import tile_of
from sora2batch.gallery.sheet.legible import with_legible_labels


def test_labels_that_the_font_lacks_are_numbered_on_their_axis():
    tiles = with_legible_labels([tile_of("лиса", "é"), tile_of("сова", "y"), tile_of("fox", "y")])
    assert [tile.labels[0] for tile in tiles] == [("a", "a 1"), ("a", "a 2"), ("a", "fox")]
    assert tiles[0].labels[1] == ("b", "é")
