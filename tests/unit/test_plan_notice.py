from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.building import TOOL, job_of
from fakes.lock_entry import completed, entry_of, submitted
from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.tool import Availability
from sora2batch.lockfile.content import Lockfile
from sora2batch.plan.notice import shared_task_notices, tool_notices

CATALOG = load_catalog()


def catalog_of(**changes):
    quiet = {name: replace(tool, notice=None) for name, tool in CATALOG.tools.items()}
    return replace(CATALOG, tools=quiet | {TOOL: replace(CATALOG.get(TOOL), **changes)})


@pytest.mark.parametrize(
    ("availability", "notice", "told"),
    [
        (Availability.ACTIVE, None, ()),
        (Availability.ACTIVE, "Try one\nfirst.", (f"{TOOL}: Try one first.",)),
        (Availability.DEPRECATED, None, (f"{TOOL} is deprecated",)),
        (Availability.RETIRED, "Gone.", (f"{TOOL} is retired: Gone.",)),
    ],
)
def test_a_tool_tells_what_one_should_know_before_paying(availability, notice, told):
    assert tool_notices([job_of()], catalog_of(availability=availability, notice=notice)) == told


def test_a_tool_is_told_of_once_and_in_the_order_of_the_jobs():
    other = "grok-text-to-video-api"
    catalog = catalog_of(notice="first")
    tools = catalog.tools | {other: replace(catalog.get(other), notice="second")}
    jobs = [job_of(tool_type=TOOL), job_of(tool_type=other), job_of(tool_type=TOOL, take=2)]
    assert tool_notices(jobs, replace(catalog, tools=tools)) == (f"{TOOL}: first", f"{other}: second")
    assert tool_notices(jobs[1:2], replace(catalog, tools=tools)) == (f"{other}: second",)


def lockfile_with(*attempts):
    entries = [entry_of(one, name=name) for one, name in zip(attempts, ("fox", "owl", "cat"), strict=False)]
    return Lockfile(manifest="small.yaml", entries={entry.fingerprint: entry for entry in entries})


UUID = "550e8400-e29b-41d4-a716-446655440000"


@pytest.mark.parametrize(("one", "other"), [("t-1", "t-1"), (UUID, UUID.upper())])
def test_a_task_under_two_jobs_is_told_and_counts_for_both(one, other):
    lockfile = lockfile_with(completed(one), submitted("t-2"), submitted(other))
    (notice,) = shared_task_notices(lockfile)
    assert notice.startswith(f"task {one} stands under 2 jobs, hero/cat and hero/fox, and counts for each")
    assert lockfile.spent == 3 * 420


@pytest.mark.parametrize("others", [("t-2", "t-3"), ("T-1", "t-3"), ("t-11", "t-12")])
def test_tasks_of_their_own_need_no_notice(others):
    assert shared_task_notices(lockfile_with(completed("t-1"), *map(submitted, others))) == ()
