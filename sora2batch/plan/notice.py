"""What people should hear about the tools that their jobs use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sora2batch.catalog.load import Catalog
from sora2batch.catalog.tool import Availability, Tool
from sora2batch.job import Job
from sora2batch.lockfile.content import Lockfile
from sora2batch.plan.excerpt import one_line

_ROOM = 1000


def tool_notices(jobs: Iterable[Job], catalog: Catalog) -> tuple[str, ...]:
    """Collect the notices of the tools in use, in the order of their first job."""
    tools = (catalog.get(tool_type) for tool_type in dict.fromkeys(job.tool_type for job in jobs))
    return tuple(notice for tool in tools if (notice := _notice(tool)))


def twin_notices(new: Iterable[Job], beside: Mapping[str, Lockfile], lock_name: str) -> tuple[str, ...]:
    """Tell which jobs would be paid a second time, because another manifest's lockfile has them already."""
    fingerprints = {job.fingerprint for job in new}
    counts = {name: len(fingerprints & other.entries.keys()) for name, other in beside.items()}
    return tuple(
        f"{name} has {count:,} of the jobs to submit: copy their lines to {lock_name}, or they are paid twice"
        for name, count in counts.items()
        if count
    )


def _notice(tool: Tool) -> str | None:
    status = "" if tool.availability is Availability.ACTIVE else f" is {tool.availability}"
    if not status and not tool.notice:
        return None
    told = f": {one_line(tool.notice, _ROOM)}" if tool.notice else ""
    return f"{tool.tool_type}{status}{told}"
