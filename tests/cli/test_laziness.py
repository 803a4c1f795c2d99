"""What is imported when: nothing heavy before it is needed."""

import subprocess
import sys

import click
import pytest

from sora2batch.cli.main import cli

HEAVY = {
    "aiohttp", "aiolimiter", "asyncio", "av", "filelock", "jinja2", "jsonschema", "jsonschema_rs", "orjson",
    "PIL", "rfc8785", "rich", "yaml",
}  # fmt: skip
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


def imported(folder, *arguments, **environ):
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, cwd=folder, check=True
    )
    return HEAVY & set(ran.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["plna"], *([one, "--help"] for one in COMMANDS)]
)
def test_help_imports_nothing_heavy(folder, arguments):
    assert imported(folder, *arguments) == set()


def test_completion_imports_nothing_heavy(folder, monkeypatch):
    monkeypatch.setenv("_SORA2BATCH_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "sora2batch run --sim")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert imported(folder) == set()


@pytest.mark.parametrize("command", ["plan", "validate", "status"])
def test_a_valid_manifest_needs_no_network_no_pictures_and_no_words_for_errors(folder, manifest, command):
    loaded = imported(folder, command, "small.yaml")
    assert loaded & {"aiohttp", "aiolimiter", "av", "PIL", "rich", "jsonschema"} == set()
    assert "yaml" in loaded


def test_a_run_outside_a_terminal_needs_no_bars_and_no_simulator(folder, manifest, api):
    api()
    loaded = imported(folder, "run", "small.yaml", "--yes", "--no-download")
    assert loaded & {"av", "PIL", "rich", "jsonschema"} == set()


def test_a_run_with_nothing_to_do_needs_no_network(folder, manifest, api):
    api()
    loaded = imported(folder, "run", "small.yaml", "--yes", "--limit", "0")
    assert loaded & {"aiohttp", "aiolimiter", "av", "PIL", "rich", "jsonschema"} == set()
