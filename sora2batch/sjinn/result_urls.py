"""Where a finished task's files are: addresses read out of whatever shape the answer has.

Documented is a list of texts, ``output_urls``; clients have seen the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.sjinn.answer import Finished
from sora2batch.sjinn.location import resolve
from sora2batch.sjinn.redaction import excerpt_of_json
from sora2batch.sjinn.secret import ApiKey

LONGEST_URL = 8192
"""Characters. Signed addresses have up to 2,000; a server that takes more than 8 KiB is rare."""
MOST_URLS = 32
"""Of one task. Tools give one file, some four."""
_MOST_ODDITIES = 3
_DEEPEST = 6
_FIELDS = (
    "output_urls",
    "output_url",
    "output_url_list",
    "urls",
    "output",
    "outputs",
    "result",
    "results",
    "url",
    "download_url",
)
"""Of the answer itself; the first that holds any address is taken. Others may name the task's own inputs."""
_NAMES = (
    "url",
    "output_url",
    "video_url",
    "image_url",
    "audio_url",
    "download_url",
    "file_url",
    "src",
    "href",
    "uri",
    "output_urls",
    "urls",
    "video",
    "image",
    "audio",
    "file",
)
"""What an object may call its address, the likeliest first; one of them is taken."""
_KNOWN_OTHERWISE = frozenset({"task_id", "taskId", "task_type", "tool_type", "status", "chat_id"})


@dataclass(slots=True)
class _Reading:
    """What has been found so far."""

    urls: list[str] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)

    def take(self, value: JsonValue, depth: int = 0) -> None:
        match value:
            case None | "":
                pass
            case str() if value.lstrip().startswith(("[", "{")) and depth < _DEEPEST:
                self._take_text(value, depth)
            case str():
                self.urls += [value.strip()] if value.strip() else []
            case list() if depth < _DEEPEST:
                for item in value:
                    self.take(item, depth + 1)
            case dict() if depth < _DEEPEST and (inner := _address_in(value)) is not None:
                self.take(inner, depth + 1)
            case _:
                self.oddities.append(excerpt_of_json(value))

    def _take_text(self, text: str, depth: int) -> None:
        """Read JSON that was put into a text."""
        try:
            self.take(orjson.loads(text), depth + 1)
        except orjson.JSONDecodeError:
            self.oddities.append(excerpt_of_json(text))


def read_outputs(data: Mapping[str, JsonValue]) -> Finished:
    """Read the addresses as the answer has them, perhaps none and perhaps no URLs, and what is none."""
    reading = _Reading()
    for name in _FIELDS:
        reading.take(data.get(name))
        if reading.urls:
            break
    rest: JsonObject = {name: value for name, value in data.items() if name not in _KNOWN_OTHERWISE and value}
    if rest and not reading.urls and not reading.oddities:
        reading.oddities.append(excerpt_of_json(rest))
    return Finished(urls=tuple(reading.urls), oddities=_bounded(reading.oddities))


def locate(named: Finished, *, home: str, key: ApiKey) -> Finished:
    """Make URLs of addresses, seen from the API's own; what cannot be fetched becomes an oddity.

    An address beyond all bounds, or one that holds the key, is not kept at all.
    """
    urls: list[str] = []
    oddities = list(named.oddities)
    for text in named.urls[:MOST_URLS]:
        url = resolve(text, home=home)
        if key.is_in(text):
            oddities.append("an address that holds the API key")
        elif url is None:
            oddities.append(excerpt_of_json(text))
        elif len(url) > LONGEST_URL:
            oddities.append(f"an address of {len(url):,} characters")
        else:
            urls.append(url)
    if beyond := len(named.urls[MOST_URLS:]):
        oddities.append(f"{beyond:,} addresses more than the {MOST_URLS} that are fetched")
    return Finished(urls=tuple(urls), oddities=_bounded(key.redact(oddity) for oddity in oddities))


def _address_in(value: Mapping[str, JsonValue]) -> JsonValue:
    """Find an object's address: by its name, or because it is the only URL there."""
    named = next((value[name] for name in _NAMES if value.get(name)), None)
    if named is not None:
        return named
    urls = [one for one in _texts(value.values()) if one.strip().lower().startswith(("http://", "https://"))]
    return urls[0] if len(urls) == 1 else None


def _texts(values: Iterable[JsonValue]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))


def _bounded(oddities: Iterable[str]) -> tuple[str, ...]:
    told = tuple(oddities)
    if len(told) <= _MOST_ODDITIES:
        return told
    return (*told[:_MOST_ODDITIES], f"{len(told) - _MOST_ODDITIES:,} more")
