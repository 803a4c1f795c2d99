from __future__ import annotations

from sora2batch.gallery.sheet.rectangle import Rectangle


def test_boxes_that_touch_do_not_overlap():
    box = Rectangle(0, 0, 10, 10)
    assert not box.overlaps(box.moved(10, 0))
    assert not box.overlaps(box.moved(0, 10))
    assert box.overlaps(box.moved(9, 9))
