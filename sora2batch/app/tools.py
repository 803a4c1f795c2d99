"""The catalogue, for people and as JSON."""

from __future__ import annotations

from sora2batch.app.output import print_json
from sora2batch.app.result import echo
from sora2batch.catalog.catalog import Catalog
from sora2batch.catalog.tool import FieldInfo, Tool
from sora2batch.cli.printer import Chatter
from sora2batch.ground.canonical import JsonObject


def print_tools(catalog: Catalog, name: str | None) -> None:
    """Print every tool, or the one that is named, as JSON.

    Raises:
        UnknownToolError: there is no tool of this name.
    """
    if name:
        print_json(_to_json(catalog.get(name)))
    else:
        print_json({"version": 1, "tools": [_to_json(tool) for tool in catalog.tools.values()]})


def show_tools(catalog: Catalog, name: str | None, printer: Chatter) -> None:
    """Print a line for every tool, or the inputs of the one that is named.

    Raises:
        UnknownToolError: there is no tool of this name.
    """
    if name:
        _show(catalog.get(name))
        return
    tools = list(catalog.tools.values())
    width = max(len(tool.tool_type) for tool in tools)
    for tool in tools:
        echo(f"{tool.tool_type:<{width}}  {tool.price_text}  {tool.mark}".rstrip())
    printer.say("\nprices in credits; `sora2batch tools NAME` shows a tool's inputs")


def _show(tool: Tool) -> None:
    echo(f"{tool.tool_type}: {tool.title} ({tool.kind}, {tool.availability}) {tool.mark}".rstrip())
    echo(f"price: {tool.price_text}")
    echo(f"usually takes {tool.expected_seconds.min} to {tool.expected_seconds.max} seconds")
    if tool.notice:
        echo(f"notice: {tool.notice}")
    if tool.docs:
        echo(f"docs: {tool.docs}")
    echo("input:")
    for field in tool.fields():
        echo(f"  {field.name}: {field.allowed} ({_default(field)})")
        if field.description:
            echo(f"      {field.description}")


def _default(field: FieldInfo) -> str:
    if field.required:
        return "required"
    match field.default:
        case None:
            return "optional"
        case bool():
            return "default true" if field.default else "default false"
        case _:
            return f"default {field.default}"


def _to_json(tool: Tool) -> JsonObject:
    return {
        "tool_type": tool.tool_type,
        "title": tool.title,
        "kind": tool.kind.value,
        "availability": tool.availability.value,
        "model_ended": tool.model_ended,
        "price": tool.price_text,
        "expected_seconds": {"min": tool.expected_seconds.min, "max": tool.expected_seconds.max},
        "notice": tool.notice,
        "docs": tool.docs,
        "input": tool.input_schema,
    }
