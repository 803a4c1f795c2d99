"""`diff`: which jobs are new, gone, changed and renamed between two files or revisions, and what that costs."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fakes.exhibition import clip, done, exhibit
from fakes.lock_entry import submitted
from fakes.repository import git
from sora2batch.ground.schema import load_schema

PAGE = (Path(__file__).parents[2] / "docs/diff.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def check(document):
    schema = load_schema("diff.schema.json")
    Draft202012Validator.check_schema(schema)
    assert [
        error.json_path + error.message for error in Draft202012Validator(schema).iter_errors(document)
    ] == []
    return document


@pytest.fixture
def commit(folder):
    """Commit all there is in the working folder."""
    git(folder, "init", "--quiet")

    def commit():
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", "x")

    return commit


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_example_of_the_page_is_what_it_prints(call, folder, commit):
    before, after = blocks("csv")
    (folder / "spring.yaml").write_text(blocks("yaml")[0])
    (folder / "shots.csv").write_text(before)
    commit()
    (folder / "shots.csv").write_text(after)
    ran = call("diff", "main", "spring.yaml")
    assert (ran.code, ran.err, ran.out) == (1, "", blocks("text")[0])


def test_layout_comments_and_order_are_no_difference(call, manifest):
    other = Path("other.yaml")
    other.write_text("# the same\n" + manifest.read_text().replace("[fox, owl]", "[ owl,  fox ]"))
    ran = call("diff", manifest, other)
    assert (ran.code, ran.out) == (0, "no job changed: 2 jobs in other.yaml\n")
    assert call("diff", manifest, other, "--json").document["same"] is True


def test_every_kind_of_change_is_told_with_its_price(call, folder, manifest):
    other = folder / "other.yaml"
    other.write_text(manifest.read_text().replace("[fox, owl]", "[fox, cat]"))
    was = "  was: {input: {prompt: A owl., image: 'https://samples.sora2batch.example/owl.jpg'}}\n"
    edit(other, "jobs:\n", f"jobs:\n{was}")
    edit(
        other,
        "A {{ animal }}.",
        "{{ 'Two foxes, one of them blue, in the snow' if animal == 'fox' else animal }}",
    )
    edit(other, "max_credits: 5000", "max_credits: 6000")
    ran = call("diff", manifest, other)
    assert ran.code == 1
    assert ran.out == (
        f"small.yaml → {other.as_posix()}\n"
        "\n"
        "  ~ hero/fox     420\n"
        "      input.prompt\n"
        '        - "A fox."\n'
        '        + "Two foxes, one of them blue, in the snow"\n'
        "  + hero/cat     420\n"
        "  > hero/owl is now was, not paid again\n"
        "\n"
        "1 changed, 1 added, 1 renamed, 0 as they were\n"
        "a run sends what is new for 840 credits\n"
        "the whole batch: 840 → 1,260 credits (+420)\n"
        "the budget: 5,000 → 6,000 credits\n"
    )  # fmt: skip
    document = check(call("diff", other, manifest, "--json").document)
    assert [one["key"] for one in document["removed"]] == ["hero/cat"]
    assert [one["to"] for one in document["renamed"]] == ["hero/owl"]
    (change,) = document["changed"][0]["changes"]
    assert (change["field"], change["new"]) == ("input.prompt", "A fox.")
    assert document["credits"] == {"before": 1260, "after": 840, "new": 420, "to_pay": 420}


def test_what_is_paid_already_is_not_counted_again_and_what_was_paid_is_told(call, folder, manifest, commit):
    show = Path("show.yaml")
    show.write_text(manifest.read_text())
    commit()
    exhibit(folder, manifest.read_text().replace("A {{ animal }}.", "Two {{ animal }}s."), with_clips=False)
    edit(show, "[fox, owl]", "[fox]")
    ran = call("diff", "HEAD", show)
    assert "  ~ hero/fox     420  already in the lockfile\n" in ran.out
    assert "a run sends what is new for 0 credits (the others are in the lockfile)\n" in ran.out
    back = check(call("diff", show, "HEAD", "--json").document)
    assert back["credits"]["to_pay"] == 840


def test_lockfiles_are_compared_line_by_line(call, folder, manifest, commit):
    exhibit(folder, manifest.read_text(), lambda at, _: None if at else submitted("task-fox"))
    commit()
    exhibit(folder, manifest.read_text(), lambda _, job: done(job, task_id=f"task-{job.key[5:]}"))
    ran = call("diff", "HEAD", "show.lock.jsonl")
    assert ran.code == 1
    assert ran.out == (
        "HEAD:show.lock.jsonl → show.lock.jsonl\n"
        "\n"
        "  ~ hero/fox      +0\n"
        "      state: submitted → completed\n"
        "      files: nothing → hero/fox.mp4\n"
        f"      sha256: nothing → {sha256(clip()).hexdigest()}\n"
        "  + hero/owl    +420  completed, task-owl\n"
        "\n"
        "1 changed, 1 added, 0 as they were\n"
        "spent: 420 → 840 credits\n"
    )
    document = check(call("diff", "show.lock.jsonl", "HEAD", "--json").document)
    assert [one["key"] for one in document["removed"]] == ["hero/owl"]
    assert document["credits"] == {"before": 840, "after": 420}
    same = call("diff", "show.lock.jsonl", "show.lock.jsonl")
    assert (same.code, same.out) == (0, "nothing changed: 2 jobs in show.lock.jsonl\n")


def test_two_revisions_need_no_file_where_there_is_one_manifest(call, folder, manifest, commit):
    commit()
    edit(manifest, "[fox, owl]", "[fox]")
    commit()
    ran = call("diff", "HEAD~1", "HEAD", "--json")
    assert (ran.code, ran.document["old"], ran.document["new"]) == (1, "HEAD~1:small.yaml", "HEAD:small.yaml")
    (folder / "more.yaml").write_text(manifest.read_text())
    ran = call("diff", "HEAD~1", "HEAD")
    assert (ran.code, ran.out) == (2, "")
    assert "there are 2 manifests in this folder" in ran.err
    assert call("diff", "HEAD~1", "HEAD", "small.yaml").code == 1
    assert call("diff", "HEAD", "more.yaml", "--json").document["budget"] == {"before": None, "after": 5000}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("HEAD", "./"), "./ is a folder: name one manifest in it"),
        (("HEAD", "none.yaml"), "there is no file none.yaml"),
        (("HEAD:none.yaml", "small.yaml"), '"none.yaml" is not there in git at HEAD'),
        (("nowhere", "small.yaml"), 'git does not know the revision "nowhere"'),
        (("--", "-x", "small.yaml"), '"-x" is no git revision'),
        (("small.yaml", "small.yaml", "small.yaml"), "OLD and NEW name their files already"),
        (("small.lock.jsonl", "small.yaml"), "one is a manifest, the other a lockfile"),
        (("HEAD:broken.yaml", "small.yaml"), "HEAD:broken.yaml:1:1: budget: is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_ends_with_2(call, folder, manifest, commit, words, told):
    (folder / "broken.yaml").write_text("version: 1\njobs: {}\n")
    (folder / "small.lock.jsonl").write_text('{"lock_version":1,"manifest":"small.yaml"}\n')
    commit()
    (folder / "broken.yaml").write_text(manifest.read_text())
    ran = call("diff", *words)
    assert (ran.code, told in ran.err) == (2, True), ran.err


def test_what_would_steer_a_terminal_or_is_a_secret_is_not_shown(call, folder, manifest):
    other = folder / "other.yaml"
    text = manifest.read_text().replace(
        "A {{ animal }}.", r"\e[31m\u202e{{ animal }}, and then some more words here"
    )
    other.write_text(text.replace(".jpg", ".jpg?sig=secret"))
    ran = call("diff", manifest, other)
    assert ran.code == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", ran.out)
    assert "secret" not in ran.out
