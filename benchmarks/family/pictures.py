"""Jobs that start from pictures of the user's own: known from an earlier plan, and never seen before."""

from __future__ import annotations

import os
import shutil
import struct
import time
import zlib

from benchmarks.harness.pair import pairs, told
from benchmarks.harness.process import measure, program, reference
from benchmarks.harness.result import Report, Row, at_most
from benchmarks.harness.workshop import Workshop

_CAMERAS = 10
_SMALL_BYTES = 2000
_SETTLED_SECONDS = 2.1
"""What is younger than two seconds is not remembered."""
_CACHE = "cache"


def pictures_known(shop: Workshop) -> Report:
    """Plan jobs over pictures that are in the cache, in turn with the same manifest over URLs."""
    count = shop.rows // _CAMERAS
    _put_pictures(shop, count, _SMALL_BYTES)
    urls = [f"https://cdn.example.com/{number:05}.png" for number in range(count)]
    listed = ", ".join(f'{{path: "{url}", stem: "{number:05}"}}' for number, url in enumerate(urls))
    env = {"SORA2BATCH_CACHE_DIR": str(shop.folder / _CACHE)}
    shop.file("files.yaml", _manifest("{from: pictures/*.png}"))
    shop.file("urls.yaml", _manifest(f"[{listed}]"))
    time.sleep(_SETTLED_SECONDS)
    both = pairs(
        program("plan", "files.yaml", cwd=shop.folder, env=env),
        program("plan", "urls.yaml", cwd=shop.folder, env=env),
        shop.pairs,
    )
    what = f"plan, {shop.rows:,} jobs over {count:,} known pictures, to URLs"
    return Report(rows=(Row(what=what, values=both.ratios, goal=at_most(1.2), told=both.told),))


def pictures_new(shop: Workshop) -> Report:
    """Plan jobs over pictures that were never seen, in turn with a known plan and with hashlib alone."""
    _put_pictures(shop, shop.files, shop.picture_bytes)
    shop.file("files.yaml", _manifest("{from: pictures/*.png}"))
    time.sleep(_SETTLED_SECONDS)
    plan = program(
        "plan", "files.yaml", cwd=shop.folder, env={"SORA2BATCH_CACHE_DIR": str(shop.folder / _CACHE)}
    )
    hashing = reference("bare_hash", "pictures", cwd=shop.folder)
    new, known, bare = [], [], []
    for _ in range(shop.pairs + 1):
        shutil.rmtree(shop.folder / _CACHE, ignore_errors=True)
        new.append(measure(plan))
        known.append(measure(plan))
        bare.append(measure(hashing))
    rounds = list(zip(new, known, bare, strict=True))[1:]
    size = f"{shop.files} x {shop.picture_bytes / 1e6:g} MB"
    return Report(
        rows=(
            Row(
                what=f"what {size} of new pictures add to a plan, to sha256 of them",
                values=[(one.seconds - other.seconds) / third.seconds for one, other, third in rounds],
                goal=at_most(1.2),
                told=f"the hashing starts a Python of its own; {told(new[1:], bare[1:])}",
            ),
            Row(
                what="the whole plan to sha256 of them",
                values=[one.seconds / third.seconds for one, _, third in rounds],
            ),
        )
    )


def _manifest(products: str) -> str:
    cameras = ", ".join(f"camera {number}" for number in range(_CAMERAS))
    return f"""\
version: 1
tool: sora2-image-to-video-api
budget: {{max_credits: 1000000000}}
jobs:
  hero:
    matrix:
      product: {products}
      camera: [{cameras}]
    input: {{prompt: "{{{{ product.stem }}}}, {{{{ camera }}}}", image: "{{{{ product.path }}}}"}}
"""


def _put_pictures(shop: Workshop, count: int, size: int) -> None:
    head = struct.pack(">IIBBBBB", 1024, 768, 8, 2, 0, 0, 0)
    for number in range(count):
        chunks = ((b"IHDR", head), (b"IDAT", os.urandom(size)), (b"IEND", b""))
        data = b"".join(
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
            for kind, content in chunks
        )
        shop.file(f"pictures/{number:05}.png", b"\x89PNG\r\n\x1a\n" + data)
