"""One face of a font file: which characters it has, and what speaks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unicodedata import category, normalize

import uharfbuzz as harfbuzz

from sora2batch.typography.carried_font import HAS, font_bytes

UNITS = 64
"""Parts of a pixel in which HarfBuzz counts here."""
_REGULAR = 400.0
_COLOURS = {"CBDT", "sbix", "COLR", "SVG "}
_OUTLINES = {"glyf", "CFF ", "CFF2"}
_LAST_RESORTS = ("LastResort", ".LastResort", "Adobe Blank", "Adobe NotDef", "Unifont")
"""They have every character, as a box or coarse."""
_MANNERED = frozenset(
    {"Serif", "Mono", "Mincho", "Myeongjo", "Ming", "Song", "Nastaliq", "Rashi", "Math", "Looped"}
)
_FAMILY, _TYPOGRAPHIC_FAMILY = 1, 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FontFace:
    """A face."""

    path: Path | None
    """None for the one that Pillow carries."""
    index: int = 0
    family: str
    characters: harfbuzz.Set | frozenset[int]
    plainness: float = 0.0
    """How far it is from upright and regular; 0 is the best."""
    has_colours: bool = False
    substitutes: bool = True
    """Whether letters change their shapes by their neighbours; without it many scripts are not written."""

    def covers(self, cluster: str) -> bool:
        """Tell whether all of a grapheme cluster can be drawn; HarfBuzz puts letter and accent together."""
        own = self.characters
        if all(ord(sign) in own or _is_silent(sign) for sign in cluster):
            return True
        parts = normalize("NFD", cluster)
        return parts != cluster and all(ord(sign) in own or _is_silent(sign) for sign in parts)


CARRIED = FontFace(path=None, family="Aileron", characters=frozenset(map(ord, HAS)))


def faces_in(path: Path) -> Iterator[FontFace]:
    """Read a font file's faces; a file that is none or broken has none."""
    if not path.is_file():  # a pipe would be waited for
        return
    with suppress(OSError, ValueError, harfbuzz.HarfBuzzError):
        blob = harfbuzz.Blob.from_file_path(path)
        for index in range(min(harfbuzz.Face(blob).count, 64)):
            face = harfbuzz.Face(blob, index)
            tables = set(face.table_tags)
            if face.unicodes and tables & (_OUTLINES | _COLOURS):
                yield _read(path, index, face, tables)


def _read(path: Path, index: int, face: harfbuzz.Face, tables: set[str]) -> FontFace:
    family = face.get_name(_TYPOGRAPHIC_FAMILY) or face.get_name(_FAMILY) or path.stem
    return FontFace(
        path=path,
        index=index,
        family=family,
        characters=face.unicodes,
        plainness=_plainness(harfbuzz.Font(face), family),
        has_colours=not _COLOURS.isdisjoint(tables),
        substitutes=face.has_layout_substitution or "morx" in tables,
    )


def _plainness(font: harfbuzz.Font, family: str) -> float:
    style, tag = font.get_style_value, harfbuzz.StyleTag
    weight = 0.0 if _has_weights(font) else abs(style(tag.WEIGHT) - _REGULAR)
    slanted = bool(style(tag.ITALIC) or style(tag.SLANT_ANGLE))
    is_last = family.startswith(_LAST_RESORTS)
    mannered = not _MANNERED.isdisjoint(family.split())
    width = abs(style(tag.WIDTH) - 100)
    return float(10_000 * is_last + 1000 * slanted + weight + 2 * width + 150 * mannered)


def _has_weights(font: harfbuzz.Font) -> bool:
    """Tell whether a font is of any weight that one asks for."""
    return any(axis.tag == "wght" for axis in font.face.axis_infos)


@lru_cache(maxsize=256)
def sized(face: FontFace, height: float) -> harfbuzz.Font:
    """Open a face, so many pixels high. *Shape*: lengths are in 64ths of a pixel."""
    font = harfbuzz.Font(_open(face))
    font.scale = (round(height * UNITS), round(height * UNITS))
    if _has_weights(font):
        font.set_variations({"wght": _REGULAR})
    return font


@lru_cache(maxsize=64)
def _open(face: FontFace) -> harfbuzz.Face:
    blob = harfbuzz.Blob.from_file_path(face.path) if face.path else harfbuzz.Blob(font_bytes())
    return harfbuzz.Face(blob, face.index)


@lru_cache(maxsize=4096)
def _is_silent(sign: str) -> bool:
    """Tell whether a sign only says how its neighbours are drawn: joiners, variation selectors."""
    return category(sign) == "Cf" or "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
