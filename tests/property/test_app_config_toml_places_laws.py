"""Laws: each key that ``tomllib`` finds has a place, and there stands that key."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from sora2batch.app.config.toml_places import key_places

BARE = st.text("abAB_-09", min_size=1, max_size=4)
ODD = st.sampled_from(["a b", "x.y", "[", "]", "#", "=", '"', "'", "é", "\\", "\t", ",", "{", ""])
KEY = st.one_of(BARE, ODD)
SCALARS = st.sampled_from(
    ["1", "-1.5e3", "true", "1979-05-27 07:32:00", '"a # = ] b"', "'c:\\d'", '"""x\n"] = 1\n\\" y"""', "'''z\n[q]\n'''",
     '""""hi" ""', "inf", '""', '"\\u00e9\\""', '""""a"""""']
)  # fmt: skip


def written(key):
    if key and all(one.isascii() and (one.isalnum() or one in "_-") for one in key):
        return st.sampled_from([key, f'"{key}"', f"'{key}'"])
    escaped = key.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return st.just(f'"{escaped}"')


def _values(children):
    arrays = st.lists(children, max_size=3).map(lambda found: "[ " + " , # a, b\n ".join(found) + "\n]")
    pairs = st.lists(st.tuples(KEY.flatmap(written), children), max_size=3)
    tables = pairs.map(lambda found: "{" + ", ".join(f"{key} = {value}" for key, value in found) + "}")
    return st.one_of(arrays, tables)


VALUE = st.recursive(SCALARS.filter(lambda text: text != '""""hi" ""'), _values, max_leaves=6)
PATH = st.lists(KEY.flatmap(written), min_size=1, max_size=3).map(" . ".join)
LINE = st.one_of(
    st.tuples(PATH, VALUE).map(lambda pair: f"  {pair[0]} = {pair[1]} # done"),
    PATH.map(lambda path: f"[ {path} ]"),
    PATH.map(lambda path: f" [[{path}]] # more"),
    st.sampled_from(["", "# [no] = table", "\t"]),
)


def paths_in(data, above=()):
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        if isinstance(key, str):
            yield (*above, key)
        yield from paths_in(value, (*above, key))


def sound(lines):
    """Leave out the lines that make a text none of TOML."""
    text = ""
    for line in lines:
        try:
            tomllib.loads(f"{text}{line}\n")
        except tomllib.TOMLDecodeError:
            continue
        text += f"{line}\n"
    return text


@given(st.lists(LINE, max_size=8).map(sound))
def test_every_key_has_its_place(text):
    places = key_places(text)
    assert set(paths_in(tomllib.loads(text))) == set(places)
    for path, start in places.items():
        rest = text[start:]
        assert rest.startswith((path[-1], '"', "'")), (path, rest)
