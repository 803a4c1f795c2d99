"""docs/library.md: its examples run as they stand, and what it names is what there is."""

import ast
import asyncio
import inspect
import re
from dataclasses import fields, is_dataclass
from inspect import Parameter
from pathlib import Path

import pytest

import sora2batch
from sora2batch.app.backend import simulation

PAGE = (Path(__file__).parents[2] / "docs/library.md").read_text()
OURS = {"Batch", "Jobs", "Plan", "Progress", "Status", "Result"}
"""Values that are made for scripts: all of them is on the page."""
NOT_PROMISED = {"internal", "count", "index", "of"}


def test_the_examples_do_what_is_shown(tmp_path, monkeypatch, capsys, event_loop_of_examples):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(simulation, "SPEED", 1200.0)
    Path("campaign.yaml").write_text(re.search(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[1])
    names = {}
    examples = re.findall(r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```)?", PAGE, re.DOTALL | re.MULTILINE)
    for code, shown in examples:
        event_loop_of_examples(code, names)
        assert capsys.readouterr().out == shown
    assert len(examples) >= 6


@pytest.fixture
def event_loop_of_examples():
    """Run code with ``await`` in it, as a notebook does: every cell in the same loop."""
    with asyncio.Runner() as runner:

        def call(code, names):
            compiled = compile(code, "docs/library.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            waiting = eval(compiled, names)
            if inspect.iscoroutine(waiting):
                runner.run(waiting)

        yield call


def section(heading):
    return re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)[1]


def first_cells(heading):
    """What a table lists, without the arguments of a function."""
    return re.findall(r"^\| `(\w+)[`(]", section(heading), re.MULTILINE)


def attributes(value):
    named = {one.name for one in fields(value)} if is_dataclass(value) else set()
    return {name for name in {*dir(value), *named} if not name.startswith("_")} - NOT_PROMISED


VALUES = re.findall(r"^### `(\w+)`", PAGE, re.MULTILINE)


def test_all_that_is_public_is_on_the_page_and_the_other_way_round():
    told = {*VALUES, *first_cells("Functions"), *first_cells("Errors"), "events", "__version__"}
    assert told == set(sora2batch.__all__)


@pytest.mark.parametrize("name", VALUES)
def test_every_attribute_that_is_named_is_one(name):
    told, there = set(first_cells(f"`{name}`")), attributes(getattr(sora2batch, name))
    assert told <= there
    if name in OURS:
        assert told == there


def test_the_arguments_are_those_of_the_functions():
    for name, told in re.findall(r"^\| `(\w+)\((.*?)\)`", section("Functions"), re.MULTILINE):
        parameters = inspect.signature(getattr(sora2batch, name)).parameters.values()
        kinds = {one.kind for one in parameters}
        star = ["*"] if Parameter.KEYWORD_ONLY in kinds and Parameter.VAR_POSITIONAL not in kinds else []
        names = {
            one.name: f"*{one.name}" if one.kind is one.VAR_POSITIONAL else one.name for one in parameters
        }
        first = [names[one.name] for one in parameters if one.kind is not one.KEYWORD_ONLY]
        assert told.split(", ") == first + star + [one.name for one in parameters][len(first) :]


def test_the_events_are_those_of_a_run():
    rows = re.findall(r"^\| `(\w+)` \|.*\| ?(.*?) ?\|$", section("Progress and events"), re.MULTILINE)
    told = {name: set(re.findall(r"`(\w+)`", last)) for name, last in rows}
    kinds = {name: getattr(sora2batch.events, name) for name in sora2batch.events.__all__ if name != "Event"}
    assert told == {name: {one.name for one in fields(kind)} for name, kind in kinds.items()}
    assert set(kinds.values()) == set(sora2batch.events.Event.__args__)


def test_every_error_can_be_caught_as_one():
    for name in first_cells("Errors"):
        assert issubclass(getattr(sora2batch, name), sora2batch.Sora2BatchError)
