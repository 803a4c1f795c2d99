"""What a tool would cost with another value of the field that decides its price."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from sora2batch.catalog.tool import (
    FixedPrice,
    PriceByValue,
    PricePerSecond,
    PricePerSecondByValue,
    Tool,
    UnknownPrice,
)
from sora2batch.gallery.page.card import Tariff


def tariffs_of(tools: Iterable[Tool]) -> tuple[Tariff, ...]:
    """Write down the prices that leave a choice; a tool with one price has no tariff."""
    return tuple(tariff for tool in tools if (tariff := _tariff(tool)))


def _tariff(tool: Tool) -> Tariff | None:
    price = tool.price
    match price:
        case PriceByValue():
            rates = tuple(price.credits.items())
            return Tariff(tool_type=tool.tool_type, field=price.field, rates=rates)
        case PricePerSecondByValue():
            rates = tuple(price.credits_per_second.items())
            seconds = price.seconds_field
            return Tariff(tool_type=tool.tool_type, field=price.field, rates=rates, seconds_field=seconds)
        case FixedPrice() | PricePerSecond() | UnknownPrice():
            return None
        case _:
            assert_never(price)
