"""sora2batch rules: what the id at the end of a problem is about."""

from __future__ import annotations

from sora2batch.ground.rule import Rule


def test_without_an_id_every_rule_has_a_line_with_its_level(call):
    ran = call("rules")
    assert [line.split()[:2] for line in ran.out.splitlines()] == [
        [rule.value, rule.level.value] for rule in Rule
    ]
    document = call("rules", "--json").document
    assert [one["rule"] for one in document["rules"]] == [rule.value for rule in Rule]


def test_an_id_is_explained_with_wrong_and_right_and_the_way_to_silence_it(call):
    ran = call("rules", "[template-hole]")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "[template-hole] A template leaves a hole in its text.")
    assert ran.out.index("\nwrong:\n    jobs:") < ran.out.index("\nright:\n    jobs:")
    assert "# sora2batch: ignore template-hole" in ran.out
    one = call("rules", "template-hole", "--json").document
    assert (one["level"], one["wrong"] != one["right"]) == ("warning", True)


def test_an_error_has_no_way_to_be_silenced(call):
    assert "ignore" not in call("rules", "not-allowed-value").out


def test_an_example_of_another_file_says_which_and_shows_what_nobody_sees(call):
    assert "\nwrong, shots.csv:\n    text\n" in call("rules", "formula-error").out
    assert r"Auro\u0008ra" in call("rules", "control-character").out


def test_an_id_that_is_none_is_answered_with_the_nearest(call):
    ran = call("rules", "template-whole")
    assert (ran.code, ran.err) == (
        2,
        'error: there is no rule "template-whole"\nhint: did you mean "template-hole"?\n',
    )
