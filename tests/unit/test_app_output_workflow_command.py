from __future__ import annotations

import orjson
import pytest

from fakes.actions_runner import Command, commands_in
from sora2batch.app.output.json_document import without_old_commands
from sora2batch.app.output.workflow_command import annotation, problem_annotation
from sora2batch.ground.problem import Position, Problem
from sora2batch.ground.rule import Level, Rule
from sora2batch.ground.text import without_workflow_commands

HOSTILE = [
    "a\n::set-output name=changed::false",
    "a\r::add-mask::a",
    "::error::x",
    "50% of 100%25, 1:2 %0A %3A",
    "##[set-output name=changed;]false",
    "x ##[add-mask]a",
    "file=a.py,line=9::x",
    "\u2028::error::x",
]


@pytest.mark.parametrize("text", [*HOSTILE[:-1], "###[add-mask]a", "##"])  # lines end at line feeds there
def test_a_document_in_a_log_holds_no_command_and_means_the_same(text):
    told = without_old_commands(orjson.dumps({"message": text, text: [text]}, option=orjson.OPT_INDENT_2))
    assert not commands_in(told.decode())
    assert orjson.loads(told) == {"message": text, text: [text]}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_words_are_one_annotation_and_stay_words(text):
    line = annotation(Level.NOTICE, text, title=text, file=text, place=Position(3, 7))
    (found,) = commands_in(line)
    shown = " ".join(text.split())
    assert (
        found == Command("notice", {"file": text, "line": "3", "col": "7", "title": shown}, shown)
        or found.properties["file"].split() == text.split()
    )
    assert found.message == found.properties["title"] == shown


def test_a_problem_is_an_error_at_its_place(monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    problem = Problem(
        file=str(tmp_path / "a/b.yaml"),
        position=Position(9, 13),
        path=("jobs", "hero", 0),
        rule=Rule.NOT_ALLOWED_VALUE,
        message="is PRO",
        hint="pro?",
    )
    assert problem_annotation(problem) == (
        "::error file=a/b.yaml,line=9,col=13,title=not-allowed-value::jobs.hero[0]: is PRO (pro?)"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_what_goes_to_a_log_is_no_command(text):
    assert commands_in(text) or "::x" in text or "%" in text
    assert commands_in(without_workflow_commands(text)) == []
