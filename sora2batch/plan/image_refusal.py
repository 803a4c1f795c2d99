"""Did the API refuse the picture that a job was sent with? Sent again it would be refused, and perhaps paid.

The API has no code for it, so its words must do. The rule: the request holds a link, and the error names a
picture and something that can be wrong with one that is handed in: that it cannot be fetched, is no good
picture, or is not allowed. What is said of the picture or video that was to be made does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from sora2batch.catalog.url import is_http_url
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.file_input import read_file_input
from sora2batch.lockfile.entry import Entry, ErrorNote

_MAKING = r"(?:generat|creat|produc|render|output|result|return|stor|sav|upload)\w*"
_PICTURE = r"(?:image|img|picture|photo)s?"
_MADE = rf"""(?xi)
        (?:text|{_PICTURE})\W+to\W+(?:image|video)
        | {_MAKING}\W+(?:(?:the|an?|any|your|final|no)\W+)*(?:{_PICTURE}|videos?|urls?)\b
        | \b{_PICTURE}\W+(?:(?:could|can|cannot|not|be|was|is|were|are|been|failed|to)\W+)*{_MAKING}"""
_NAMED = rf"""(?xi)
        \b(?:{_PICTURE}|(?:first|last|end|tail|start|reference|input)\W+(?:frame|media|file|asset)s?
        |portraits?|faces?|real\W+(?:person|people|human)s?|urls?|links?)\b"""
_AT_FAULT = r"""(?xi)
        \b(?:download|fetch|load|access|reach|retriev|read|open|decod|inaccessib|unreachab|unreadab
        |process\W+(?:(?:the|this|your|an?|input|reference)\W+)*(?:image|img|picture|photo)|identif
        |at\W+(?:least|most)|exceed|bad\b|wrong|incorrect
        |invalid|unsupported|support|corrupt|broken|damag|format|large|small|big|size|dimension|resolution
        |aspect|ratio|match|empty|missing|expired|not\W+found|unavailable|detect|contain
        |moderat|nsfw|unsafe|safety|polic|violat|prohibit|allow|forbid|forbidden|inappropriate|sensitive
        |offensive|explicit|nud|copyright|celebrit|flag|block|refus|reject|den(?:y|ied)|40[0-9]\b)"""


def is_image_refused(entry: Entry) -> bool:
    """Tell whether what the API last said of a job is that it does not take its picture."""
    error = entry.primary.error
    return error is not None and _blames_picture(_words_of(error)) and _holds_link(entry.input.values())


def _words_of(error: ErrorNote) -> str:
    code = f"{error.code} " if isinstance(error.code, str) else ""
    return f"{code}{error.message}".replace("_", " ")


@lru_cache(maxsize=1024)
def _blames_picture(words: str) -> bool:
    said = re.sub(_MADE, " ", words)
    return bool(re.search(_NAMED, said) and re.search(_AT_FAULT, said))


def _holds_link(values: Iterable[JsonValue]) -> bool:
    for value in values:
        if isinstance(value, str) and is_http_url(value):
            return True
        if isinstance(value, list) and _holds_link(value):
            return True
        if isinstance(value, dict) and (read_file_input(value) or _holds_link(value.values())):
            return True
    return False
