"""Lines that are typed, and what may come at their end."""

from __future__ import annotations

import pytest

from sora2batch.cli.completer import answer_to
from sora2batch.cli.main import cli
from sora2batch.ground.schema import schema_dir

MANIFEST = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 50000}
jobs:
  hero:
    matrix: {animal: [fox, owl], camera: [slow pan, dolly in]}
    input: {prompt: "{{ camera }} on a {{ animal }}", image: "https://samples.sora2batch.example/{{ animal }}.jpg"}
  end:
    input: {prompt: "The end", image: "https://samples.sora2batch.example/end.jpg"}
"""


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(MANIFEST)
    (tmp_path / "broken.yaml").write_text("jobs: [}")
    (tmp_path / "data.yaml").write_text("- fox\n")
    (tmp_path / "data.csv").write_text("fox\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/with blank.yml").write_text(f"name: blank\n{MANIFEST}")
    (tmp_path / ".hidden.yaml").write_text(MANIFEST)
    return tmp_path


def answer(line):
    return [tuple(one.split("\t")[:2]) for one in answer_to(cli, f"sora2batch {line}")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pla", [("plain", "plan")]),
        ("plan ", [("plain", "broken.yaml"), ("plain", "small.yaml"), ("open", "sub/")]),
        ("plan ~/sm", [("file", "~/sm")]),
        ("plan ./sm", [("plain", "./small.yaml")]),
        ("run small.yaml sub/", [("plain", "sub/with blank.yml")]),
        ("run small.yaml sub/with\\ b", [("plain", "sub/with blank.yml")]),
        ("doctor 'sub/with b", [("quoted", "sub/with blank.yml")]),
        ("plan small.yaml --select ", [("open", "hero/"), ("plain", "end")]),
        (
            "plan small.yaml --select hero/",
            [("plain", "hero/*"), ("open", "hero/fox/"), ("open", "hero/owl/")],
        ),
        ("plan small.yaml --select 'hero/fox/s", [("quoted", "hero/fox/slow-pan")]),
        ("plan small.yaml --select=hero/o", [("open", "--select=hero/owl/")]),
        (
            "reconcile small.yaml --release hero/owl/",
            [("plain", "hero/owl/slow-pan"), ("plain", "hero/owl/dolly-in")],
        ),
        ("plan --where ca", []),  # which of several manifests is not known
        ("plan sub --where ca", [("open", "camera=")]),
        ("plan small.yaml --where camera=", [("plain", "camera=slow pan"), ("plain", "camera=dolly in")]),
        ("plan small.yaml --where camera=slow-", [("plain", "camera=slow-pan")]),
        ("plan small.yaml --color=nev", [("plain", "--color=never")]),
        ("plan small.yaml --out ", [("file", "")]),
        ("tools kling3-i", [("plain", "kling3-image-to-video-api")]),
        ("help orph", [("plain", "orphan")]),
        ("rules unknown-t", [("plain", "unknown-tool")]),
        ("explain small.yaml hero/fox/d", [("plain", "hero/fox/dolly-in")]),
        ("diff sm", [("plain", "small.yaml")]),
        ("help unknown-t", [("plain", "unknown-tool")]),
        ("completion f", [("plain", "fish")]),
        ("schema status-", [("plain", "status-ledger")]),
    ],
)
def test_what_may_come_is_proposed(line, expected):
    assert answer(line)[: len(expected) or None] == expected


@pytest.mark.parametrize(
    "line",
    [
        "plan broken.yaml --select ",
        "plan missing.yaml --where a",
        "plan small.yaml --where nothing=",
        "plan data.csv --select ",
        "plan small.yaml --tools-dir nowhere --select ",
    ],
)
def test_where_nothing_can_be_known_nothing_is_proposed(line):
    assert answer(line) == []


def test_a_word_about_each_is_short_and_breaks_no_line():
    told = [line.split("\t")[2] for line in answer_to(cli, "sora2batch plan small.yaml --select ")]
    assert told == ["4 jobs", ""]
    assert all(len(line.split("\t")[2]) <= 70 for line in answer_to(cli, "sora2batch help unk"))


def test_a_name_that_would_break_the_line_is_not_proposed(project):
    (project / "sub/a\tb\nc.yaml").write_text(MANIFEST)
    assert answer("plan sub/") == [("plain", "sub/with blank.yml")]


@pytest.mark.parametrize(
    ("quote", "offered"),
    [
        ('"', ["don't"]),
        ("'", ["$(touch x)", "`touch x`", 'a "b"']),
        ("", ["$(touch x)", "`touch x`", 'a "b"', "don't"]),
    ],
)
def test_in_quotes_nothing_is_offered_that_would_end_them_or_be_carried_out(project, quote, offered):
    values = """["$(touch x)", "`touch x`", 'a "b"', "don't"]"""
    (project / "small.yaml").write_text(MANIFEST.replace("[slow pan, dolly in]", values))
    found = answer(f"plan small.yaml --where {quote}camera=")
    assert [value.removeprefix("camera=") for _, value in found] == offered


def test_tools_of_one_s_own_are_proposed_where_their_folder_is_named(project):
    (project / "mine").mkdir()
    text = (schema_dir() / "tools/kling3-image-to-video-api.json").read_text()
    (project / "mine/studio-look.json").write_text(text.replace("kling3-image-to-video-api", "studio-look"))
    assert answer("tools stud") == []
    for line in ("tools --tools-dir mine stud", "init new.yaml --tools-dir mine --tool stud"):
        assert answer(line) == [("plain", "studio-look")]
