"""A text becomes cells: grapheme clusters, each in a face that has it, or spelled in English letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from uniseg.graphemecluster import grapheme_clusters

from sora2batch.typography.font_face import CARRIED, FontFace
from sora2batch.typography.fonts import JAPANESE, KOREAN, SIMPLIFIED, TRADITIONAL, Fonts
from sora2batch.typography.script import EMOJI, HAN, LATIN, SYMBOLS, Script, script_of
from sora2batch.typography.spelling import SIGNS, spelled


class Lack(NamedTuple):
    """What no font of this machine has."""

    script: Script
    example: str


class Cell(NamedTuple):
    """What is never torn apart: a letter with its accents, or one letter of a spelling."""

    text: str
    face: FontFace
    script: Script | None = None
    lacking: Lack | None = None
    """What is spelled here, in English letters."""


def cells_of(text: str, fonts: Fonts) -> tuple[Cell, ...]:
    """Divide a cleaned text, in the order in which it is read."""
    clusters = list(grapheme_clusters(text))
    return tuple(_Casting(clusters, fonts).cells())


class _Casting:
    """Finds a face for each cluster of one text."""

    def __init__(self, clusters: Sequence[str], fonts: Fonts) -> None:
        self._clusters = clusters
        self._fonts = fonts
        self._scripts = [script_of(cluster) for cluster in clusters]
        self._by_script: dict[Script, dict[str, None]] = {}
        for cluster, script in zip(clusters, self._scripts, strict=True):
            if script:
                self._by_script.setdefault(script, {})[cluster] = None
        self._language = _language_of(self._by_script)
        self._faces = {script: self._cast(script, own) for script, own in self._by_script.items()}
        self._latin = self._latin_face()

    def cells(self) -> Iterator[Cell]:
        """Give all cells."""
        before: Cell | None = None
        for place, (cluster, script) in enumerate(zip(self._clusters, self._scripts, strict=True)):
            if script is None:
                yield from self._shared(cluster, before, self._next_letter(place))
                continue
            face = self._faces[script][cluster]
            if face:
                cell = Cell(cluster, face, script)
                yield cell
            else:
                yield from self._spelling(cluster, script)
                cell = Cell(cluster, self._latin, LATIN)
            before = before if script == EMOJI else cell

    def _cast(self, script: Script, clusters: Iterable[str]) -> Mapping[str, FontFace | None]:
        own = list(clusters)
        if script == LATIN and all(map(CARRIED.covers, own)):
            return dict.fromkeys(own, CARRIED)
        found = self._fonts.faces_for(script, own, self._language)
        # English letters are never spelled: they are what spelling is done with.
        return {one: face or (CARRIED if CARRIED.covers(one) else None) for one, face in found.items()}

    def _latin_face(self) -> FontFace:
        faces = [face for face in self._faces.get(LATIN, {}).values() if face]
        return faces[0] if faces else CARRIED

    def _next_letter(self, place: int) -> Cell | None:
        for cluster, script in zip(self._clusters[place:], self._scripts[place:], strict=True):
            if script and script != EMOJI:
                face = self._faces[script][cluster]
                return Cell(cluster, face, script) if face else Cell(cluster, self._latin, LATIN)
        return None

    def _shared(self, cluster: str, before: Cell | None, after: Cell | None) -> Iterator[Cell]:
        """Write what belongs to no script as its neighbours are written."""
        latin = Cell(cluster, self._latin, LATIN)
        is_latin_first = cluster.isascii() and LATIN in self._by_script
        around = [before, after]
        for one in filter(None, [latin, *around] if is_latin_first else [*around, latin]):
            if one.face.covers(cluster):
                yield Cell(cluster, one.face, one.script)
                return
        face = self._fonts.faces_for(SYMBOLS, [cluster])[cluster]
        if face:
            yield Cell(cluster, face, SYMBOLS)
        elif cluster in SIGNS:
            yield from (Cell(sign, CARRIED, LATIN) for sign in SIGNS[cluster])
        else:
            yield from self._spelling(cluster, SYMBOLS)

    def _spelling(self, cluster: str, script: Script) -> Iterator[Cell]:
        face = self._latin
        for sign in spelled(cluster):
            yield Cell(sign, face if face.covers(sign) else CARRIED, LATIN, Lack(script, cluster))


def _language_of(by_script: Mapping[Script, Iterable[str]]) -> str:
    """Guess whose Han characters a text has: each language writes some of them in its own way."""
    if by_script.keys() & {"Hira", "Kana"}:
        return JAPANESE
    if "Hang" in by_script:
        return KOREAN
    han = "".join(by_script.get(HAN, ()))
    is_traditional = not _is_in(han, "gb2312") and _is_in(han, "big5")
    return TRADITIONAL if is_traditional or "Bopo" in by_script else SIMPLIFIED


def _is_in(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
