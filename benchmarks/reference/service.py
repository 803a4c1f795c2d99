"""The API's four calls and its files, served as fast as Python can; its counts are printed when stdin closes.

Arguments: seconds that a create call takes, bytes of a file, seconds after which a task is done (never).
"""

import asyncio
import json
import sys
import time

LATENCY_SECONDS = float(sys.argv[1])
DONE_SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else float("inf")
_ROOM = max(8, int(sys.argv[2]) - 24)
FILE = b"\0\0\0\x10ftypisom\0\0\2\0\0\0\0\x08moov" + _ROOM.to_bytes(4) + b"mdat" + bytes(_ROOM - 8)
"""A clip as far as its boxes tell."""
MOMENT = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Counts:
    """What happened so far."""

    def __init__(self):
        self.tasks = 0
        self.first = self.last = 0.0
        self.under_way = self.most_under_way = 0
        self.rows = []
        self.made = {}
        self.root = ""

    def begin(self):
        self.first = self.first or time.perf_counter()
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)

    def end(self, body):
        self.tasks += 1
        self.under_way -= 1
        self.last = time.perf_counter()
        name = f"task-{self.tasks:08}"
        request = json.loads(body)
        cost = 420 if request["input"].get("mode") != "pro" else 2100
        cost = cost * int(request["input"].get("duration", 10)) // 10
        self.made[name] = self.last
        kind = f"tool_{request['tool_type']}"
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.rows.append(
            {"id": name, "task_id": name, "task_type": kind, "cost_credits": cost, "create_time": moment}
        )
        return {"task_id": name}

    def status(self, body):
        name = json.loads(body)["task_id"]
        if time.perf_counter() - self.made.get(name, float("inf")) < DONE_SECONDS:
            return {"task_id": name, "status": 0}
        return {"task_id": name, "status": 1, "output_urls": [f"{self.root}/clips/{name}.mp4"]}

    def page(self, body):
        """Rows since a moment, newest first, a page at a time."""
        query = json.loads(body)
        end = int(query.get("cursor") or len(self.rows))
        start = max(0, end - int(query.get("limit", 50)))
        since = query.get("start_time", "")
        page = [row for row in reversed(self.rows[start:end]) if row["create_time"] >= since]
        is_more = start > 0 and len(page) == end - start
        return {"records": page, "next_cursor": str(start) if is_more else None, "has_more": is_more}


counts = Counts()


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests come one after the other."""

    def connection_made(self, transport):
        self.transport = transport
        self.buffer = b""

    def data_received(self, data):
        self.buffer += data
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            lower = head.lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.answer(head.split(b" ", 2)[1], rest[:length])

    def answer(self, path, body):
        name = path.rsplit(b"/", 1)[1]
        if name.endswith(b".mp4"):
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(FILE)}\r\nContent-Type: video/mp4\r\n\r\n"
            self.transport.writelines([head.encode(), FILE])
        elif name == b"create_tool_task":
            counts.begin()
            if LATENCY_SECONDS:
                loop.call_later(LATENCY_SECONDS, self.created, body)
            else:
                self.created(body)
        else:
            reply = {
                b"query_tool_task_status": lambda: counts.status(body),
                b"query_credits_usage": lambda: counts.page(body),
                b"query_account_status": lambda: {"balances": 10**9, "subscription": {"tier": "pro"}},
            }[name]
            if LATENCY_SECONDS:
                loop.call_later(LATENCY_SECONDS, lambda: self.send(reply()))
            else:
                self.send(reply())

    def created(self, body):
        self.send(counts.end(body))

    def send(self, data):
        body = json.dumps({"success": True, "errorMsg": "", "error_code": 0, "data": data}).encode()
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nDate: {date}\r\n\r\n"
        if not self.transport.is_closing():
            self.transport.write(head.encode() + body)


async def main():
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    counts.root = f"http://127.0.0.1:{port}"
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    seconds = counts.last - counts.first
    print(json.dumps({"tasks": counts.tasks, "seconds": seconds, "at_once": counts.most_under_way}))


try:
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop
loop = new_event_loop()
loop.run_until_complete(main())
