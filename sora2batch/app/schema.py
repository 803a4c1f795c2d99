"""A JSON Schema, printed as it ships."""

from __future__ import annotations

from sora2batch.app.output.output import Printer
from sora2batch.ground.schema import schema_text


def show_schema(printer: Printer, *, name: str) -> None:
    """Print the schema of manifests, tools, plans, lockfile lines or picks."""
    printer.output(schema_text(f"{name}.schema.json").removesuffix("\n"))
