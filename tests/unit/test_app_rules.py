"""Every rule is explained, and its example shows what is said: the wrong one breaks it, the right one no rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from fakes.lock_entry import completed
from fakes.matrix_case import HEAD
from sora2batch.app.batch.lint_batch import lint_subject
from sora2batch.app.batch.loader import BatchLoader, loader_for
from sora2batch.app.rules import rule_texts
from sora2batch.app.validate import findings_of
from sora2batch.ground.rule import Rule
from sora2batch.lint.seen_before import changed_pictures, seen_inputs
from sora2batch.lint.visited import addresses_in, visited_urls
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Entry
from sora2batch.manifest.document import parse_document
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.media.facts import MediaFacts
from sora2batch.media.sniff import JPEG
from sora2batch.media.visit import Fetched, NotReached, NotThere, Visit
from sora2batch.picks.picks_fault import picks_faults

SHOTS = "jobs: {a: {matrix: {shot: {from: FILE}}, input: {prompt: '{{ shot.text }}'}}}\n"
FACTS = MediaFacts(JPEG, 9, "0" * 64, 1280, 720)
PICTURES = {"wide.jpg": (1280, 720), "tall.jpg": (720, 1280), "thumbnail.jpg": (160, 90)}
NOT_SHOWN = {Rule.SCHEMA, Rule.TOO_MANY_PROBLEMS}
"""No few lines show these."""
VISITS = {
    Rule.NO_PICTURE: NotThere("answers HTTP 404"),
    Rule.UNREACHABLE_URL: NotReached("answers HTTP 503"),
    Rule.EXPIRING_URL: Fetched(facts=FACTS),
    Rule.CHANGED_PICTURE: Fetched(facts=FACTS._replace(sha256="f" * 64)),
    Rule.REDIRECTED_URL: Fetched(facts=FACTS, redirected_to="cdn.example.com"),
}
"""What is found at the URL of a wrong example; at that of the right one is a picture."""
OF_PICKS = {Rule.UNKNOWN_JOB, Rule.CONTRADICTION}
OF_GATES = (Rule.BROKEN_PICK, Rule.LOST_PICK)
SHOWN = [rule for rule in Rule if rule not in NOT_SHOWN | VISITS.keys() | OF_PICKS | {*OF_GATES}]
STAGES = """
jobs:
  stills:
    tool: nano-banana-image-api
    matrix: {subject: [fox, owl]}
    input: {prompt: "A {{ subject }}."}
  clips:
    tool: sora2-image-to-video-api
    matrix: {still: {from_jobs: stills, picks: picks.yaml, min_rating: 4}}
    input: {prompt: Slow pan., image: "{{ still.output }}"}
"""


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
    told = rule_texts()[rule]
    wrong, right = tmp_path / "wrong", tmp_path / "right"
    wrong.mkdir()
    right.mkdir()
    assert rule in broken_rules(wrong, told.wrong.lstrip("\n"), told.file, told.encoding)
    assert broken_rules(right, told.right.lstrip("\n"), told.file, "utf-8") == set()


@pytest.mark.parametrize("rule", VISITS)
def test_what_only_the_network_tells_is_told_of_the_wrong_example_alone(rule, tmp_path):
    told = rule_texts()[rule]
    assert found_at_urls(tmp_path, told.wrong, VISITS[rule]) == {rule}
    assert found_at_urls(tmp_path, told.right, Fetched(facts=FACTS)) == set()


def found_at_urls(folder: Path, text: str, visit: Visit) -> set[Rule]:
    assert broken_rules(folder, text, None, "utf-8") == set()
    subject = lint_subject(loader().load(folder / "campaign.yaml"))
    now = datetime(2026, 11, 29, tzinfo=UTC)
    visits = dict.fromkeys(addresses_in(subject), visit)
    known = seen_inputs(subject, dict.fromkeys(visits, Fetched(facts=FACTS)))
    paid = [Entry.of(job, completed(seen=known[job.fingerprint])) for job in subject.jobs]
    subject = replace(subject, lockfiles=lambda: {"campaign.lock.jsonl": lockfile_of("campaign.yaml", paid)})
    until = now + timedelta(hours=2)
    found = [*visited_urls(subject, visits, now=now, until=until), *changed_pictures(subject, visits)]
    return {one.problem.rule for one in found}


def test_picks_that_contradict_each_other_are_wrong():
    told = rule_texts()[Rule.CONTRADICTION]
    wrong, right = (
        parse_document(text.encode(), file="picks.yaml").data for text in (told.wrong, told.right)
    )
    assert [fault.rule for fault in picks_faults(wrong)] == [Rule.CONTRADICTION]
    assert list(picks_faults(right)) == []


@pytest.mark.parametrize("rule", OF_GATES)
def test_picks_at_a_gate_break_the_rule_or_none(rule, tmp_path):
    told = rule_texts()[rule]
    for name, text, broken in (("wrong", told.wrong, {rule}), ("right", told.right, set())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "picks.yaml").write_text(text.lstrip("\n"))
        assert broken_rules(tmp_path / name, STAGES, None, "utf-8") == broken


def test_every_rule_is_explained_and_nearly_every_one_has_its_example():
    for rule, told in rule_texts().items():
        assert told.why.endswith("."), rule
        assert (told.wrong is None) is (told.right is None) is (rule in NOT_SHOWN), rule
        assert told.wrong != told.right or told.encoding != "utf-8" or rule in NOT_SHOWN, rule
        assert "```" not in f"{told.wrong}{told.right}"
