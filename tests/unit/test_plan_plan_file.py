from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from jsonschema import Draft202012Validator

from fakes.building import TOOL, entry_of, job_of, lockfile_of, plan_of
from fakes.lock_entry import completed, in_doubt, submitted
from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.tool import Availability, FixedPrice
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.job import Credits
from sora2batch.ground.schema import load_schema
from sora2batch.plan.baseline import baseline_of
from sora2batch.plan.plan_file import (
    SavedPlan,
    StalePlanError,
    encode_saved_plan,
    make_proof,
    plan_digest,
    read_saved_plan,
)
from sora2batch.plan.render_json import plan_to_json
from sora2batch.plan.selection import Selection

FOX, OWL = job_of("fox"), job_of("owl")
MANIFEST, DATA = "1" * 64, (("a.csv", "2" * 64), ("b.csv", "3" * 64))
LOCKFILE = lockfile_of(entry_of(FOX, submitted()))
PLAN = plan_of(FOX, OWL, entries=tuple(LOCKFILE.entries.values()))
CATALOG = load_catalog()
SELECTION = Selection(select=("hero/*",), where=(("subject", "owl"),), limit=3, retry_failed=True)


def proof_of(*, manifest=MANIFEST, data=DATA, jobs=(FOX, OWL), lockfile=LOCKFILE, catalog=CATALOG):
    return make_proof(manifest, data, jobs, lockfile, catalog)


def saved_of(**more) -> SavedPlan:
    return SavedPlan(
        **{
            "manifest_path": "sub/campaign.yaml",
            "selection": SELECTION,
            "max_credits": Credits(500),
            "simulated": False,
            "proof": proof_of(),
            "tools_dirs": ("../tools",),
            "baseline": baseline_of(PLAN, LOCKFILE),
            **more,
        }
    )


def catalog_with(**changes):
    return replace(CATALOG, tools=CATALOG.tools | {TOOL: replace(CATALOG.get(TOOL), **changes)})


@pytest.fixture
def plan_file(tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes(encode_saved_plan(PLAN, saved_of()))
    return path


@pytest.mark.parametrize(
    "saved",
    [
        saved_of(),
        saved_of(selection=Selection(), max_credits=None, simulated=True),
        saved_of(selection=Selection(retry_failed=True, force=True)),
        saved_of(selection=Selection(limit=0), max_credits=Credits(0), proof=proof_of(data=())),
    ],
)
def test_a_saved_plan_is_read_back_as_it_was(tmp_path, saved):
    path = tmp_path / "plan.json"
    path.write_bytes(encode_saved_plan(PLAN, saved))
    assert read_saved_plan(path) == saved


def test_a_plan_file_is_the_json_plan_with_its_basis_and_follows_the_schema():
    plan = plan_of(FOX, OWL)
    document = orjson.loads(encode_saved_plan(plan, saved_of()))
    assert {name: value for name, value in document.items() if name != "basis"} == plan_to_json(plan)
    Draft202012Validator(load_schema("plan.schema.json")).validate(document)


def test_a_plan_file_is_the_same_bytes_every_time():
    assert encode_saved_plan(plan_of(FOX), saved_of()) == encode_saved_plan(plan_of(FOX), saved_of())


def test_what_is_the_same_as_before_is_let_through():
    saved_of().check(proof_of(data=DATA[::-1]), LOCKFILE)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (proof_of(manifest="9" * 64), "the manifest"),
        (proof_of(jobs=(FOX, job_of("owl", credits=421))), "prices or requests"),
        (proof_of(jobs=(FOX, job_of("owl", mode="pro"))), "prices or requests"),
        (proof_of(jobs=(OWL, FOX)), "prices or requests"),
        (proof_of(jobs=(FOX,)), "prices or requests"),
        (proof_of(jobs=(FOX, OWL._replace(key="hero/uhu"))), "prices or requests"),
        (proof_of(jobs=(FOX, OWL._replace(filename="uhu"))), "prices or requests"),
        (proof_of(jobs=(FOX, job_of("owl", labels=(("subject", "uhu"),)))), "prices or requests"),
        (proof_of(catalog=catalog_with(availability=Availability.RETIRED)), "the tools"),
        (proof_of(catalog=catalog_with(notice="ends soon")), "the tools"),
        (proof_of(catalog=catalog_with(price=FixedPrice(credits=Credits(1)))), "the tools"),
        (proof_of(data=(DATA[0], ("b.csv", "9" * 64))), "b.csv"),
        (proof_of(data=DATA[:1]), "b.csv"),
        (proof_of(data=(*DATA, ("c.csv", "4" * 64))), "c.csv"),
    ],
)
def test_a_plan_is_stale_once_anything_changed_that_it_was_made_from(now, told):
    with pytest.raises(StalePlanError) as caught:
        saved_of().check(now, LOCKFILE)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.message == f"stale plan: {told} changed since it was saved"


@pytest.mark.parametrize(
    "now",
    [lockfile_of(), lockfile_of(entry_of(FOX, submitted("task-b"))), lockfile_of(entry_of(FOX, in_doubt()))],
    ids=["less", "another task", "another call"],
)
def test_a_plan_is_stale_once_something_else_changed_the_lockfile(now):
    with pytest.raises(StalePlanError, match=r"^stale plan: the lockfile changed since it was saved$"):
        saved_of().check(proof_of(lockfile=now), now)
    with pytest.raises(StalePlanError, match=r"^stale plan: the manifest and the lockfile changed"):
        saved_of().check(proof_of(manifest="9" * 64, lockfile=now), now)


def test_a_plan_that_has_begun_may_go_on():
    now = lockfile_of(entry_of(FOX, completed()), entry_of(OWL, submitted("task-b")))
    saved_of().check(proof_of(lockfile=now), now)
    with pytest.raises(StalePlanError, match=r"^stale plan: b\.csv changed"):
        saved_of().check(proof_of(lockfile=now, data=DATA[:1]), now)


def test_a_plan_that_an_older_version_saved_is_stale(plan_file):
    document = orjson.loads(plan_file.read_bytes())
    del document["basis"]["onset"]
    document["basis"]["plan"] = plan_digest(document)
    plan_file.write_bytes(orjson.dumps(document))
    with pytest.raises(StalePlanError, match="was saved by an older sora2batch"):
        read_saved_plan(plan_file)


def test_what_happens_to_tools_that_no_job_uses_does_not_matter():
    other = replace(CATALOG.get("grok-text-to-video-api"), notice="new")
    catalog = replace(CATALOG, tools=CATALOG.tools | {other.tool_type: other})
    saved_of().check(proof_of(catalog=catalog), LOCKFILE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"limit": 3', b'"limit": null'),
        (b'"limit": 3', b'"limit": "x"'),
        (b'"max_credits": 500', b'"max_credits": 50000'),
        (b'"hero/*"', b'"*"'),
        (b'"simulated": false', b'"simulated": true'),
        (b'"credits": 420', b'"credits": 1'),
        (b'"action": "submit"', b'"action": "skip"'),
        (b'"action": "resume"', b'"action": "submit"'),
        (b'"prompt": "a fox"', b'"prompt": "a bomb"'),
        (b"sub/campaign.yaml", b"other.yaml"),
    ],
)
def test_an_edited_plan_file_is_refused(plan_file, before, after):
    text = plan_file.read_bytes()
    assert before in text
    plan_file.write_bytes(text.replace(before, after))
    with pytest.raises(StalePlanError, match=r"^stale plan: .*plan\.json was edited after it was saved$"):
        read_saved_plan(plan_file)


def test_a_reformatted_plan_file_is_the_same_plan(plan_file):
    plan_file.write_bytes(orjson.dumps(orjson.loads(plan_file.read_bytes()), option=orjson.OPT_SORT_KEYS))
    assert read_saved_plan(plan_file) == saved_of()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"basis":null}',
        b'{"basis":{}}',
        b'{"basis":{"plan":1}}',
        b'{"version":true}',
        orjson.dumps(plan_to_json(plan_of(FOX))),
    ],
)
def test_a_file_that_is_no_saved_plan_is_refused_with_the_way_to_make_one(tmp_path, content):
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"plan\.json is no saved plan") as caught:
        read_saved_plan(path)
    assert caught.value.hint == "make one with `sora2batch plan MANIFEST --out FILE`"


def test_a_file_with_a_true_digest_but_another_shape_is_no_plan(plan_file):
    document = orjson.loads(plan_file.read_bytes())
    document["basis"]["where"] = [["only-an-axis"]]
    document["basis"]["plan"] = plan_digest(document)
    plan_file.write_bytes(orjson.dumps(document))
    with pytest.raises(UsageError, match="is no saved plan"):
        read_saved_plan(plan_file)


def test_a_plan_of_a_newer_version_asks_for_an_upgrade(plan_file):
    plan_file.write_bytes(plan_file.read_bytes().replace(b'"version": 1', b'"version": 2'))
    with pytest.raises(UsageError, match=r"was written by a newer sora2batch \(version 2\); please upgrade"):
        read_saved_plan(plan_file)


def test_a_plan_that_cannot_be_read_is_told_by_its_name(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.json: No such file"):
        read_saved_plan(tmp_path / "nowhere.json")
    with pytest.raises(UsageError, match="it is a folder"):
        read_saved_plan(tmp_path)


def test_a_plan_file_too_deep_to_be_ours_is_no_plan(tmp_path):
    path = tmp_path / "plan.json"
    deep = b"[" * 600 + b"]" * 600
    path.write_bytes(b'{"basis":{"plan":"x"},"jobs":' + deep + b"}")
    with pytest.raises(UsageError, match="is no saved plan"):
        read_saved_plan(path)
