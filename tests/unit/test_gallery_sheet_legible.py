from __future__ import annotations

from fakes.sheet_case import tile_of
from sora2batch.gallery.sheet.legible import with_legible_labels
from sora2batch.typography.fonts import Fonts
from sora2batch.typography.typesetter import Typesetter


def test_labels_of_an_axis_that_are_spelled_alike_stay_two():
    given = [tile_of("胡", "é"), tile_of("湖", "e"), tile_of("湖", "y"), tile_of("fox", "y")]
    tiles = with_legible_labels(given, Typesetter(Fonts([])))
    assert [tile.labels[0] for tile in tiles] == [("a", "Hu"), ("a", "Hu 2"), ("a", "Hu 2"), ("a", "fox")]
    assert [tile.labels[1] for tile in tiles] == [("b", "e"), ("b", "e 2"), ("b", "y"), ("b", "y")]
