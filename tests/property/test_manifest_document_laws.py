import json

import orjson
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sora2batch.manifest.document import parse_document
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.scalar import SAFE_INTEGER, ScalarError, plain_value
from sora2batch.manifest.source_text import Lines

INTEGERS = st.integers(-SAFE_INTEGER, SAFE_INTEGER)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
# Characters that may stand in a YAML file unescaped.
PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"))
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def trees(texts):
    scalars = st.none() | st.booleans() | INTEGERS | FLOATS | texts
    return st.recursive(
        scalars,
        lambda parts: st.lists(parts, max_size=4) | st.dictionaries(texts, parts, max_size=4),
        max_leaves=20,
    )


def is_same_text_in_yaml_1_2(text):
    try:
        return isinstance(plain_value(text), str)
    except ScalarError:
        return False


def same(left, right):
    """Equal as JSON texts: 1, 1.0 and True are three things."""
    return json.dumps(left) == json.dumps(right)


def block(data, depth=0):
    """Write data as block YAML, scalars as JSON does."""
    pad = "  " * depth
    if isinstance(data, dict) and data:
        return "".join(
            f"\n{pad}{json.dumps(key, ensure_ascii=False)}:{block(part, depth + 1)}"
            for key, part in data.items()
        )
    if isinstance(data, list) and data:
        return "".join(f"\n{pad}-{block(part, depth + 1)}" for part in data)
    return f" {json.dumps(data, ensure_ascii=False)}"


def leaves(data, path=()):
    if isinstance(data, dict):
        for key, part in data.items():
            yield from leaves(part, (*path, key))
    elif isinstance(data, list):
        for index, part in enumerate(data):
            yield from leaves(part, (*path, index))
    else:
        yield path, data


def text_at(text, position):
    lines = Lines(text)
    starts = [offset for offset in range(len(text) + 1) if lines.position(offset) == position]
    return text[starts[0] :]


@given(trees(ANY_TEXT), st.sampled_from([None, 2, "\t"]))
def test_any_json_loads_back_equal(data, indent):
    text = json.dumps({"root": data}, indent=indent)
    assert same(parse_document(text.encode(), file="x.yaml").data, {"root": data})


@given(trees(PRINTABLE))
def test_any_data_written_as_block_yaml_loads_back_equal(data):
    text = f"# yaml\nroot:{block(data, 1)}\n"
    assert same(parse_document(text.encode(), file="x.yaml").data, {"root": data})


@given(trees(ANY_TEXT.filter(is_same_text_in_yaml_1_2)), st.booleans())
def test_what_pyyaml_writes_loads_back_equal_where_both_yaml_versions_agree(data, flow):
    text = yaml.safe_dump({"root": data}, default_flow_style=flow, sort_keys=False)
    assert same(parse_document(f"# yaml\n{text}".encode(), file="x.yaml").data, {"root": data})


@given(trees(PRINTABLE.filter(lambda text: len(text) < 20)), st.sampled_from(["json", "tabs", "yaml"]))
def test_a_place_is_where_the_text_of_the_value_starts(data, style):
    wrapped = {"root": data}
    text = {
        "json": json.dumps(wrapped, ensure_ascii=False),
        "tabs": json.dumps(wrapped, ensure_ascii=False, indent="\t"),
        "yaml": f"# yaml\nroot:{block(data, 1)}\n",
    }[style]
    document = parse_document(text.encode(), file="x.yaml")
    for path, value in leaves(wrapped):
        assert text_at(text, document.position(path)).startswith(json.dumps(value, ensure_ascii=False))
        if isinstance(path[-1], str) and len(path) > 1:
            found = text_at(text, document.key_position(path))
            assert found.startswith(json.dumps(path[-1], ensure_ascii=False))


TOKENS = [
    "a", "b", ": ", ":", "\n", "  ", "- ", "&a ", "*a", "&b ", "*b", "<<: ", "{", "}", "[", "]", ", ", "!!int ", "!!map ",
    "!x ", "'", '"', "|\n", ">-\n", "%YAML 1.2\n", "---\n", "...\n", "\t", "# ", "\\u00e9", "? ", "12", "1e9", ".inf", "~",
    "\u2028", "\x85", "\r\n", "é", "😀", "{{ x }}", "@", "NaN", "null", '"a": ', "\\ud83d",
]  # fmt: skip


@settings(max_examples=300)
@given(
    st.binary(max_size=80)
    | ANY_TEXT.map(str.encode)
    | st.lists(st.sampled_from(TOKENS), max_size=25).map(lambda tokens: "".join(tokens).encode()),
    st.sampled_from(["x.yaml", "x.json"]),
)
def test_no_bytes_raise_anything_but_the_error_of_a_manifest(raw, file):
    try:
        document = parse_document(raw, file=file)
    except ManifestError as refused:
        problems = refused.problems
    else:
        problems = ()
        assert orjson.dumps(document.data)
        assert all(document.position(path).line >= 1 for path, _ in leaves(document.data))
    assert all(problem.position.line >= 1 and problem.message for problem in problems)
