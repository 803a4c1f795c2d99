"""The house is in order: names, sizes, circles, and what the docs say of folders. Read as text, nothing is run."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sora2batch"
TESTS = ROOT / "tests"

pytestmark = pytest.mark.xdist_group("house")  # they share what they have read

MOST_LINES = 300
MOST_LATE_IMPORTS = 21
"""Imports inside functions; the last four keep what looks into files, and what reads TOML, away from plans
that need neither, what decodes clips from scripts that show none, and what fetches URLs from runs that do not."""
ABOUT_NO_MODULE = {
    "test_house": "the structure of everything",
    "test_speed_guard": "how much work is done, from a manifest's text to the lockfile",
    "test_safety_page": "docs/safety.md",
    "test_lockfile_schema": "schemas/lockfile.schema.json",
    "test_manifest_schema": "schemas/manifest-structure.schema.json",
    "test_manifest_examples": "tests/examples/manifest",
    "test_lockfile_fold_small": "lockfile/fold.py, with all small entries instead of random ones",
    "test_model_machine": "plan, run and lockfile together, as a state machine",
}
"""Tests that are named after something else, and what that is."""
PLACES_OF_A_COMMAND = ("cli.command.{}", "app.{}", "{}", "ground.schema")
"""Where the name of a command may stand: its options, its work, the folder that the work is about.

The command ``schema`` prints what ``ground/schema.py`` finds.
"""
FRONT_DOOR = "make"
"""What a folder is entered by, where it makes one thing."""


@cache
def modules() -> dict[str, Path]:
    """Modules by their dotted name within the package; folders are not among them."""
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name != "__init__.py"
    }


@cache
def folders() -> frozenset[str]:
    return frozenset(
        ".".join(path.parent.relative_to(PACKAGE).parts)
        for path in PACKAGE.rglob("__init__.py")
        if path.parent != PACKAGE
    )


@dataclass(frozen=True, slots=True)
class Import:
    """An import statement, wherever in a file."""

    lines: str
    """The first line of it, and the one above."""
    names: frozenset[str]
    is_late: bool
    """Whether it is inside a function."""


@cache
def imports_of(path: Path) -> tuple[Import, ...]:
    text = path.read_text(encoding="utf-8")
    return tuple(_imports(ast.parse(text).body, text.splitlines(), is_late=False))


def _imports(body: Iterable[ast.AST], lines: list[str], *, is_late: bool) -> Iterator[Import]:
    for node in body:
        match node:
            case ast.Import():
                names = frozenset(alias.name for alias in node.names)
                yield Import("\n".join(lines[max(0, node.lineno - 2) : node.lineno]), names, is_late)
            case ast.ImportFrom():
                names = frozenset(
                    {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
                )
                yield Import("\n".join(lines[max(0, node.lineno - 2) : node.lineno]), names, is_late)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _imports(node.body, lines, is_late=True)
            case ast.stmt() | ast.excepthandler() | ast.match_case():
                yield from _imports(ast.iter_child_nodes(node), lines, is_late=is_late)


def late_imports() -> Iterator[tuple[str, Import]]:
    for name, path in modules().items():
        for one in imports_of(path):
            if one.is_late:
                yield name, one


def test_a_test_file_is_named_after_a_folder_or_module_or_a_fake():
    known = {f"test_{name.replace('.', '_')}" for name in modules().keys() | folders()}
    known |= {f"test_fake_{path.stem}" for path in (TESTS / "fakes").glob("*.py")}
    laws = {f"{name}_laws" for name in known}
    unit = {path.stem for path in (TESTS / "unit").glob("*.py")}
    property_ = {path.stem for path in (TESTS / "property").glob("*.py")}
    assert unit - known - ABOUT_NO_MODULE.keys() == set()
    assert property_ - laws - ABOUT_NO_MODULE.keys() == set()
    assert ABOUT_NO_MODULE.keys() <= (unit | property_) - known - laws


def test_no_name_of_a_module_is_used_for_two_meanings():
    commands = {name.rpartition(".")[2] for name in modules() if name.startswith("cli.command.")}
    places = defaultdict(set)
    for name in modules().keys() | folders():
        places[name.rpartition(".")[2]].add(name)
    for name in commands:
        places[name] -= {place.format(name) for place in PLACES_OF_A_COMMAND}
    for folder in folders():
        name = folder.rpartition(".")[2]
        places[name] -= {f"{folder}.{name}"}
    del places[FRONT_DOOR]
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_an_import_inside_a_function_has_its_reason():
    """On its line, or on the line above."""
    reason = re.compile(r"# noqa: PLC0415\s+(#|-) \w+( \w+)+|^\s*# .*\n.*# noqa: PLC0415$")
    silent = [f"{name}: {one.lines}" for name, one in late_imports() if not reason.search(one.lines)]
    assert silent == []


def test_few_imports_are_inside_functions():
    assert len(list(late_imports())) <= MOST_LATE_IMPORTS


def test_no_file_is_long():
    lengths = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_files_import_each_other_in_a_circle():
    """Imports for types count, and those inside functions."""
    graph = {
        name: {target.removeprefix("sora2batch.") for one in imports_of(path) for target in one.names}
        & modules().keys()
        for name, path in modules().items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_every_fake_is_on_the_page_about_tests():
    named = set(
        re.findall(r"^\| `(\w+)\.py` \|", (TESTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert named == {path.stem for path in (TESTS / "fakes").glob("*.py")}


class TestThePageOnArchitecture:
    """Its table: ``| `folder/` | what it does | `library`, … |``; the row of a folder counts for those in it."""

    @pytest.fixture
    def rows(self) -> dict[str, set[str]]:
        """The libraries of the last column, by the folder in dots."""
        page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
        found = re.findall(r"^\| `([\w/]+)/` \|.*\| ?([^|]*?) ?\|$", page, re.MULTILINE)
        return {folder.replace("/", "."): set(re.findall(r"`(\w+)`", last)) for folder, last in found}

    def test_every_folder_is_on_it(self, rows):
        assert rows.keys() == folders()

    def test_it_says_who_imports_what_as_the_contracts_do(self, rows):
        told = defaultdict(set)
        for folder, libraries in rows.items():
            for library in libraries:
                told[library].add(folder.partition(".")[0])
        assert told == self.allowed()

    @staticmethod
    def allowed() -> dict[str, set[str]]:
        """The folders that no contract forbids a library, by the library."""
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        top = {name for name in folders() if "." not in name}
        found = {}
        for contract in settings["tool"]["importlinter"]["contracts"]:
            if contract["type"] == "forbidden":
                sources = {name.removeprefix("sora2batch.") for name in contract["source_modules"]}
                for library in contract["forbidden_modules"]:
                    if not library.startswith("sora2batch"):
                        found[library] = found.get(library, top) - sources
        return found
