import pytest

from sora2batch.manifest.construct import load_yaml
from sora2batch.manifest.formatting.tidy import tidied

CASES = {
    "indents": (
        "a:\n      b:\n       - x\n       -   c: 1\n           d: 2\n",
        "a:\n  b:\n    - x\n    - c: 1\n      d: 2\n",
    ),
    "a list below its key goes one level in": (
        "a:\n- x\n-   - y\n    - z\nb: 1\n",
        "a:\n  - x\n  - - y\n    - z\nb: 1\n",
    ),
    "blanks within a line": (
        'a:   1   # one\nb : {c: 1,"d":2 ,  e: [ 1,2 ]}\nf: [ ]\ng: { }\n',
        'a: 1 # one\nb: { c: 1, "d": 2, e: [1, 2] }\nf: []\ng: {}\n',
    ),
    "anchors, aliases, merge keys and tags": (
        "a:  &x   {b:  !!str   1}\nc: {<<:   *x}\nd:\n    <<:    [ *x ]\n",
        "a: &x { b: !!str 1 }\nc: { <<: *x }\nd:\n  <<: [*x]\n",
    ),
    "empty lines and the end": ("\n\na: 1\n\n\n\nb: 2  \n\n\n", "a: 1\n\nb: 2\n"),
    "no line break at the end": ("a: 1", "a: 1\n"),
    "a block that the file ends in says the same without a line break": ("a:\n    b: |\n        x", "a:\n  b: |\n    x"),
    "a block that takes no line break gets one": ("a:   >-\n    x", "a: >-\n  x\n"),
    "a comment behind a block": ("a: |\n    x\n# c", "a: |\n  x\n# c\n"),
    "line ends": ('a: 1\r\nb: |\r\n    x\r\n    y\r\nc: "d\re"\r', 'a: 1\nb: |\n  x\n  y\nc: "d\n  e"\n'),
    "comments stay beside what they stand beside": (
        "# head\n\na:\n    # of b\n    b: 1\n    # still in a\n# of c\nc:\n- 1\n# of d\nd: 2\n   # the end\n",
        "# head\n\na:\n  # of b\n  b: 1\n  # still in a\n# of c\nc:\n  - 1\n# of d\nd: 2\n# the end\n",
    ),
    "a text of several lines": (
        "a: one\n      two\n\n      three\nb: 'four\n five'\nc: \"six \\\n     seven\"\n",
        "a: one\n  two\n\n  three\nb: 'four\n  five'\nc: \"six \\\n  seven\"\n",
    ),
    "a block moves as one, with all of its white space": (
        "a:\n    b: |   # why\n\n        x  \n          y\n\n    # c\n    c: >-\n            z\n",
        "a:\n  b: | # why\n\n    x  \n      y\n\n  # c\n  c: >-\n    z\n",
    ),
    "a block that says how far in it is": ("a:\n- |2\n     x\n   y\n- 1\n", "a:\n  - |2\n       x\n     y\n  - 1\n"),
    "empty lines that a block keeps": ("a: |+\n   x\n\n\nb: |+\n   y\n\n\n", "a: |+\n  x\n\n\nb: |+\n  y\n\n\n"),
    "an empty block": ("a: |\nb:   |-\n\n\nc: 1\n", "a: |\nb: |-\n\nc: 1\n"),
    "brackets over several lines keep their shape": (
        "a:\n    b: [1, # one\n        2,\n    ]\n",
        "a:\n  b: [1, # one\n      2,\n  ]\n",
    ),
    "a value in the next line": ("a:\n     &x\n     b:\n         'c'\n", "a:\n  &x\n  b:\n    'c'\n"),
    "explicit keys": ("?   a\n:    b\n", "? a\n: b\n"),
    "numbers, words and quotes stay as they are written": (
        "a:  [012,  1_000, +5, 0x1F, 1e3, 12:30, on, yes, ~, Null, 'x', \"y\", 2026-01-01]\n",
        "a: [012, 1_000, +5, 0x1F, 1e3, 12:30, on, yes, ~, Null, 'x', \"y\", 2026-01-01]\n",
    ),
    "what ended a line in YAML 1.1 is a letter like others": ("a:   x\u2028y\nb:  1\n", "a: x\u2028y\nb: 1\n"),
    "a start of the document": ("---\na:   1\n", "---\na: 1\n"),
    "json": ('{"a":1,\r\n "b":[1,2]}', '{"a":1,\r\n "b":[1,2]}'),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_white_space_is_put_in_order(name):
    before, after = CASES[name]
    assert tidied(before, file="a.yaml") == after
    assert tidied(after, file="a.yaml") == after
    assert load_yaml(after, file="a.yaml") == load_yaml(before, file="a.yaml")
