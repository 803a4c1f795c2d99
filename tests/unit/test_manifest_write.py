import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from sora2batch.manifest.document import parse_document
from sora2batch.manifest.emit import entry_lines
from sora2batch.manifest.write import GroupDraft, ManifestDraft, write_manifest

LONG = "A red fox walks through fresh snow at dusk, seen from low above the ground while the camera follows slowly."


def lines(value, key="prompt", indent=0):
    return entry_lines(key, value, indent=indent)


def read_back(text):
    return parse_document(text.encode(), file="x.yaml").data


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("A fox: red", 'prompt: "A fox: red"'),
        ('A red fox, it\'s "cold".', 'prompt: A red fox, it\'s "cold".'),
        ("https://a.example/b.jpg?c=1#d", "prompt: https://a.example/b.jpg?c=1#d"),
        ("16:9", 'prompt: "16:9"'),
        ("1:30.5", 'prompt: "1:30.5"'),
        ("16:90", 'prompt: "16:90"'),
        ("1_0.5", 'prompt: "1_0.5"'),
        ("0b11", 'prompt: "0b11"'),
        ("0x_f", 'prompt: "0x_f"'),
        ("1.2.3", 'prompt: "1.2.3"'),
        ("2026-11-25 at dusk", "prompt: 2026-11-25 at dusk"),
        ("16:9 frame", "prompt: 16:9 frame"),
        ("no", 'prompt: "no"'),
        ("Off", 'prompt: "Off"'),
        ("true", 'prompt: "true"'),
        ("null", 'prompt: "null"'),
        ("012", 'prompt: "012"'),
        ("0x1F", 'prompt: "0x1F"'),
        ("0o17", 'prompt: "0o17"'),
        ("1e3", 'prompt: "1e3"'),
        ("1_000", 'prompt: "1_000"'),
        ("9" * 20, f'prompt: "{"9" * 20}"'),
        ("2026-11-25", 'prompt: "2026-11-25"'),
        ("a #1", 'prompt: "a #1"'),
        ("a#1", "prompt: a#1"),
        ("a:", 'prompt: "a:"'),
        ("- a", 'prompt: "- a"'),
        ("{a}", 'prompt: "{a}"'),
        ("", 'prompt: ""'),
        (" a", 'prompt: " a"'),
        ("a ", 'prompt: "a "'),
        ("\n", 'prompt: "\\n"'),
        ("a\tb", 'prompt: "a\\tb"'),
        ("狐狸 🦊", "prompt: 狐狸 🦊"),
        ("a\u202eb\x85\U000e0041", 'prompt: "a\\u202eb\\u0085\\U000e0041"'),
        (15, "prompt: 15"),
        (1e300, "prompt: 1e+300"),
        (0.1, "prompt: 0.1"),
        (True, "prompt: true"),
        (None, "prompt: null"),
        ([], "prompt: []"),
        ({}, "prompt: {}"),
    ],
)
def test_a_short_value_stands_beside_its_key(value, line):
    assert lines(value) == [line]
    assert read_back(line) == {"prompt": value}


def test_a_long_text_is_folded_between_its_words():
    assert lines(LONG, indent=2) == [
        "  prompt: >-",
        "    A red fox walks through fresh snow at dusk, seen from low above the ground while the camera",
        "    follows slowly.",
    ]


@pytest.mark.parametrize(
    "text", [LONG, f"# {LONG}", f"- {LONG}", f"{LONG}  two spaces", LONG.replace(" ", "  "), "x" * 300]
)
def test_a_folded_text_is_what_it_was(text):
    written = lines(text)
    assert written[0] == "prompt: >-"
    assert read_back("\n".join(written)) == {"prompt": text}


def test_a_long_text_that_folding_would_change_stays_on_one_line():
    for text in (f" {LONG}", f"{LONG} ", f"{LONG}\t"):
        assert len(lines(text)) == 1
        assert read_back(lines(text)[0]) == {"prompt": text}


def test_a_text_of_several_lines_is_a_block():
    assert lines("Shot 1\n\n  Shot 2") == ["prompt: |-", "  Shot 1", "", "    Shot 2"]
    assert lines("Shot 1\nShot 2\n") == ["prompt: |", "  Shot 1", "  Shot 2"]
    assert lines("Shot 1 \nShot 2") == ['prompt: "Shot 1 \\nShot 2"']
    assert lines(" Shot 1\nShot 2") == ['prompt: " Shot 1\\nShot 2"']


def test_lists_and_mappings_are_blocks_and_what_is_deeper_stands_on_a_line():
    value = {"images": ["https://a.example/b.jpg", "no", [1, "a: b"]], "camera": {"pan": {"x": 1}, "no": "y"}}
    assert lines(value, "input") == [
        "input:",
        "  images:",
        "    - https://a.example/b.jpg",
        '    - "no"',
        '    - [1, "a: b"]',
        "  camera:",
        "    pan:",
        "      x: 1",
        '    "no": "y"',
    ]
    assert read_back("\n".join(lines(value, "input"))) == {"input": value}


TEXTS = st.text(max_size=40) | st.text("ab .:#-\n\r\t\"'\\{}[]%&*!|>?,0", max_size=150)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), VALUES, min_size=1, max_size=4), st.integers(0, 3))
@example({"<<": {"a": 1}}, 0)
@example({"a": "\x00\x7f\ufeff\uffff\u2028"}, 1)
@example({"a": "x" * 99 + " y"}, 0)
def test_what_is_written_reads_as_what_it_was(mapping, depth):
    value = mapping
    for _ in range(depth):
        value = {"a": value}
    text = "\n".join(lines(value, "root"))
    assert same(read_back(f"{text}\n"), {"root": value})
    assert all(line.isprintable() and not line.endswith(" ") for line in text.split("\n"))


@given(st.text("0123456789abefx_:.+-TZ ", min_size=1, max_size=12) | TEXTS)
@example("yes")
@example("1:30")
@example("=")
@example("0x_")
@example("2026-11-25 10:00:00")
@example("0\n")
def test_a_reader_of_yaml_1_1_reads_every_text_as_text(text):
    for written, value in (
        (lines(text), {"prompt": text}),
        (lines([text]), {"prompt": [text]}),
        (lines(1, text), {text: 1}),
    ):
        assert yaml.safe_load("\n".join(written) + "\n") == value


def same(one, other):
    """Equal, and of the same types; -0.0 is 0, as in JSON's canonical form."""
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and list(one) == list(other)
            and all(map(same, one.values(), other.values()))
        )
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def test_a_whole_manifest():
    draft = ManifestDraft(
        comments=("Promoted from spring.yaml.", ""),
        name="2026",
        tool="sora2-text-to-video-api",
        max_credits=2520,
        budget_comment="2 jobs: 1 x 2,100 + 1 x 420",
        default_input={"mode": "std"},
        run={"concurrency": 2, "submit_rate": 0.5},
        groups=(
            GroupDraft(name="a", comments=("from hero/a", "from hero/a#2"), input={"prompt": "a fox"}),
            GroupDraft(name="b", tool="other", input={}),
        ),
    )
    assert write_manifest(draft) == (
        """\
# Promoted from spring.yaml.
#
version: 1
name: "2026"
tool: sora2-text-to-video-api

budget:
  max_credits: 2520 # 2 jobs: 1 x 2,100 + 1 x 420

defaults:
  input:
    mode: std

run:
  concurrency: 2
  submit_rate: 0.5

jobs:
  # from hero/a
  # from hero/a#2
  a:
    input:
      prompt: a fox

  b:
    tool: other
    input: {}
"""
    )


def test_sections_with_nothing_in_them_are_left_out():
    draft = ManifestDraft(
        name="next",
        max_credits=0,
        budget_comment="nothing",
        default_input={},
        run={},
        groups=(GroupDraft(name="a", tool="t", input={"prompt": "x"}),),
    )
    assert write_manifest(draft) == (
        "version: 1\nname: next\n\nbudget:\n  max_credits: 0 # nothing\n\n"
        "jobs:\n  a:\n    tool: t\n    input:\n      prompt: x\n"
    )
