"""Make the same create calls with a bare pool of aiohttp workers: no journal, no checks, no ledger.

Arguments: URL, calls, calls at once.
"""

import asyncio
import json
import sys
from collections import deque

import aiohttp

url, count, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
fields = {"mode": "std", "duration": 10, "aspect_ratio": "16:9"}


async def main():
    queue = deque(range(count))

    async def work(session):
        while queue:
            prompt = f"a red fox {queue.popleft()}, dolly in, at dawn. Aurora campaign."
            request = {"tool_type": "sora2-text-to-video-api", "input": {**fields, "prompt": prompt}}
            async with session.post(f"{url}/create_tool_task", data=json.dumps(request)) as response:
                assert json.loads(await response.read())["data"]["task_id"]

    headers = {"Authorization": "Bearer benchmark", "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=at_once)
    async with (
        aiohttp.ClientSession(connector=connector, headers=headers) as session,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(at_once):
            group.create_task(work(session))


asyncio.run(main())
