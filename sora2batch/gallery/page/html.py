"""A gallery as one self-contained HTML file."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

from sora2batch.gallery.page.card import Gallery
from sora2batch.gallery.page.page_json import encode_gallery
from sora2batch.gallery.page.served import ServedPage, encode_served
from sora2batch.ground.text import readable

GENERATOR = '<meta name="generator" content="sora2batch">'
"""Stands in every page, near its beginning: by it the program knows its own files."""

_ASSETS = Path(__file__).parent / "assets"
_STYLES = ("theme", "frame", "grid", "card", "dialog", "wipe", "lineage", "print")
_SCRIPTS = (
    "text",
    "dom",
    "served",
    "icon",
    "look",
    "columns",
    "cards",
    "batch",
    "lineage",
    "marks",
    "gates",
    "section",
    "choice",
    "sieve",
    "table",
    "layout",
    "fit",
    "room",
    "walk",
    "poster",
    "clock",
    "player",
    "source",
    "card",
    "heading",
    "board",
    "totals",
    "menu",
    "axes",
    "toolbar",
    "facts",
    "detail",
    "transport",
    "compare",
    "wipe",
    "command",
    "gate_export",
    "export",
    "help",
    "paper",
    "print",
    "keys",
    "main",
)
"""In the order in which they stand in the page; each may use those before it while it loads."""
_SERVED_STYLES = (*_STYLES, "served")
_SERVED_SCRIPTS = (*_SCRIPTS, "saving", "follow")
"""Of a page that is served; the last ones begin by themselves, once the page stands."""


def render_page(gallery: Gallery, served: ServedPage | None = None) -> bytes:
    """Write the page: the same gallery gives the same bytes.

    Its Content-Security-Policy lets run no script and apply no style but its own, known by their hashes, lets
    it turn no text into markup, and read nothing but files beside it; one that is served may ask its server.
    """
    style = _joined("css", _SERVED_STYLES if served else _STYLES)
    script = _script(_SERVED_SCRIPTS if served else _SCRIPTS)
    page = Template(_asset("page.html")).substitute(
        policy=_policy(style, script, is_served=served is not None),
        generator=GENERATOR,
        title=escape(f"{readable(gallery.name)}: gallery"),
        style=style,
        served=encode_served(served) if served else "",
        data=encode_gallery(gallery),
        script=script,
    )
    return page.encode()


def _policy(style: str, script: str, *, is_served: bool) -> str:
    """Word the policy. Source: https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/."""
    rules = (
        "default-src 'none'",
        f"script-src '{_digest(script)}'",
        f"style-src '{_digest(style)}'",
        "img-src 'self'",
        "media-src 'self'",
        *(["connect-src 'self'"] if is_served else []),
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return "; ".join(rules)


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _script(names: tuple[str, ...]) -> str:
    return f'\n"use strict";\n(() => {{\n{_joined("js", names)}\n}})();\n'


@cache
def _joined(kind: str, names: tuple[str, ...]) -> str:
    return "\n".join(_asset(f"{kind}/{name}.{kind}") for name in names)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")
