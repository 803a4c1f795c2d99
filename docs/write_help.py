"""Write docs/cli.md (every --help), rules.md, words.md, json.md, configuration.md and the schema for editors.

With --check only look at them.
"""  # noqa: INP001

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from sora2batch.app.config.known_settings import SETTINGS
from sora2batch.app.config.layered_setting import Layer, Setting
from sora2batch.app.editor.editor_schema import editor_schema_text
from sora2batch.app.rules import rule_texts
from sora2batch.app.terms import terms
from sora2batch.catalog.catalog import load_catalog
from sora2batch.cli.main import cli
from sora2batch.cli.table import COMMANDS
from sora2batch.ground.rule import Rule
from sora2batch.ground.schema import load_schema
from sora2batch.ground.text import visible

PAGE = Path(__file__).parent / "cli.md"
RULES = Path(__file__).parent / "rules.md"
WORDS = Path(__file__).parent / "words.md"
JSON = Path(__file__).parent / "json.md"
SETTINGS_PAGE = Path(__file__).parent / "configuration.md"
_TABLE_ROWS = re.compile(r"\A(?:\|.*\n)*")
_SETTINGS_HEAD = (
    "| key | flag | variable | manifest | `pyproject.toml` | user file | default |\n"
    "|---|---|---|---|---|---|---|\n"
)
_HEAD = "| rule | level | what is wrong |\n|---|---|---|\n"
_LANGUAGES = {"shots.csv": "text", "shots.json": "json"}
SCHEMA = Path(__file__).parent.parent / "schemas" / "manifest.schema.json"
_WORDS_HEAD = "| word | what it means | see also |\n|---|---|---|\n"
_EVENTS_HEAD = "| event | when | members |\n|---|---|---|\n"
_OF_EVERY_EVENT = {"version", "event", "time", "manifest"}
_BLOCK = re.compile(r"<!-- help:(?P<words>[a-z ]*)-->\n```text\n(?:.*?\n)??```\n", re.DOTALL)


def help_of(words: list[str]) -> str:
    """Make the help of one command as a terminal of 100 columns or more shows it."""
    os.environ["COLUMNS"] = "100"
    with redirect_stdout(StringIO()) as shown:
        cli.main([*words, "--help"], prog_name="sora2batch", standalone_mode=False)
    return shown.getvalue().rstrip()


def with_help(page: str) -> str:
    """Renew every block of a page; a command that has none yet gets one behind the command before it."""
    before = ""
    for name in COMMANDS:
        if f"<!-- help: {name} " not in page:
            page = _with_block(page, name, before)
        before = name

    def block(match: re.Match[str]) -> str:
        words = match["words"]
        return f"<!-- help:{words}-->\n```text\n{help_of(words.split())}\n```\n"

    return _BLOCK.sub(block, page)


def _with_block(page: str, name: str, before: str) -> str:
    """Add a heading and an empty block, as the last of what is said of the command before."""
    start = page.index(f"<!-- help: {before} ")
    end = re.search(r"^#{1,3} ", page[start:], re.MULTILINE)
    at = start + end.start() if end else len(page)
    return f"{page[:at]}### {name}\n\n<!-- help: {name} -->\n```text\n```\n\n{page[at:]}"


def with_settings(page: str) -> str:
    """Renew the table of settings."""
    start = page.index(_SETTINGS_HEAD) + len(_SETTINGS_HEAD)
    rows = "".join(map(_setting_row, SETTINGS))
    return f"{page[:start]}{rows}{_TABLE_ROWS.sub('', page[start:], count=1)}"


def _setting_row(setting: Setting[Any]) -> str:
    default = setting.unset or f"`{json.dumps(setting.default).removesuffix('.0')}`"
    cells = [
        f"`{setting.name}`: {setting.meaning}",
        f"`{setting.flag}`" if setting.flag else "",
        f"`{setting.variable}`" if setting.variable else "",
        *("yes" if layer in setting.layers else "" for layer in (Layer.MANIFEST, Layer.PROJECT, Layer.USER)),
        default,
    ]
    return f"| {' | '.join(cells)} |\n".replace("|  |", "| |").replace("|  |", "| |")


def with_rules(page: str) -> str:
    """Renew the table of rules and what is said of each, which is the end of its page."""
    rows = "".join(f"| [`{rule.value}`](#{rule.value}) | {rule.level} | {rule.meaning} |\n" for rule in Rule)
    sections = "".join(f"\n### {rule.value}\n\n{_of_rule(rule)}" for rule in Rule)
    return f"{page[: page.index(_HEAD)]}{_HEAD}{rows}{sections}"


def _of_rule(rule: Rule) -> str:
    told = rule_texts()[rule]
    text = f"{rule.meaning} {told.why}\n"
    for heading, example in (("Wrong", told.wrong), ("Right", told.right)):
        if example is not None:
            where = f" (`{told.file}`)" if told.file else ""
            lines = "\n".join(visible(line) for line in example.strip("\n").split("\n"))
            text += f"\n{heading}{where}:\n\n```{_LANGUAGES.get(told.file or '', 'yaml')}\n{lines}\n```\n"
    return text


def with_words(page: str) -> str:
    """Renew the table of terms, which is the end of its page."""
    rows = "".join(
        f"| {term.name} | {_cell(term.text)} | {', '.join(map(_seen, term.see))} |\n" for term in terms()
    )
    return f"{page[: page.index(_WORDS_HEAD)]}{_WORDS_HEAD}{rows}"


def _cell(text: str) -> str:
    lines = [line.strip() for line in text.replace("|", "\\|").split("\n")]
    return "<br>".join(re.sub(r"^(\d+) +", r"`\1` ", line) for line in lines)


def with_events(page: str) -> str:
    """Renew the table of events, which is the end of its page."""
    schema: Any = load_schema("events.schema.json")
    rows = ""
    for reference in schema["oneOf"]:
        name = reference["$ref"].removeprefix("#/$defs/")
        told = schema["$defs"][name]
        members = [f"`{one}`" for one in told["properties"] if one not in _OF_EVERY_EVENT]
        rows += f"| `{name.removeprefix('event_')}` | {told['description']} | {', '.join(members)} |\n"
    return f"{page[: page.index(_EVENTS_HEAD)]}{_EVENTS_HEAD}{rows}"


def _seen(name: str) -> str:
    return f"`{name}`" if name in COMMANDS else name


def schema(_page: str) -> str:
    """Make the schema anew, of manifest-structure.schema.json and the tool files."""
    return editor_schema_text(load_catalog())


def main() -> None:
    """Renew the pages, or with --check exit with 1 if that would change one."""
    pages = (
        (PAGE, with_help),
        (RULES, with_rules),
        (WORDS, with_words),
        (JSON, with_events),
        (SCHEMA, schema),
        (SETTINGS_PAGE, with_settings),
    )
    for path, renew in pages:
        page = path.read_text(encoding="utf-8")
        renewed = renew(page)
        if "--check" in sys.argv and renewed != page:
            sys.exit(f"{path.parent.name}/{path.name} is out of date: run `make docs`")
        path.write_text(renewed, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
