"""What ``init`` writes, in the real yaml-language-server: the schema is found, and knows the user's own tools."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.language_server import CURSOR
from sora2batch.ground.schema import schema_dir

pytestmark = pytest.mark.xdist_group("editor")


def init(folder: Path, *more: str) -> Path:
    command = [sys.executable, "-m", "sora2batch", "init", "new.yaml", *more]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "wrote sora2batch.schema.json: your editor " in ran.stderr
    return folder / "new.yaml"


def test_a_fresh_manifest_is_not_red_and_completes(server, tmp_path):
    path = init(tmp_path)
    text = path.read_text()
    assert server.red({path: text}) == {path: []}
    cut = text.replace("aspect_ratio: 16:9", f"aspect_ratio: 1{CURSOR}")
    assert cut != text
    assert {"16:9", "9:16"} <= server.proposals(tmp_path / "typed.yaml", cut).keys()
    wrong = {tmp_path / "wrong.yaml": text.replace("aspect_ratio: 16:9", "aspect_ratio: 1:1")}
    assert [one.text for red in server.red(wrong).values() for one in red] == ["1:1"]


def test_a_fresh_manifest_of_a_tool_of_ones_own_is_not_red_and_completes(server, tmp_path):
    tool = json.loads((schema_dir() / "tools/veo3-text-to-video-fast-api.json").read_text())
    tool["input"]["properties"]["look"] = {
        "description": "Style.",
        "enum": ["noir", "plain"],
        "default": "plain",
    }
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/studio-look.json").write_text(json.dumps(tool))
    path = init(tmp_path, "--tool", "studio-look", "--tools-dir", "tools")
    text = path.read_text()
    assert server.red({path: text}) == {path: []}
    typed = text.replace("look: plain", f"look: n{CURSOR}")
    assert {"noir", "plain"} <= server.proposals(tmp_path / "typed.yaml", typed).keys()
