"""The documentation says what the program does."""

import json
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from fakes.pictures import picture
from sora2batch.catalog.catalog import load_catalog
from sora2batch.cli.main import cli
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.stop_reason import StopReason

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CLI_PAGE = (ROOT / "docs/cli.md").read_text()
MANIFEST_PAGE = (ROOT / "docs/manifest.md").read_text()
FILES_PAGE = (ROOT / "docs/files.md").read_text()
TOOLS_PAGE = (ROOT / "docs/tools.md").read_text()
STOPPING_PAGE = (ROOT / "docs/stopping.md").read_text()
GLOSSARY = (ROOT / "docs/glossary.md").read_text()
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md")),
    *(page for folder in ("docs", "tests") for page in sorted((ROOT / folder).glob("*.md"))),
]
SOURCES = [
    *(ROOT / name for name in ("Makefile", "hatch_build.py", "pyproject.toml")),
    *(
        path
        for folder in ("sora2batch", "tests", "docs", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
    ),
]
MODULE = r"(?<![\w/.~-])(?:[a-z_]+/)+\w+\.py\b"


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def leaves(group, words=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, (*words, name))
        else:
            yield " ".join((*words, name))


def test_the_page_of_commands_holds_every_help_as_it_is():
    command = [sys.executable, ROOT / "docs/write_help.py", "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_every_command_has_its_place_on_the_page():
    shown = {words.strip() for words in re.findall(r"<!-- help:([a-z ]*)-->", CLI_PAGE)}
    assert set(leaves(cli)) | {""} <= shown


def test_the_help_on_the_page_is_what_a_person_sees(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    # Or else the name in the usage is that of whatever runs the tests.
    monkeypatch.setattr(sys.modules["__main__"], "__package__", None, raising=False)
    assert f"```text\n{call('plan', '--help').out.rstrip()}\n```" in CLI_PAGE


@pytest.mark.parametrize("page", [README, CLI_PAGE], ids=["README", "cli"])
def test_the_table_of_exit_codes_is_complete(page):
    rows = re.findall(r"^\| ([\d /]+) \|", page, re.MULTILINE)
    codes = [int(code) for row in rows for code in row.split("/")]
    assert [code for code in codes if code != 70] == list(ExitCode)


def commands(text):
    for block in blocks(text, "sh"):
        for line in block.splitlines():
            if line.startswith("sora2batch "):
                yield shlex.split(line.partition(" > ")[0], comments=True)[1:]


@pytest.mark.parametrize(
    "words",
    [words for path in PAGES for words in commands(path.read_text())],
    ids=" ".join,
)
def test_a_command_that_is_shown_can_be_given(words):
    with cli.make_context("sora2batch", list(words)) as context:
        name, command, rest = cli.resolve_command(context, list(words))
        command.make_context(name, rest, parent=context)


def test_the_plan_in_the_readme_is_what_plan_prints(call, folder):
    (folder / "foxes.yaml").write_text(blocks(README, "yaml")[0])
    ran = call("plan", "foxes.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == blocks(README, "text")[0]


def test_the_manifest_with_pictures_that_is_shown_is_one(call, folder):
    for name, colour in {"fox": (200, 0, 0), "owl": (0, 0, 200)}.items():
        picture(folder, f"images/{name}.jpg", colour)
    (folder / "campaign.yaml").write_text(blocks(FILES_PAGE, "yaml")[0])
    ran = call("plan", "campaign.yaml", "--json")
    assert [job["key"] for job in ran.document["jobs"]] == ["hero/fox", "hero/owl"]


def test_the_policies_that_are_shown_can_be_pasted_and_delete_nothing():
    policies = [json.loads(block) for block in blocks(FILES_PAGE, "json")]
    assert len(policies) == 3
    assert "delete" not in json.dumps(policies).lower()


def keys(schema, path=()):
    """Every path of keys; groups and axes have names of their own."""
    for name, below in schema.get("properties", {}).items():
        yield ".".join((*path, name))
        yield from keys(below, (*path, name))
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        name = "AXIS" if path[-1:] == ("matrix",) else "NAME"
        for variant in [more, *more.get("oneOf", [])]:
            yield from keys(variant, (*path, name))


def test_every_key_of_the_schema_is_a_row_of_the_page():
    schema = json.loads((ROOT / "schemas/manifest.schema.json").read_text())
    rows = set(re.findall(r"^\| `([\w.]+)` \|", MANIFEST_PAGE, re.MULTILINE))
    assert set(keys(schema)) - rows == set()


def test_every_default_of_the_schema_is_on_the_page():
    schema = json.loads((ROOT / "schemas/manifest.schema.json").read_text())
    for name, below in schema["properties"]["run"]["properties"].items():
        if "default" in below:
            row = next(line for line in MANIFEST_PAGE.splitlines() if line.startswith(f"| `run.{name}` |"))
            assert f"| `{below['default']}` |" in row


def test_the_example_of_github_gives_its_six_cells(call, folder):
    matrix = next(block for block in blocks(MANIFEST_PAGE, "yaml") if "fruit" in block)
    indented = "".join(f"    {line}\n" for line in matrix.splitlines())
    (folder / "fruit.yaml").write_text(
        "version: 1\ntool: sora2-text-to-video-api\nbudget: {max_credits: 9999}\njobs:\n  a:\n"
        f"{indented}"
        "    input: {prompt: \"{{ fruit }} {{ animal | default('') }} {{ color | default('') }} {{ shape | default('') }}\"}\n"
    )
    prompts = [
        job["input"]["prompt"].split() for job in call("plan", "fruit.yaml", "--json").document["jobs"]
    ]
    table = re.search(r"\| fruit \| animal .*?\n\n", MANIFEST_PAGE, re.DOTALL)[0]
    rows = [line.replace("|", " ").split() for line in table.strip().splitlines()[2:]]
    assert prompts == rows


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(page):
    text = page.read_text()
    for target in re.findall(r"\]\((?!https?://)([^)#]*)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), target
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= headings


def found(name):
    """Tell where a path is that is named as seen from the repository, the package or the tests."""
    places = (ROOT / name, ROOT / "sora2batch" / name, ROOT / "tests" / name)
    return next((path for path in places if path.exists()), None)


def test_every_module_that_is_named_exists():
    """In the documentation, in comments and in strings; words in capitals stand for any."""
    for page in (*PAGES, *SOURCES):
        named = re.findall(MODULE, page.read_text(encoding="utf-8"))
        missing = [name for name in named if name.islower() and found(name) is None]
        assert missing == [], page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_that_is_said_to_be_in_a_module_is_there(page):
    named = re.findall(rf"`([\w.]+)`(?: in |,? \()`({MODULE})`", page.read_text())
    assert [
        (name, module)
        for name, module in named
        if not re.search(rf"\b{name.rpartition('.')[2]}\b", found(module).read_text())
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_method_that_is_named_is_one(page):
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    methods = re.findall(r"`(_?[A-Z]\w*[a-z]\w*)\.(\w+)`", page.read_text(encoding="utf-8"))
    assert [
        f"{name}.{method}"
        for name, method in methods
        if f"class {name}" not in code or f"def {method}(" not in code
    ] == []


def test_the_glossary_names_classes_that_exist():
    classes = re.findall(r"^\|[^|]*\|.*\| `([\w.]+)` \|$", GLOSSARY, re.MULTILINE)
    for name in classes:
        module, _, attribute = f"sora2batch.{name}".rpartition(".")
        assert hasattr(import_module(module), attribute), name
    assert classes


def test_the_glossary_is_sorted():
    terms = re.findall(r"^\| ([^|`]*) \|", GLOSSARY, re.MULTILINE)[1:]
    assert terms == sorted(terms, key=str.casefold)


def test_the_tool_file_that_is_shown_is_one(tmp_path):
    (tmp_path / "dream-text-to-video-api.json").write_text(blocks(TOOLS_PAGE, "json")[0])
    assert "dream-text-to-video-api" in load_catalog([tmp_path]).tools


def test_every_field_of_a_tool_file_and_every_rule_of_prices_is_on_the_page():
    schema = json.loads((ROOT / "schemas/tool.schema.json").read_text())["properties"]
    rows = set(re.findall(r"^\| `(\w+)[`.]", TOOLS_PAGE, re.MULTILINE))
    assert {*schema, *schema["price"]["properties"]["rule"]["enum"]} <= rows


def test_every_reason_to_stop_is_on_the_page_with_its_exit_code():
    rows = re.findall(r"^\| `([A-Z_]+)` \|.*\| (\d+) \|[^|]*\|$", STOPPING_PAGE, re.MULTILINE)
    assert rows == [(reason.name, str(reason.exit_code.value)) for reason in StopReason]


def test_make_docs_exists():
    ran = subprocess.run(["make", "-n", "docs"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "docs/write_help.py" in ran.stdout
