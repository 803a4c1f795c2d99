"""The fields of a tool that hold pictures, clips or sound: a URL, or the path of a file of the user's own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sora2batch.catalog.allowed import HTTP_URL, MEDIA, URL_OR_PATH
from sora2batch.catalog.url import is_http_url
from sora2batch.ground.canonical import JsonObject, JsonValue

_WEB = ("http://", "https://")
_OTHER_SCHEME = r"(?i)data:|[a-z][a-z0-9+.-]+://"


def media_fields(schema: JsonObject) -> Mapping[str, str]:
    """Find the fields of an input that hold media, and of which kind: ``image``, ``video`` or ``audio``."""
    properties = schema.get("properties")
    fields = properties.items() if isinstance(properties, dict) else ()
    found = ((name, _kind_of(field)) for name, field in fields)
    return {name: kind for name, kind in found if kind}


def is_url(text: str) -> bool:
    """Tell whether a text in a media field is meant as a URL; any other is a path."""
    return text[:8].lower().startswith(_WEB)


def is_url_or_path(text: str) -> bool:
    """Tell whether a text may stand in a media field; whether there is such a file is another question."""
    if is_url(text):
        return is_http_url(text)
    return bool(text.strip()) and re.match(_OTHER_SCHEME, text) is None


def with_paths(schema: JsonObject) -> JsonObject:
    """Make the schema of what a manifest may write of the schema of what the API takes."""
    kinds, properties = media_fields(schema), schema.get("properties")
    if not kinds or not isinstance(properties, dict):
        return schema
    fields: JsonObject = {
        name: _with_path(field) if name in kinds else field for name, field in properties.items()
    }
    return {**schema, "properties": fields}


def _with_path(field: JsonValue) -> JsonValue:
    if not isinstance(field, dict):
        return field
    if field.get("format") == HTTP_URL:
        return {**field, "format": URL_OR_PATH}
    return {**field, "items": _with_path(field.get("items"))}


def _kind_of(field: JsonValue) -> str | None:
    if not isinstance(field, dict):
        return None
    kind = field.get(MEDIA)
    return kind if isinstance(kind, str) else _kind_of(field.get("items"))
