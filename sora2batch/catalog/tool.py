"""A tool of the API: its inputs, its price, and whether it still answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias, assert_never, cast

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Credits


class Kind(StrEnum):
    """What a tool makes."""

    VIDEO = "video"
    IMAGE = "image"


class Availability(StrEnum):
    """Whether a tool can be used: deprecated ones still answer, retired ones are refused here."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class FixedPrice(NamedTuple):
    """Every request costs the same."""

    credits: Credits


class PriceByValue(NamedTuple):
    """The value of one field decides."""

    field: str
    credits: Mapping[str, Credits]
    """By the value as JSON text: ``pro``, ``10``, ``true``."""


class PricePerSecond(NamedTuple):
    """Seconds times one rate."""

    seconds_field: str
    credits_per_second: Credits


class PricePerSecondByValue(NamedTuple):
    """Seconds times a rate that the value of another field decides."""

    seconds_field: str
    field: str
    credits_per_second: Mapping[str, Credits]
    """By the value as JSON text."""


class UnknownPrice(NamedTuple):
    """The price cannot be computed from the request; such a tool is never submitted."""

    text: str
    """What is known, for people."""


PriceRule: TypeAlias = FixedPrice | PriceByValue | PricePerSecond | PricePerSecondByValue | UnknownPrice


class ExpectedSeconds(NamedTuple):
    """How long a generation usually takes."""

    min: int
    max: int


class ToolOutput(NamedTuple):
    """What is known of a result before there is one; what is None is not known."""

    seconds: str | float | None = None
    """The input that holds its length, or the length itself where every clip is as long."""
    aspect: str | None = None
    """The input that holds its shape, such as 16:9, or a picture that it follows."""
    sound: bool | None = None
    """Whether clips have sound."""


NOTHING_KNOWN = ToolOutput()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool_type and all that is known about it."""

    tool_type: str
    title: str
    kind: Kind
    input_schema: JsonObject
    """JSON Schema, draft 2020-12, of an object without unknown fields. Never changed in place."""
    price: PriceRule
    expected_seconds: ExpectedSeconds
    output: ToolOutput = NOTHING_KNOWN
    availability: Availability = Availability.ACTIVE
    notice: str | None = None
    """What a user should know before paying; shown by plan and run."""
    docs: str | None = None
    """The URL of the tool's own page."""
    model_ended: str | None = None
    """The day on which the model's maker ended it; whether the API serves it still is another question."""

    @property
    def is_lasting(self) -> bool:
        """Tell whether nothing is known that speaks against starting a batch with it."""
        return self.availability is Availability.ACTIVE and self.model_ended is None

    @property
    def mark(self) -> str:
        """What to know of it in a list of tools, such as ``[model ended 2026-09-24]``; mostly empty."""
        if self.model_ended and self.availability is not Availability.RETIRED:
            return f"[model ended {self.model_ended}]"
        return "" if self.availability is Availability.ACTIVE else f"[{self.availability}]"

    @property
    def properties(self) -> Mapping[str, JsonObject]:
        """The schema of each input by its name, in the order of the file."""
        return cast("Mapping[str, JsonObject]", self.input_schema["properties"])

    @property
    def required(self) -> tuple[str, ...]:
        """The inputs that a request must name."""
        return tuple(cast("list[str]", self.input_schema.get("required", [])))

    @property
    def price_credits(self) -> tuple[Credits, ...]:
        """The numbers of credits in the price: of a request, or of a second."""
        match self.price:
            case FixedPrice(credits):
                return (credits,)
            case PriceByValue(_, prices) | PricePerSecondByValue(_, _, prices):
                return tuple(prices.values())
            case PricePerSecond(_, rate):
                return (rate,)
            case UnknownPrice():
                return ()
            case _:
                assert_never(self.price)

    @property
    def price_text(self) -> str:
        """The price for people: ``420 (mode std), 2100 (mode pro)``."""
        return _price_text(self.price)


def _price_text(price: PriceRule) -> str:
    match price:
        case FixedPrice():
            return str(price.credits)
        case PriceByValue():
            return ", ".join(
                f"{credits_} ({price.field} {value})" for value, credits_ in price.credits.items()
            )
        case PricePerSecond():
            return f"{price.credits_per_second} a second"
        case PricePerSecondByValue():
            rates = price.credits_per_second.items()
            return ", ".join(f"{rate} a second ({price.field} {value})" for value, rate in rates)
        case UnknownPrice():
            return price.text
        case _:
            assert_never(price)
