from __future__ import annotations

import json

import jsonschema
import pytest

from sora2batch.ground.schema import load_schema
from sora2batch.lockfile.entry import State

SCHEMA = load_schema("lockfile.schema.json")
DEFINITIONS = SCHEMA["$defs"]


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["header", "job", "attempt", "output", "error"])
def test_every_key_is_described(name):
    for key, rule in DEFINITIONS[name]["properties"].items():
        target = DEFINITIONS[rule["$ref"].rpartition("/")[2]] if "$ref" in rule else rule
        assert target["description"], key


def test_the_states_are_those_of_the_program():
    assert DEFINITIONS["state"]["enum"] == [state.value for state in State]
    charged = DEFINITIONS["charged"]["properties"]["state"]["enum"]
    assert charged == [state.value for state in State if state.has_task]


def test_the_contracts_example_is_a_line():
    line = {
        "key": "hero/fox/slow-pan/std",
        "state": "completed",
        "credits": 420,
        "task_id": "550e",
        "tool_type": "sora2-image-to-video-api",
        "take": 1,
        "input": {"aspect_ratio": "16:9", "duration": 10, "mode": "std", "prompt": "…"},
        "submitted_at": "2026-11-22T09:00:00Z",
        "finished_at": "2026-11-22T09:03:10Z",
        "outputs": [{"url": "https://h.example/a", "path": "hero/a.mp4", "sha256": "0" * 64, "bytes": 123}],
        "fingerprint": f"sha256:{'0' * 64}",
    }
    jsonschema.validate(line, SCHEMA)
    jsonschema.validate(json.loads('{"lock_version":1,"manifest":"spring-campaign.yaml"}'), SCHEMA)
