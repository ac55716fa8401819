"""Never over: charges as the providers and the access logs date them, against what limiter.md allows. Pure."""

import collections
import math

import limits
from evidence import SECOND_US, Received, store_spans, touching
from schedule import NODES

# A lowered limit is held against the former one for so long: nodes that were cut off hear of it when they are back.
CHANGE_IS_KNOWN_WITHIN_US = 10 * SECOND_US


def admitted(evidence):
    """{id: (decided_us, key, node, row of a provider or None)} of what stays charged as a request."""
    asked = {row["id"]: row for row in evidence.clients}
    found = {}
    for row in evidence.providers:
        client = asked.get(row["request_id"])
        if client and row["decided_at_us"]:
            found[row["request_id"]] = (int(row["decided_at_us"]), client["key"], client["node"], row)
    for row in evidence.access:
        if row["outcome"] == "served" and row.get("decided_at_us") and row["request_id"] not in found:
            found[row["request_id"]] = (row["decided_at_us"], row["key"], row["node"], None)
    return found


def charges(evidence, dimension):
    """{key: [(at_us, amount, node)]}, sorted. Output is dated when it was produced, all else when it was decided."""
    of_key = collections.defaultdict(list)
    for decided_us, key, node, row in admitted(evidence).values():
        if dimension == "requests":
            of_key[key].append((decided_us, 1, node))
        elif row is not None and dimension == "input_tokens" and row["executed"]:
            of_key[key].append((decided_us, row["input_tokens"], node))
    if dimension == "output_tokens":
        asked = {row["id"]: row for row in evidence.clients}
        for row in evidence.providers:
            client = asked.get(row["request_id"])
            if client:
                of_key[client["key"]] += [(at_us, count, client["node"]) for at_us, count in row["produced"]]
    return {key: sorted(events) for key, events in of_key.items()}


def windows(events, window_us):
    """(from_us, to_us, sum) of the half-open windows that end with an event."""
    first = total = 0
    for at_us, amount, _ in events:
        total += amount
        while events[first][0] <= at_us - window_us:
            total -= events[first][1]
            first += 1
        yield at_us - window_us, at_us, total


def most_in_a_window(events, window_us, from_us, to_us):
    inside = [event for event in events if from_us <= event[0] <= to_us]
    return max((total for _, _, total in windows(inside, window_us)), default=0)


class LimitInTime:
    """The highest value that a ledger's limit may have had on any node."""

    def __init__(self, evidence, ledger, limit):
        self.changes = []  # (from_us, to_us, value)
        faults = sorted(evidence.injected(ledger.changed_by), key=lambda fault: fault["at_us"]) if ledger.changed_by else []
        value, since_us = limit.limit, 0
        for fault in faults:
            if fault["kind"] == "admin-override":
                raised = math.ceil(limit.limit * float(fault["detail"]))
                if fault.get("status") != 0 and fault.get("status", 0) >= 400:
                    continue
                self.changes.append((fault["at_us"], fault["override_until_us"], raised))
                continue
            new = limits.REQUESTS_LOW if fault["detail"] == "low" else limits.REQUESTS_HIGH
            status = fault.get("status", 0)
            if 200 <= status < 300:
                self.changes.append((since_us, fault["until_us"], value))
                value, since_us = new, fault["at_us"]
            elif status in (0, 503):  # it may have been made
                self.changes.append((fault["at_us"], 1 << 62, new))
        self.changes.append((since_us, 1 << 62, value))
        if ledger.changed_by == "admin-override":
            self.changes.append((0, 1 << 62, limit.limit))

    def most(self, from_us, to_us):
        known_us = from_us - CHANGE_IS_KNOWN_WITHIN_US
        return max(value for since_us, until_us, value in self.changes if since_us <= to_us and known_us <= until_us)


class Allowance:
    """What a window may hold, by what was done to the store meanwhile."""

    def __init__(self, evidence):
        self.own, self.whole = store_spans(evidence)
        self.starts = [incarnation["started_us"] for node in range(NODES)
                       for incarnation in evidence.incarnations(node)[1:]]

    def of(self, from_us, to_us, limit, held_by):
        """(bound, why). `held_by`: what a node had charged in a window within a span, at the most (J)."""
        share = limit / NODES
        whole = touching(self.whole, from_us, to_us)
        cut = {node: touching(self.own[node], from_us, to_us) for node in range(NODES)}
        cut = {node: spans for node, spans in cut.items() if any(span.why != "start" for span in spans)}
        if not whole and not cut:
            return limit, "undisturbed"
        restarts = sum(1 for started_us in self.starts if 2 * from_us - to_us <= started_us <= to_us)
        bound = (2 - 1 / NODES) * limit if whole else limit
        bound += sum(max(share, max(held_by(node, span) for span in spans)) for node, spans in cut.items())
        bound += restarts * share
        why = "store lost" if whole else ""
        return math.floor(bound), why + (" " if why else "") + f"{len(cut)} cut off, {restarts} restarted"


def check_ledger(evidence, allowance, ledger, limit, events, facts):
    window_us = limit.window_s * SECOND_US
    in_time = LimitInTime(evidence, ledger, limit)
    name = f"{ledger.name} {limit.dimension}/{limit.window_s}s"
    most = facts.setdefault(name, {"limit": limit.limit, "most": 0, "undisturbed": 0.0, "disturbed": 0.0})
    findings = []

    def held_by(node, span):
        if limit.dimension != "requests":
            return limit.limit
        of_node = [event for event in events if event[2] == node]
        held_us = window_us + math.ceil(window_us / 120)
        return most_in_a_window(of_node, held_us, span.from_us - held_us, min(span.to_us, span.from_us + 5 * SECOND_US))

    for from_us, to_us, total in windows(events, window_us):
        value = in_time.most(from_us, to_us)
        most["most"] = max(most["most"], total)
        if total <= value:
            disturbed = touching(allowance.whole, from_us, to_us)
            kind = "disturbed" if disturbed else "undisturbed"
            most[kind] = max(most[kind], total / value)
            continue
        bound, why = allowance.of(from_us, to_us, value, held_by)
        kind = "undisturbed" if why == "undisturbed" else "disturbed"
        most[kind] = max(most[kind], total / value)
        if total > bound:
            findings.append(f"{name}: {total} in the window that ends at {to_us}, allowed {bound} of limit {value} ({why})")
    return findings


def check_limits(evidence, facts):
    """No window of any ledger holds more than what limiter.md allows for what was done to it."""
    allowance = Allowance(evidence)
    by_dimension = {dimension: charges(evidence, dimension) for dimension in ("requests", "input_tokens", "output_tokens")}
    findings = []
    for ledger in limits.ledgers():
        for limit in ledger.limits:
            of_key = by_dimension[limit.dimension]
            events = sorted(event for key in ledger.keys for event in of_key.get(key, []))
            findings += check_ledger(evidence, allowance, ledger, limit, events, facts)[:5]
    return findings


def incarnation_of(evidence, node, at_us):
    """Which start of the node's process that was."""
    return sum(1 for incarnation in evidence.incarnations(node) if incarnation["started_us"] <= at_us)


# Until then a store that has lost its heartbeats has heard from all nodes again, those that were away included.
ALL_ARE_KNOWN_WITHIN_US = 60 * SECOND_US


def nodes_known(evidence, node, at_us):
    """How many nodes this one divides limits by. One that was started after the store had forgotten how many there were
    cannot know of those that have not told since: it is judged by the number that it showed."""
    started_us = max(row["started_us"] for row in evidence.incarnations(node) if row["started_us"] <= at_us)
    forgotten = [fault for fault in evidence.injected("store-flush", "store-restart", "failover", "slot-move")
                 if fault["at_us"] <= started_us <= fault["until_us"] + ALL_ARE_KNOWN_WITHIN_US]
    if not forgotten or len(evidence.incarnations(node)) == 1:
        return NODES
    shown = [row["nodes"] for row in evidence.modes if row["node"] == node and row.get("nodes")
             and abs(row["at_us"] - at_us) < SECOND_US]
    return max(1, min([NODES, *shown]))


def check_shares(evidence, facts):
    """A node that decides by itself never has more than its part of a limit in its own window."""
    modes = {row["request_id"]: row["store_mode"] for row in evidence.access}
    findings, alone, fullest = [], 0, 0.0
    for ledger in limits.ledgers():
        for limit in ledger.limits:
            if limit.dimension != "requests":
                continue
            in_time = LimitInTime(evidence, ledger, limit)
            of_process = collections.defaultdict(list)
            for request_id, (at_us, key, node, _) in admitted(evidence).items():
                if key in ledger.keys:
                    of_process[node, incarnation_of(evidence, node, at_us)].append((at_us, 1, request_id))
            for (node, _), events in of_process.items():
                events.sort()
                for (from_us, to_us, total), (_, _, request_id) in zip(windows(events, limit.window_s * SECOND_US), events):
                    if modes.get(request_id) != "local":
                        continue
                    alone += 1
                    part = math.ceil(in_time.most(from_us, to_us) / NODES)
                    fullest = max(fullest, total / part)
                    if total > part:
                        part = math.ceil(in_time.most(from_us, to_us) / nodes_known(evidence, node, to_us))
                    if total > part:
                        findings.append(f"{ledger.name}: node {node} admitted {request_id} at {to_us} by itself as the "
                                        f"{total}th in {limit.window_s} s, its part is {part}")
    facts["admitted without Redis"] = f"{alone}, at most {fullest:.2f} of the node's part"
    return findings[:8]


def check_kept(evidence, facts):
    """What a node that is still alive has charged is in the store, whatever this has lost meanwhile."""
    kept = evidence.ends.get("kept", {})
    since = {node: evidence.incarnations(node)[-1]["started_us"] for node in range(NODES)}
    charged, received = collections.Counter(), Received(evidence)
    for at_us, key, node, _ in admitted(evidence).values():
        if key == limits.KEPT_KEY and at_us > since[node]:
            charged["requests"] += 1
    for row in evidence.access:
        if row["key"] != limits.KEPT_KEY or row["outcome"] != "served" or received.at_us(row) <= since[row["node"]]:
            continue
        charged["input_tokens"] += row.get("actual", {}).get("input", 0)
        charged["output_tokens"] += row.get("actual", {}).get("output", 0)
    facts["charged by nodes that live, kept in Redis"] = {name: f"{charged[name]}, {kept.get(name)}" for name in charged}
    return [f"{amount} {name} were charged to {limits.KEPT_KEY}, the store holds {kept.get(name)}"
            for name, amount in charged.items() if kept.get(name, 0) < amount]
