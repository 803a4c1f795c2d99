"""Names of batches, groups, axes and variables in any script: what the schema cannot say of them."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import is_normalized, normalize

from sora2batch.ground.slug import composed, is_mark, is_sign, slug, unified

_MAX_CHARACTERS = 100
_JOINED = "has accents that are characters of their own, and would not be the same name to every program"
_FORMS = "has invisible characters, or wide, raised or joined forms of letters"
_LETTERS = "may hold letters, digits and vowel signs of any script, and {more}; not {character}"


def name_fault(name: str) -> str | None:
    """Say what is wrong with the name of a batch or a group; None for a good one."""
    fault = _form_fault(name, composed)
    if fault is not None or not name:
        return fault
    if not (name[0].isalnum() or is_sign(name[0])):
        return "must begin with a letter or digit"
    if len(name) > _MAX_CHARACTERS:
        return f"is longer than {_MAX_CHARACTERS} characters"
    return _letter_fault("".join(one for one in name if not is_sign(one)), "._-")


def variable_fault(name: str) -> str | None:
    """Say what is wrong with the name of an axis or a variable; None for one that templates can use."""
    fault = _form_fault(name, unified)
    if fault is not None:
        return fault
    if (fault := _letter_fault(name, "_")) is not None:
        return fault
    return None if name.isidentifier() else "must be a name that templates can use: it begins with a letter"


def better_name(name: str) -> str | None:
    """Propose a name that is near and good for anything; None where nothing is left of it."""
    words = "".join(one if _is_letter(one) or one == "_" else " " for one in unified(name))
    near = "_".join(words.split())
    is_good = near.isidentifier() and not near.startswith("_") and name_fault(near) is None
    return near if is_good and near != name else None


def name_of_file(stem: str) -> str:
    """Name a batch after its file, as near as a name may come to it: ``spring (1)`` -> ``spring-1``."""
    for name in (normalize("NFC", stem), slug(stem).strip("-_")):
        if name and name_fault(name) is None:
            return name
    return "batch"


def _form_fault(name: str, standard: Callable[[str], str]) -> str | None:
    if name.isascii() or name == standard(name):
        return None
    return _FORMS if is_normalized("NFC", name) else _JOINED


def _letter_fault(name: str, more: str) -> str | None:
    for character in name:
        if not _is_letter(character) and character not in more:
            shown = f'"{character}"' if character.isprintable() else ascii(character)
            return _LETTERS.format(more=" ".join(more), character=shown)
    return None


def _is_letter(character: str) -> bool:
    return character.isalnum() or is_mark(character)
