"""The nearest valid word to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable

_NEAR = 0.6
"""How much alike two words are before one is taken for the other; ``difflib``'s own measure, from 0 to 1."""


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
    from difflib import get_close_matches  # noqa: PLC0415  # most words are right

    known = list(choices)
    if any(_is_same(word, choice) for choice in known):
        return None
    by_look: dict[str, object] = {}
    for choice in known:
        by_look.setdefault(_look(choice), choice)
    if (look := _look(word)) in by_look:
        return by_look[look]
    near = get_close_matches(look, by_look, n=1, cutoff=_NEAR)
    return by_look[near[0]] if near else None


def listed(choices: Iterable[object]) -> str:
    """Write choices as ``"16:9", "9:16"``, the way messages show what is allowed."""
    return ", ".join(f'"{visible(choice)}"' if isinstance(choice, str) else str(choice) for choice in choices)


def visible(text: str) -> str:
    r"""Write out what nobody sees, such as a zero-width space, as ``\u200b``."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escape(one) for one in text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_same(word: object, choice: object) -> bool:
    return str(word) == str(choice) and isinstance(word, str) is isinstance(choice, str)


def _look(word: object) -> str:
    """Fold what a reader hardly sees: case, white space around, invisible characters, wide letters."""
    text = str(word)
    if not text.isascii():
        from unicodedata import category, normalize  # noqa: PLC0415

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
