"""Scripts by their ISO 15924 codes: what a character belongs to, what people call it, which font has it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, NewType
from unicodedata import name

import uharfbuzz as harfbuzz
from uniseg.emoji import emoji_presentation

Script = NewType("Script", str)
LATIN, HAN = Script("Latn"), Script("Hani")
EMOJI, SYMBOLS = Script("Zsye"), Script("Zsym")
_EMOJI_STYLE = "\N{VARIATION SELECTOR-16}"


class _Known(NamedTuple):
    name: str
    font: str


_CJK = "Noto Sans CJK (Debian: fonts-noto-cjk)"
_DEJAVU = "DejaVu Sans (Debian: fonts-dejavu-core)"
_NOTO = "the Noto fonts (Debian: fonts-noto-core)"
_KNOWN = {
    LATIN: _Known("Latin with accents", _DEJAVU),
    HAN: _Known("Han (Chinese)", _CJK),
    Script("Hira"): _Known("Hiragana (Japanese)", _CJK),
    Script("Kana"): _Known("Katakana (Japanese)", _CJK),
    Script("Hang"): _Known("Hangul (Korean)", _CJK),
    Script("Bopo"): _Known("Bopomofo", _CJK),
    Script("Cyrl"): _Known("Cyrillic", _DEJAVU),
    Script("Grek"): _Known("Greek", _DEJAVU),
    Script("Arab"): _Known("Arabic", _DEJAVU),
    Script("Hebr"): _Known("Hebrew", _DEJAVU),
    EMOJI: _Known("emoji", "Noto Color Emoji (Debian: fonts-noto-color-emoji)"),
    SYMBOLS: _Known("some symbols", _DEJAVU),
}


def name_of(script: Script, example: str) -> str:
    """Say what people call a script of which that is a character."""
    known = _KNOWN.get(script)
    return known.name if known else name(example[:1], script).split()[0].capitalize()


def font_for(script: Script) -> str:
    """Name a free font that has a script, and where to get it."""
    known = _KNOWN.get(script)
    return known.font if known else _NOTO


@lru_cache(maxsize=8192)
def script_of(cluster: str) -> Script | None:
    """Tell which script a grapheme cluster belongs to; None for what all scripts share, such as digits."""
    if _EMOJI_STYLE in cluster or emoji_presentation(cluster[0]):
        return EMOJI
    buffer = harfbuzz.Buffer()
    buffer.add_str(cluster)
    buffer.guess_segment_properties()
    return Script(buffer.script) if buffer.script else None
