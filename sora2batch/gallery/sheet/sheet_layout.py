"""Where everything on a contact sheet stands: arithmetic only, nothing is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sora2batch.gallery.sheet.rectangle import Rectangle
from sora2batch.gallery.sheet.section import Section
from sora2batch.gallery.sheet.tile import Tile

MARGIN = 40
HEADER = 122
MOST_WIDTH, MOST_HEIGHT = 2400, 6000
LEAST_WIDTH = 1000
GOOD_WIDTH = 1840
"""Wider sheets are shown too small in a pull request; only tiles that are small already make them so."""
UNITS = (320, 280, 240, 210, 180, 160, 140, 120)
"""Sizes that tiles may have: the side of a square of the same area."""
_STILL_GOOD = 140
"""Rather than wider than good, a sheet has tiles of this size."""
SECTION_HEAD = 44
SECTION_GAP = 30
FOOTER = 44


class Role(StrEnum):
    """What a label is for."""

    SECTION = "section"
    COLUMN = "column"
    ROW = "row"
    CAPTION = "caption"
    MORE = "more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words on a sheet."""

    text: str
    box: Rectangle
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A tile and its frame."""

    tile: Tile
    box: Rectangle


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A sheet before it is drawn."""

    width: int
    height: int
    tiles: tuple[Placed, ...]
    holes: tuple[Rectangle, ...]
    """Where a matrix has no job."""
    labels: tuple[Label, ...]
    hidden: int
    """Tiles for which there is no room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How big tiles are, how wide the part between the margins is, and which matrices are kept."""

    unit: int
    width: int
    keeps_crosses: bool
    """Whether every matrix stays one, or only those that are no higher than a flow."""

    def is_crossed(self, section: Section) -> bool:
        """Tell whether a section is shown as a matrix."""
        if section.cross is None or section.cross_width(self.unit) > self.width:
            return False
        if self.keeps_crosses:
            return True
        return section.cross_height(self.unit) <= section.flow_height(self.unit, self.width)

    def height_of(self, section: Section) -> int:
        """How high a section is, without its heading."""
        if self.is_crossed(section):
            return section.cross_height(self.unit)
        return section.flow_height(self.unit, self.width)


def choose_scale(sections: Sequence[Section], most_area: int) -> Scale:
    """Find the biggest tiles with which everything fits; rather smaller ones than a matrix torn apart.

    Args:
        sections: what is to be shown.
        most_area: pixels that pictures may cover together; what has none covers none.
    """
    pictures = sum(tile.has_picture for section in sections for tile in section.tiles)
    for keeps_crosses, most_width, least_unit in _PREFERENCES:
        for unit in UNITS:
            if pictures * unit**2 > most_area or unit < least_unit:
                continue
            for width in _widths(sections, unit, most_width - 2 * MARGIN):
                scale = Scale(unit=unit, width=width, keeps_crosses=keeps_crosses)
                if _fits(sections, scale):
                    return scale
    return Scale(unit=UNITS[-1], width=MOST_WIDTH - 2 * MARGIN, keeps_crosses=False)


_PREFERENCES = (
    (True, GOOD_WIDTH, _STILL_GOOD),
    (True, MOST_WIDTH, UNITS[-1]),
    (False, GOOD_WIDTH, _STILL_GOOD),
    (False, MOST_WIDTH, UNITS[-1]),
)
"""Whether every matrix stays one, the greatest width, the smallest tiles: tried in this order."""


def _fits(sections: Sequence[Section], scale: Scale) -> bool:
    is_torn = any(section.cross and not scale.is_crossed(section) for section in sections)
    return height_of(sections, scale) <= MOST_HEIGHT and not (scale.keeps_crosses and is_torn)


def height_of(sections: Sequence[Section], scale: Scale) -> int:
    """How high the whole sheet would be."""
    heads = sum(SECTION_HEAD for section in sections if section.name)
    parts = sum(scale.height_of(section) for section in sections)
    return HEADER + heads + parts + SECTION_GAP * max(0, len(sections) - 1) + 2 * MARGIN


def _widths(sections: Sequence[Section], unit: int, most: int) -> list[int]:
    natural = max((section.natural_width(unit) for section in sections), default=0)
    least = LEAST_WIDTH - 2 * MARGIN
    return sorted({min(max(natural, least), most), min(max(natural, 2 * least), most), most})
