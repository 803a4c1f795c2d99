"""Where results go: paths that stay inside the output folder, on every operating system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from sora2batch.ground.job import FORMER_FOLDER
from sora2batch.ground.slug import is_sign
from sora2batch.matrix.output_mark import holds_output

_MAX_PART_BYTES = 200
_MAX_BYTES = 1000
_SHOWN = 80
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
HOLDS_OUTPUT = "holds the result of a job, which is a file and no name"
_FORBIDDEN = frozenset('<>:"|?*\\')
_FAMILIES = (
    ("mp4", "m4v", "mov", "qt"),
    ("webm", "mkv"),
    ("avi",),
    ("mpg", "mpeg"),
    ("ogv", "ogg", "oga", "opus"),
    ("jpg", "jpeg", "jpe", "jfif"),
    ("png", "apng"),
    ("gif",),
    ("webp",),
    ("avif",),
    ("heic", "heif"),
    ("tif", "tiff"),
    ("bmp",),
    ("mp3",),
    ("m4a", "m4b"),
    ("wav",),
    ("flac",),
    ("aac",),
)
"""Endings of one kind of file each; any of a family fits where one does."""
_KINDS = {ending: kind for kind, family in enumerate(_FAMILIES) for ending in family}
_DOTTED_FOLDER = re.compile(r"\.\w+/")


def filename_fault(name: str) -> str | None:
    """Say what is wrong with a file name; None for a good one."""
    if _PLAIN.fullmatch(name):
        return None
    if not name:
        return "is empty"
    if holds_output(name):
        return HOLDS_OUTPUT
    if name.startswith("/"):
        return "must be relative to output.dir: it starts with /"
    if len(name.encode("utf-8", "replace")) > _MAX_BYTES:
        return f"is longer than {_MAX_BYTES} bytes"
    if name.split("/", 1)[0].casefold() == FORMER_FOLDER:
        return f"must not be in {FORMER_FOLDER}: results go there whose name another has now"
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
    stem, dot, rest = near.partition(".")  # Windows reads no further than to the first dot
    proposals = (near, f"{near}-1", f"{stem}-1{dot}{rest}")
    return next((one for one in proposals if near and _part_fault(one) is None), "x-1")


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


def split_ending(name: str) -> tuple[str, str]:
    """Cut the ending of a media file off, with its dot; what stands after another dot is part of the name."""
    stem, dot, ending = name.rpartition(".")
    is_media = stem and stem[-1] != "/" and ending.lower() in _KINDS
    return (stem, dot + ending) if is_media else (name, "")


def with_ending(name: str, kind: str | None) -> str:
    """Give a name the ending of what the file is: one that is there and fits stays, as it is written.

    A file of a kind that nobody knows keeps its ending, and gets that of a video where it has none.
    """
    stem, ending = split_ending(name)
    if kind is None:
        return name if ending else f"{name}.mp4"
    fits = ending and _KINDS[ending[1:].lower()] == _KINDS.get(kind, kind)
    return name if fits else f"{stem}.{kind}"


def have_dotted_folders(names: Sequence[str]) -> bool:
    """Tell at a glance whether a folder in a name could be called like a media file."""
    return _DOTTED_FOLDER.search("\n".join(names)) is not None


def are_far_apart(names: Sequence[str]) -> bool:
    """Tell at a glance that no two names have the same collision key; False says nothing."""
    together = "/".join(names)
    return together.isascii() and "." not in together and len(set(map(str.lower, names))) == len(names)


def collision_key(name: str) -> str:
    """Make names equal that could be one file on some disk, or that differ in the media type only."""
    folded = name.lower() if name.isascii() else normalize("NFC", normalize("NFC", name).casefold())
    return split_ending(folded)[0]


def shown_name(name: str) -> str:
    """Write a name for people: in quotes, cut where it is long, and spelled out where it cannot be read."""
    text = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."
    return f'"{text}"' if text.isprintable() else ascii(text)
