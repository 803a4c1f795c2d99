"""``output.dir`` is a path as it stands: what a shell, Windows or a browser would make of it is refused."""

from __future__ import annotations

import re
from unicodedata import normalize

from sora2batch.ground.slug import composed

_VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|\{[^}]*\}?|\([^)]*\)?)|%[A-Za-z_][\w()]*%")
_TEMPLATE = re.compile(r"\{\{|\{%|\{#")
_PARTING = re.compile(r"[/\\]+")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_DRIVE = re.compile(r"[A-Za-z]:")
_LEAD = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:|~[^/\\]*|[/\\.])?[/\\]*(?:\.+[/\\]+)*")
_SEEN_FROM = "it is seen from the manifest's folder"


def output_dir_fault(text: str) -> tuple[str, str] | None:
    """Say what is wrong with a folder for results, and what to write; None for a good one."""
    why = _why(text)
    if why is None:
        return None
    return why, f'{_SEEN_FROM}: write "{_nearest(text)}", or an absolute path such as "/srv/clips"'


def _why(text: str) -> str | None:
    if text.startswith("~"):
        return f'begins with "{_PARTING.split(text)[0]}", which only a shell reads as a home folder'
    if found := _TEMPLATE.search(text):
        return f'holds "{found[0]}", but it is no template: output.filename is one'
    if found := _VARIABLE.search(text):
        return f'holds "{found[0]}", but variables of the environment are not read here'
    if text.startswith(("\\\\", "//")):
        return "is a path to another machine; mount it, and name it where it is mounted"
    if found := _URL.match(text):
        return f'is a URL ("{found[0]}…"); results go to a folder'
    if _DRIVE.match(text):
        return f'begins with a drive ("{text[:2]}"), which only Windows has'
    if "\\" in text:
        return 'holds "\\"; folders are parted by "/"'
    if composed(text) != normalize("NFC", text):
        return "holds characters that nobody sees"
    return None


def _nearest(text: str) -> str:
    """Leave the parts that could be meant as they stand."""
    plain = _LEAD.sub("", _VARIABLE.sub("", _TEMPLATE.sub("", composed(text))), count=1)
    parts = [part.strip(" {}%#~$") for part in _PARTING.split(plain)]
    return "/".join(part for part in parts if part) or "clips"
