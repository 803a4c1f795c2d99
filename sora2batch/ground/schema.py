"""The JSON Schemas that ship with the program."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import orjson

from sora2batch.ground.canonical import JsonObject

_PACKAGE = Path(__file__).parent.parent


@cache
def schema_dir() -> Path:
    """Find the folder of schemas: inside an installed wheel, else beside the package in a checkout."""
    inside = _PACKAGE / "schemas"
    return inside if inside.is_dir() else _PACKAGE.parent / "schemas"


def schema_text(name: str) -> str:
    """Read one shipped schema, such as ``manifest.schema.json``."""
    return (schema_dir() / name).read_text(encoding="utf-8")


@cache
def load_schema(name: str) -> JsonObject:
    """Parse one shipped schema; callers must not change it."""
    schema: JsonObject = orjson.loads(schema_text(name))
    return schema
