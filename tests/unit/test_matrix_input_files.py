"""No way of naming a file leads out of the manifest's folder, and nothing is read that must not be."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from fakes.pictures import picture
from sora2batch.catalog.catalog import load_catalog
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree, TreeError
from sora2batch.matrix.expand import Expansion, expand

HEAD = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 100000}
jobs:
  hero:
"""
CATALOG = load_catalog()
_opened: list[str] | None = None


def _note(event: str, arguments: tuple) -> None:
    if event == "open" and _opened is not None:
        _opened.append(str(arguments[0]))


sys.addaudithook(_note)


@pytest.fixture
def root(tmp_path) -> Path:
    """A manifest's folder with pictures and many a way out; what is outside is a picture, too."""
    folder = tmp_path / "campaign"
    picture(folder, "images/fox.jpg")
    picture(tmp_path, "secret/secret.jpg", (200, 0, 0))
    (folder / "link.jpg").symlink_to(tmp_path / "secret/secret.jpg")
    (folder / "up.jpg").symlink_to("../secret/secret.jpg")
    (folder / "images/chain.jpg").symlink_to("../link.jpg")
    (folder / "out").symlink_to("../secret")
    (folder / "images/way").symlink_to("../out")
    (folder / "zero.jpg").symlink_to("/dev/zero")
    (folder / "images/folder.jpg").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    (folder / "inside.jpg").symlink_to("images/fox.jpg")
    return folder


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Every path that is opened while the test lasts."""
    global _opened  # noqa: PLW0603 - an audit hook stays for good
    _opened = []
    yield _opened
    _opened = None


def expanded(root: Path, text: str) -> Expansion:
    (root / "small.yaml").write_text(HEAD + text)
    return expand(load_manifest(root / "small.yaml"), CATALOG, DiskTree(root))


def problems(root: Path, text: str) -> str:
    with pytest.raises(ManifestError) as caught:
        expanded(root, text)
    return "\n".join(str(problem) for problem in caught.value.problems)


def literal(path: str) -> str:
    return f"    input: {{prompt: a, image: {json.dumps(path)}}}\n"


def axis(path: str) -> str:
    return f'    matrix: {{p: [{json.dumps(path)}]}}\n    input: {{prompt: a, image: "{{{{ p }}}}"}}\n'


def in_parts(path: str) -> str:
    """Nothing leads out before it is put together."""
    at = max(len(path) // 2, 1)
    halves = json.dumps([{"id": "x", "a": path[:at], "b": path[at:]}])
    return f'    matrix: {{p: {halves}}}\n    input: {{prompt: a, image: "{{{{ p.a }}}}{{{{ p.b }}}}"}}\n'


def cell(path: str) -> str:
    return '    matrix: {shot: {from: shots.csv}}\n    input: {prompt: a, image: "{{ shot.path }}"}\n'


def pattern(path: str) -> str:
    source = json.dumps(path.replace("secret.jpg", "*.jpg").replace("fox.jpg", "*.jpg"))
    return f'    matrix: {{p: {{from: {source}}}}}\n    input: {{prompt: a, image: "{{{{ p.path }}}}"}}\n'


WAYS_OUT = [
    "../secret/secret.jpg",
    "images/../../secret/secret.jpg",
    "./../secret/secret.jpg",
    "images/../images/fox.jpg",
    "ABSOLUTE/secret.jpg",
    "/ABSOLUTE/secret.jpg",
    "file:ABSOLUTE/secret.jpg",
    "~/secret.jpg",
    "~root/secret.jpg",
    "C:/secret.jpg",
    "c:secret.jpg",
    "..\\secret\\secret.jpg",
    "images\\fox.jpg",
    "\\\\server\\share\\secret.jpg",
    "%2e%2e/secret/secret.jpg",
    "link.jpg",
    "up.jpg",
    "images/chain.jpg",
    "out/secret.jpg",
    "images/way/secret.jpg",
    "zero.jpg",
    "pipe.jpg",
    "images/folder.jpg",
    "images/folder.jpg/",
    "Images/fox.jpg",
    "images/FOX.jpg",
    "images/fox.jpg/../../link.jpg",
    "images/f\tx.jpg",
    "images/fo\nx.jpg",
]


@pytest.mark.parametrize("way", [literal, axis, in_parts, cell, pattern])
def test_no_way_of_naming_a_file_leads_out_of_the_folder(root, opened, way):
    """All ways out at once and one by one: each is a problem, and nothing outside is opened."""
    secret = root.parent / "secret"
    for written in WAYS_OUT:
        path = written.replace("ABSOLUTE", str(secret))
        row = io.StringIO()
        csv.writer(row).writerows([["id", "path"], ["x", path]])
        (root / "shots.csv").write_text(row.getvalue())
        told = problems(root, way(path))
        assert sha256((secret / "secret.jpg").read_bytes()).hexdigest() not in told
        assert "small.yaml:" in told
        assert "internal" not in told
    theirs = [path for path in opened if not path.startswith(f"{secret}/")]
    assert len(opened) - len(theirs) == len(WAYS_OUT), "but for the test itself"
    forbidden = ("secret", "secret.jpg", "zero", "zero.jpg", "pipe.jpg", "link.jpg", "up.jpg", "chain.jpg")
    assert not [path for path in theirs if path.endswith(forbidden)]


@pytest.mark.parametrize(
    "name", ["a\0b.jpg", "../\0", "fo\udcffx.jpg", "\ud800.jpg", "images/fox.jpg\n", "a\x1b[2J.jpg"]
)
def test_a_name_that_is_no_text_is_refused_and_shown_harmlessly(root, name):
    for ask in (DiskTree(root).open, DiskTree(root).stamp, DiskTree(root).names):
        with pytest.raises(TreeError) as caught:
            ask(name)
        assert caught.value.message.isprintable()


def test_a_link_inside_the_folder_is_as_good_as_its_file(root):
    (job,) = expanded(root, literal("inside.jpg")).jobs
    (same,) = expanded(root, literal("images/fox.jpg")).jobs
    assert job.fingerprint == same.fingerprint
    assert job.input["image"]["file"] == "inside.jpg"


@pytest.mark.parametrize("swapped", ["images/fox.jpg", "images"])
@pytest.mark.parametrize("ask", ["open", "read"])
def test_a_link_that_comes_between_the_look_and_the_opening_is_not_followed(root, monkeypatch, swapped, ask):
    """The file, or the folder that it is in, becomes a link to what is outside."""
    outside = root.parent / "secret"
    (outside / "fox.jpg").write_bytes(b"secret")
    system_open = os.open

    def swap_first(*arguments, **options):
        if not (root / swapped).is_symlink():
            (root / swapped).rename(root / "moved")
            (root / swapped).symlink_to(outside / "fox.jpg" if swapped.endswith("jpg") else outside)
        return system_open(*arguments, **options)

    monkeypatch.setattr(os, "open", swap_first)
    monkeypatch.setattr(os, "supports_dir_fd", os.supports_dir_fd | {swap_first})
    with pytest.raises(TreeError, match="cannot be read"):
        getattr(DiskTree(root), ask)("images/fox.jpg")


@pytest.mark.parametrize("length", [31 << 20, 1 << 40])
def test_a_picture_beyond_its_limit_is_refused_by_its_length_and_not_read(root, length):
    with (root / "images/large.jpg").open("wb") as file:
        file.write((root / "images/fox.jpg").read_bytes())
        file.truncate(length)
    told = problems(root, literal("images/large.jpg"))
    assert "more than the 30 MiB that it may have" in told
    assert f"has {length >> 20}" in told.replace(",", "")
    assert "more than the" in problems(root, pattern("images/large.jpg")) or length < 500 << 20


NAMED = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 100000}
output: {filename: "FILENAME"}
jobs:
  hero:
    matrix: {still: {from: "images/*.jpg"}, mode: [std, pro]}
    input: {prompt: "A fox", image: "{{ still.path }}", mode: "{{ mode }}"}
  web:
    input: {prompt: "A fox", image: "https://example.com/a/Red%20fox.png?x=1"}
"""


def named(root: Path, filename: str, more: str = "") -> list[str]:
    (root / "small.yaml").write_text(NAMED.replace("FILENAME", filename) + more)
    return [job.filename for job in expand(load_manifest(root / "small.yaml"), CATALOG, DiskTree(root)).jobs]


def images(tmp_path: Path) -> Path:
    picture(tmp_path, "images/fox.jpg")
    picture(tmp_path, "images/owl two.jpg", (1, 2, 3))
    return tmp_path


def test_file_names_are_made_of_what_is_sent(tmp_path):
    found = named(images(tmp_path), "{{ job.group }}/{{ input.image.stem }}-{{ input.mode }}")
    assert found == [
        "hero/fox-std",
        "hero/fox-pro",
        "hero/owl two-std",
        "hero/owl two-pro",
        "web/Red fox-std",
    ]


def test_a_file_name_knows_all_of_a_picture_and_of_a_url(tmp_path):
    found = named(
        images(tmp_path),
        "{{ job.index }}{{ input.image.name }}{{ input.image.suffix }}{{ input.image.path | length }}",
    )
    assert found[0] == "0fox.jpg.jpg14"
    assert found[-1] == "0Red fox.png.png39"


def test_an_axis_or_a_variable_called_input_hides_what_is_sent(tmp_path):
    more = "vars: {input: mine}\n"
    assert named(images(tmp_path), "{{ job.key }}-{{ input }}", more)[0] == "hero/fox/std-mine"


def test_only_file_names_know_what_is_sent(tmp_path):
    text = "    input: {prompt: '{{ input.mode }}', image: 'https://example.com/a.png'}\n"
    with pytest.raises(ManifestError) as caught:
        expanded(tmp_path, text)
    assert '"input" is not defined' in caught.value.problems[0].message


def test_a_slip_in_a_file_name_is_told_with_what_is_known_there(tmp_path):
    with pytest.raises(ManifestError) as caught:
        named(images(tmp_path), "{{ inputs.image.stem }}")
    assert 'did you mean "input"' in caught.value.problems[0].hint
