"""Pictures after the run: on the page and the contact sheet, and in the manifest that is promoted."""

import json
from pathlib import Path

import pytest
from PIL import Image

from fakes.exhibition import exhibit
from fakes.page_data import data_of
from fakes.pictures import picture

RED, BLUE = (200, 0, 0), (0, 0, 200)
TURN = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 10000}
jobs:
  hero:
    matrix: {product: {from: images/*.jpg}}
    input: {prompt: "A slow turn around {{ product.stem }}.", image: "{{ product.path }}"}
run: {poll_interval: 0.05}
"""


@pytest.fixture
def shoot(folder):
    """A manifest in a folder of its own, with two pictures; one is picked."""
    for name, colour in {"fox": (200, 0, 0), "owl": (0, 0, 200)}.items():
        picture(folder, f"shoot/images/{name}.jpg", colour, (48, 32))
    (folder / "shoot/later").mkdir()
    (folder / "shoot/spring.yaml").write_text(TURN)
    (folder / "picks.yaml").write_text("- key: hero/fox\n")
    return folder / "shoot"


@pytest.fixture
def promote(call, shoot):
    def promote(out, *more):
        return call("promote", "shoot/spring.yaml", "--picks", "picks.yaml", *more, "-o", out)

    return promote


@pytest.mark.parametrize(
    ("out", "path"), [("shoot/next.yaml", "images/fox.jpg"), ("next.yaml", "shoot/images/fox.jpg")]
)
def test_a_promoted_picture_is_named_as_the_new_manifest_sees_it(promote, call, folder, out, path):
    ran = promote(out, "--set", "mode=pro")
    assert (ran.code, ran.out) == (0, f"wrote {out}: 1 job, 2,100 credits\n")
    assert f"      image: {path}\n" in (folder / out).read_text()
    (job,) = call("plan", out, "--json").document["jobs"]
    assert job["input"]["image"]["file"] == path
    assert call("run", out, "--simulate").code == 0


def test_a_promoted_manifest_that_is_printed_is_for_the_folder_of_the_old_one(promote, call, shoot):
    ran = promote("-")
    assert ran.code == 0
    (shoot / "printed.yaml").write_text(ran.out)
    assert call("plan", "shoot/printed.yaml").code == 0


def test_a_promoted_manifest_from_where_its_pictures_cannot_be_seen_is_not_written(promote, shoot):
    ran = promote("shoot/later/next.yaml")
    assert ran.code == 2
    assert ran.err == (
        "error: hero/fox: images/fox.jpg is not below the new manifest's folder: write it to shoot/ with -o\n"
    )
    assert not list((shoot / "later").iterdir())


@pytest.fixture
def orphan(call, shoot, folder):
    """The picked job was run, and nothing asks for it any more."""
    assert call("run", "shoot/spring.yaml", "--simulate", "--no-download").code == 0
    jobs = {job["key"]: job for job in call("plan", "shoot/spring.yaml", "--json").document["jobs"]}
    (shoot / "spring.yaml").write_text(TURN.replace("A slow turn", "One turn"))
    (folder / "picks.yaml").write_text(json.dumps([{"fingerprint": jobs["hero/fox"]["fingerprint"]}]))
    return shoot / "images/fox.jpg"


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (Path.unlink, "is not there any more"),
        (lambda path: path.write_bytes(path.with_name("owl.jpg").read_bytes()), "is another file now"),
        (lambda path: path.write_bytes(b""), "is empty"),
    ],
)
def test_an_orphan_whose_picture_is_gone_is_promoted_with_another_only(
    promote, orphan, shoot, break_it, told
):
    break_it(orphan)
    (shoot / "spring.yaml").write_text(TURN.replace("images/*", "images/owl"))
    ran = promote("shoot/next.yaml", "--simulate")
    assert ran.code == 2
    assert ran.err.startswith("error: hero/fox: images/fox.jpg ")
    assert told in ran.err
    assert ran.err.endswith("or give another by --set image=URL\n")
    mended = promote("shoot/next.yaml", "--simulate", "--set", "image=https://pictures.example/fox.jpg")
    assert mended.code == 0


@pytest.mark.parametrize("now", ["images/renard.jpg", "images/fox.jpg"])
def test_an_orphan_s_picture_is_found_by_its_content(promote, orphan, shoot, now):
    orphan.rename(shoot / now)
    if now == "images/fox.jpg":  # no job sends it now, and it lies where it lay
        (shoot / "spring.yaml").write_text(TURN.replace("images/*", "images/owl"))
    assert promote("shoot/next.yaml", "--simulate").code == 0
    assert f"      image: {now}\n" in (shoot / "next.yaml").read_text()


def reds(sheet):
    """Count the pixels of a sheet that are as red as the fox, dimmed or not."""
    colours = Image.open(sheet).convert("RGB").getcolors(2**24)
    return sum(
        count for count, (red, green, blue) in colours if red > 60 and red > 3 * green and red > 3 * blue
    )


@pytest.mark.parametrize("attempt_of", [None, lambda place, job: None], ids=["done", "to be made"])
def test_the_page_and_the_sheet_show_what_each_job_starts_from(call, folder, attempt_of):
    for name, colour in {"fox": RED, "owl": BLUE}.items():
        picture(folder, f"show/images/{name}.jpg", colour)
    exhibit(folder / "show", TURN, attempt_of)
    (folder / "pages").mkdir()
    ran = call("report", "show/show.yaml", "-o", "pages/show.html", "--sheet", "with.png")
    assert ran.code == 0
    data = data_of(folder / "pages/show.html")
    assert [(one["file"], one["href"]) for one in data["files"]] == [
        ("images/fox.jpg", "../show/images/fox.jpg"),
        ("images/owl.jpg", "../show/images/owl.jpg"),
    ]
    assert reds("with.png") > 500
    picture(folder, "show/images/fox.jpg", (0, 200, 0))
    assert call("report", "show/show.yaml", "--sheet", "other.png").code == 0
    assert reds("other.png") == 0
