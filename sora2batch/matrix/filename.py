"""Where results go: paths that stay inside the output folder, on every operating system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from sora2batch.slug import is_sign

_MAX_PART_BYTES = 200
_MAX_BYTES = 1000
_DEVICE = r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|\Z))"
_PART = rf"{_DEVICE}[a-z0-9][a-z0-9_#-]{{0,63}}"
_PLAIN = re.compile(rf"(?:{_PART}/){{0,12}}{_PART}(?:\.[a-z0-9]{{1,8}})?")
"""Names that are good beyond doubt, which most are."""
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"}
)
_AFTER_LABEL = re.compile(r"(?:#[0-9]+)?(?:\.[A-Za-z0-9]+)?")
_SHORT = 40
_FORBIDDEN = frozenset('<>:"|?*\\')
_MEDIA = re.compile(r"\.(?:mp4|mov|webm|mkv|m4v|gif|png|jpe?g|webp|avif|mp3|wav)\Z")


def filename_fault(name: str) -> str | None:
    """Say what is wrong with a file name; None for a good one."""
    if _PLAIN.fullmatch(name):
        return None
    if not name:
        return "is empty"
    if name.startswith("/"):
        return "must be relative to output.dir: it starts with /"
    if len(name.encode("utf-8", "replace")) > _MAX_BYTES:
        return f"is longer than {_MAX_BYTES} bytes"
    return next((fault for part in name.split("/") if (fault := _part_fault(part))), None)


def faulty_part(name: str) -> str | None:
    """Find the first part of a name that no file can be called; None where it is the whole that is wrong."""
    return next((part for part in name.split("/") if _part_fault(part)), None)


def is_named(part: str, label: str) -> bool:
    """Tell whether a part of a name is a label, perhaps with a take's number and a file's ending."""
    rest = part.removeprefix(label)
    return part.startswith(label) and (not rest or _AFTER_LABEL.fullmatch(rest) is not None)


def better_part(label: str) -> str:
    """Propose a name that is near to one that no file can have."""
    near = label.rstrip(". ")[:_SHORT]
    return near if near and _part_fault(near) is None else f"{near or 'x'}-1"


def _part_fault(part: str) -> str | None:
    if part in {"", ".", ".."}:
        return (
            f'must not have a part "{part}"' if part else "must not have an empty part (// or a / at the end)"
        )
    bad = next((character for character in part if character in _FORBIDDEN), None)
    if bad is not None:
        return f"must not hold {bad}"
    if not part.isprintable() and not all(one.isprintable() or is_sign(one) for one in part):
        return "must not hold control characters or line breaks"
    if part[-1] in ". " or part[0] == " ":
        return f'must not have a part that starts with a space, or ends with one or with a dot: "{part}"'
    if part.split(".", 1)[0].rstrip().lower() in _RESERVED:
        return f'must not have a part "{part}": Windows keeps that name for a device'
    if len(part.encode("utf-8", "replace")) > _MAX_PART_BYTES:
        return f"has a part longer than {_MAX_PART_BYTES} bytes"
    return None


def are_far_apart(names: Sequence[str]) -> bool:
    """Tell at a glance that no two names have the same collision key; False says nothing."""
    together = "/".join(names)
    return together.isascii() and "." not in together and len(set(map(str.lower, names))) == len(names)


def collision_key(name: str) -> str:
    """Make names equal that could be one file on some disk, or that differ in the media type only."""
    folded = name.lower() if name.isascii() else normalize("NFC", normalize("NFC", name).casefold())
    return _MEDIA.sub("", folded) if "." in folded else folded
