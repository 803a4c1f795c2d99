"""The fonts of a machine: which of them writes what."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from sora2batch.typography.font_face import FontFace, faces_in
from sora2batch.typography.font_files import font_files, font_folders
from sora2batch.typography.script import EMOJI, Script

_FAVOURITES = ("Noto Sans", "DejaVu Sans", "Segoe UI", "Helvetica Neue", "Arial", "PingFang", "Hiragino Sans")
_SIMPLE = frozenset(
    {"Latn", "Cyrl", "Grek", "Armn", "Geor", "Hani", "Hira", "Kana", "Hang", "Bopo", "Zsym", "Zsye"}
)
"""Scripts whose letters stand side by side as they are."""
_CHINESE_AND_KIN = frozenset({"Hani", "Hira", "Kana", "Hang", "Bopo"})
JAPANESE, KOREAN, SIMPLIFIED, TRADITIONAL = "ja", "ko", "zh-Hans", "zh-Hant"
_FLAVOURS: Mapping[str, frozenset[str]] = {
    JAPANESE: frozenset(
        {"JP", "J", "Hiragino", "Yu", "Meiryo", "IPAGothic", "IPAPGothic", "VL", "TakaoGothic"}
    ),
    KOREAN: frozenset({"KR", "K", "Malgun", "Apple", "NanumGothic", "Nanum", "UnDotum", "Baekmuk"}),
    SIMPLIFIED: frozenset({"SC", "GB", "YaHei", "WenQuanYi", "Heiti", "SimHei"}),
    TRADITIONAL: frozenset({"TC", "HK", "JhengHei", "LiHei"}),
}
"""Words in the names of families whose characters and points look as they do in a language."""


class Fonts:
    """The fonts in some folders; they are looked through when one is needed for the first time."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)
        self._ranked = lru_cache(maxsize=64)(self._rank)
        self._first = lru_cache(maxsize=8192)(self._find_first)

    def faces_for(
        self, script: Script, clusters: Collection[str], language: str = SIMPLIFIED
    ) -> Mapping[str, FontFace | None]:
        """Choose faces for characters of a script: one for all where there is one, else each its own.

        The same fonts and characters give the same faces.
        """
        distinct = dict.fromkeys(clusters)
        for face in self._ranked(script, language):
            if all(map(face.covers, distinct)):
                return dict.fromkeys(distinct, face)
        return {cluster: self._first(script, cluster, language) for cluster in distinct}

    @cached_property
    def _faces(self) -> tuple[FontFace, ...]:
        return tuple(face for path in font_files(self._folders) for face in faces_in(path))

    def _rank(self, script: Script, language: str) -> tuple[FontFace, ...]:
        return tuple(sorted(self._faces, key=lambda face: _merit(face, script, language)))

    def _find_first(self, script: Script, cluster: str, language: str) -> FontFace | None:
        return next((face for face in self._ranked(script, language) if face.covers(cluster)), None)


def _merit(
    face: FontFace, script: Script, language: str
) -> tuple[bool, bool, float, bool, int, str, str, int]:
    """What is smaller is better."""
    has_flavour = script not in _CHINESE_AND_KIN or not _FLAVOURS[language].isdisjoint(face.family.split())
    starts = map(face.family.startswith, _FAVOURITES)
    favourite = next((place for place, is_one in enumerate(starts) if is_one), len(_FAVOURITES))
    return (
        face.has_colours != (script == EMOJI),
        script not in _SIMPLE and not face.substitutes,
        face.plainness,
        not has_flavour,
        favourite,
        face.family,
        str(face.path),
        face.index,
    )


@lru_cache(maxsize=1)
def machine_fonts() -> Fonts:
    """The fonts of this machine, for as long as this process lives."""
    return Fonts(font_folders(os.environ, _home()))


def _home() -> Path:
    """Tell where the user is at home; a number in a container, at the root, as systems have it."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")
