"""Clients on raw sockets with keep-alive, each request with an id of its own and one line in the log when it is over.

A process of its own: load.py OPTIONS.json, with node_ports, workers, seconds, seed and log.
"""

import asyncio
import json
import random
import sys
import time

import limits

PAUSE_MEAN_S = 0.25
ANSWER_WITHIN_S = 30.0
HEADER_MAX = 65536
KINDS = (("plain", 5), ("stream", 4), ("leave", 1), ("die", 1))


def now_us():
    return time.time_ns() // 1000


def next_request(random_, key, request_id):
    """(kind, bytes to send, tokens to read before leaving)"""
    kind = random_.choices([name for name, _ in KINDS], [weight for _, weight in KINDS])[0]
    bound = random_.randint(4, 40)
    tokens = random_.randint(1, bound)
    words = " ".join(["word"] * random_.randint(1, 40))
    body = {"model": f"model-{random_.randint(1, 3)}", "max_tokens": bound,
            "messages": [{"role": "user", "content": words}]}
    fields = {"x-mock-tokens": tokens, "x-mock-answer-header": f"x-chaos-id: {request_id}"}
    if kind != "plain":
        body.update(stream=True, stream_options={"include_usage": True})
        fields["x-mock-chunk-delay-ms"] = random_.choice((0, 5, 20, 60, 150))
    else:
        fields["x-mock-latency-ms"] = random_.choice((0, 5, 50, 300))
    if kind == "die":
        fields["x-mock-die-after-chunks"] = random_.randint(0, tokens)
    text = json.dumps(body)
    head = [f"POST /v1/chat/completions HTTP/1.1", "Host: weir", "Content-Type: application/json",
            f"Authorization: Bearer {limits.secret_of(key)}", f"x-request-id: {request_id}", "x-weir-trace: 1",
            f"Content-Length: {len(text)}"] + [f"{name}: {value}" for name, value in fields.items()]
    return kind, ("\r\n".join(head) + "\r\n\r\n" + text).encode(), random_.randint(1, 3)


class Left(Exception):
    """This client goes in the middle of an answer, as it had meant to."""


async def read_head(reader):
    """Status and fields, by lower-case name; several of one name are joined."""
    raw = await reader.readuntil(b"\r\n\r\n")
    lines = raw.decode("latin-1").split("\r\n")
    fields = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            name = name.lower()
            fields[name] = f"{fields[name]}, {value.strip()}" if name in fields else value.strip()
    return int(lines[0].split()[1]), fields


async def read_body(reader, fields, leave_after):
    """The whole body; raises IncompleteReadError where it is cut."""
    if "transfer-encoding" not in fields:
        return await reader.readexactly(int(fields.get("content-length", "0")))
    body = bytearray()
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        data = await reader.readexactly(size + 2)
        if size == 0:
            return bytes(body)
        body += data[:-2]
        if leave_after and body.count(b"data: ") >= leave_after:
            raise Left


def usage_in(body):
    """The last usage that the answer reports, or None."""
    for line in reversed(body.decode(errors="replace").split("\n")):
        line = line.removeprefix("data: ")
        if line.startswith("{"):
            try:
                usage = json.loads(line).get("usage")
            except (ValueError, AttributeError):
                continue
            if usage:
                return [usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)]
    return None


class Worker:
    def __init__(self, number, options, log):
        self.number, self.log = number, log
        self.random = random.Random(f"{options['seed']}/{number}")
        self.node = number % len(options["node_ports"])
        self.port = options["node_ports"][self.node]
        self.keys = list(limits.KEYS)
        self.reader = self.writer = None
        self.count = self.on_connection = 0

    async def run(self, ends):
        while time.monotonic() < ends:
            await asyncio.sleep(min(self.random.expovariate(1 / PAUSE_MEAN_S), 2.0))
            await self.one(self.random.choice(self.keys))
        self.close()

    def close(self):
        if self.writer:
            self.writer.transport.abort()
        self.reader = self.writer = None
        self.on_connection = 0

    async def one(self, key):
        self.count += 1
        request_id = f"c{self.number}-{self.count}"
        kind, request, leave_after = next_request(self.random, key, request_id)
        row = {"id": request_id, "node": self.node, "key": key, "kind": kind, "status": 0, "end": "",
               "sent_us": now_us()}
        try:
            await asyncio.wait_for(self.exchange(row, request, leave_after if kind == "leave" else 0), ANSWER_WITHIN_S)
        except Left:
            row["end"] = "left"
        except asyncio.TimeoutError:
            row["end"] = "timeout"
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            row["end"] = row["end"] or ("cut" if row["status"] else "closed")
            row["why"] = type(error).__name__
        except Exception as error:  # noqa: an answer that is no HTTP is a finding, not the end of the run
            row.update(end="malformed", why=repr(error))
        row["end_us"] = now_us()
        if row["end"] != "whole":
            self.close()
        self.log.write(json.dumps(row) + "\n")

    async def exchange(self, row, request, leave_after):
        if self.writer is None:
            row["end"] = "unreachable"
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=HEADER_MAX)
            row["end"] = ""
        self.on_connection += 1
        row["on_connection"] = self.on_connection
        self.writer.write(request)
        await self.writer.drain()
        status, fields = await read_head(self.reader)
        row.update(status=status, answered_us=now_us())
        for name, member in (("x-chaos-id", "answer_id"), ("retry-after-ms", "retry_after_ms"),
                             ("x-weir-limit", "refused_by"), ("x-weir-waited-ms", "waited_ms")):
            if name in fields:
                row[member] = fields[name]
        body = await read_body(self.reader, fields, leave_after)
        row["end"] = "whole"
        if status == 200:
            row["usage"] = usage_in(body)
            if row["kind"] != "plain":
                row["done"] = b"data: [DONE]" in body
        else:
            row["error"] = body[:300].decode(errors="replace")
        if fields.get("connection", "").lower() == "close":
            self.close()


async def main(options):
    with open(options["log"], "w", encoding="utf-8") as log:
        ends = time.monotonic() + options["seconds"]
        workers = [Worker(number, options, log) for number in range(options["workers"])]
        await asyncio.gather(*(worker.run(ends) for worker in workers))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    asyncio.run(main(given))
