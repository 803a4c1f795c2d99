"""The media in a task's input: which of them are fetched, and what the input looks like by their content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sora2batch.catalog.media_field import media_fields
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.media.kind import MediaKind
from sora2batch.simulator.fault import FaultKind
from sora2batch.simulator.loopback_url import identity_of, is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFetch:
    """One file that a task needs before it can be made."""

    kind: MediaKind
    url: str = field(repr=False)
    """As it was sent: it may be signed, so it is shown nowhere."""
    fault: FaultKind | None
    """What the store will answer instead of the file."""


def fetches_of(
    tool: Tool, input: JsonObject, *, fault_of: Callable[[int], FaultKind | None]
) -> tuple[InputFetch, ...]:
    """List what is to be fetched: what is on this machine, and whatever a fault strikes.

    *fault_of* is asked for the first, second, … file of the input.
    """
    found = (
        InputFetch(kind=MediaKind(kind), url=url, fault=fault_of(number))
        for number, (kind, url) in enumerate(_media_urls(tool, input))
    )
    return tuple(fetch for fetch in found if fetch.fault or is_loopback(fetch.url))


def map_media(tool: Tool, input: JsonObject, change: Callable[[str], JsonValue]) -> JsonObject:
    """Put something else in the place of each URL in a media field."""
    fields = media_fields(tool.input_schema)
    return {name: _mapped(value, change) if name in fields else value for name, value in input.items()}


def with_identities(tool: Tool, input: JsonObject) -> JsonObject:
    """Write an input as it is compared with others: signatures and places of files do not count."""
    return map_media(tool, input, identity_of)


def _media_urls(tool: Tool, input: JsonObject) -> Iterator[tuple[str, str]]:
    for name, kind in media_fields(tool.input_schema).items():
        value = input.get(name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                yield kind, item


def _mapped(value: JsonValue, change: Callable[[str], JsonValue]) -> JsonValue:
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return change(value) if isinstance(value, str) else value
