"""An editor is never stricter than the program: what is red there would be refused here."""

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.input_check import InputChecker, fill_defaults
from sora2batch.ground.schema import load_schema

TOOLS = load_catalog().tools
CHECKERS = {name: InputChecker(tool) for name, tool in TOOLS.items()}
FITS = jsonschema_rs.Draft7Validator(load_schema("manifest.schema.json")).is_valid
TEXTS = st.one_of(
    st.sampled_from(["std", "PRO", "10", "16:9", "https://a.example/b.jpg", "ftp://a.example/b", "a/b.jpg", "", " "]),
    st.text("a{}%:/. ", max_size=6),
)  # fmt: skip
VALUES = st.one_of(
    TEXTS, st.integers(-1, 20), st.floats(0, 20), st.booleans(), st.none(), st.lists(TEXTS, max_size=2)
)


def good_values(schema):
    match schema:
        case {"enum": choices}:
            return st.sampled_from(choices)
        case {"type": "boolean"}:
            return st.booleans()
        case {"type": "integer", "minimum": low, "maximum": high}:
            return st.integers(low, high) | st.integers(low, high).map(float)
        case {"type": "array", "items": items}:
            return st.lists(good_values(items), max_size=2)
        case {"format": "http-url"}:
            return st.sampled_from(
                ["https://a.example/b.jpg", "HTTP://[::1]:80/b?c=d", "a/b.jpg", "a:b", "x y.png"]
            )
        case _:
            return TEXTS.map(lambda text: f"{text}x")


@st.composite
def requests(draw, *, spoilt=2):
    """Good ones, a few of them spoilt."""
    tool = TOOLS[draw(st.sampled_from(sorted(TOOLS)))]
    fields = {name: good_values(schema) for name, schema in tool.properties.items()}
    required = {name: fields.pop(name) for name in tool.required}
    good = draw(st.fixed_dictionaries(required, optional=fields))
    names = st.sampled_from([*tool.properties, "zoom"])
    return tool, good | draw(st.dictionaries(names, VALUES, max_size=spoilt))


@settings(deadline=None)  # the first fault imports what words it
@given(
    request=requests(spoilt=1),
    is_own=st.booleans(),
    shared=st.sets(st.sampled_from(["prompt", "image", "duration"])),
)
def test_what_the_program_takes_is_not_red(request, is_own, shared):
    tool, fields = request
    if CHECKERS[tool.tool_type].faults(fill_defaults(tool, fields)):
        return
    common = {name: value for name, value in fields.items() if name in shared}
    group = {"input": {name: value for name, value in fields.items() if name not in shared}}
    document = {
        "version": 1,
        "budget": {"max_credits": 1},
        "tool": "image-lipsync-api" if is_own else tool.tool_type,
        "defaults": {"input": common},
        "jobs": {"a": group | ({"tool": tool.tool_type} if is_own else {})},
    }
    assert FITS(document)


@settings(deadline=None)
@given(request=requests())
def test_what_is_not_red_the_program_takes_too_but_for_odd_urls_and_texts(request):
    """Of what the tools that ship ask for, an editor knows all but the finer points of texts."""
    tool, fields = request
    document = {
        "version": 1,
        "budget": {"max_credits": 1},
        "jobs": {"a": {"tool": tool.tool_type, "input": fields}},
    }
    if not FITS(document) or any("{" in str(value) for value in fields.values()):
        return
    for fault in CHECKERS[tool.tool_type].faults(fill_defaults(tool, fields)):
        value = fields
        for step in fault.path:
            value = value[step]
        assert isinstance(value, str)
        assert tool.properties[fault.path[0]].get("enum") is None
