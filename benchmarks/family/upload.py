"""Input files on their way to the bucket, against the library alone that only sends them."""

from __future__ import annotations

import json
import os
from statistics import median

from benchmarks.harness.process import inside, measure
from benchmarks.harness.result import Report, Row, at_least
from benchmarks.harness.workshop import Workshop

_AT_ONCE = 8


def uploads(shop: Workshop) -> Report:
    """Upload pictures to an S3 server of ours, in turn with obstore alone."""
    for number in range(shop.files):
        shop.file(f"pictures/{number:04}.jpg", os.urandom(shop.picture_bytes))
    call = inside("upload", shop.folder / "pictures", str(shop.inner_pairs), str(_AT_ONCE), cwd=shop.folder)
    found = json.loads(measure(call).out.read_text())
    megabytes = shop.files * shop.picture_bytes / 1e6
    our_speed, their_speed = (megabytes / median(found[side]) for side in ("ours", "theirs"))
    return Report(
        rows=(
            Row(
                what=f"uploading {shop.files} x {shop.picture_bytes / 1e6:g} MB, to obstore alone",
                values=[b / a for a, b in zip(found["ours"], found["theirs"], strict=True)],
                goal=at_least(0.7),
                told=f"{our_speed:,.0f} against {their_speed:,.0f} MB/s; ours looks first, and hashes",
            ),
        )
    )
