"""The nearest valid word to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import category, normalize

from sora2batch.ground.text import listed

_NEAR = 0.6
"""How much alike two words are before one is taken for the other; ``difflib``'s own measure, from 0 to 1."""
_SHORTEST_PART = 3
"""Characters of a part by which the whole is known: not ``a`` or ``to``."""


def did_you_mean(word: object, choices: Iterable[object]) -> str | None:
    """Word a hint such as ``did you mean "std"?``, or None where nothing is near; never the word itself."""
    near = nearest(word, choices)
    if near is None:
        return None
    if str(near) == str(word):  # they differ in their type only
        return f"write {near} without quotes" if isinstance(word, str) else f'put it in quotes: "{near}"'
    hint = f"did you mean {listed([near])}?"
    return f"{hint} {told}" if (told := _unseen(str(word), str(near))) else hint


def nearest(word: object, choices: Iterable[object]) -> object | None:
    """Find the choice that is most like a word; None where none is near, or where it is a choice already."""
    known = list(choices)
    if any(_is_same(word, choice) for choice in known):
        return None
    by_look: dict[str, object] = {}
    for choice in known:
        by_look.setdefault(_look(choice), choice)
    if (look := _look(word)) in by_look:
        return by_look[look]
    near = next(iter(close_matches(look, by_look, _NEAR)), None) or _only_one_with(look, by_look)
    return None if near is None else by_look[near]


def _only_one_with(word: str, choices: Iterable[str]) -> str | None:
    """Find the one choice of which a word is a whole part: ``mode`` of ``model_mode``."""
    if len(word) < _SHORTEST_PART:
        return None
    found = [choice for choice in choices if word in choice.replace("-", "_").split("_")]
    return found[0] if len(found) == 1 else None


def close_matches(word: str, choices: Iterable[str], nearness: float = _NEAR) -> list[str]:
    """Find the choice that is spelled most like a word.

    Shape: one at most; none where no choice is as near as ``nearness``, from 0 to 1.
    """
    from difflib import get_close_matches  # noqa: PLC0415  # 1 ms, and most words are right

    return get_close_matches(word, choices, n=1, cutoff=nearness)


def _is_same(word: object, choice: object) -> bool:
    return str(word) == str(choice) and isinstance(word, str) is isinstance(choice, str)


def _look(word: object) -> str:
    """Fold what a reader hardly sees: case, white space around, invisible characters, wide letters."""
    text = str(word)
    if not text.isascii():
        text = "".join(one for one in normalize("NFKC", text) if category(one) not in {"Cf", "Cc"})
    return " ".join(text.split()).lower()


def _unseen(word: str, near: str) -> str | None:
    """Tell what in a word is easily overlooked, where that is what sets it apart."""
    strange = next(
        (one for one in word if not (one.isascii() and one.isprintable()) and one not in near), None
    )
    if strange is not None and (near.isascii() or not strange.isprintable()):
        return f"(yours has the character U+{ord(strange):04X})"
    if word != near and word.split() == near.split():
        return "(yours has a blank too many)"
    return None
