from __future__ import annotations

import json
from itertools import combinations, product
from math import prod

from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined

from fakes.matrix_case import expand_text
from sora2batch.ground.slug import slug
from sora2batch.manifest.model import RandomDraw
from sora2batch.matrix.combine import AxisValues, combine
from sora2batch.matrix.field import compile_value
from sora2batch.matrix.label import unique_names
from sora2batch.matrix.render import GroupRenderer
from sora2batch.matrix.sample import pairwise, sample_cells
from sora2batch.template.sandbox import GLOBALS
from sora2batch.template.template import Compiler, TemplateError

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "A", "b b", "ä", ""])
AXES = st.dictionaries(st.sampled_from("abcd"), st.lists(SCALARS, min_size=1, max_size=4), min_size=1)
CELLS = st.lists(
    st.tuples(*[st.integers(-1, 3)] * 4).filter(lambda places: max(places) >= 0), unique=True, max_size=60
)


def axes_of(values):
    return [AxisValues(name=name, values=tuple(items)) for name, items in values.items()]


@given(AXES, st.data())
def test_count_is_the_product_less_the_excluded(values, data):
    axes = axes_of(values)
    whole = combine(axes, [], []).grid
    assert len(whole.cells) == prod(len(axis.values) for axis in axes)
    victim = data.draw(st.sampled_from(range(len(whole.cells))))
    entry = whole.values(victim)
    excluded = [at for at in range(len(whole.cells)) if str(whole.values(at)) == str(entry)]
    assert len(combine(axes, [], [entry]).grid.cells) == len(whole.cells) - len(excluded)


@given(AXES, st.lists(st.dictionaries(st.sampled_from("abcdyz"), SCALARS, min_size=1), max_size=4))
def test_include_never_loses_a_cell_nor_changes_an_axis_value(values, include):
    axes = axes_of(values)
    before, after = combine(axes, [], []).grid, combine(axes, include, []).grid
    assert len(before.cells) <= len(after.cells) <= len(before.cells) + len(include)
    for at in range(len(before.cells)):
        assert before.values(at).items() <= after.values(at).items()


@given(CELLS)
def test_pairwise_keeps_every_pair_and_every_value(cells):
    chosen = pairwise(cells)
    assert chosen == sorted(set(chosen))
    present = [[(column, place) for column, place in enumerate(places) if place >= 0] for places in cells]
    wanted = {pair for atoms in present for pair in combinations(atoms, 2)} | {
        (a, a) for atoms in present for a in atoms
    }
    found = {pair for at in chosen for pair in combinations(present[at], 2)} | {
        (a, a) for at in chosen for a in present[at]
    }
    assert found == wanted


@given(AXES, st.integers(1, 20), st.integers(0, 5))
def test_a_draw_is_a_part_in_order(values, count, seed):
    grid = combine(axes_of(values), [], []).grid
    drawn = sample_cells(grid, RandomDraw(count=count, seed=seed))
    assert len(drawn.cells) == min(count, len(grid.cells))
    assert [cell for cell in grid.cells if cell in set(drawn.cells)] == list(drawn.cells)


@given(st.text(max_size=200))
def test_a_slug_is_its_own_slug_and_short(text):
    found = slug(text)
    assert slug(found) == found
    assert len(found) <= 64
    assert len(found.encode()) <= 180


@given(st.lists(st.sampled_from(["a", "A", "a-2", "a-3", "b", "b-2", "B"])))
def test_unique_names_are_unique_whatever_the_case(names):
    found = unique_names(names)
    assert len({name.casefold() for name in found}) == len(names)
    assert all(new == old or new.startswith(f"{old}-") for new, old in zip(found, names, strict=True))


@given(st.lists(SCALARS, min_size=1, max_size=6, unique_by=str), st.lists(SCALARS, max_size=4, unique_by=str))
@settings(max_examples=25)
def test_keys_are_unique_and_the_same_each_time(values, more):
    axis = [{"v": value} for value in values]
    include = [{"axis": {"v": 99 + at, "id": value}} for at, value in enumerate(more)]
    text = f"jobs: {{g: {{matrix: {{axis: {json.dumps(axis)}, include: {json.dumps(include)}}}, input: {{prompt: 'x {{{{ axis | tojson }}}}'}}}}}}\n"
    jobs = expand_text(text).jobs
    assert len({job.key.casefold() for job in jobs}) == len(jobs) == len(values) + len(more)
    assert jobs == expand_text(text).jobs


PARTS = st.sampled_from([1, True, 1.5, "1", "fox", ["fox"], {"b": 1, "a": 2}, {"a": 2, "b": 1}])
ROWS = st.lists(st.fixed_dictionaries({"a": PARTS, "keys": PARTS}), min_size=2, max_size=3)
FIELDS = st.sampled_from(
    [
        "{{ x.a }}",
        "{{ x.a | string }}",
        "A {{ x.a }}, {{ x['keys'] }} and {{ 'b' if x.a is string else 'c' }}",
        "{% for one in x.a if one is string %}{{ one }}{% else %}{{ x.keys }}{% endfor %} a",
    ]
)


@given(ROWS, st.integers(5, 8), FIELDS)
@settings(deadline=None)
def test_what_is_remembered_of_a_value_by_its_keys_is_what_is_rendered_of_it_alone(rows, times, field):
    values = [rows[at * at % len(rows)] for at in range(times * len(rows))]
    assert _rendered(values, field) == [one for value in values for one in _rendered([value], field)]


def _rendered(values, field):
    """Render a field in every cell of one axis; told with the types of what came of it."""
    grid = combine([AxisValues(name="x", values=tuple(values))], [], []).grid
    compiler = Compiler(total_steps=10_000)
    fields = {"field": compile_value(field, ("field",), compiler)}
    renderer = GroupRenderer(grid=grid, variables={}, fields=fields, filename=None)
    return [repr(renderer.render(at, {"key": "k"}).input) for at in range(len(values))]


PIECES = st.sampled_from(
    [
        *(
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            " ",
            "|",
            ".",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ":",
            ",",
            "~",
            "**",
            "*",
            "+",
        ),
        *(
            "%",
            "/",
            "==",
            "<",
            "'",
            '"',
            "a",
            "b",
            "'a'",
            "1",
            "0",
            "99",
            "-1",
            "1.5",
            "none",
            "true",
            "not",
            "and",
            "in",
        ),
        *(
            "is",
            "if",
            "else",
            "endif",
            "for",
            "endfor",
            "set",
            "=",
            "with",
            "endwith",
            "range",
            "dict",
            "loop",
            "vars",
        ),
        *(
            "upper",
            "join",
            "format",
            "int",
            "sort",
            "map",
            "list",
            "replace",
            "center",
            "tojson",
            "odd",
            "defined",
        ),
        *(
            "{{ a }}",
            "{% for x in a %}",
            "{% endfor %}",
            "{{ x }}",
            "{% if a %}",
            "{% endif %}",
            "'%d'",
            "\ud800",
            "é",
        ),
    ]
)


@given(
    st.lists(PIECES, max_size=14).map(" ".join) | st.text(alphabet="{}%#ab|.()[]'\"1+*~ -=:,", max_size=30)
)
@settings(max_examples=300)
def test_no_text_makes_anything_but_a_value_or_a_sentence(text):
    scope = {**GLOBALS, "a": [1, "x", None], "b": {"a": 1}, "vars": {}, "job": {}}
    for candidate in (text, "{{ " + text + " }}"):
        assert "\n" not in _message_of(candidate, scope)


def _message_of(text, scope):
    try:
        Compiler(total_steps=200_000).compile(text).render(dict(scope))
    except TemplateError as error:
        return error.message
    return ""


PIECES = st.lists(
    st.sampled_from(
        [
            "{{ a }}", "{{ b }}", "{{ c }}", "{{ a ~ b }}", "{{ b | upper }}", "{{ vars.v }}", "{{ v }}", "{{ 1 + 1 }}",
            "{{ a[0] if c == 'c1' else b }}", "{# none #}", " and ", "x", "\n", "{{ '' }}", "{{ job.index }}",
        ]
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(PIECES)
def test_a_text_in_pieces_is_the_text_that_jinja_makes(pieces):
    axes = {name: [f"{name}{number}" for number in range(4)] for name in "abc"}
    text = "".join(pieces) + " {{ a }}{{ b }}{{ c }}."
    manifest = {"vars": {"v": "<{{ c }}>"}, "jobs": {"hero": {"matrix": axes, "input": {"prompt": text}}}}
    jobs = expand_text("\n".join(f"{key}: {json.dumps(value)}" for key, value in manifest.items())).jobs
    bare = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    for index, (job, (a, b, c)) in enumerate(zip(jobs, product(*axes.values()), strict=True)):
        scope = {"a": a, "b": b, "c": c, "v": f"<{c}>", "vars": {"v": f"<{c}>"}, "job": {"index": index}}
        assert job.input["prompt"] == bare.from_string(text).render(scope)
