"""Every rule is explained, and its example shows what is said: the wrong one breaks it, the right one no rule."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from fakes.matrix_case import HEAD
from sora2batch.app.batch.loader import BatchLoader, loader_for
from sora2batch.app.rules import explanations
from sora2batch.app.validate import findings_of
from sora2batch.gallery.picks_fault import picks_faults
from sora2batch.ground.rule import Rule
from sora2batch.manifest.document import parse_document
from sora2batch.manifest.manifest_error import ManifestError

SHOTS = "jobs: {a: {matrix: {shot: {from: FILE}}, input: {prompt: '{{ shot.text }}'}}}\n"
PICTURES = {"wide.jpg": (1280, 720), "tall.jpg": (720, 1280), "thumbnail.jpg": (160, 90)}
SHOWN = [
    rule for rule, told in explanations().items() if told.wrong is not None and told.file != "picks.yaml"
]
NOT_SHOWN = {
    *(Rule.SCHEMA, Rule.TOO_MANY_PROBLEMS),
    *(Rule.NO_PICTURE, Rule.UNREACHABLE_URL, Rule.EXPIRING_URL, Rule.REDIRECTED_URL),
}
"""No few lines show these."""


@cache
def loader() -> BatchLoader:
    return loader_for(())


def broken_rules(folder: Path, text: str, file: str | None, encoding: str) -> set[Rule]:
    """The rules that ``validate`` tells of."""
    (folder / "shots.csv").write_text("text\na fox\nan owl\n")
    if file is not None:
        (folder / file).write_text(text, encoding=encoding)
        text = HEAD + SHOTS.replace("FILE", file)
    elif "version:" not in text:
        text = HEAD + text + ("" if "jobs:" in text else "jobs: {a: {input: {prompt: A fox.}}}\n")
    if "photos/" in text:
        (folder / "photos").mkdir()
        (folder / "photos" / "notes.jpg").write_text("no picture")
        for name, size in PICTURES.items():
            Image.new("RGB", size).save(folder / "photos" / name)
    (folder / "campaign.yaml").write_text(text, encoding=encoding)
    try:
        batch = loader().load(folder / "campaign.yaml")
    except ManifestError as error:
        return {problem.rule for problem in error.problems}
    return {finding.rule for finding in findings_of(batch)}


@pytest.mark.parametrize("rule", SHOWN)
def test_the_wrong_example_breaks_the_rule_and_the_right_one_none(rule, tmp_path):
    told = explanations()[rule]
    wrong, right = tmp_path / "wrong", tmp_path / "right"
    wrong.mkdir()
    right.mkdir()
    assert rule in broken_rules(wrong, told.wrong.lstrip("\n"), told.file, told.encoding)
    assert broken_rules(right, told.right.lstrip("\n"), told.file, "utf-8") == set()


def test_picks_that_contradict_each_other_are_wrong():
    told = explanations()[Rule.CONTRADICTION]
    wrong, right = (
        parse_document(text.encode(), file="picks.yaml").data for text in (told.wrong, told.right)
    )
    assert [fault.rule for fault in picks_faults(wrong)] == [Rule.CONTRADICTION]
    assert list(picks_faults(right)) == []


def test_every_rule_is_explained_and_nearly_every_one_has_its_example():
    for rule, told in explanations().items():
        assert told.why.endswith("."), rule
        assert (told.wrong is None) is (told.right is None) is (rule in NOT_SHOWN), rule
        assert told.wrong != told.right or told.encoding != "utf-8" or rule in NOT_SHOWN, rule
        assert "```" not in f"{told.wrong}{told.right}"
