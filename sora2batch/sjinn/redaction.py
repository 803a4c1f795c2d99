"""A stranger's bytes or JSON in one short line that may be printed and kept: no signatures, no passwords."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus, urlsplit

import orjson

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.signed_url import SignedUrl
from sora2batch.ground.text import shortened, without_secrets
from sora2batch.sjinn.envelope import printable_line

LONGEST = 160
_ENOUGH = 2000
_ROOM_IN_A_LOG = 4000
_TEXT_ROOM_IN_A_LOG = 1000
_MASK = "***"
_MOST_ODD = 0.3
"""Of a text's characters; of more, it is none."""
_SHORTEST_SECRET = 4
_TAG = re.compile(r"<[^>]*(?:>|$)")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s\"'<>@]*@")
_QUERY = re.compile(r"(?<=\w|[/.=~-])\?[^\s\"'<>\\]+")
_SIGNATURE = re.compile(
    r"""
    (?: X-(?:Amz|Goog)-[A-Za-z-]+ | AWSAccessKeyId | SignatureProvided | (?<![A-Za-z])(?:Signature|sig) )
    (?: = | %(?:25)*3D | > | \\*["']\s*:\s*\[?\\*["'] )
    (?: (?!%(?:25)*26) [^&\s"'<>\\] )+
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Parameters that sign the URLs of S3, GCS and Azure, in a query, in JSON and in the stores' own XML."""
_BARE_SECRET = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|(?<![\w/])[0-9a-f]{64}(?![\w.])")
"""What needs no name to be known: the id of a key of AWS, and a signature; object names have an ending."""
_RUN_OF_MASKS = re.compile(r"…(?:(?:&(?:amp;)?|%(?:25)*26)…)+")
_DATA = re.compile(r"(data:[^,\s\"']{0,60},)[^\s\"']+", re.IGNORECASE)
_TOKEN = re.compile(r"(?=[\w+=%-]*\d)[\w+=%-]{32,}")
"""What is so long and has a digit in it may be a signature."""


def excerpt_of_bytes(head: bytes, *, urls: Iterable[str] = ()) -> str:
    """Tell how a body begins; words lose their tags, other bytes are shown as numbers."""
    text = _decode(head)
    if sum(map(_is_odd, text)) > len(text) * _MOST_ODD:
        return f"bytes {head[:8].hex(' ')} …"
    # The last character may have been cut in two.
    text = text.rstrip("\ufffd")
    words = _TAG.sub(" ", text) if text.lstrip().startswith("<") else text
    return redacted(words if words.strip() else text, urls=urls)


def excerpt_of_json(value: JsonValue) -> str:
    """Tell what a value of an answer is."""
    return redacted(json.dumps(value, ensure_ascii=False)[:_ENOUGH])


def redacted(text: str, *, urls: Iterable[str] = ()) -> str:
    """Take out of a text what may be a secret, and cut it short; nothing that the URLs' queries say stays."""
    line = printable_line(text[:_ENOUGH])
    for secret in sorted({secret for url in urls for secret in _secrets_of(url)}, key=len, reverse=True):
        line = line.replace(secret, _MASK)
    line = _DATA.sub(r"\1…", _CREDENTIALS.sub("", line))
    line = _TOKEN.sub("…", _QUERY.sub("?…", line))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def without_signatures(text: str, *, sent: JsonValue = None) -> str:
    """Take out of the API's own words what signs a URL, and all of the queries of those that were sent."""
    for url in _signed_urls(sent):
        text = url.redact(text)
    if "://" in text:
        text = _QUERY.sub("?…", text)
    return _RUN_OF_MASKS.sub("…", _BARE_SECRET.sub("…", _SIGNATURE.sub("…", text)))


def loggable(body: bytes, *, sent: bytes = b"") -> str:
    """Write a body for a log: one line, without what signs URLs, passwords, data and addresses of people."""
    try:
        text = json.dumps(_for_log(orjson.loads(body)), ensure_ascii=False)
    except ValueError:
        text = without_secrets(printable_line(body[:_ROOM_IN_A_LOG].decode("utf-8", "replace")))
    return shortened(without_signatures(text, sent=_parsed(sent)), _ROOM_IN_A_LOG)


def loggable_url(url: str) -> str:
    """Write a URL for a log: without its query."""
    return without_signatures(without_secrets(printable_line(url)))


def _for_log(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return _DATA.sub(r"\1…", shortened(without_secrets(value), _TEXT_ROOM_IN_A_LOG))
        case list():
            return [_for_log(one) for one in value]
        case dict():
            return {name: _MASK if name == "email" else _for_log(one) for name, one in value.items()}
        case _:
            return value


def _parsed(body: bytes) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(body)
    except ValueError:
        return None
    return value


def _signed_urls(value: JsonValue) -> Iterator[SignedUrl]:
    match value:
        case str() if "?" in value and "://" in value:
            yield SignedUrl(value)
        case list():
            for item in value:
                yield from _signed_urls(item)
        case dict():
            for item in value.values():
                yield from _signed_urls(item)
        case _:
            pass


def _secrets_of(url: str) -> set[str]:
    """Read the values of a URL's query, as they are written and as they are meant."""
    try:
        query = urlsplit(url).query
    except ValueError:
        return set()
    written = {pair.partition("=")[2] for pair in query.split("&")}
    return {
        value for value in written | {unquote_plus(one) for one in written} if len(value) >= _SHORTEST_SECRET
    }


def _decode(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8-sig", "replace")


def _is_odd(character: str) -> bool:
    return character == "\ufffd" or not (character.isprintable() or character.isspace())
