"""Stages as plans, explanations, differences and lint know them: what waits is told before anything is paid."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fakes.repository import git
from sora2batch.app.batch.lint_batch import lint_subject
from sora2batch.app.batch.loader import loader_for
from sora2batch.ground.schema import load_schema, schema_dir
from sora2batch.lint.make import lint

FILM = """\
version: 1
budget: {max_credits: 50000}
jobs:
  stills:
    tool: nano-banana-image-api
    matrix: {subject: [fox, owl]}
    repeat: 2
    input: {prompt: "A {{ subject }}", aspect_ratio: "16:9"}
  clips:
    tool: sora2-image-to-video-api
    matrix:
      still: {from_jobs: stills}
      camera: [slow pan, dolly in]
    input: {prompt: "{{ camera }} on the {{ still.subject }}", image: "{{ still.output }}"}
"""
GATED = FILM.replace("from_jobs: stills}", "from_jobs: stills, picks: picks.yaml, min_rating: 4}")


@pytest.fixture
def film(folder):
    def write(text=FILM):
        (folder / "film.yaml").write_text(text)
        return Path("film.yaml")

    return write


@pytest.fixture
def made(call, film):
    """A film of which the stills are made, in the simulator; gated, so that the run ends there."""

    def run(text=GATED):
        path = film(text)
        call("run", path, "--simulate", "--yes")
        return path

    return run


def fits(document, name):
    schema = load_schema(name)
    errors = Draft202012Validator(schema).iter_errors(document)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []
    return document


class TestValidate:
    def test_what_waits_is_counted_apart(self, call, film):
        assert (
            "film.yaml: valid; 4 jobs for 200 credits now, 8 more later for 3,360"
            in call("validate", film()).err
        )

    def test_a_gate_makes_it_at_most(self, call, film):
        assert "8 more later for at most 3,360" in call("validate", film(GATED)).err

    def test_lint_looks_at_what_waits(self, call, film):
        text = FILM.replace("[slow pan, dolly in]", "[slow pan, Slow pan.]")
        assert "[near-duplicate]" in call("validate", film(text)).out

    def test_dear_clips_of_chosen_stills_are_not_told_of(self, call, film):
        dear = ("image: ", "mode: pro, image: ")
        assert "[dear-first]" in call("validate", film(FILM.replace(*dear))).out
        assert "[dear-first]" not in call("validate", film(GATED.replace(*dear))).out

    def test_a_result_of_another_shape_than_the_clip_is_told_once_it_is_there(self, made):
        tall = GATED.replace('"16:9"', '"9:16"')
        path = made(tall)
        Path("picks.yaml").write_text("[{key: stills/fox, rating: 5}]")
        (found,) = [one for one in lint(subject_of(path)) if one.rule == "picture-shape"]
        assert "and the clip is to be 16:9: it is cut or distorted" in found.message
        Path("out/film.sim/stills").rename("elsewhere")
        assert [one for one in lint(subject_of(path)) if one.rule == "picture-shape"] == []


def subject_of(path):
    return lint_subject(loader_for((), simulated=True).load(path))


class TestPlan:
    def test_json_lists_what_waits_and_follows_its_schema(self, call, film):
        document = fits(json.loads(call("plan", film(GATED), "--json").out), "plan.schema.json")
        waiting = [job for job in document["jobs"] if job["action"] == "wait"]
        assert len(waiting) == 8
        assert waiting[0]["fingerprint"] is None
        assert waiting[0]["input"]["image"] == {"output_of": "stills/fox"}
        assert (waiting[0]["needs"], waiting[0]["gate"]) == (["stills/fox"], "picks.yaml")
        assert document["summary"]["credits"]["later"] == 3360

    def test_markdown_has_the_gate_what_waits_and_what_comes_later(self, call, film):
        lines = call("plan", film(GATED), "--format", "markdown").out.splitlines()
        assert "| budget | spent | in doubt | to spend | later, at most | remaining | |" in lines
        assert "| 50,000 | 0 | 0 | 200 | 3,360 | 46,440 | within budget |" in lines
        assert (
            "8 jobs wait for `picks.yaml`: somebody has to pick first. All of them would cost 3,360 credits."
            in lines
        )
        assert (
            "| wait × 8 | `clips/…` | 3,360 | `waits for picks.yaml: somebody has to pick first` |" in lines
        )

    def test_without_a_gate_alike_are_those_that_need_the_same_group(self, call, film):
        lines = call("plan", film(), "--format", "markdown").out.splitlines()
        assert "| wait × 8 | `clips/…` | 3,360 | `needs results of stills` |" in lines
        assert "| wait | `clips/fox#2/slow-pan` | 420 | `needs stills/fox#2` |" in lines

    def test_github_is_told_what_comes_later(self, call, film, tmp_path, monkeypatch):
        monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
        told = call("plan", film(), "--format", "github").out
        assert "title=wait clips" in told
        assert "8 jobs, 3,360 credits: needs results of stills" in told
        assert "later=3360" in (tmp_path / "output").read_text().splitlines()

    def test_over_budget_says_how_many_picks_fit(self, call, film):
        done = call("plan", film(GATED.replace("50000", "2000")))
        assert done.code == 3
        assert (
            "over budget by 1,560 credits (2,000 allowed, 0 spent, 200 to spend, 3,360 later at most)"
            in done.err
        )
        assert "2 picks fit of those in picks.yaml" in done.err

    def test_a_tool_that_is_gone_is_refused_before_stage_one_is_paid(self, call, film, tmp_path):
        tool = json.loads((schema_dir() / "tools" / "sora2-image-to-video-api.json").read_text())
        (tmp_path / "sora2-image-to-video-api.json").write_text(
            json.dumps(tool | {"availability": "retired", "notice": "Gone."})
        )
        done = call("plan", film(), "--tools-dir", tmp_path)
        assert done.code == 2
        assert "the tool sora2-image-to-video-api is retired (Gone)" in done.err
        assert "notice: sora2-image-to-video-api is retired: Gone." in done.out


class TestSavedPlan:
    def test_it_lists_what_waits_and_submits_none_of_it(self, call, film):
        path = film()
        call("plan", path, "--simulate", "--out", "film.plan.json")
        saved = json.loads(Path("film.plan.json").read_text())
        assert sum(job["action"] == "wait" for job in saved["jobs"]) == 8
        done = call("run", "--plan", "film.plan.json", "--yes")
        assert (
            "8 jobs wait for others: a saved plan does not submit what was not known when it was made"
            in done.err
        )
        lines = Path("film.sim.lock.jsonl").read_text().splitlines()[1:]
        assert {json.loads(line)["key"].partition("/")[0] for line in lines} == {"stills"}
        again = call("run", "--plan", "film.plan.json", "--yes")  # its own results make it no stale one
        assert again.code == 0
        assert Path("film.sim.lock.jsonl").read_text().splitlines()[1:] == lines

    @pytest.mark.parametrize("what", ["prompt", "picks", "price"])
    def test_a_change_of_what_waits_makes_it_stale(self, call, film, tmp_path, what):
        path, more = film(GATED), []
        call("plan", path, "--simulate", "--out", "film.plan.json")
        if what == "prompt":
            film(GATED.replace("on the", "over the"))
        elif what == "picks":
            Path("picks.yaml").write_text("[{key: stills/fox, rating: 5}]")
        else:
            tool = json.loads((schema_dir() / "tools" / "sora2-image-to-video-api.json").read_text())
            text = re.sub(r'"(std|pro)": \d+', r'"\1": 999', json.dumps(tool))
            (tmp_path / "tools").mkdir()
            (tmp_path / "tools" / "sora2-image-to-video-api.json").write_text(text)
            more = ["--tools-dir", tmp_path / "tools"]
        done = call("run", "--plan", "film.plan.json", "--yes", *more)
        assert done.code == 2
        assert "stale plan" in done.err


class TestBase:
    @pytest.fixture
    def committed(self, film, folder):
        path = film()
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "film")
        return path

    def test_another_prompt_upstream_is_one_change_and_the_number_of_those_that_follow(
        self, call, committed, film
    ):
        film(FILM.replace('"A {{', '"One {{'))
        told = call("plan", committed, "--base", "HEAD").out
        assert '~ stills/fox  +0  input.prompt: "A fox" → "One fox"' in told
        assert "~ 8 jobs of results that will be others, made anew for 3,360" in told
        document = fits(
            json.loads(call("plan", committed, "--base", "HEAD", "--json").out), "plan.schema.json"
        )
        assert len(document["base"]["following"]) == 8
        assert document["base"]["credits"]["new"] == 3560
        lines = call("plan", committed, "--base", "HEAD", "--format", "markdown").out.splitlines()
        assert "| made anew × 8 | `clips/…` | 0 | `made of results that will be others` |" in lines

    def test_another_prompt_of_the_clips_is_no_change_upstream(self, call, committed, film):
        film(FILM.replace("on the", "over the"))
        document = json.loads(call("plan", committed, "--base", "HEAD", "--json").out)["base"]
        assert len(document["replaced"]) == 8
        assert "following" not in document

    def test_other_names_change_nothing(self, call, committed, film):
        film(
            FILM.replace("stills", "frames")
            .replace("subject", "animal")
            .replace("clips", "films")
            .replace("still", "frame")
        )
        document = json.loads(call("plan", committed, "--base", "HEAD", "--json").out)["base"]
        assert (document["added"], document["replaced"], document["removed"]) == ([], [], [])
        assert len(document["renamed"]) == 12

    def test_results_change_nothing(self, call, committed):
        call("run", committed, "--simulate", "--yes")
        document = json.loads(call("plan", committed, "--simulate", "--base", "HEAD", "--json").out)["base"]
        assert not any(document[kind] for kind in ("added", "replaced", "removed", "renamed"))

    def test_picks_take_away_what_could_have_been_picked(self, call, film, folder):
        path = film(GATED)
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "film")
        Path("picks.yaml").write_text("[{key: stills/fox, rating: 5}]")
        document = json.loads(call("plan", path, "--base", "HEAD", "--json").out)["base"]
        assert (len(document["removed"]), document["credits"]["after"]) == (6, 200 + 840)

    def test_diff_tells_the_same_and_what_is_to_pay(self, call, committed, film):
        film(FILM.replace('"A {{', '"One {{'))
        done = call("diff", "HEAD", committed)
        assert "~ clips: 8 jobs, 3,360 credits: made anew, of results that will be others" in done.out
        assert "12 changed, 0 as they were" in done.out
        document = fits(json.loads(call("diff", "HEAD", committed, "--json").out), "diff.schema.json")
        assert document["following"][0] == {"key": "clips/fox/slow-pan", "to_pay": 420}

    def test_diff_knows_what_was_paid_for(self, call, committed, film):
        call("run", committed, "--simulate", "--yes")
        film(FILM.replace("dolly in", "crane up"))
        document = json.loads(call("diff", "HEAD", committed, "--simulate", "--json").out)
        assert [job["to_pay"] for job in document["added"]] == [420] * 4
        film(FILM.replace("[slow pan, dolly in]", "[slow pan]"))
        document = json.loads(call("diff", "HEAD", committed, "--simulate", "--json").out)
        assert len(document["removed"]) == 4


class TestExplain:
    def test_a_job_that_waits_says_what_for_and_what_it_will_cost(self, call, film):
        told = call("explain", film(), "clips/fox#2/slow-pan").out
        assert 'image         "output of stills/fox#2"' in re.sub(r"image +", "image         ", told)
        assert 'still.subject = "fox"  film.yaml:12:26' in told
        assert "made from\n  stills/fox#2  submit: not in the lockfile\n" in told
        assert "fingerprint  none yet: what it is made from counts by its content" in told
        assert (
            "action  wait: needs stills/fox#2\n  a run sends it as soon as what it needs is there, for 420 credits"
            in told
        )

    def test_as_json_it_follows_its_schema(self, call, film):
        document = fits(
            json.loads(call("explain", film(GATED), "clips/fox/slow-pan", "--json").out),
            "explain.schema.json",
        )
        assert (document["fingerprint"], document["identity"], document["action"]) == (None, None, "wait")
        assert document["needs"] == [{"key": "stills/fox", "action": "submit", "file": None}]
        assert document["gate"] == "picks.yaml"

    def test_a_job_of_a_result_says_which_file_that_is(self, call, made):
        path = made(FILM)
        document = fits(
            json.loads(call("explain", path, "clips/fox/slow-pan", "--simulate", "--json").out),
            "explain.schema.json",
        )
        (need,) = document["needs"]
        assert (need["key"], need["action"]) == ("stills/fox", "skip")
        assert need["file"].startswith("out/film.sim/stills/fox.")
        image = next(one for one in document["input"] if one["name"] == "image")
        assert image["value"]["file"] == need["file"]
        assert image["reads"][0]["value"] == "output of stills/fox"

    def test_what_is_no_longer_asked_for_keeps_its_lineage(self, call, made, film):
        made(FILM)
        path = film(FILM.replace("[slow pan, dolly in]", "[slow pan]"))
        told = call("explain", path, "clips/fox/dolly-in", "--simulate").out
        assert re.search(r"made from\n  stills/fox  out/film\.sim/stills/fox\.\w+ \(sha256", told)

    def test_a_slip_in_the_key_of_one_that_waits_finds_it(self, call, film):
        done = call("explain", film(), "clips/fox/slow-pann")
        assert 'did you mean "clips/fox/slow-pan"?' in done.err
