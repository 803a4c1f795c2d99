"""Prices: every row of the API's table, and what has none."""

from __future__ import annotations

import pytest

from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.input_check import fill_defaults
from sora2batch.catalog.price import PriceError, price_key, price_of
from sora2batch.catalog.tool import (
    ExpectedSeconds,
    FixedPrice,
    Kind,
    PriceByValue,
    PricePerSecond,
    PricePerSecondByValue,
    Tool,
    UnknownPrice,
)

PRICES = [
    ("kling3-text-to-video-api", {}, 1000),
    ("kling3-text-to-video-api", {"duration": 5, "model_mode": "pro"}, 1500),
    ("kling3-text-to-video-api", {"duration": 15}, 3000),
    ("kling3-text-to-video-api", {"duration": 15, "model_mode": "pro"}, 4500),
    ("kling3-image-to-video-api", {"duration": 3}, 600),
    ("kling3-image-to-video-api", {"duration": 15, "model_mode": "pro"}, 4500),
    ("sora2-text-to-video-api", {}, 420),
    ("sora2-text-to-video-api", {"duration": 15}, 420),
    ("sora2-text-to-video-api", {"mode": "pro", "duration": 15}, 2100),
    ("sora2-image-to-video-api", {"mode": "std"}, 420),
    ("sora2-image-to-video-api", {"mode": "pro"}, 2100),
    ("veo3-text-to-video-fast-api", {}, 420),
    ("veo3-image-to-video-fast-api", {}, 420),
    ("grok-text-to-video-api", {"duration": 3}, 150),
    ("grok-image-to-video-api", {"duration": 15}, 750),
    ("gpt-image-2-api", {}, 100),
    ("nano-banana-image-api", {}, 50),
    ("nano-banana-image-pro-api", {"resolution": "2K"}, 150),
    ("nano-banana-image-2-api", {}, 75),
    ("nano-banana-image-2-api", {"resolution": "2K"}, 75),
    ("nano-banana-image-2-api", {"resolution": "4K"}, 150),
    ("seedream-v4-5-api", {}, 50),
    ("seedream-v5-lite-api", {}, 50),
]
"""The API's table: tool_type, input, credits."""


def tool_with(price):
    return Tool(
        tool_type="my-tool-api",
        title="Mine",
        kind=Kind.VIDEO,
        input_schema={"type": "object", "properties": {}, "additionalProperties": False},
        price=price,
        expected_seconds=ExpectedSeconds(min=1, max=2),
    )


@pytest.mark.parametrize(("tool_type", "request_", "credits_"), PRICES)
def test_a_shipped_tool_costs_what_the_api_charges(tool_type, request_, credits_):
    tool = load_catalog().get(tool_type)
    assert price_of(tool, fill_defaults(tool, request_)) == credits_


def test_every_shipped_tool_stands_in_the_table_of_prices_or_has_none():
    unknown = {name for name, tool in load_catalog().tools.items() if isinstance(tool.price, UnknownPrice)}
    assert {row[0] for row in PRICES} | unknown == set(load_catalog().tools)


def test_an_unknown_price_is_an_error_that_says_what_is_known():
    with pytest.raises(PriceError, match="image-lipsync-api is not known: 30 credits per second of audio"):
        price_of(load_catalog().get("image-lipsync-api"), {})


@pytest.mark.parametrize(
    ("price", "request_", "credits_"),
    [
        (FixedPrice(credits=7), {}, 7),
        (PriceByValue(field="seconds", credits={"10": 1, "15": 2}), {"seconds": 15}, 2),
        (PriceByValue(field="seconds", credits={"10": 1}), {"seconds": 10.0}, 1),
        (PriceByValue(field="sound", credits={"true": 9, "false": 4}), {"sound": True}, 9),
        (PricePerSecond(seconds_field="s", credits_per_second=10), {"s": 3.3}, 33),
        (
            PricePerSecondByValue(seconds_field="s", field="m", credits_per_second={"a": 2, "b": 3}),
            {"s": 4, "m": "b"},
            12,
        ),
    ],
)
def test_each_rule_is_computed(price, request_, credits_):
    assert price_of(tool_with(price), request_) == credits_


@pytest.mark.parametrize(
    ("price", "request_", "reason"),
    [
        (UnknownPrice(text="ask them"), {}, "ask them"),
        (PriceByValue(field="mode", credits={"std": 1}), {}, "depends on mode, which is missing"),
        (PriceByValue(field="mode", credits={"std": 1}), {"mode": "PRO"}, "for mode PRO, only for std"),
        (PricePerSecond(seconds_field="s", credits_per_second=1), {}, "must be a number above 0"),
        (PricePerSecond(seconds_field="s", credits_per_second=1), {"s": 0}, "must be a number above 0"),
        (PricePerSecond(seconds_field="s", credits_per_second=1), {"s": -5}, "must be a number above 0"),
        (PricePerSecond(seconds_field="s", credits_per_second=1), {"s": True}, "must be a number above 0"),
        (PricePerSecond(seconds_field="s", credits_per_second=1), {"s": "10"}, "must be a number above 0"),
        (
            PricePerSecond(seconds_field="s", credits_per_second=1),
            {"s": float("nan")},
            "must be a number above 0",
        ),
        (
            PricePerSecond(seconds_field="s", credits_per_second=1),
            {"s": 2.5},
            "not a whole number of credits",
        ),
    ],
)
def test_a_price_that_cannot_be_computed_is_an_error_and_never_0(price, request_, reason):
    with pytest.raises(PriceError, match=reason):
        price_of(tool_with(price), request_)


@pytest.mark.parametrize(
    ("value", "key"),
    [("pro", "pro"), (10, "10"), (10.0, "10"), (2.5, "2.5"), (False, "false"), (None, "null")],
)
def test_a_price_map_names_values_by_their_json_text(value, key):
    assert price_key(value) == key


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (FixedPrice(credits=7), "7"),
        (PriceByValue(field="mode", credits={"std": 420, "pro": 2100}), "420 (mode std), 2100 (mode pro)"),
        (PricePerSecond(seconds_field="s", credits_per_second=50), "50 a second"),
        (
            PricePerSecondByValue(seconds_field="s", field="m", credits_per_second={"a": 2, "b": 3}),
            "2 a second (m a), 3 a second (m b)",
        ),
        (UnknownPrice(text="ask them"), "ask them"),
    ],
)
def test_each_rule_has_words_for_people(price, text):
    assert tool_with(price).price_text == text
