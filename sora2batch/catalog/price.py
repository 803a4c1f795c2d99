"""What a request costs, by the catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import assert_never

from sora2batch.catalog.tool import (
    FixedPrice,
    PriceByValue,
    PricePerSecond,
    PricePerSecondByValue,
    Tool,
    UnknownPrice,
)
from sora2batch.ground.canonical import JsonObject, JsonValue, with_whole_numbers
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Credits
from sora2batch.ground.option_words import said


class PriceError(Sora2BatchError):
    """The catalogue cannot tell what a request costs."""


def price_of(tool: Tool, input: JsonObject) -> Credits:
    """Compute the price of a request whose defaults are filled in.

    Units: credits, always more than 0.

    Raises:
        PriceError: the price is unknown, or not a whole number of credits.
    """
    price = tool.price
    match price:
        case FixedPrice():
            return price.credits
        case PriceByValue():
            return _by_value(tool, input, price.field, price.credits)
        case PricePerSecond():
            return _per_second(tool, input, price.seconds_field, price.credits_per_second)
        case PricePerSecondByValue():
            rate = _by_value(tool, input, price.field, price.credits_per_second)
            return _per_second(tool, input, price.seconds_field, rate)
        case UnknownPrice():
            folder = said("--tools-dir", "tools_dirs=")
            raise PriceError(
                f"the price of {tool.tool_type} is not known: {price.text}",
                hint=f"give it a price rule in a tool file of your own ({folder})",
            )
        case _:
            assert_never(price)


def price_key(value: JsonValue) -> str:
    """Write a field's value the way price maps name it: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(with_whole_numbers(value))


def _by_value(tool: Tool, input: JsonObject, field: str, prices: Mapping[str, Credits]) -> Credits:
    if field not in input:
        raise PriceError(f"the price of {tool.tool_type} depends on {field}, which is missing")
    key = price_key(input[field])
    if key not in prices:
        known = ", ".join(prices)
        raise PriceError(f"the price of {tool.tool_type} is not known for {field} {key}, only for {known}")
    return prices[key]


def _per_second(tool: Tool, input: JsonObject, field: str, rate: Credits) -> Credits:
    seconds = input.get(field)
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or not isfinite(seconds)
        or seconds <= 0
    ):
        raise PriceError(f"the price of {tool.tool_type} depends on {field}, which must be a number above 0")
    # Decimal(str()) reads 3.3 as people do, so that no float error makes or loses a credit.
    numerator, denominator = Decimal(str(seconds)).as_integer_ratio()
    amount, rest = divmod(numerator * rate, denominator)
    if rest:
        raise PriceError(f"{field} {seconds} at {rate} credits a second is not a whole number of credits")
    return Credits(amount)
