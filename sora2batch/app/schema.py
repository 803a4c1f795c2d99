"""A JSON Schema, printed as it ships; that of manifests with the user's own tools as well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.app.editor_schema import editor_schema_text
from sora2batch.app.output.output import Printer
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.schema import schema_text

_OF_MANIFESTS = "manifest"


def show_schema(printer: Printer, *, name: str, tools_dirs: Sequence[Path]) -> None:
    """Print the schema of manifests, tools, plans, lockfile lines or picks.

    Raises:
        CatalogError: a tool file is no good.
    """
    is_of_tools = name == _OF_MANIFESTS and tools_dirs
    text = editor_schema_text(load_catalog(tools_dirs)) if is_of_tools else schema_text(f"{name}.schema.json")
    printer.output(text.removesuffix("\n"))
