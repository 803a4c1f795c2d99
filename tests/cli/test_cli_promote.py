"""From favourites to the next manifest, by the real command."""

import json
import os
import shlex
from pathlib import Path

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.ground.output_file import write_new
from sora2batch.lockfile.file import read_lockfile

SPRING = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 50000}
jobs:
  hero:
    matrix: {animal: [fox, owl], camera: [slow pan, dolly in], quality: [std, pro]}
    repeat: 2
    input:
      prompt: "{{ camera | capitalize }} on a {{ animal }} that walks through fresh snow at dusk, seen from low above while the light fades."
      image: "https://samples.sora2batch.example/{{ animal }}.jpg"
      mode: "{{ quality }}"
run: {poll_interval: 0.05, concurrency: 4}
"""
PICKS = """\
version: 1
manifest: spring.yaml
picks:
  - key: "hero/fox/slow-pan/std"
    favourite: true
    rating: 5
    note: "love the light"
  - key: "hero/fox/slow-pan/std#2"
    favourite: true
    rating: 4
  - key: "hero/owl/dolly-in/std"
    favourite: true
  - key: "hero/owl/dolly-in/pro"
    rating: 3
"""
NEXT = """\
# Promoted from spring.yaml by picks.yaml: 3 of 4 picks (the favourites).
# Set for every job: mode=pro, duration=15.
# The price: sora2batch plan next.yaml
version: 1
name: next
tool: sora2-image-to-video-api

budget:
  max_credits: 4200 # 2 jobs: 2 x 2,100

defaults:
  input:
    mode: pro
    duration: 15
    aspect_ratio: "16:9"

run:
  poll_interval: 0.05
  concurrency: 4

jobs:
  # from hero/fox/slow-pan/std, rated 5/5: love the light
  # from hero/fox/slow-pan/std#2, rated 4/5
  hero-fox-slow-pan-pro:
    input:
      prompt: >-
        Slow pan on a fox that walks through fresh snow at dusk, seen from low above while the light
        fades.
      image: https://samples.sora2batch.example/fox.jpg

  # from hero/owl/dolly-in/std
  hero-owl-dolly-in-pro:
    input:
      prompt: >-
        Dolly in on a owl that walks through fresh snow at dusk, seen from low above while the light
        fades.
      image: https://samples.sora2batch.example/owl.jpg
"""


@pytest.fixture
def spring(folder):
    (folder / "spring.yaml").write_text(SPRING)
    (folder / "picks.yaml").write_text(PICKS)
    return folder


@pytest.fixture
def promote(call, spring):
    def promote(*arguments, out="next.yaml"):
        return call("promote", "spring.yaml", "--picks", "picks.yaml", *arguments, "-o", out)

    return promote


def test_favourites_become_a_manifest_that_can_be_read(promote, spring):
    ran = promote("--set", "mode=pro", "--set", "duration=15")
    assert (ran.code, ran.out) == (0, "wrote next.yaml: 2 jobs, 4,200 credits\n")
    assert ran.err == (
        "3 of 4 picks: the favourites\n"
        "notice: 2 picks are one request now, hero-fox-slow-pan-pro (hero/fox/slow-pan/std, hero/fox/slow-pan/std#2); "
        "`repeat: 2` in the manifest makes 2 takes\n"
        "next: sora2batch plan next.yaml\n"
    )
    assert (spring / "next.yaml").read_text() == NEXT
    assert sorted(path.name for path in spring.iterdir()) == ["next.yaml", "picks.yaml", "spring.yaml"]


def test_its_plan_shows_the_price_and_it_runs(promote, call, spring):
    promote("--set", "mode=pro")
    plan = call("plan", "next.yaml", "--json").document
    assert plan["summary"]["credits"] == {
        "budget": 4200,
        "spent": 0,
        "in_doubt": 0,
        "to_spend": 4200,
        "remaining": 0,
    }
    assert call("run", "next.yaml", "--simulate").code == 0
    assert call("plan", "next.yaml", "--simulate", "--detailed-exitcode").code == 0


def test_the_next_manifest_names_the_schema_for_editors_that_is_there(promote, call, spring):
    assert call("init", "other.yaml").code == 0
    assert promote().code == 0
    first, second = (spring / "next.yaml").read_text().splitlines()[:2]
    assert first == "# yaml-language-server: $schema=sora2batch.schema.json"
    assert second.startswith("# Promoted from spring.yaml by picks.yaml: 3 of 4 picks")


def test_json_is_one_document_and_quiet_says_nothing(promote):
    ran = promote("--min-rating", "4", "--json", "-q", out="other.yml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document == {
        "version": 1,
        "manifest": "other.yml",
        "jobs": 1,
        "credits": 420,
        "picks": {"taken": 2, "of": 4},
    }


def test_what_was_run_is_promoted_with_its_tasks_even_if_it_is_an_orphan_now(promote, call, spring):
    assert call("run", "spring.yaml", "--simulate", "--select", "hero/fox/*/std").code == 0
    entries = read_lockfile(spring / "spring.sim.lock.jsonl").entries.values()
    fox = next(entry for entry in entries if entry.key == "hero/fox/slow-pan/std")
    (spring / "spring.yaml").write_text(SPRING.replace("a {{ animal }}", "one {{ animal }}"))
    (spring / "picks.yaml").write_text(json.dumps([{"fingerprint": fox.fingerprint}]))
    assert promote().code == 2

    ran = promote("--simulate")
    assert (ran.code, ran.out) == (0, "wrote next.yaml: 1 job, 420 credits\n")
    assert ran.err == (
        "1 of 1 pick: all, for none is marked as a favourite\n"
        "notice: 1 request was paid for already in the simulator under spring.yaml (hero/fox/slow-pan/std); "
        "running next.yaml pays for new takes\n"
        "next: sora2batch plan next.yaml --simulate\n"
    )
    text = (spring / "next.yaml").read_text()
    assert "# Promoted from spring.yaml (simulated) by picks.yaml: 1 of 1 pick" in text
    assert f"  # from hero/fox/slow-pan/std, simulated task {fox.primary.task_id}\n" in text
    assert "Slow pan on a fox" in text


def test_the_next_command_can_be_pasted_and_sees_the_same_tools(promote, call, spring):
    (spring / "my tools").mkdir()
    (spring / "later on").mkdir()
    ran = promote("--simulate", "--tools-dir", "my tools", out="later on/round 2.yaml")
    command = shlex.split(ran.err.splitlines()[-1].removeprefix("next: "))
    assert command == [
        *("sora2batch", "plan", "later on/round 2.yaml", "--simulate"),
        *("--tools-dir", "my tools"),
    ]
    assert call(*command[1:]).code == 0
    assert (
        "# The price: sora2batch plan 'round 2.yaml' --simulate\n"
        in (spring / "later on/round 2.yaml").read_text()
    )


@pytest.mark.parametrize("end", ["fox", "{% endraw %}"])
def test_a_prompt_that_does_not_fit_once_it_is_written_literally_is_told(call, folder, end):
    prompt = "{{ x }}" + '"' * (99_990 - len(end)) + end
    (folder / "shots.json").write_text(json.dumps([{"id": "one", "prompt": prompt}]))
    (folder / "spring.yaml").write_text(
        "version: 1\ntool: sora2-text-to-video-api\nbudget: {max_credits: 999}\njobs:\n  hero:\n"
        "    matrix: {shot: {from: shots.json}}\n    input: {prompt: '{{ shot.prompt }}'}\n"
    )
    (folder / "picks.yaml").write_text("- key: hero/one\n")
    ran = call("promote", "spring.yaml", "--picks", "picks.yaml", "-o", "next.yaml")
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        (
            "error: hero/one: prompt is too long for a manifest: it holds {{, {% or {#, and with what keeps these "
            "from being read as a template it has more than 100,000 characters\n"
        ),
    )
    assert not (folder / "next.yaml").exists()


def test_a_lockfile_of_the_new_name_is_told_of(promote, spring):
    (spring / "next.lock.jsonl").write_text('{"lock_version":1,"manifest":"next.yaml"}\n')
    ran = promote()
    assert (
        "notice: next.lock.jsonl is there already: what it spent counts against the new budget\n" in ran.err
    )


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("spring.yaml", "error: spring.yaml exists already\nhint: name another file; nothing was changed\n"),
        (
            "spring.yml",
            "error: spring.yml would share its lockfile with spring.yaml\nhint: name another file\n",
        ),
        ("next.json", "error: next.json: name it something.yaml\n"),
        ("no/next.yaml", "error: no/next.yaml: there is no folder no\n"),
    ],
)
def test_a_target_that_may_not_be_written(promote, spring, out, message):
    before = {path.name: path.read_bytes() for path in spring.iterdir()}
    ran = promote(out=out)
    assert (ran.code, ran.out, ran.err) == (2, "", message)
    assert {path.name: path.read_bytes() for path in spring.iterdir()} == before


def test_a_link_that_leads_nowhere_is_a_file_that_exists(promote, spring):
    (spring / "next.yaml").symlink_to("elsewhere.yaml")
    assert promote().code == 2
    assert not (spring / "elsewhere.yaml").exists()


def test_a_target_in_another_folder(promote, call, spring):
    (spring / "later").mkdir()
    ran = promote("--set", "mode=pro", out=Path("later/round-2.yaml"))
    assert ran.out == "wrote later/round-2.yaml: 2 jobs, 4,200 credits\n"
    assert call("validate", "later/round-2.yaml").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--set", "mode=PRO"],
            (
                "error: --set mode=PRO for sora2-image-to-video-api: "
                'is "PRO", must be "std" or "pro"; SJinn may silently use "std" instead (did you mean "pro"?)\n'
            ),
        ),
        (
            ["--set", "mode"],
            "error: --set mode sets nothing\nhint: write --set FIELD=VALUE, such as --set mode=pro\n",
        ),
        (["--min-rating", "5", "--set", "x=y", "--set", "x=z"], "error: --set x is given twice\n"),
    ],
)
def test_a_setting_that_is_no_good(promote, spring, arguments, message):
    ran = promote(*arguments)
    assert (ran.code, ran.out, ran.err) == (2, "", message)
    assert not (spring / "next.yaml").exists()


def test_no_pick_is_taken(promote, spring):
    (spring / "picks.yaml").write_text(PICKS.replace("rating: 5", "rating: 4"))
    ran = promote("--min-rating", "5")
    assert (ran.code, ran.err) == (2, "error: no pick of picks.yaml is rated 5; the best is rated 4\n")


def test_problems_of_a_picks_file_are_worded_like_a_manifest_s(promote, spring):
    (spring / "picks.yaml").write_text("- {key: hero/fox, rating: 7}\n- {note: hi}\n")
    ran = promote("--json")
    assert (ran.code, ran.err) == (
        2,
        (
            "picks.yaml:1:27: [0].rating: is 7, must be a whole number from 1 to 5 [out-of-range]\n"
            "    1 | - {key: hero/fox, rating: 7}\n"
            "      |                           ^\n"
            "picks.yaml:2:3: [1]: names no job (give its fingerprint or its key) [missing-key]\n"
            "    2 | - {note: hi}\n      |   ^\n"
            "error: picks.yaml has 2 problems\n"
        ),
    )
    assert [problem["line"] for problem in ran.document["problems"]] == [1, 2]


def test_a_pick_that_is_not_found(promote, spring):
    (spring / "picks.yaml").write_text(
        "manifest: autumn.yaml\npicks:\n  - key: hero/fix/slow-pan/std\n  - key: zzz\n"
    )
    ran = promote()
    assert (ran.code, ran.err) == (
        2,
        (
            "picks.yaml:3:5: picks[0]: hero/fix/slow-pan/std is neither in the manifest nor in its lockfile "
            '(did you mean "hero/fox/slow-pan/std"?) [unknown-job]\n'
            "    3 |   - key: hero/fix/slow-pan/std\n      |     ^\n"
            "picks.yaml:4:5: picks[1]: zzz is neither in the manifest nor in its lockfile "
            "(these picks are of autumn.yaml) [unknown-job]\n"
            "    4 |   - key: zzz\n      |     ^\n"
            "error: picks.yaml has 2 problems\n"
        ),
    )


def test_files_that_are_not_there(call, spring):
    ran = call("promote", "spring.yaml", "--picks", "none.yaml", "-o", "next.yaml")
    assert (ran.code, ran.err) == (
        2,
        "error: there is no picks file none.yaml\nhint: the page of `sora2batch report` exports one\n",
    )
    assert call("promote", "none.yaml", "--picks", "picks.yaml", "-o", "next.yaml").code == 2
    ran = call("promote", "spring.yaml", "--picks", "picks.yaml")
    assert (ran.code, "-o" in ran.err) == (2, True)


def test_a_retired_tool_is_refused_as_plan_does(promote, call, spring):
    tool = json.loads(call("tools", "sora2-image-to-video-api", "--json").out)
    kept = {key: tool[key] for key in ("title", "kind", "expected_seconds", "input")}
    (spring / "tools").mkdir()
    gone = kept | {"availability": "retired", "price": {"rule": "fixed", "credits": 420}}
    (spring / "tools/sora2-image-to-video-api.json").write_text(json.dumps(gone))
    ran = promote("--tools-dir", "tools")
    assert ran.code == 2
    assert ran.err.startswith(
        "error: spring.yaml: the tool sora2-image-to-video-api is retired\nhint: the nearest live"
    )
    assert not (spring / "next.yaml").exists()


def test_a_prompt_from_a_data_file_that_looks_like_a_template_comes_back(call, folder):
    prompt = "{{ brand }} says: 100 {% of #foxes\r\n  no: - 16:9 🦊 "
    (folder / "shots.json").write_text(json.dumps([{"id": "one", "prompt": prompt}]))
    (folder / "spring.yaml").write_text(
        "version: 1\ntool: sora2-text-to-video-api\nbudget: {max_credits: 999}\njobs:\n  hero:\n"
        "    matrix: {shot: {from: shots.json}}\n    input: {prompt: '{{ shot.prompt }}'}\n"
    )
    (folder / "picks.yaml").write_text("- key: hero/one\n")
    before = call("plan", "spring.yaml", "--json").document["jobs"][0]
    assert before["input"]["prompt"] == prompt
    assert call("promote", "spring.yaml", "--picks", "picks.yaml", "-o", "next.yaml").code == 0
    after = call("plan", "next.yaml", "--json").document["jobs"][0]
    assert (after["input"], after["fingerprint"]) == (before["input"], before["fingerprint"])


def test_the_schema_of_picks_is_printed(call):
    assert call("schema", "picks").document["title"] == "sora2batch picks"


def test_a_file_that_cannot_be_written_whole_is_not_left_behind(promote, spring):
    in_the_way = spring / f".next.yaml.tmp-{os.getpid()}"
    in_the_way.mkdir()
    ran = promote()
    assert (ran.code, ran.out) == (2, "")
    assert "cannot write" in ran.err
    assert sorted(path.name for path in spring.iterdir()) == [in_the_way.name, "picks.yaml", "spring.yaml"]


@pytest.mark.parametrize("length", [244, 250, 260])
def test_a_name_that_is_too_long_for_its_records_is_refused_at_once(promote, spring, length):
    ran = promote(out="x" * (length - 5) + ".yaml")
    assert ran.code == 2
    assert "File name too long" in ran.err or "file name too long" in ran.err
    assert sorted(path.name for path in spring.iterdir()) == ["picks.yaml", "spring.yaml"]


def test_a_dash_prints_the_manifest_and_nothing_else(promote, call, spring):
    ran = promote(out="-")
    assert ran.code == 0
    assert "next: sora2batch" not in ran.err
    assert sorted(path.name for path in spring.iterdir()) == ["picks.yaml", "spring.yaml"]
    assert promote(out="next.yaml").code == 0
    assert ran.out == (spring / "next.yaml").read_text()


def test_a_dash_and_json_are_two_results_for_one_output(promote):
    ran = promote("--json", out="-")
    assert ran.code == 2
    assert "leave --json out" in ran.err


def test_somebody_who_writes_the_file_meanwhile_keeps_it(folder):
    (folder / "next.yaml").write_text("theirs")
    with pytest.raises(UsageError, match=r"next\.yaml exists already"):
        write_new(Path("next.yaml"), "ours")
    assert (folder / "next.yaml").read_text() == "theirs"


def test_many_takes_are_told_of_in_a_few_lines(call, folder):
    (folder / "spring.yaml").write_text(
        "version: 1\ntool: sora2-text-to-video-api\nbudget: {max_credits: 99999}\njobs:\n  g:\n"
        "    matrix: {n: [1, 2, 3, 4, 5, 6, 7]}\n    repeat: 5\n    input: {prompt: 'No. {{ n }}'}\n"
    )
    jobs = call("plan", "spring.yaml", "--json").document["jobs"]
    (folder / "picks.yaml").write_text(json.dumps([{"key": job["key"]} for job in jobs]))
    ran = call("promote", "spring.yaml", "--picks", "picks.yaml", "-o", "next.yaml")
    notices = [line for line in ran.err.splitlines() if line.startswith("notice: ")]
    assert notices[0] == (
        "notice: 5 picks are one request now, g-1 (g/1, g/1#2, g/1#3 and 2 more); "
        "`repeat: 5` in the manifest makes 5 takes"
    )
    assert notices[5:] == ["notice: so are the picks of 2 further jobs"]
