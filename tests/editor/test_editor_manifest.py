"""Manifests in the real yaml-language-server: what is red, what is proposed, what a hover tells."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.footage import jpeg
from fakes.language_server import CURSOR
from sora2batch.app.editor.editor_schema import editor_schema_text
from sora2batch.app.starter.starter import manifest_for
from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.price import PriceError
from sora2batch.ground.rule import Rule

pytestmark = pytest.mark.xdist_group("editor")  # they share one server

ROOT = Path(__file__).parents[2]
TOOLS = load_catalog().tools
MODELINE = "# yaml-language-server: $schema=../schemas/manifest.schema.json\n"
OWN_MODELINE = "# yaml-language-server: $schema=own.json\n"
SORA = "sora2-image-to-video-api"
KLING = "kling3-image-to-video-api"
HEAD = f"{MODELINE}version: 1\nbudget: {{max_credits: 9}}\n"


def test_no_example_and_no_manifest_that_init_writes_is_red(server):
    examples = {path: path.read_text() for path in (ROOT / "manifests").glob("*.yaml")}
    pages = {ROOT / "README.md", *(ROOT / "docs").glob("*.md")} - {ROOT / "docs/rules.md"}  # what is wrong
    shown = {
        ROOT / "manifests" / f"of-{page.stem}-{number}.yaml": f"{MODELINE}{block}"
        for page in pages
        for number, block in enumerate(
            re.findall(r"^```yaml\n(version: .*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
        )
        if "jobs:\n" in block
    }
    started = {ROOT / "manifests" / f"for-{name}.yaml": text for name, text in starters()}
    assert min(map(len, (examples, shown, started))) > 2
    found = server.red(examples | shown | started)
    assert {path.name: red for path, red in found.items() if red} == {}


def starters():
    for name, tool in TOOLS.items():
        try:
            text = manifest_for(tool)
        except PriceError:
            continue
        yield name, re.sub(r"\$schema=\S+", "$schema=../schemas/manifest.schema.json", text)


def test_a_template_is_accepted_in_each_field_of_each_tool(server, new_path):
    texts = (
        '"{{ x }}"',
        '"a {{ x }} b"',
        "\"{{ '%d' | format(x) }}\"",
        '"{% if x %}std{% else %}pro{% endif %}"',
    )
    groups = [
        f"  g-{name}-{number}:\n    tool: {name}\n    matrix: {{x: [1]}}\n    input:\n"
        + "".join(f"      {field}: {text}\n" for field in tool.properties)
        for name, tool in TOOLS.items()
        for number, text in enumerate(texts)
    ]
    lists = "  lists:\n    tool: gpt-image-2-api\n    input: {prompt: x, image_list: ['{{ x }}', 'a/{{ x }}.jpg']}\n"
    path = new_path()
    assert server.red({path: f"{HEAD}jobs:\n{''.join(groups)}{lists}"}) == {path: []}


SAID = """\
version: 1
budget: {{max_credits: 9}}
tool: {SORA}
defaults:
  input:
    mode: standard # Value is not accepted. Valid values: "std", "pro".
    model_mode: pro # Property model_mode is not allowed.
jobs:
  inherits:
    input: {{image: a.jpg}} # Missing property "prompt".
  inherits-values:
    input:
      prompt: a fox
      image: ftp://example.com/a.jpg # must be an absolute http(s) URL or the path of a picture
      mode: PRO # Value is not accepted. Valid values: "std", "pro".
      duration: 12 # Value is not accepted. Valid values: 10, 15.
      aspect_ratio: 1:1 # Value is not accepted. Valid values: "16:9", "9:16".
      zoom: 2 # Property zoom is not allowed.
  names:
    tool: {KLING}
    input:
      prompt: "" # must be text that is not empty
      image: a.jpg
      model_mode: PRO # Value is not accepted. Valid values: "standard", "pro".
      duration: 16 # Value is above the maximum of 15.
      multi_shot: 1 # Incorrect type. Expected "boolean".
      mode: pro # Property mode is not allowed.
  sora:
    tool: sora2 # Value is not accepted.
    repeat: 0 # Value is below the minimum of 1.
    sample: {{method: random}} # Missing property "count".
    imput: {{}} # Property imput is not allowed.
  none: # Missing property "input".
    repeat: 1
run:
  retry: 1 # Property retry is not allowed.
"""


def test_what_is_wrong_is_red_where_it_stands(server, new_path):
    """Each comment is the beginning of what its line is told; nothing else is red."""
    path, text = new_path(), MODELINE + SAID.format(SORA=SORA, KLING=KLING)
    said = {n: line.partition(" # ")[2] for n, line in enumerate(text.splitlines(), 1) if " # " in line}
    found = server.red({path: text})[path]
    told = {}
    for one in found:
        told.setdefault(one.line, []).append(one.message)
    assert told.keys() == said.keys()
    assert {n: told[n] for n in said if not any(message.startswith(said[n]) for message in told[n])} == {}
    underlined = {one.text for one in found}
    assert {"PRO", "12", "zoom", "sora2", "none", "1:1"} <= underlined


MERGED = """\
version: 1
budget: {{max_credits: 9}}
tool: {SORA}
vars:
  base: &base {{mode: std, duration: 10}}
  short: &short {{duration: 5}}
  more: &more {{mood: dark}}
  <<: *more
defaults:
  input: &common {{image: a.jpg}}
jobs:
  one: &one
    matrix: &axes {{camera: [pan, dolly]}}
    input: {{<<: *base, prompt: "{{{{ camera }}}}", duration: 15}}
  two:
    matrix:
      <<: *axes
      size: [1, 2]
    input:
      prompt: "{{{{ camera }}}} {{{{ size }}}}"
      <<: [*base, *common]
  written-wins: {{input: {{<<: *short, prompt: x, duration: 10}}}}
  other-tool:
    <<: *one
    tool: {KLING}
    input: {{<<: *common, prompt: "{{{{ camera }}}}", model_mode: pro}}
  again: {{<<: *one, input: {{prompt: "{{{{ camera }}}} again"}}}}
  last: {{tool: {SORA}, input: {{prompt: "{{{{ camera }}}} at last"}}, <<: *one}}
run: &run {{concurrency: 2}}
"""


def test_a_group_without_any_tool_is_red(server, new_path):
    path = new_path()
    text = f"{HEAD}jobs:\n  a: {{input: {{prompt: x}}}}\n  b: {{tool: sora2-text-to-video-api, input: {{prompt: x}}}}\n"
    assert [(one.text, one.message) for one in server.red({path: text})[path]] == [
        ("a", 'Missing property "tool".')
    ]


def test_what_is_merged_as_the_program_takes_it_is_not_red(server, tmp_path):
    path, text = tmp_path / "merged.yaml", MERGED.format(SORA=SORA, KLING=KLING)
    path.write_text(text)
    (tmp_path / "a.jpg").write_bytes(jpeg())
    command = [sys.executable, "-m", "sora2batch", "validate", path.name]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stderr == "merged.yaml: valid; 13 jobs, 7,620 credits if all are submitted\n"
    (tmp_path / "own.json").write_text(editor_schema_text(load_catalog()))
    assert server.red({path: OWN_MODELINE + text}) == {path: []}


def test_a_name_that_no_tool_has_is_red_beside_a_merge_key_too(server, new_path):
    path = new_path()
    text = f"{HEAD}tool: {SORA}\nvars: {{a: &a {{mode: std}}}}\njobs:\n  b: {{input: {{<<: *a, prompt: x, image: a.jpg, zoom: 2}}}}\n"
    assert [(one.text, one.message) for one in server.red({path: text})[path]] == [
        ("zoom", "Property zoom is not allowed.")
    ]


def test_defaults_count_for_the_tools_that_are_used_and_for_no_other(server, new_path):
    """What the manifest names as its tool is no matter where each group names one."""
    defaults = f"tool: {SORA}\ndefaults: {{input: {{model_mode: pro, prompt: x, image: a.jpg}}}}\n"
    kling = f"jobs:\n  a: {{tool: {KLING}}}\n"
    used, unused = new_path(), new_path()
    found = server.red({unused: HEAD + defaults + kling, used: f"{HEAD}{defaults}{kling}  b: {{}}\n"})
    assert found[unused] == []
    assert [one.message for one in found[used]] == ["Property model_mode is not allowed."]


def test_the_examples_of_yaml_are_not_red_with_a_tool_of_the_users_own(server, tmp_path):
    """Written as it is in YAML 1.2: anchors, tags, merge keys, names in every script."""
    fields = {name: {"description": "x"} for name in ("prompt", "mode", "duration", "aspect_ratio", "image")}
    tool = {
        "title": "T", "kind": "video", "availability": "active", "expected_seconds": {"min": 1, "max": 2},
        "price": {"rule": "fixed", "credits": 1},
        "input": {"type": "object", "properties": fields, "additionalProperties": False},
    }  # fmt: skip
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/t.json").write_text(json.dumps(tool))
    (tmp_path / "own.json").write_text(editor_schema_text(load_catalog([tmp_path / "tools"])))
    examples = {
        # The server itself does not know this tag on a whole number.
        tmp_path / path.name: f"{OWN_MODELINE}{path.read_text().replace('!!float 1', '!!float 1.0')}"
        for path in (ROOT / "tests/examples/manifest/valid").glob("*.yaml")
    }
    found = server.red(examples)
    assert {path.name: red for path, red in found.items() if red} == {}


STAGES = f"""\
jobs:
  stills:
    tool: nano-banana-image-api
    matrix: {{subject: [fox, owl], look: [noir, pastel]}}
    repeat: 2
    input: {{prompt: "A {{{{ subject }}}}, {{{{ look }}}}"}}
  edits:
    tool: nano-banana-image-api
    matrix:
      pair:
        from_jobs: stills
        by: [subject]
    input: {{prompt: All of them., image_list: "{{{{ pair.outputs }}}}"}}
  clips:
    tool: {KLING}
    matrix:
      still:
        from_jobs: stills
        where: {{look: noir, subject: [fox, owl], take: 1}}
        picks: picks.yaml
        min_rating: 4
      all: {{from_jobs: edits, by: []}}
      camera: [slow pan]
      include: [{{still: fox/pastel, camera: dolly in}}]
      exclude: [{{still: fox/noir}}]
    input:
      prompt: "{{{{ camera }}}} on {{{{ still.subject }}}}"
      image: "{{{{ still.output }}}}"
      tail_image_url: "{{{{ all.outputs[0] }}}}"
"""


def test_jobs_made_from_results_are_not_red_and_what_they_lack_is(server, new_path):
    path = new_path()
    assert server.red({path: HEAD + STAGES}) == {path: []}
    for old, new, told in (
        ("        picks: picks.yaml\n", "", "picks"),
        ("min_rating: 4", "min_rating: 6", "5"),
        ("by: [subject]", "by: subject", "array"),
        ("picks: picks.yaml", "pick: picks.yaml", "pick"),
    ):
        path = new_path()
        (red, *_) = server.red({path: HEAD + STAGES.replace(old, new)})[path]
        assert told in str(red)


GROUP = "jobs:\n  hero:\n    input:\n      prompt: a fox\n      image: a.jpg\n"
OWN = GROUP.replace("    input", f"    tool: {KLING}\n    input")


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        (f"tool: {SORA}\n{GROUP}{CURSOR}\n", {"run", "output", "defaults", "vars", "store", "name"}),
        (f"jobs:\n  {CURSOR}\n", {"group"}),
        (f"jobs:\n  a:\n    matrix:\n      {CURSOR}\n", {"include", "exclude", "axis"}),
        (f"jobs:\n  a:\n    matrix:\n      shot:\n        {CURSOR}\n", {"from", "from: shots.csv"}),
        (f"jobs:\n  a:\n    matrix:\n      still:\n        {CURSOR}\n", {"from_jobs", "from_jobs: stills, picks: picks.yaml"}),
        (f"jobs:\n  a:\n    matrix:\n      still:\n        from_jobs: stills\n        {CURSOR}\n", {"where", "picks", "min_rating", "by"}),
        (f"jobs: {{a: {{sample: {{method: {CURSOR}}}}}}}\n", {"pairwise", "random"}),
        (f"budget: {CURSOR}\n{GROUP}", set()),
        (f"{OWN}lint: {{ignore: [{CURSOR}]}}\n", {"template-hole", "near-duplicate"}),
        (f"tool: {SORA}\njobs:\n  hero:\n    {CURSOR}\n", {"tool", "matrix", "sample", "repeat", "input"}),
        (f"tool: {SORA}\n{GROUP}run:\n  {CURSOR}\n", {"concurrency", "submit_rate", "timeout", "stop_after"}),
        (f"tool: {CURSOR}\n{GROUP}", set(TOOLS)),
        (GROUP.replace("    input", f"    tool: {CURSOR}\n    input"), set(TOOLS)),
        (f"tool: {SORA}\n{GROUP}      {CURSOR}\n", {"mode", "duration", "aspect_ratio"}),
        (f"tool: {SORA}\n{GROUP}      du{CURSOR}\n", {"mode", "duration", "aspect_ratio"}),
        (f"tool: {SORA}\n{OWN}      {CURSOR}\n", {"tail_image_url", "model_mode", "duration", "multi_shot"}),
        (f"tool: {SORA}\ndefaults:\n  input:\n    {CURSOR}\n{GROUP}", set(TOOLS[SORA].properties)),
        (f"tool: {SORA}\n{GROUP}      mode: {CURSOR}\n", {"std", "pro"}),
        (f"tool: {SORA}\n{GROUP}      mode: p{CURSOR}\n", {"std", "pro"}),
        (f"tool: {SORA}\n{GROUP}      duration: {CURSOR}\n", {"10", "15"}),
        (f"tool: {SORA}\n{GROUP}      aspect_ratio: {CURSOR}\n", {"16:9", "9:16"}),
        (f"{OWN}      model_mode: {CURSOR}\n", {"standard", "pro"}),
        (f"{OWN}      multi_shot: {CURSOR}\n", {"true", "false"}),
        (f"tool: {SORA}\ndefaults: {{input: {{mode: {CURSOR}}}}}\n{GROUP}", {"std", "pro"}),
    ],
)  # fmt: skip
def test_what_may_stand_at_the_cursor_is_proposed(server, new_path, text, proposed):
    found = server.proposals(new_path(), HEAD + text)
    assert found.keys() >= proposed
    assert "[object Object]" not in found


def test_a_proposed_tool_says_what_it_costs_and_whether_its_model_has_ended(server, new_path):
    found = server.proposals(new_path(), f"{HEAD}tool: {CURSOR}\n{GROUP}")
    for name, tool in TOOLS.items():
        assert tool.price_text.replace("_", r"\_") in found[name].replace("\\_", "_").replace("_", r"\_")
        assert tool.title in found[name]
    assert "[model ended 2026-09-24]" in found[SORA].replace("\\", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"to{CURSOR}ol: {SORA}\n{GROUP}", "Credits: 420 (mode std), 2100 (mode pro)."),
        (f"tool: so{CURSOR}ra2-image-to-video-api\n{GROUP}", f"Allowed Values:\n\n* `{SORA}`: Sora 2, image to video. Credits: 420"),
        (f"tool: {SORA}\n{GROUP}      mo{CURSOR}de: pro\n", "* `pro`: 2100 credits"),
        (f"tool: {SORA}\n{GROUP}      mode: p{CURSOR}ro\n", "Default: std. Credits: 420 (mode std), 2100 (mode pro)."),
        (f"{OWN}      model_mode: st{CURSOR}andard\n", "* `standard`: 200 credits a second"),
        (f"{OWN}      dura{CURSOR}tion: 5\n", "A whole number from 3 to 15. Default: 5. Credits: 200 a second"),
        (f"{OWN}      dura{CURSOR}tion: '{{{{ x }}}}'\n", "A whole number from 3 to 15."),
        (GROUP.replace("image:", f"im{CURSOR}age:").replace("hero:", f"hero:\n    tool: {KLING}"), "Required."),
        (f"{OWN}lint: {{ignore: [near-{CURSOR}duplicate]}}\n", f"* `near-duplicate`: {Rule.NEAR_DUPLICATE.meaning}"),
        (f"tool: {SORA}\n{GROUP}run: {{conc{CURSOR}urrency: 2}}\n", "How many tasks may be open at once"),
        (STAGES.replace("from_jobs: stills\n", f"from_j{CURSOR}obs: stills\n", 1), "The name of another group of this manifest, whose results these are."),
        (STAGES.replace("picks:", f"pi{CURSOR}cks:"), "While there is no such file, the group waits for it."),
        (STAGES.replace("min_rating:", f"min_ra{CURSOR}ting:"), "picks that are rated so well or better"),
        (STAGES.replace("by:", f"b{CURSOR}y:", 1), "with all its results together in {{ NAME.outputs }}"),
    ],
)  # fmt: skip
def test_a_hover_tells_what_a_key_or_value_is_and_what_it_costs(server, new_path, text, told):
    assert told in server.hover(new_path(), HEAD + text).replace("\\", "")
