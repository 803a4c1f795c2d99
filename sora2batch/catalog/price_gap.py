"""Requests that a tool would take and its price rule would not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from sora2batch.catalog.allowed import any_of, choices_of
from sora2batch.catalog.price import price_key
from sora2batch.catalog.tool import PriceByValue, PricePerSecond, PricePerSecondByValue, Tool
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule


def price_gaps(tool: Tool) -> Iterator[Fault]:
    """Word each gap between a tool's inputs and its prices, so that no valid request lacks a price."""
    match tool.price:
        case PriceByValue(field=field, credits=prices):
            yield from _value_gaps(tool, field, tuple(prices))
        case PricePerSecond(seconds_field=seconds):
            yield from _seconds_gaps(tool, seconds)
        case PricePerSecondByValue(seconds_field=seconds, field=field, credits_per_second=rates):
            yield from _seconds_gaps(tool, seconds)
            yield from _value_gaps(tool, field, tuple(rates))
        case _:
            return


def _value_gaps(tool: Tool, field: str, priced: Sequence[str]) -> Iterator[Fault]:
    schema = tool.properties.get(field)
    if schema is None:
        yield _gap("field", f'"{field}" is not among the inputs')
        return
    yield from _absence_gaps(tool, field)
    choices = choices_of(schema)
    if choices is None:
        yield _gap("field", f'"{field}" needs an enum, or its values cannot all have a price')
        return
    keys = [price_key(choice) for choice in choices]
    if missing := [key for key in keys if key not in priced]:
        yield _gap("credits", f"no price for {field} {any_of(cast('list[JsonValue]', missing))}")
    if extra := [key for key in priced if key not in keys]:
        yield _gap("credits", f"{field} can never be {any_of(cast('list[JsonValue]', extra))}")


def _seconds_gaps(tool: Tool, field: str) -> Iterator[Fault]:
    schema = tool.properties.get(field)
    if schema is None:
        yield _gap("seconds", f'"{field}" is not among the inputs')
        return
    yield from _absence_gaps(tool, field)
    if schema.get("type") != "integer":
        yield _gap("seconds", f'"{field}" must be of type integer, so that every price is whole')
    bounds = choices_of(schema) or [schema.get("minimum")]
    if not all(isinstance(bound, int) and bound > 0 for bound in bounds):
        message = f'"{field}" needs a minimum of at least 1, or an enum, so that nothing costs 0'
        yield _gap("seconds", message)


def _absence_gaps(tool: Tool, field: str) -> Iterator[Fault]:
    if field not in tool.required and "default" not in tool.properties[field]:
        message = f'"{field}" may be left out; require it or give it a default'
        yield Fault(path=("price",), rule=Rule.UNKNOWN_PRICE, message=message)


def _gap(key: str, message: str) -> Fault:
    return Fault(path=("price", key), rule=Rule.UNKNOWN_PRICE, message=message)
