from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.building import TOOL, job_of
from sora2batch.catalog.load import load_catalog
from sora2batch.catalog.tool import Availability
from sora2batch.plan.notice import tool_notices

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
