"""A contact sheet: one picture of a whole batch, for a chat or a pull request.

Caps: at most 2,400 x 6,000 pixels and 1.5 million bytes. Tiles shrink down to the area of a square of 120
pixels, then matrices become flows, then the first rows are shown and how many jobs more there are. Colours
are reduced, and then pictures made smaller or fewer, until the bytes fit.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from sora2batch.gallery.sheet.inset import pictures_of
from sora2batch.gallery.sheet.legible import with_legible_labels
from sora2batch.gallery.sheet.paint import Header, Posters, paint
from sora2batch.gallery.sheet.placing import lay_out
from sora2batch.gallery.sheet.png import encode_png
from sora2batch.gallery.sheet.poster import read_poster
from sora2batch.gallery.sheet.section import sections_of
from sora2batch.gallery.sheet.sheet_file import texts_of
from sora2batch.gallery.sheet.sheet_layout import Layout
from sora2batch.gallery.sheet.tile import Locate, LocateInput, nowhere, tiles_of
from sora2batch.ground.text import counted
from sora2batch.plan.job_status import Status
from sora2batch.plan.overview import overview_of
from sora2batch.typography.typesetter import Typesetter

MOST_BYTES = 1_500_000
_AREAS = (3_000_000, 2_000_000, 1_200_000, 600_000, 200_000)
"""Pixels that pictures may cover together, in the order in which it is tried; the last always fits."""
_READERS = min(4, os.cpu_count() or 1)


def make_sheet(
    status: Status,
    locate: Locate,
    *,
    locate_input: LocateInput = nowhere,
    simulated: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> bytes:
    """Make the contact sheet of a batch as a PNG file; reads its clips, and tells of those it cannot read.

    The same status, clips, pictures and fonts give the same bytes.

    Args:
        status: where the jobs stand.
        locate: says where a recorded file lies, such as ``Artifacts(folder).locate``.
        locate_input: says where a file lies that a job sends.
        simulated: whether it all happened in the simulator; the sheet says so.
        tell: is told which fonts are missing.
    """
    typesetter = Typesetter()
    tiles = with_legible_labels(tiles_of(status, locate, locate_input), typesetter)
    header = _header(status, simulated=simulated)
    texts = texts_of(status.manifest, simulated=simulated)
    data: bytes | None = None
    for area in _AREAS:
        data = data or _encoded(lay_out(sections_of(tiles), area), header, texts, typesetter)
    for notice in typesetter.notices():
        tell(notice)
    assert data is not None, "200,000 pixels of pictures take less than a byte each"
    return data


def _encoded(layout: Layout, header: Header, texts: dict[str, str], typesetter: Typesetter) -> bytes | None:
    return encode_png(paint(layout, header, _posters(layout), typesetter), texts, MOST_BYTES)


def _posters(layout: Layout) -> Posters:
    """Read the pictures of the tiles that are shown, some at a time, and each once."""
    shown = (pictures_of(placed.tile, (placed.box.width, placed.box.height)) for placed in layout.tiles)
    wanted = dict.fromkeys(chain.from_iterable(shown))
    with ThreadPoolExecutor(_READERS) as pool:
        return dict(zip(wanted, pool.map(lambda one: read_poster(*one), wanted), strict=True))


def _header(status: Status, *, simulated: bool) -> Header:
    money = status.money
    line = f"{counted(len(status.jobs), 'job')}, {money.spent:,} of {money.budget:,} credits"
    overview = overview_of(status)
    return Header(
        title=status.manifest,
        line=f"{line} · simulated" if simulated else line,
        counts=tuple((state, overview.total.states[state]) for state in overview.states),
    )
