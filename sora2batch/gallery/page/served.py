"""What a page is told that a server of ours serves; one on disk is told nothing."""

from __future__ import annotations

from typing import NamedTuple

import orjson

_UNSAFE = ((b"&", b"\\u0026"), (b"<", b"\\u003c"), (b">", b"\\u003e"))


class ServedPage(NamedTuple):
    """How a page and its server speak of the same."""

    picks: str
    """The picks file that the server writes, seen from the manifest's folder."""
    version: int
    """How far the batch had come when the page was made."""
    edition: str
    """Which jobs it was made of."""
    gates: tuple[str, ...] = ()
    """The picks files that the manifest asks for and that the server writes, as the manifest names them."""


def encode_served(served: ServedPage) -> str:
    """Write the element that the page's script looks for; nothing in it can end the element."""
    data = orjson.dumps(served._asdict())
    for character, escaped in _UNSAFE:
        data = data.replace(character, escaped)
    return f'<script type="application/json" id="served">{data.decode()}</script>\n'
