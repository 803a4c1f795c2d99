from __future__ import annotations

import orjson
from jsonschema import Draft202012Validator

from fakes.building import TOOL, entry_of, job_of, plan_of
from fakes.lock_entry import in_doubt, submitted
from sora2batch.ground.schema import load_schema
from sora2batch.plan.render_json import plan_to_json

FOX, OWL = job_of("fox", take=2), job_of("owl", credits=2100)


def test_the_document_is_what_the_contract_says():
    plan = plan_of(
        FOX,
        OWL,
        entries=(entry_of(FOX, submitted(credits=400)), entry_of(job_of("gone"), in_doubt(credits=50))),
        budget=2000,
        notices=("look out",),
    )
    assert plan_to_json(plan) == {
        "version": 1,
        "manifest": "campaign.yaml",
        "jobs": [
            {
                "key": "hero/fox#2",
                "fingerprint": FOX.fingerprint,
                "tool_type": TOOL,
                "take": 2,
                "input": {"prompt": "a fox", "mode": "std"},
                "credits": 400,
                "action": "resume",
                "reason": "not finished yet: task task-a",
            },
            {
                "key": "hero/owl",
                "fingerprint": OWL.fingerprint,
                "tool_type": TOOL,
                "take": 1,
                "input": {"prompt": "a owl", "mode": "std"},
                "credits": 2100,
                "action": "submit",
                "reason": "not in the lockfile",
            },
        ],
        "orphans": [
            {
                "key": "hero/gone",
                "fingerprint": job_of("gone").fingerprint,
                "state": "in_doubt",
                "credits": 50,
            }
        ],
        "summary": {
            "jobs": 2,
            "actions": {"submit": 1, "resume": 1, "download": 0, "skip": 0, "failed": 0, "in_doubt": 0},
            "credits": {"budget": 2000, "spent": 450, "in_doubt": 50, "to_spend": 2100, "remaining": -550},
            "within_budget": False,
        },
        "notices": ["look out"],
    }


def test_the_schema_is_one_and_refuses_what_a_plan_never_is():
    schema = load_schema("plan.schema.json")
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    document = plan_to_json(plan_of(FOX))
    assert validator.is_valid(document)
    for spoiled in (
        document | {"more": 1},
        document | {"version": 2},
        document | {"jobs": [document["jobs"][0] | {"credits": -1}]},
        document | {"jobs": [document["jobs"][0] | {"credits": 1.5}]},
        document | {"jobs": [document["jobs"][0] | {"action": "pay"}]},
        document | {"jobs": [document["jobs"][0] | {"reason": ""}]},
        document | {"summary": document["summary"] | {"actions": {}}},
    ):
        assert not validator.is_valid(spoiled), spoiled


def test_the_document_is_plain_json():
    document = plan_to_json(plan_of(FOX, entries=(entry_of(FOX, submitted()),)))
    assert orjson.loads(orjson.dumps(document)) == document
