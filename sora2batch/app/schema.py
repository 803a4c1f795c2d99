"""A JSON Schema, printed as it ships; that of manifests with the user's own tools as well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.app.config.settings import tools_dirs_for
from sora2batch.app.editor.editor_schema import editor_schema_text
from sora2batch.app.output.output import Printer
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.schema import schema_text

_OF_MANIFESTS = "manifest"


def show_schema(printer: Printer, *, name: str, tools_dirs: Sequence[Path]) -> None:
    """Print the schema of manifests, tools, plans, lockfile lines or picks.

    Raises:
        CatalogError: a tool file is no good.
    """
    found = tools_dirs_for(Path(), tools_dirs) if name == _OF_MANIFESTS else ()
    text = editor_schema_text(load_catalog(found)) if found else schema_text(f"{name}.schema.json")
    printer.output(text.removesuffix("\n"))
