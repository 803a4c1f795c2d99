"""Every manifest that ships is valid, costs what it says and can be tried for nothing."""

import shutil
from pathlib import Path

import pytest

MANIFESTS = Path(__file__).parents[2] / "manifests"
TOTALS = {
    "campaign": (18, 10920),
    "kling3": (8, 8400),
    "pictures": (3, 3000),
    "quickstart": (8, 8000),
    "stills-to-clips": (12, 2080),
    "storyboard": (5, 11000),
}


@pytest.fixture
def copies(folder):
    shutil.copytree(MANIFESTS, folder / "manifests", ignore=shutil.ignore_patterns("out", "*.jsonl"))
    return folder / "manifests"


def test_every_manifest_is_in_the_table():
    assert {path.stem for path in MANIFESTS.glob("*.yaml")} == TOTALS.keys()


def test_all_are_valid_at_once(call, copies):
    ran = call("validate", "manifests")
    assert (ran.code, ran.out) == (0, "")
    staged = "8 jobs for 400 credits now, 4 more later for 1,680"
    assert ran.err.splitlines() == [
        f"manifests/{name}.yaml: valid; "
        + (staged if name == "stills-to-clips" else f"{jobs:,} jobs, {price:,} credits if all are submitted")
        for name, (jobs, price) in TOTALS.items()
    ]


@pytest.mark.parametrize("name", TOTALS)
def test_a_plan_costs_what_it_should_and_fits_its_budget(call, copies, name):
    ran = call("plan", copies / f"{name}.yaml", "--json")
    summary = ran.document["summary"]
    price = summary["credits"]["to_spend"] + summary["credits"].get("later", 0)
    assert (ran.code, summary["jobs"], price) == (0, *TOTALS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", TOTALS)
def test_it_can_be_simulated_and_is_then_finished(call, copies, name):
    path = copies / f"{name}.yaml"
    flags = () if name in {"storyboard", "stills-to-clips"} else ("--no-download",)
    ran = call("run", path, "--simulate", "--json", "--concurrency", 30, *flags)
    jobs, price = TOTALS[name]
    assert ran.code == 0
    assert ran.document["summary"]["states"]["completed"] == jobs
    assert ran.document["summary"]["credits"]["spent"] == price
    again = call("run", path, "--simulate", *flags)
    assert (again.code, "nothing to do" in again.err) == (0, True)
