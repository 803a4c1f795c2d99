"""Laws of the catalogue, over requests made from each tool's own schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.input_check import InputChecker, compile_schema, fill_defaults
from sora2batch.catalog.input_fault import describe_faults
from sora2batch.catalog.price import price_of
from sora2batch.catalog.tool import UnknownPrice
from sora2batch.catalog.url import is_http_url

TOOLS = load_catalog().tools
PRICED = [name for name, tool in TOOLS.items() if not isinstance(tool.price, UnknownPrice)]

URLS = st.sampled_from(["https://a.example/a.jpg", "http://[::1]:80/b?c=d", "HTTPS://b.example"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LOOSE = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-20, 20),
        st.floats(-20, 20, width=16),
        TEXTS,
        URLS,
        st.sampled_from(["std", "PRO", "10", "16:9", "1K", "x.jpg", " ", "\x1c", "\ufeff", "https://a b"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


def good_values(schema):
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "integer":
            whole = st.integers(schema["minimum"], schema["maximum"])
            return whole | whole.map(float)
        case "array":
            return st.lists(good_values(schema["items"]), max_size=3)
        case _ if schema.get("format") == "http-url":
            return URLS
        case _:
            return TEXTS.map(lambda text: f"{text}x")


def good_requests(tool):
    fields = {name: good_values(schema) for name, schema in tool.properties.items()}
    required = {name: fields.pop(name) for name in tool.required}
    return st.fixed_dictionaries(required, optional=fields)


def any_requests(tool):
    """Good requests with some fields spoilt, dropped or added."""
    names = st.sampled_from([*tool.properties, "image", "extra"])
    spoilt = st.dictionaries(names, LOOSE, max_size=3)
    dropped = st.sets(names, max_size=2)
    return st.builds(
        lambda good, bad, gone: {name: value for name, value in (good | bad).items() if name not in gone},
        good_requests(tool),
        spoilt,
        dropped,
    )


@pytest.mark.parametrize("name", TOOLS)
def test_what_is_good_by_construction_has_no_faults(name):
    checker = InputChecker(TOOLS[name])

    @given(good_requests(TOOLS[name]))
    def law(request_):
        assert checker.faults(request_) == ()

    law()


@pytest.mark.parametrize("name", TOOLS)
def test_the_deciding_and_the_wording_validator_agree(name):
    tool = TOOLS[name]
    decides = compile_schema(tool.input_schema)

    @given(any_requests(tool))
    def law(request_):
        faults = describe_faults(tool, request_, decides)
        assert decides.fits(request_) == (faults == ())
        assert len({fault.path for fault in faults}) == len(faults)
        assert all(fault.message.isprintable() for fault in faults)

    law()


@pytest.mark.parametrize("name", PRICED)
def test_every_good_request_has_a_whole_price_above_0(name):
    @given(good_requests(TOOLS[name]))
    def law(request_):
        price = price_of(TOOLS[name], fill_defaults(TOOLS[name], request_))
        assert type(price) is int
        assert price > 0

    law()


@pytest.mark.parametrize("name", TOOLS)
def test_filling_defaults_twice_is_filling_them_once_and_keeps_good_requests_good(name):
    tool = TOOLS[name]
    checker = InputChecker(tool)

    @given(any_requests(tool))
    def law(request_):
        filled = fill_defaults(tool, request_)
        assert fill_defaults(tool, filled) == filled
        assert all(filled[name] == value for name, value in request_.items())
        assert bool(checker.faults(filled)) == bool(checker.faults(request_))

    law()


@given(st.text(max_size=30) | st.text(alphabet="htps:/.@[]?#a1 \\\n", max_size=30).map("http://".__add__))
def test_an_accepted_url_holds_nothing_that_a_shell_or_a_log_would_stumble_over(text):
    if is_http_url(text):
        assert text.isprintable()
        assert " " not in text
        assert text.lower().startswith(("http://", "https://"))
