"""What people should hear about the tools that their jobs use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sora2batch.catalog.catalog import Catalog
from sora2batch.catalog.tool import Availability, Tool
from sora2batch.ground.job import Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.text import one_line
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.task_id import plain_task_id

_ROOM = 1000
_KEY_ROOM = 100


def tool_notices(jobs: Iterable[AskedJob], catalog: Catalog) -> tuple[str, ...]:
    """Collect the notices of the tools in use, in the order of their first job."""
    tools = (catalog.get(tool_type) for tool_type in dict.fromkeys(job.tool_type for job in jobs))
    return tuple(notice for tool in tools if (notice := _notice(tool)))


class Told:
    """What was said about tools in one call of the program."""

    def __init__(self) -> None:
        self._notices: set[str] = set()

    def new(self, notices: Iterable[str], catalog: Catalog) -> tuple[str, ...]:
        """Leave out what was said of a tool before; what is said of a batch is always new."""
        of_tools = {notice for tool in catalog.tools.values() if (notice := _notice(tool))}
        kept = tuple(notice for notice in notices if notice not in self._notices)
        self._notices |= of_tools.intersection(kept)
        return kept


def duplicate_notices(new: Iterable[Job], beside: Mapping[str, Lockfile], lock_name: str) -> tuple[str, ...]:
    """Tell which jobs would be paid a second time, because another manifest's lockfile has them already."""
    fingerprints = {job.fingerprint for job in new}
    counts = {name: len(fingerprints & other.entries.keys()) for name, other in beside.items()}
    return tuple(
        f"{name} has {count:,} of the jobs to submit: copy their lines to {lock_name}, or they are paid twice"
        for name, count in counts.items()
        if count
    )


def shared_task_notices(lockfile: Lockfile) -> tuple[str, ...]:
    """Tell which tasks stand under two jobs, as after a merge of branches that both adopted one.

    All lines stay and count: which of the jobs the task belongs to, and whether another was charged for a
    task that nobody knows, only a person can find out.
    """
    if not _may_share_tasks(lockfile):
        return ()
    owners: dict[str, list[str]] = {}
    for entry in lockfile.entries.values():
        for task_id in {plain_task_id(one.task_id) for one in entry.attempts if one.task_id}:
            owners.setdefault(task_id, []).append(one_line(entry.key, _KEY_ROOM))
    return tuple(
        f"task {task_id} stands under {len(keys)} jobs, {' and '.join(sorted(keys)[:2])}, and counts for each"
        ": see whose clip it is; without its line in the lockfile another is submitted anew"
        for task_id, keys in sorted(owners.items())
        if len(keys) > 1
    )


def _may_share_tasks(lockfile: Lockfile) -> bool:
    """Look quickly, as every plan does; ids that differ in case only are looked at more closely."""
    entries = lockfile.entries.values()
    ids = [one.task_id.lower() for entry in entries for one in entry.attempts if one.task_id]
    return len(set(ids)) != len(ids)


def _notice(tool: Tool) -> str | None:
    status = "" if tool.availability is Availability.ACTIVE else f" is {tool.availability}"
    if not status and not tool.notice:
        return None
    told = f": {one_line(tool.notice, _ROOM)}" if tool.notice else ""
    return f"{tool.tool_type}{status}{told}"
