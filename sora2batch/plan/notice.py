"""What people should hear about the tools that their jobs use."""

from __future__ import annotations

from collections.abc import Iterable

from sora2batch.catalog.load import Catalog
from sora2batch.catalog.tool import Availability, Tool
from sora2batch.job import Job
from sora2batch.plan.excerpt import one_line

_ROOM = 1000


def tool_notices(jobs: Iterable[Job], catalog: Catalog) -> tuple[str, ...]:
    """Collect the notices of the tools in use, in the order of their first job."""
    tools = (catalog.get(tool_type) for tool_type in dict.fromkeys(job.tool_type for job in jobs))
    return tuple(notice for tool in tools if (notice := _notice(tool)))


def _notice(tool: Tool) -> str | None:
    status = "" if tool.availability is Availability.ACTIVE else f" is {tool.availability}"
    if not status and not tool.notice:
        return None
    told = f": {one_line(tool.notice, _ROOM)}" if tool.notice else ""
    return f"{tool.tool_type}{status}{told}"
