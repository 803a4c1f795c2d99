"""Every word that a user meets can be asked for."""

from __future__ import annotations

import pytest

from sora2batch.app.terms import terms
from sora2batch.cli.table import COMMANDS, PURPOSES
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.rule import Rule
from sora2batch.lockfile.entry import State
from sora2batch.run.prunable import PruneKind

NAMES = [term.name for term in terms()]


def test_every_command_has_its_purpose_in_the_help(call):
    assert [name for names in PURPOSES.values() for name in names] == list(COMMANDS)
    shown = call("--help").out
    places = [shown.index(f"\n{purpose}:\n") for purpose in PURPOSES]
    assert places == sorted(places)
    assert all(f"\n  {name} " in shown for name in COMMANDS)


def test_terms_are_sorted_and_what_they_lead_to_is_there():
    assert sorted(map(str.lower, NAMES)) == list(map(str.lower, NAMES))
    assert {word for term in terms() for word in term.see} <= {*NAMES, *COMMANDS}


@pytest.mark.parametrize(
    "word", ["orphans", "IN_DOUBT", "in-doubt", "in doubt", "Contact", "contact sheet", "max_credits"]
)
def test_a_word_is_found_however_it_is_written(call, word):
    ran = call("help", *word.split()) if word != "Contact" else call("help", "contact", "SHEET")
    assert ran.code == 0
    assert ": " in ran.out


def test_every_state_every_kind_of_file_and_every_rule_can_be_asked_for(call):
    seen = [state.value for state in State if state is not State.WITHDRAWN]
    for word in [*seen, *(kind.value for kind in PruneKind)]:
        assert call("help", word).code == 0, word
    rule = next(iter(Rule))
    assert rule.meaning in " ".join(call("help", f"[{rule.value}]").out.split())


def test_exit_codes_are_all_told(call):
    told = call("help", "exit", "codes").out
    assert all(f" {code.value} " in told for code in ExitCode)


def test_a_word_of_several_terms_tells_of_each(call):
    told = call("help", "key").out
    assert "API key: " in told
    assert "key of a job: " in told


def test_a_command_shows_its_help(call):
    assert call("help", "lock", "merge").out == call("lock", "merge", "--help").out
    assert call("help", "run").out == call("run", "--help").out


def test_an_unknown_word_is_told_with_what_may_be_meant(call):
    ran = call("help", "orfan")
    assert (ran.code, ran.out) == (2, "")
    assert 'did you mean "orphan"?' in ran.err
    assert call("help", "qqqq").err.count("\n") == 2


def test_without_a_word_every_word_is_listed(call):
    told = " ".join(call("help").out.split())
    assert all(name in told for name in NAMES)
