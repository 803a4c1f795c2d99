"""What the program says last, and to whom: help, hints that can be followed, commands that can be copied."""

import re
import shlex

import pytest

from fakes.page_data import data_of
from sora2batch.app.status.show_status import _ADVICE
from sora2batch.catalog.catalog import UnknownToolError, load_catalog
from sora2batch.cli.main import cli

MISHAPS = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 9000}
jobs:
  hero:
    matrix: {what: ["a fox", "[reject] a fox", "[fail] a fox"]}
    input: {prompt: "{{ what }} in the snow"}
run: {poll_interval: 0.05}
"""
NAMES = ["plain.yaml", "two words.yaml", "it's.yaml", "-dash.yaml", "semi;colon.yaml", "sub folder/x.yaml"]


@pytest.mark.parametrize("words", [(), ("lock",)], ids=["sora2batch", "lock"])
def test_a_group_alone_prints_its_help_and_no_error(call, words):
    alone, asked, short = call(*words), call(*words, "--help"), call(*words, "-h")
    assert (alone.code, alone.err) == (0, "")
    assert alone.out == asked.out == short.out
    assert alone.out.startswith("Usage: ")


def commands_of(group, words=()):
    for name, command in getattr(group, "commands", {}).items():
        yield (*words, name)
        yield from commands_of(command, (*words, name))


ALL = [(name,) for name in cli.list_commands(None)] + [("lock", "resolve"), ("lock", "merge")]


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_knows_short_help(call, words):
    assert call(*words, "-h").out == call(*words, "--help").out


@pytest.mark.parametrize("words", [one for one in ALL if len(one[-1]) > 3], ids=" ".join)
@pytest.mark.parametrize(
    "slip", [str.upper, lambda word: word[:-1], lambda word: word[1:], lambda word: f"{word}e"]
)
def test_a_mistyped_command_proposes_the_one_that_was_meant(call, words, slip):
    ran = call(*words[:-1], slip(words[-1]))
    assert ran.code == 2
    assert f'(did you mean "{words[-1]}"?)' in ran.err


def test_a_manifest_in_the_place_of_a_command_proposes_one_that_works(call, manifest):
    ran = call(manifest)
    command = re.search(r"first: (.*)\)", ran.err)[1]
    assert call(*shlex.split(command)[1:]).code == 0


def printed_commands(text):
    found = re.findall(r"`(sora2batch [^`]*)`", text) + re.findall(
        r"^next: (sora2batch .*)$", text, re.MULTILINE
    )
    return [shlex.split(command) for command in found]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("flags", [["--no-wait"], ["--no-download"], []], ids=" ".join)
def test_every_next_step_that_run_prints_can_be_copied(call, folder, name, flags):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"name: batch\n{MISHAPS}")
    argument = f"./{name}" if name.startswith("-") else name
    ran = call("run", argument, "--simulate", *flags)
    assert ran.code in {0, 1}, ran.err
    commands = printed_commands(ran.out)
    assert len(commands) >= 2
    for words in commands:
        assert "--simulate" in words
        followed = call(*words[1:])
        assert followed.code in {0, 1}, followed.err
        assert not followed.err.startswith("error:")


def test_the_next_steps_of_several_manifests_name_each_one(call, folder):
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text(MISHAPS)
    told = call("run", "a.yaml", "b.yaml", "--simulate").out
    named = [words[2] for words in printed_commands(told)]
    assert set(named) == {"a.yaml", "b.yaml"}
    assert named == sorted(named)


def test_every_advice_names_a_command_with_its_manifest():
    assert all("{given}" in advice or "{run}" in advice for advice in _ADVICE.values())


def test_a_budget_given_to_run_is_in_the_next_step(call, folder):
    (folder / "m.yaml").write_text(MISHAPS.replace("9000", "0"))
    ran = call("run", "m.yaml", "--simulate", "--max-credits", 9000, "--limit", 1, "--no-wait")
    words = next(one for one in printed_commands(ran.out) if one[1] == "run")
    assert call(*words[1:]).code in {0, 1}


@pytest.mark.parametrize("glob", ["hreo/*", "herO/fox", "hero /fox", "her*", "hero/fxo"])
def test_a_glob_that_is_proposed_fits_a_job(call, manifest, glob):
    ran = call("plan", manifest, "--select", glob)
    if ran.code == 0:
        return
    proposal = re.search(r'"(hero[^"]*)"', ran.err.split("hint: ")[1])[1]
    assert call("plan", manifest, "--select", proposal).code == 0


def test_simulated_reasons_read_as_they_were_written(call, folder):
    (folder / "m.yaml").write_text(MISHAPS)
    call("run", "m.yaml", "--simulate")
    text = call("status", "m.yaml", "--simulate").out + (folder / "m.sim.lock.jsonl").read_text()
    assert "The generation failed (simulated)" in text
    assert "***" not in text


def test_a_rejected_job_costs_nothing_wherever_it_is_shown(call, folder):
    (folder / "m.yaml").write_text(MISHAPS)
    call("run", "m.yaml", "--simulate")
    plan, status = (
        call(command, "m.yaml", "--simulate", "--json").document for command in ("plan", "status")
    )
    for document in (plan, status):
        costs = {one["key"]: one["credits"] for one in document["jobs"]}
        assert costs == {"hero/a-fox": 420, "hero/reject-a-fox": 0, "hero/fail-a-fox": 420}
    call("report", "m.yaml", "--simulate")
    cards = data_of(folder / "m.sim.report.html")["cards"]
    assert {card["key"]: card["spent"] for card in cards} == costs


def test_a_notice_about_a_tool_is_told_once_a_call_and_by_plan_and_run_only(call, folder):
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text(MISHAPS)
    both = ("a.yaml", "b.yaml")
    assert call("plan", *both).out.count("notice: sora2-text-to-video-api") == 1
    assert all(one["notices"] for one in call("plan", *both, "--json").document["manifests"])
    assert call("run", *both, "--simulate").err.count("notice: sora2-text-to-video-api") == 1
    for command in ("validate", "status", "download", "verify", "report", "reconcile"):
        ran = call(command, "a.yaml", *([] if command == "validate" else ["--simulate"]))
        assert "OpenAI ended" not in ran.out + ran.err, command


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("sora2", "sora2-"),
        ("sora-2", "sora2-"),
        ("Sora 2 Pro", "sora2-"),
        ("veo", "veo3-"),
        ("veo 3.1", "veo3-"),
        ("google veo", "veo3-"),
        ("kling", "kling3-"),
        ("klin3", "kling3-"),
        ("nano banana", "nano-banana-"),
        ("nanobanana", "nano-banana-"),
        ("grok", "grok-"),
        ("seedream", "seedream-"),
    ],
)
def test_a_model_s_name_proposes_its_tools_and_each_of_them_is_there(name, begins):
    catalog = load_catalog()
    with pytest.raises(UnknownToolError) as refused:
        catalog.get(name)
    proposed = re.findall(r'"([^"]+)"', refused.value.hint)
    assert proposed
    assert all(one in catalog.tools and one.startswith(begins) for one in proposed)


def test_tools_of_an_ended_model_are_proposed_last_and_marked(call):
    catalog = load_catalog()
    with pytest.raises(UnknownToolError) as refused:
        catalog.get("image-to-video")
    proposed = re.findall(r'"([^"]+)"', refused.value.hint)
    assert [catalog.tools[one].is_lasting for one in proposed] == sorted(
        (catalog.tools[one].is_lasting for one in proposed), reverse=True
    )
    lines = call("tools").out.splitlines()
    assert [line.split()[0] for line in lines if "[model ended 2026-09-24]" in line] == [
        "sora2-image-to-video-api",
        "sora2-text-to-video-api",
    ]
    assert call("tools", "sora2-text-to-video-api", "--json").document["model_ended"] == "2026-09-24"


WITHOUT_PRICE = {"image-lipsync-api"}


@pytest.mark.parametrize("name", sorted(load_catalog().tools))
def test_init_writes_a_manifest_for_every_tool_that_has_a_price_and_its_plan_fits_exactly(call, folder, name):
    ran = call("init", "new.yaml", "--tool", name)
    if name in WITHOUT_PRICE:
        assert (ran.code, (folder / "new.yaml").exists()) == (2, False)
        assert name in ran.err
        return
    assert call("validate", "new.yaml").code == 0
    planned = call(*shlex.split(ran.err.splitlines()[-1].removeprefix("next: "))[1:], "--json")
    credits_ = planned.document["summary"]["credits"]
    assert (planned.code, credits_["remaining"]) == (0, 0)
    assert credits_["to_spend"] > 0
    assert {job["tool_type"] for job in planned.document["jobs"]} == {name}
    assert call("run", "new.yaml", "--simulate", "--no-download").code == 0


def test_init_begins_with_a_tool_whose_model_lives(call, folder):
    call("init")
    tool = call("plan", "campaign.yaml", "--json").document["jobs"][0]["tool_type"]
    assert load_catalog().tools[tool].is_lasting
    assert f"default: {tool}" in " ".join(call("init", "--help").out.split()).replace("- ", "-")


def test_init_refuses_a_tool_that_is_not_there_and_writes_nothing(call, folder):
    ran = call("init", "--tool", "kling")
    assert ran.code == 2
    assert 'did you mean "kling3-image-to-video-api" or "kling3-text-to-video-api"?' in ran.err
    assert not list(folder.iterdir())


@pytest.mark.parametrize("words", [("init", "--tool"), ("tools",)])
def test_completion_of_tools_marks_those_of_an_ended_model(words):
    from click.shell_completion import ShellComplete

    completed = ShellComplete(cli, {}, "sora2batch", "_X").get_completions(list(words), "sora2")
    assert [(one.value, "model ended" in one.help) for one in completed] == [
        ("sora2-image-to-video-api", True),
        ("sora2-text-to-video-api", True),
    ]


@pytest.mark.parametrize("name", ["new.sim.yaml", "new.sim.yml"])
def test_init_refuses_a_name_that_no_command_would_take(call, folder, name):
    ran = call("init", name)
    assert ran.code == 2
    assert "kept for what the simulator makes" in ran.err
    assert not list(folder.iterdir())


@pytest.mark.parametrize(("there", "name"), [("a.yaml", "a.yml"), ("a.yml", "a.yaml")])
def test_init_refuses_a_manifest_that_would_share_a_lockfile(call, folder, there, name):
    call("init", there)
    ran = call("init", name)
    assert ran.code == 2
    assert f"{name} would share its lockfile with {there}" in ran.err
    assert not (folder / name).exists()


def test_manifests_of_init_in_one_folder_have_folders_of_their_own_for_results(call, folder):
    for name in ("a.yaml", "two words.yaml"):
        call("init", name)
        assert call("run", name, "--simulate", "--select", "hero/fox/*").code == 0
    names = sorted(path.relative_to(folder).as_posix() for path in folder.glob("out/*/hero/fox/*.mp4"))
    assert [name.split("/")[1] for name in names] == ["a.sim"] * 3 + ["two-words.sim"] * 3


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ("12,000", "write 12000"),
        ("12k", "write 12000"),
        ("9 000 credits", "write 9000"),
        ("1.5", "write digits alone"),
    ],
)
def test_an_amount_with_separators_is_told_with_what_to_write(call, manifest, given, advice):
    ran = call("plan", manifest, "--max-credits", given)
    assert ran.code == 2
    assert f"'{given}' is no whole number ({advice})" in ran.err
    if advice != "write digits alone":
        assert call("plan", manifest, "--max-credits", advice.removeprefix("write ")).code == 0


def test_a_budget_is_a_number_that_json_can_carry(call, manifest):
    most = 2**53 - 1
    assert (
        call("plan", manifest, "--json", "--max-credits", most).document["summary"]["credits"]["budget"]
        == most
    )
    assert call("plan", manifest, "--json", "--max-credits", most + 1).code == 2


def test_a_tool_s_defaults_are_shown_as_they_are_written(call):
    assert "(default true)" in call("tools", "kling3-image-to-video-api").out
