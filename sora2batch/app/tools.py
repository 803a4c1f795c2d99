"""The catalogue, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sora2batch.app.config.settings import credit_price_for, tools_dirs_for
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.catalog.field_info import FieldInfo, fields_of
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.credit_price import CreditPrice, priced


def show_tools(printer: Printer, *, name: str | None, as_json: bool, tools_dirs: Sequence[Path]) -> None:
    """Print a line for every tool, or the inputs of the one that is named.

    Raises:
        CatalogError: a tool file is no good.
        UnknownToolError: there is no tool of this name.
    """
    catalog = load_catalog(tools_dirs_for(Path(), tools_dirs))
    price = credit_price_for(Path())
    if as_json:
        document = _to_json(catalog.get(name)) if name else _all_to_json(catalog)
        print_json(document | priced(price), printer)
    elif name:
        for line in _lines(catalog.get(name), price):
            printer.output(line)
    else:
        _show_all(catalog, price, printer)


def _show_all(catalog: Catalog, price: CreditPrice | None, printer: Printer) -> None:
    tools = list(catalog.tools.values())
    width = max(len(tool.tool_type) for tool in tools)
    for tool in tools:
        printer.output(f"{tool.tool_type:<{width}}  {_price_of(tool, price)}  {tool.mark}".rstrip())
    printer.info("\nprices in credits; `sora2batch tools NAME` shows a tool's inputs")


def _lines(tool: Tool, price: CreditPrice | None) -> Iterator[str]:
    yield f"{tool.tool_type}: {tool.title} ({tool.kind}, {tool.availability}) {tool.mark}".rstrip()
    yield f"price: {_price_of(tool, price)}"
    yield f"usually takes {tool.expected_seconds.min} to {tool.expected_seconds.max} seconds"
    if tool.notice:
        yield f"notice: {tool.notice}"
    if tool.docs:
        yield f"docs: {tool.docs}"
    yield "input:"
    for field in fields_of(tool):
        yield f"  {field.name}: {field.allowed} ({_default(field)})"
        if field.description:
            yield f"      {field.description}"


def _price_of(tool: Tool, price: CreditPrice | None) -> str:
    """Write the price, behind it the cheapest and the dearest in money."""
    credits = sorted(tool.price_credits)
    if price is None or not credits:
        return tool.price_text
    least, most = price.money_for(credits[0]), price.money_for(credits[-1])
    return f"{tool.price_text} = {least if least == most else f'{least} to {most}'}"


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


def _all_to_json(catalog: Catalog) -> JsonObject:
    return {"version": 1, "tools": [_to_json(tool) for tool in catalog.tools.values()]}


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
