"""What is imported when: nothing heavy before it is needed."""

import os
import subprocess
import sys

import click
import pytest

from fakes.footage import png
from sora2batch.cli.main import cli
from sora2batch.manifest.tree import DiskTree
from sora2batch.media.facts_cache import FactsCache, cache_path
from sora2batch.media.prober import FileProber

HEAVY = {
    "aiohttp", "aiolimiter", "asyncio", "av", "can_ada", "filelock", "jinja2", "jsonschema", "jsonschema_rs", "orjson",
    "PIL", "platformdirs", "procrastinate", "psycopg", "psycopg_pool", "rfc8785", "rich", "yaml",
}  # fmt: skip
NOT_FOR_A_VALID_MANIFEST = {"aiohttp", "aiolimiter", "av", "PIL", "psycopg", "rich", "jsonschema"}
FOR_HELP = {
    "sora2batch", "sora2batch.cli", "sora2batch.app", "sora2batch.ground",
    # the group of commands, its options, and one line about each command
    "sora2batch.cli.main", "sora2batch.cli.lazy_group", "sora2batch.cli.table", "sora2batch.cli.exit",
    # what it is printed through
    "sora2batch.cli.color", "sora2batch.cli.printer", "sora2batch.cli.standard_output", "sora2batch.app.output", "sora2batch.app.output.output",
    "sora2batch.ground.terminal_width",
    # what a mistake on the command line, or a Ctrl-C, comes to
    "sora2batch.app.output.failure", "sora2batch.app.process", "sora2batch.app.process.signals",
    "sora2batch.ground.errors", "sora2batch.ground.problem",
    "sora2batch.ground.stop_reason", "sora2batch.ground.suggest", "sora2batch.ground.text",
}  # fmt: skip
"""Modules of ours that ``--help`` may load."""
MOST_MODULES_FOR_PLAN = 160
"""Modules of ours that ``plan`` of a small manifest may load: each costs half a millisecond of its start."""
PROGRAM = """
import sys
from sora2batch.cli.main import main
sys.argv = ["sora2batch", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
print("\\nIMPORTED", *sys.modules)
"""
COMMANDS = cli.list_commands(click.Context(cli))


def imported(folder, *arguments):
    """The heavy ones of the modules that a call imports."""
    return HEAVY & loaded(folder, *arguments)


def loaded(folder, *arguments):
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, cwd=folder, check=True
    )
    return set(ran.stdout.splitlines()[-1].split()[1:])


def ours(modules):
    return {name for name in modules if name.split(".")[0] == "sora2batch"}


def test_the_list_of_commands_needs_a_handful_of_our_own_modules(folder):
    modules = loaded(folder, "--help")
    assert HEAVY & modules == set()
    assert ours(modules) <= FOR_HELP


@pytest.mark.parametrize("arguments", [["--version"], ["plna"], *([one, "--help"] for one in COMMANDS)])
def test_help_imports_nothing_heavy(folder, arguments):
    assert imported(folder, *arguments) == set()


def test_completion_imports_nothing_heavy(folder, monkeypatch):
    monkeypatch.setenv("_SORA2BATCH_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "sora2batch run --sim")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert imported(folder) == set()


def test_the_plan_of_a_small_manifest_loads_few_of_our_own_modules(folder, manifest):
    modules = loaded(folder, "plan", "small.yaml")
    assert modules & NOT_FOR_A_VALID_MANIFEST == set()
    assert "yaml" in modules
    assert len(ours(modules)) <= MOST_MODULES_FOR_PLAN


@pytest.mark.parametrize("command", ["validate", "status"])
def test_a_valid_manifest_needs_no_network_no_pictures_and_no_words_for_errors(folder, manifest, command):
    modules = imported(folder, command, "small.yaml")
    assert modules & NOT_FOR_A_VALID_MANIFEST == set()
    assert "yaml" in modules


def test_a_run_outside_a_terminal_needs_no_bars_and_no_simulator(folder, manifest, api):
    api()
    modules = imported(folder, "run", "small.yaml", "--yes", "--no-download")
    assert modules & {"av", "PIL", "rich", "jsonschema"} == set()


def test_a_run_with_nothing_to_do_needs_no_network(folder, manifest, api):
    api()
    modules = imported(folder, "run", "small.yaml", "--yes", "--limit", "0")
    assert modules & NOT_FOR_A_VALID_MANIFEST == set()


def test_a_plan_whose_pictures_are_known_reads_none(folder, manifest, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_CACHE_DIR", str(folder / "cache"))
    (folder / "fox.png").write_bytes(png())
    text = manifest.read_text().replace("https://samples.sora2batch.example/{{ animal }}.jpg", "fox.png")
    manifest.write_text(text)
    assert "PIL" in loaded(folder, "plan", "small.yaml")
    cache = FactsCache(
        cache_path(folder, os.environ)
    )  # as a plan leaves it two seconds after the picture was put there
    tree = DiskTree(folder)
    cache.put(tree.stamp("fox.png").key, FileProber(tree).probe("fox.png"))
    cache.save()
    modules = loaded(folder, "plan", "small.yaml")
    assert modules & {"PIL", "concurrent.futures", *NOT_FOR_A_VALID_MANIFEST} == set()
    assert {"sora2batch.media.prober", "platformdirs"} <= modules
    assert "sora2batch.media.probe" not in modules
