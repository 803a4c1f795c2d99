from __future__ import annotations

from sora2batch.gallery.sheet.rectangle import Rectangle


def test_boxes_that_touch_do_not_overlap():
    box = Rectangle(0, 0, 10, 10)
    for right, down, overlaps in [(10, 0, False), (0, 10, False), (9, 9, True)]:
        other = box.moved(right, down)
        assert box.overlaps(other) is other.overlaps(box) is overlaps
