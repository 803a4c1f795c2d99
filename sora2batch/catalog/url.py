"""Is a text a URL that the API could fetch?"""

from __future__ import annotations

import re

from sora2batch.ground.text import shortened, visible, without_secrets

_HTTP_URL = re.compile(
    r"""(?i:https?)://
        (?:[^/?#@\\]*@)?                                 # user:password@
        (?:\[[0-9A-Fa-f:.]+\]|\w[\w-]*(?:\.\w[\w-]*)*\.?)  # [::1], or a name of labels
        (?::(?P<port>[0-9]{1,5})?)?
        (?:[/?\#].*)?""",
    re.VERBOSE,
)
_LAST_PORT = 65535
_LINE_CHARACTERS = 240


def is_http_url(text: str) -> bool:
    """Tell whether a text is an absolute http(s) URL with nothing invisible in it."""
    if " " in text or not text.isprintable():
        return False
    match = _HTTP_URL.fullmatch(text)
    return match is not None and 0 < int(match["port"] or 1) <= _LAST_PORT


def in_a_line(text: str) -> str:
    """Cut a text to one line, with everything invisible written out, without a URL's secrets."""
    return shortened(visible(without_secrets(text)), _LINE_CHARACTERS)
