"""What a run left behind, parsed; and when which node may have been without its store, and why."""

import dataclasses
import json
import pathlib

from schedule import NODES

SECOND_US = 1_000_000
# A relay delays both ways: from here on an answer may miss the nodes' timeout of a second.
LATENCY_MATTERS_FROM_MS = 400
# How long after the fault itself a node may take to notice, or servers to agree on another master.
NOTICED_WITHIN_US = {"single": 2 * SECOND_US, "sentinel": 8 * SECOND_US, "cluster": 8 * SECOND_US}
STORE_WIDE = ("store-restart", "store-stop", "store-flush", "failover", "slot-move")
OF_A_NODE = ("store-latency", "store-partition", "store-reset")
# One thread's stall is the end of a time in which others came late, too.
STALL_SINCE_US = SECOND_US
SKIPPED = ("skipped", "could not")


@dataclasses.dataclass(frozen=True)
class Span:
    from_us: int
    to_us: int
    why: str = ""

    def touches(self, from_us, to_us):
        return self.from_us <= to_us and from_us <= self.to_us


@dataclasses.dataclass
class Evidence:
    store: str = "single"
    clients: list = dataclasses.field(default_factory=list)
    providers: list = dataclasses.field(default_factory=list)  # rows, each with "at": which provider
    access: list = dataclasses.field(default_factory=list)  # rows, each with "node"
    logs: list = dataclasses.field(default_factory=list)  # operational, each with "node"
    other_errors: list = dataclasses.field(default_factory=list)  # (process, text that is no JSON)
    timeline: list = dataclasses.field(default_factory=list)
    modes: list = dataclasses.field(default_factory=list)
    stalls: list = dataclasses.field(default_factory=list)  # of this machine
    processes: dict = dataclasses.field(default_factory=dict)  # name: incarnations
    ends: dict = dataclasses.field(default_factory=dict)  # what was asked before and after the load

    def injected(self, *kinds):
        return [fault for fault in self.timeline
                if fault["kind"] in kinds and not str(fault["said"]).startswith(SKIPPED)]

    def incarnations(self, node):
        return self.processes.get(f"node-{node}", [])


def json_lines(path, other=None):
    rows = []
    if not path.exists():
        return rows
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if isinstance(row, dict):
                rows.append(row)
            elif other is not None and line.strip():
                other.append((path.stem, line.strip()))
    return rows


def load(folder, store):
    folder = pathlib.Path(folder)
    found = Evidence(store=store)
    found.clients = json_lines(folder / "clients.jsonl")
    for path in sorted(folder.glob("provider-*.jsonl")):
        found.providers += [{**row, "at": path.stem} for row in json_lines(path)]
    for node in range(NODES):
        # A killed node may leave half a line, which is no finding.
        found.access += [{**row, "node": node} for row in json_lines(folder / f"node-{node}.out")]
        found.logs += [{**row, "node": node} for row in json_lines(folder / f"node-{node}.err", found.other_errors)]
    for name in ("timeline", "modes", "stalls"):
        setattr(found, name, json_lines(folder / f"{name}.jsonl"))
    for name in ("processes", "ends"):
        path = folder / f"{name}.json"
        setattr(found, name, json.loads(path.read_text()) if path.exists() else {})
    return found


def back_at(evidence, node, from_us):
    """When the node was seen to decide by Redis, asked at that time or later; far away: not any more."""
    for row in evidence.modes:
        if row["node"] == node and row["asked_us"] >= from_us and row["mode"] == "redis":
            return row["at_us"]
    return 1 << 62


def own_faults(evidence, node):
    for fault in evidence.injected(*OF_A_NODE):
        if fault["target"] not in (-1, node):
            continue
        if fault["kind"] == "store-latency" and int(fault["detail"].split()[0]) < LATENCY_MATTERS_FROM_MS:
            continue
        yield fault


def store_spans(evidence):
    """({node: spans of its own}, spans of the whole store): from a fault until the node decided by Redis again."""
    noticed_us = NOTICED_WITHIN_US[evidence.store]
    own = {node: [] for node in range(NODES)}
    whole = []
    for node in range(NODES):
        for fault in own_faults(evidence, node):
            span = Span(fault["at_us"], back_at(evidence, node, fault["until_us"] + 2 * SECOND_US), fault["kind"])
            (own[node] if fault["target"] == node else whole).append(span)
        for incarnation in evidence.incarnations(node)[1:]:
            started_us = incarnation["started_us"]
            own[node].append(Span(started_us, back_at(evidence, node, started_us) + SECOND_US, "start"))
    for stall in evidence.stalls:
        ends = [back_at(evidence, node, stall["to_us"] + 2 * SECOND_US) for node in range(NODES)]
        whole.append(Span(stall["from_us"] - STALL_SINCE_US, max(ends), "stall"))
    for fault in evidence.injected(*STORE_WIDE):
        ends = [back_at(evidence, node, fault["until_us"] + noticed_us) for node in range(NODES)]
        whole.append(Span(fault["at_us"], max(ends), fault["kind"]))
    return own, whole


# Between a time that libfaketime adds to and the reading of what it adds, a process may have to wait for the processor.
STEP_IS_READ_WITHIN_US = 200_000


class Received:
    """When a row's request had come, by this machine's clock: rows tell it by their node's own, which may have stepped."""

    SLACK_US = 10_000

    def __init__(self, evidence):
        self.clients = {row["id"]: row for row in evidence.clients}
        self.steps = {node: [fault for fault in evidence.injected("node-clock") if fault["target"] == node]
                      for node in range(NODES)}

    def told_us(self, row):
        """None: neither this machine's clock nor a step that was injected then says what the row says."""
        client = self.clients.get(row["request_id"])
        if client is None:
            return row["received_at_us"]
        from_us, to_us = client["sent_us"] - self.SLACK_US, client["end_us"] + self.SLACK_US
        for fault in self.steps[row["node"]]:
            at_us = row["received_at_us"] - fault["step_us"]
            if from_us <= at_us <= to_us and fault["at_us"] <= at_us <= fault["until_us"] + STEP_IS_READ_WITHIN_US:
                return at_us
        at_us = row["received_at_us"]
        is_stepped = any(fault["stepped_us"] + STEP_IS_READ_WITHIN_US < at_us < fault["back_us"]
                         for fault in self.steps[row["node"]])
        return at_us if from_us <= at_us <= to_us and not is_stepped else None

    def at_us(self, row):
        told_us = self.told_us(row)
        return row["received_at_us"] if told_us is None else told_us


def away_spans(evidence, node):
    """While the process was killed or ending, until it had listened again for a while."""
    spans = []
    rows = evidence.incarnations(node)
    for ended, started in zip(rows, rows[1:]):
        spans.append(Span(ended["ended_us"] or started["started_us"], started["started_us"] + 3 * SECOND_US,
                          ended["why"] or "by itself"))
    for fault in evidence.injected("node-drain", "node-kill"):
        if fault["target"] == node:
            spans.append(Span(fault["at_us"] - 100_000, fault["until_us"] + 2 * SECOND_US, fault["kind"]))
    return spans


def provider_spans(evidence):
    """While any provider misbehaved, and a while after it, in which weir may find that out."""
    faults = evidence.injected("provider-mode", "provider-kill")
    return [Span(fault["at_us"] - 100_000, fault["until_us"] + 2 * SECOND_US, fault["kind"]) for fault in faults]


def key_spans(evidence, node, cut_off):
    """While the key `brief` may have been unknown or disabled on this node. `cut_off`: its spans without the store.

    Others hear of a change within a second, a node that was cut off when it is back, and one that was away, or was
    killed before it had written its copy, a moment after its start.
    """
    spans = []
    rows = evidence.incarnations(node)
    for fault in evidence.injected("admin-key"):
        if "away_from_us" not in fault:
            continue
        from_us, to_us = fault["away_from_us"], fault["until_us"] + 2 * SECOND_US
        to_us = max([to_us] + [span.to_us + SECOND_US for span in touching(cut_off, from_us, to_us)])
        spans.append(Span(from_us, to_us, fault["detail"]))
        spans += [Span(started["started_us"], started["started_us"] + 3 * SECOND_US, "start")
                  for ended, started in zip(rows, rows[1:])
                  if (ended["ended_us"] or 0) < to_us and from_us < started["started_us"]]
    return spans


def touching(spans, from_us, to_us):
    return [span for span in spans if span.touches(from_us, to_us)]
