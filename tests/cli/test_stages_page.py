"""docs/stages.md says what the program does: every manifest is sound, every output is what it prints."""

import json
import re
from pathlib import Path

import pytest

from sora2batch.catalog.catalog import load_catalog
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand

PAGE = (Path(__file__).parents[2] / "docs/stages.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


FILM, PICKS, POSTERS, FRAMES = blocks("yaml")
VALIDATED, PLANNED, REFUSED = (block.partition("\n")[2].splitlines() for block in blocks("text"))


@pytest.fixture
def film(folder):
    (folder / "film.yaml").write_text(FILM)
    return Path("film.yaml")


def expanded(folder, text):
    (folder / "page.yaml").write_text(text)
    return expand(load_manifest(folder / "page.yaml"), load_catalog(), DiskTree(folder))


def test_the_film_is_counted_and_refused_as_the_page_says(call, film):
    assert call("validate", film).err.splitlines()[0] == VALIDATED[0]
    refused = call("plan", film, "--max-credits", 3000)
    assert (refused.code, refused.err.splitlines()[-2:]) == (3, REFUSED)


def test_the_film_is_made_in_two_runs_with_a_choice_between_them(call, film):
    assert call("run", film, "--simulate", "--yes").code == 0
    Path("picks.yaml").write_text(PICKS)
    assert set(PLANNED) <= set(call("plan", film, "--simulate").out.splitlines())
    assert call("run", film, "--simulate", "--yes").code == 0
    lines = Path("film.sim.lock.jsonl").read_text().splitlines()[1:]
    clips = [json.loads(line) for line in lines if '"clips/' in line]
    assert {tuple(line["from"]) for line in clips} == {("stills/fox/noir",), ("stills/owl/noir#2",)}


def test_posters_and_frames_gather_results(folder):
    posters = expanded(folder, POSTERS).stages.waiting
    assert [(job.key, job.needs) for job in posters] == [
        (f"posters/{name}", (f"stills/{name}/noir", f"stills/{name}/pastel")) for name in ("fox", "owl")
    ]
    frames = expanded(folder, FRAMES).stages.waiting
    assert [job.needs for job in frames] == [
        (f"frames/{name}/asleep", f"frames/{name}/awake") for name in ("fox", "owl")
    ]


def test_the_rows_about_include_and_exclude_hold(folder, film):
    before = expanded(folder, FILM.replace(", picks: picks.yaml, min_rating: 4", ", where: {look: noir}"))
    assert len(before.asked) == 8 + 8
    for entry, jobs in (
        ("exclude: [{still: fox/noir}]", 6),
        ("exclude: [{still: {look: noir}}]", 0),
        ("include: [{still: fox/pastel, camera: slow pan}]", 9),
    ):
        assert entry in PAGE
        text = FILM.replace(", picks: picks.yaml, min_rating: 4", ", where: {look: noir}")
        found = expanded(folder, text.replace("dolly in]\n", f"dolly in]\n      {entry}\n"))
        assert len(found.asked) == 8 + jobs
