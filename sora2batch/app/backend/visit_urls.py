"""URLs looked at side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from sora2batch.lint.visited import Address
from sora2batch.media.visit import Visit
from sora2batch.sjinn.url_visitor import UrlVisitor


async def visit_urls(addresses: Iterable[Address]) -> Mapping[Address, Visit]:
    """Look at each of them, a few at a time."""
    async with UrlVisitor() as visitor, asyncio.TaskGroup() as group:
        tasks = {one: group.create_task(visitor.visit(one.url, one.kind)) for one in addresses}
    return {one: task.result() for one, task in tasks.items()}
