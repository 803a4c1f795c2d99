"""``sora2batch report``."""

import os
import subprocess
import sys

import pytest

from fakes.building import entry_of
from fakes.exhibition import done, exhibit
from fakes.lock_entry import submitted
from fakes.page_data import data_of
from fakes.repository import commit, git
from sora2batch.lockfile.journal import encode_journal_header, journal_path
from sora2batch.lockfile.line import encode_journal_line

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 9000}
jobs:
  hero:
    matrix: {subject: [fox, owl]}
    input: {prompt: "a {{ subject }}"}
"""


def states(path):
    return [card.get("result", {}).get("state", "pending") for card in data_of(path)["cards"]]


def test_the_page_stands_beside_the_manifest(call, folder):
    exhibition = exhibit(folder, SHOW)
    ran = call("report", "show.yaml")
    assert (ran.code, ran.out, ran.err) == (0, "gallery: show.report.html\n", "")
    assert states(exhibition.page) == ["completed", "completed"]


def test_the_same_lockfile_gives_the_same_bytes_whatever_the_clock_the_folder_and_the_hashes(call, folder):
    exhibition = exhibit(folder, SHOW)
    call("report", "show.yaml")
    first = exhibition.page.read_bytes()
    command = [sys.executable, "-m", "sora2batch", "report", "show.yaml"]
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    assert exhibition.page.read_bytes() == first


def test_a_run_that_is_under_way_is_shown_as_far_as_it_is(call, folder):
    exhibition = exhibit(folder, SHOW, lambda place, job: None if place else done(job))
    open_owl = submitted("task-b", submitted_at="2026-11-22T09:00:00Z")
    journal = journal_path(folder / "show.lock.jsonl")
    header = encode_journal_header("show.yaml", started_at="2026-11-22T09:00:00Z")
    journal.write_bytes(header + encode_journal_line(entry_of(exhibition.jobs[1], open_owl)))
    before = journal.read_bytes()
    assert call("report", "show.yaml").code == 0
    assert states(exhibition.page) == ["completed", "submitted"]
    assert journal.read_bytes() == before, "looking changes nothing"


def test_a_simulated_run_has_a_page_of_its_own(call, manifest, folder):
    call("run", "small.yaml", "--simulate", "-q")
    ran = call("report", "small.yaml", "--simulate")
    assert ran.out == "gallery: small.sim.report.html\n"
    data = data_of(folder / "small.sim.report.html")
    assert data["simulated"]
    assert [card["result"]["clips"][0]["href"] for card in data["cards"]] == [
        "out/small.sim/hero/fox.mp4",
        "out/small.sim/hero/owl.mp4",
    ]


def test_the_page_may_lie_elsewhere_and_still_finds_its_clips(call, folder):
    exhibit(folder / "batch", SHOW)
    (folder / "pages").mkdir()
    ran = call("report", "batch/show.yaml", "-o", "pages/look.html")
    assert ran.out == "gallery: pages/look.html\n"
    hrefs = [card["result"]["clips"][0]["href"] for card in data_of(folder / "pages/look.html")["cards"]]
    assert hrefs == ["../batch/out/show/hero/fox.mp4", "../batch/out/show/hero/owl.mp4"]


def test_a_sheet_is_written_as_well_and_plans_link_to_it(call, folder):
    exhibit(folder, SHOW)
    ran = call("report", "show.yaml", "--sheet", "show.sheet.png", "--json")
    assert ran.document == {
        "version": 1,
        "manifest": "show.yaml",
        "gallery": "show.report.html",
        "sheet": "show.sheet.png",
    }
    assert (folder / "show.sheet.png").read_bytes().startswith(b"\x89PNG")
    assert "(show.sheet.png)" in call("plan", "show.yaml", "--format", "markdown").out


@pytest.mark.parametrize("flag", ["-o", "--sheet"])
def test_no_file_of_somebody_else_is_overwritten(call, folder, flag):
    exhibit(folder, SHOW)
    ran = call("report", "show.yaml", flag, "show.yaml")
    assert ran.code == 2
    assert "hint: name another file" in ran.err
    assert (folder / "show.yaml").read_text() == SHOW


def test_a_revision_that_is_not_there_is_told(call, folder):
    exhibit(folder, SHOW)
    git(folder, "init", "-q")
    ran = call("report", "show.yaml", "--compare", "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert 'git does not know the revision "nowhere"' in ran.err


def test_a_manifest_that_was_broken_then_still_lets_its_lockfile_be_compared(call, folder):
    exhibition = exhibit(folder, SHOW)
    good = (folder / "show.yaml").read_text()
    (folder / "show.yaml").write_text("nonsense: [")
    commit(folder, "show.yaml", "show.lock.jsonl")
    (folder / "show.yaml").write_text(good.replace("owl", "stag"))
    ran = call("report", "show.yaml", "--compare", "HEAD")
    assert ran.code == 0
    assert ran.err.startswith("notice: only the lockfile of HEAD is compared: ")
    changes = {card["key"]: card["change"] for card in data_of(exhibition.page)["cards"]}
    assert changes == {"hero/fox": "same", "hero/stag": "added", "hero/owl": "removed"}


def test_a_faulty_picks_file_is_told_with_its_place(call, folder):
    exhibit(folder, SHOW)
    (folder / "picks.yaml").write_text("picks:\n  - {key: hero/fox, rating: 7}\n")
    ran = call("report", "show.yaml", "--picks", "picks.yaml")
    assert ran.code == 2
    assert ran.err.startswith("picks.yaml:2:")
    assert not (folder / "show.report.html").exists()


@pytest.mark.parametrize("sheet", ["show.yaml", "none/show.png", "show.report.html"])
def test_no_page_is_written_where_the_sheet_must_be_refused(call, folder, sheet):
    exhibition = exhibit(folder, SHOW)
    ran = call("report", "show.yaml", "--sheet", sheet)
    assert (ran.code, ran.out) == (2, "")
    assert sheet in ran.err
    assert not exhibition.page.exists()


def test_no_sheet_is_written_where_the_page_must_be_refused(call, folder):
    exhibit(folder, SHOW)
    assert call("report", "show.yaml", "-o", "show.yaml", "--sheet", "show.sheet.png").code == 2
    assert not (folder / "show.sheet.png").exists()


def test_picks_by_key_and_by_fingerprint_that_contradict_are_refused(call, folder):
    exhibition = exhibit(folder, SHOW)
    fox = exhibition.jobs[0]
    (folder / "picks.yaml").write_text(
        f"- {{key: {fox.key}, rating: 5}}\n- {{fingerprint: '{fox.fingerprint}', rating: 1}}\n"
    )
    ran = call("report", "show.yaml", "--picks", "picks.yaml")
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        (
            "picks.yaml:2:3: [1]: is the same job as picks[0], but says something else of it "
            "(keep one of the two) [contradiction]\n"
            f"    2 | - {{fingerprint: '{fox.fingerprint}', rati…\n      |   ^\n"
            "error: picks.yaml has 1 problem\n"
        ),
    )
    assert not exhibition.page.exists()


def printed(*arguments, folder, **more):
    command = [sys.executable, "-m", "sora2batch", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=300, **more)


def test_a_dash_prints_the_page_and_nothing_else(call, folder):
    exhibition = exhibit(folder, SHOW)
    call("report", "show.yaml")
    page = exhibition.page.read_bytes()
    exhibition.page.unlink()
    ran = printed("report", "show.yaml", "-o", "-", folder=folder)
    assert (ran.stdout, ran.stderr) == (page, b"gallery: -\n")
    assert not exhibition.page.exists()


def test_a_dash_prints_the_sheet(folder):
    exhibit(folder, SHOW)
    ran = printed("report", "show.yaml", "--sheet", "-", folder=folder)
    assert ran.stdout.startswith(b"\x89PNG")
    assert ran.stderr == b"gallery: show.report.html\nsheet:   -\n"


@pytest.mark.parametrize(
    "flags", [("-o", "-", "--sheet", "-"), ("-o", "-", "--json"), ("--sheet", "-", "--json")]
)
def test_standard_output_takes_one_thing(call, folder, flags):
    exhibit(folder, SHOW)
    ran = call("report", "show.yaml", *flags)
    assert ran.code == 2
    assert not (folder / "show.report.html").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such devices")
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_standard_output_has_one_name(call, folder, name):
    exhibit(folder, SHOW)
    ran = call("report", "show.yaml", "-o", name)
    assert ran.code == 2
    assert ran.err.endswith("hint: name another file with -o; -o - is standard output\n")


def test_the_page_goes_through_a_link_that_stays_one(call, folder):
    exhibition = exhibit(folder, SHOW)
    (folder / "site").mkdir()
    (folder / "site/index.html").touch()
    (folder / "latest.html").symlink_to("site/index.html")
    assert call("report", "show.yaml", "-o", "latest.html").code == 0
    assert (folder / "latest.html").is_symlink()
    assert states(folder / "site/index.html") == ["completed", "completed"]
    assert not exhibition.page.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sh")
@pytest.mark.parametrize(
    "words", ["--picks - < picks.yaml", "--picks /dev/stdin < picks.yaml", "--picks <(cat picks.yaml)"]
)
def test_picks_may_come_from_another_program(folder, words):
    exhibition = exhibit(folder, SHOW)
    (folder / "picks.yaml").write_text("- key: hero/fox\n  rating: 5\n")
    command = f"{sys.executable} -m sora2batch report show.yaml {words}"
    subprocess.run(["bash", "-c", command], cwd=folder, check=True, timeout=300)
    assert '"rating":5' in exhibition.page.read_text()
