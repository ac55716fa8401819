"""Evidence made up for tests: a run in which all holds, to be doctored."""

from evidence import Evidence
from schedule import NODES

BEGAN_US = 1_000_000_000_000
END_US = BEGAN_US + 100_000_000


def client(request_id, at_us, **more):
    row = {"id": request_id, "node": 0, "key": "steady", "kind": "plain", "status": 200, "end": "whole", "sent_us": at_us,
           "end_us": at_us + 10_000, "answer_id": request_id, "usage": [3, 5]}
    return {**row, **more}


def access(request_id, at_us, **more):
    row = {"request_id": request_id, "node": 0, "key": "steady", "received_at_us": at_us, "decided_at_us": at_us + 100,
           "duration_us": 9_000, "status": 200, "outcome": "served", "store_mode": "redis",
           "actual": {"input": 3, "output": 5}}
    return {**row, **more}


def provider(request_id, at_us, **more):
    row = {"request_id": request_id, "at": "provider-0", "decided_at_us": str(at_us + 100), "received_us": at_us + 500,
           "executed": True, "status": 200, "input_tokens": 3, "output_tokens": 5, "produced": [[at_us + 900, 5]]}
    return {**row, **more}


def look(**more):
    metrics = {"weir_reservations_in_flight": 0, "weir_connections_open": 0, 'weir_waiting{tier="steady"}': 0}
    row = {"descriptors": 20, "bytes": 15 << 20, "warm_bytes": 18 << 20, "metrics": metrics, "mode": "redis", "ready": True}
    return {**row, **more}


def booked(count, key="steady"):
    return {"key": key, "requests": count, "admitted": count, "refused": 0, "input_tokens": 3 * count,
            "output_tokens": 5 * count}


def good(count=20, every_us=1_000_000):
    """`count` requests of one key at one node, over a store that always decides."""
    found = Evidence()
    for number in range(1, count + 1):
        request_id, at_us = f"c0-{number}", BEGAN_US + number * every_us
        found.clients.append(client(request_id, at_us))
        found.access.append(access(request_id, at_us))
        found.providers.append(provider(request_id, at_us))
    for node in range(NODES):
        found.processes[f"node-{node}"] = [{"pid": 10 + node, "started_us": BEGAN_US - 1, "ended_us": None, "code": None,
                                            "why": None}]
        found.modes += [{"node": node, "asked_us": at_us, "at_us": at_us + 1000, "mode": "redis"}
                        for at_us in range(BEGAN_US, END_US, 250_000)]
    found.ends = {"settled": True, "used": {}, "kept": {"requests": count, "input_tokens": 3 * count, "output_tokens": 5 * count},
                  "usage": [booked(count)], "before": [look() for _ in range(NODES)],
                  "after": [look() for _ in range(NODES)]}
    return found


def fault(kind, at_us, until_us, target=-1, detail="", **more):
    return {"kind": kind, "target": target, "detail": detail, "at_us": at_us, "until_us": until_us, "said": "done", **more}


def restart(evidence, node, at_us, back_us, why="kill -9"):
    """The node ends and starts again, as an injected fault would have it."""
    incarnations = evidence.processes[f"node-{node}"]
    incarnations[-1].update(ended_us=at_us, code=-9 if why == "kill -9" else 0, why=why)
    incarnations.append({"pid": 99, "started_us": back_us, "ended_us": None, "code": None, "why": None})
