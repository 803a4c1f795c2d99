"""`explain`: where every value of a job comes from, and what was paid for it."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fakes.exhibition import exhibit
from fakes.pictures import picture
from sora2batch.ground.schema import load_schema

PAGE = (Path(__file__).parents[2] / "docs/explain.md").read_text()
TASK = "550e8400-e29b-41d4-a716-446655440000"
RICH = """\
version: 1
tool: kling3-text-to-video-api
budget: {max_credits: 9000}
vars:
  brand: Aurora
  mood: "{{ brand }} and {{ vars.brand }}, {{ place.name }}"
defaults: {input: {duration: 5, model_mode: standard, multi_shot: false}}
jobs:
  hero:
    matrix:
      place: [{id: sea, name: the sea}]
      camera: [slow pan, dolly in]
      include:
        - {place: {id: sea, name: the sea}, camera: crane up, extra: at dawn}
    repeat: 2
    input:
      prompt: >-
        {{ camera }} over {{ place["name"] }},
        {{ mood }}{{ ", " ~ extra if extra is defined else "" }}, take {{ job.take }}
      duration: 10
"""


def block(language):
    return re.search(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[1]


@pytest.fixture
def rich(folder):
    (folder / "rich.yaml").write_text(RICH)
    return Path("rich.yaml")


def field(document, name):
    return next(one for one in document["input"] if one["name"] == name)


def check(document):
    schema = load_schema("explain.schema.json")
    Draft202012Validator.check_schema(schema)
    assert [
        error.json_path + error.message for error in Draft202012Validator(schema).iter_errors(document)
    ] == []
    return document


def place(at):
    return f"{at['file']}:{at['line']}:{at['column']}"


def test_the_example_of_the_page_is_what_it_prints(call, folder):
    (folder / "spring.yaml").write_text(block("yaml"))
    (folder / "shots.csv").write_text(block("csv"))
    ran = call("explain", "spring.yaml", "shots/owl/pro")
    assert (ran.code, ran.err, ran.out) == (0, "", block("text"))


def test_every_place_is_where_the_value_is_written(call, rich):
    document = check(call("explain", rich, "hero/sea/crane-up/at-dawn#2", "--json").document)
    prompt = field(document, "prompt")
    assert prompt["value"] == "crane up over the sea, Aurora and Aurora, the sea, at dawn, take 2"
    told = {
        read["name"]: (read["kind"], read["value"], read["at"] and place(read["at"]))
        for read in prompt["reads"]
    }
    assert told == {
        "camera": ("axis", "crane up", "rich.yaml:14:53"),
        "place.name": ("axis", "the sea", "rich.yaml:11:31"),
        "mood": ("variable", "Aurora and Aurora, the sea", "rich.yaml:6:9"),
        "extra": ("axis", "at dawn", "rich.yaml:14:70"),
        "job.take": ("job", 2, None),
    }
    mood = next(read for read in prompt["reads"] if read["name"] == "mood")
    assert [(one["name"], place(one["at"])) for one in mood["reads"]] == [
        ("brand", "rich.yaml:5:10"), ("vars.brand", "rich.yaml:5:10"), ("place.name", "rich.yaml:11:31"),
    ]  # fmt: skip
    duration = field(document, "duration")
    assert (place(duration["at"]), place(duration["overrides"])) == ("rich.yaml:20:17", "rich.yaml:7:30")
    assert (field(document, "model_mode")["from"], document["takes"]) == ("defaults", 2)


def test_the_fingerprint_is_the_hash_of_what_is_shown_also_with_a_picture(call, folder):
    picture(folder, "images/fox.jpg", (200, 0, 0))
    (folder / "p.yaml").write_text(
        "version: 1\ntool: kling3-image-to-video-api\nbudget: {max_credits: 9000}\njobs:\n"
        "  still: {matrix: {p: {from: 'images/*.jpg'}}, input: {prompt: Look., image: '{{ p.path }}', duration: 5}}\n"
    )
    document = call("explain", "p.yaml", "still/fox", "--json").document
    assert document["fingerprint"] == f"sha256:{sha256(document['identity'].encode()).hexdigest()}"
    assert json.loads(document["identity"])["input"]["image"].keys() == {"sha256"}
    assert field(document, "image")["value"]["file"] == "images/fox.jpg"
    assert "images/fox.jpg (sha256 " in call("explain", "p.yaml", "still/fox").out


def test_a_default_of_a_tool_of_ones_own_is_found_in_its_file(call, folder, manifest):
    shipped = Path(__file__).parents[2] / "schemas/tools/sora2-image-to-video-api.json"
    (folder / "mine").mkdir()
    (folder / "mine" / shipped.name).write_text(shipped.read_text())
    manifest.write_text(manifest.read_text().replace("mode: std, ", ""))
    ran = call("explain", manifest, "hero/fox", "--tools-dir", "mine", "--json")
    mode = field(check(ran.document), "mode")
    lines = shipped.read_text().splitlines()
    assert (mode["from"], mode["at"]["file"]) == ("tool", f"mine/{shipped.name}")
    assert lines[mode["at"]["line"] - 1].strip() == '"default": "std"'
    assert f"the tool's default, {shipped.name}:" in call("explain", manifest, "hero/fox").out


@pytest.fixture
def paid(folder, manifest):
    """Both jobs done, then the prompt of both changed."""
    shown = exhibit(folder, manifest.read_text())
    shown.manifest.write_text(manifest.read_text().replace("A {{ animal }}.", "Two {{ animal }}s."))
    return "show.yaml"


def test_what_was_sent_and_charged_is_told_also_for_what_the_key_stood_for_before(call, paid):
    document = check(call("explain", paid, "hero/fox", "--json").document)
    assert (document["action"], document["spent"], document["calls"]) == ("submit", 0, [])
    (before,) = document["former"]
    assert (before["spent"], before["change"]) == (420, 'input.prompt: "A fox." → "Two foxs."')
    (task,) = before["calls"]
    assert task["state"] == "completed"
    text = call("explain", paid, "hero/fox").out
    assert f"action  submit: {before['change']}" in text
    assert f"task {task['task_id']}, 420 credits" in text
    assert re.search(r"completed 2026-11-22T09:03:10Z, after 190 seconds", text)


def test_a_job_that_an_edit_has_made_new_is_told_with_what_it_was(call, paid):
    text = Path(paid).read_text()
    Path(paid).write_text(text.replace("[fox, owl]", "[wolf, fox]"))
    assert "nearest" not in call("explain", paid, "hero/fox").out
    document = check(call("explain", paid, "hero/wolf", "--json").document)
    assert (document["nearest"]["key"], document["former"]) == ("hero/fox", [])
    ran = call("explain", paid, "hero/wolf").out
    assert "nearest  hero/fox, which the manifest does not ask for any more, 420 credits: sha256:" in ran
    assert 'since then: input.image: "' in ran


def test_a_task_and_a_fingerprint_lead_to_their_job_even_if_it_is_no_longer_wanted(call, paid):
    (before,) = call("explain", paid, "hero/owl", "--json").document["former"]
    for asked in (before["calls"][0]["task_id"], before["fingerprint"], before["fingerprint"][7:20]):
        document = check(call("explain", paid, asked, "--json").document)
        assert (document["fingerprint"], document["action"], document["at"]) == (
            before["fingerprint"],
            None,
            None,
        )
        assert field(document, "prompt") == {"name": "prompt", "value": "A owl.", "from": "lockfile"}
    assert "action  none: the manifest does not ask for it any more" in call("explain", paid, asked).out


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("hero/foks", 'did you mean "hero/fox"?'),
        ("hero", "hero begins 2 keys, such as hero/fox"),
        (TASK, "`sora2batch plan MANIFEST` lists every job's key"),
    ],
)
def test_a_job_that_is_not_there_is_told_with_the_way_out(call, manifest, asked, told):
    ran = call("explain", manifest, asked)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f'error: there is no job "{asked}"\nhint: {told}\n'


def test_what_would_steer_a_terminal_or_is_a_secret_is_not_shown(call, manifest):
    text = manifest.read_text().replace("A {{ animal }}.", r"\e[31m\u202e{{ animal }}")
    manifest.write_text(text.replace(".jpg", ".jpg?sig=secret"))
    ran = call("explain", manifest, "hero/fox")
    assert ran.code == 0
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", ran.out)
    assert "secret" not in ran.out
