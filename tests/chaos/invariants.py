"""What has to hold of requests, books and logs, whatever was injected. Pure; each check returns its findings as texts."""

import collections

import limits
from evidence import (NODES, SECOND_US, Received, away_spans, key_spans, provider_spans, store_spans, touching)

# What a kill -9 may lose of rows and counts: those of the second before it (config/operating.md), and of requests under way.
LOST_BY_KILL_US = 2 * SECOND_US
SHOWN = 8  # findings of one kind in a report


def shortened(findings):
    more = len(findings) - SHOWN
    return findings[:SHOWN] + ([f"… and {more} more of this kind"] if more > 0 else [])


def check_answers(evidence, _facts):
    """Each request has one end, the answer is its own, and a provider is asked for nothing that no client sent."""
    findings = []
    sent = collections.Counter(row["id"] for row in evidence.clients)
    findings += [f"{request_id} has {count} ends" for request_id, count in sent.items() if count > 1]
    by_worker = collections.defaultdict(set)
    for request_id in sent:
        worker, _, number = request_id.partition("-")
        by_worker[worker].add(int(number))
    for worker, numbers in by_worker.items():
        missing = set(range(1, max(numbers))) - numbers
        findings += [f"{worker}-{number} has no end" for number in sorted(missing)]
    for row in evidence.clients:
        if row["status"] == 200 and row["end"] == "whole":
            if row.get("answer_id") != row["id"]:
                findings.append(f"{row['id']} was given the answer to {row.get('answer_id')}")
            if row["kind"] == "stream" and not row.get("done"):
                findings.append(f"{row['id']} is a whole stream without its end")
        if row["end"] in ("malformed", "timeout"):
            findings.append(f"{row['id']}: {row['end']} {row.get('why', '')} at {row['end_us']}")
    findings += [f"a provider was asked for {row['request_id'] or 'nothing'}, which no client sent, at {row['received_us']}"
                 for row in evidence.providers if row["request_id"] not in sent]
    return shortened(findings)


def check_attempts(evidence, facts):
    """No request is executed twice, and none is sent to one provider twice or to more than three."""
    findings = []
    attempts = collections.defaultdict(list)
    for row in evidence.providers:
        attempts[row["request_id"]].append(row)
    for request_id, rows in attempts.items():
        executed = [row for row in rows if row["executed"]]
        if len(executed) > 1:
            findings.append(f"{request_id} was executed {len(executed)} times, at {executed[0]['received_us']} by "
                            f"{', '.join(row['at'] + ' ' + str(row['status']) for row in executed)}")
        at = collections.Counter(row["at"] for row in rows)
        findings += [f"{request_id} reached {provider} {count} times" for provider, count in at.items() if count > 1]
    facts["moved to another provider"] = sum(1 for rows in attempts.values() if len(rows) > 1)
    return shortened(findings)


def why_not(row, evidence, spans):
    """None where the end of this request follows from something injected, or is an ordinary one; else what it is."""
    own, whole, away, providers, key = spans
    status, from_us, to_us = row["status"], row["sent_us"], row["end_us"]
    node = row["node"]
    if row["end"] == "left" or row["end"] in ("malformed", "timeout"):
        return None  # on purpose; or another check's
    is_away = touching(away[node], from_us, to_us)
    if row["end"] in ("unreachable", "closed"):
        return None if is_away else f"{row['end']} ({row.get('why')})"
    troubled = touching(providers, from_us - SECOND_US, to_us)
    if row["end"] == "cut":
        return None if row["kind"] == "die" or is_away or troubled else f"cut ({row.get('why')}) after {status}"
    if status == 200 or (status == 429 and row.get("refused_by")):
        return None
    if status in (429, 500, 502, 503, 504) and (troubled or (row["kind"] == "die" and status == 502)):
        return None
    if status == 503 and (is_away or touching(whole + own[node], from_us, to_us)):
        return None
    if status == 401 and row["key"] == "brief" and touching(key[node], from_us, to_us):
        return None
    return f"{status} {row.get('refused_by', '')} {row.get('error', '')[:120]}"


def check_ends(evidence, facts):
    """Whatever is no answer from a provider and no refusal by a limit follows from something that was injected."""
    own, whole = store_spans(evidence)
    spans = (own, whole, [away_spans(evidence, node) for node in range(NODES)], provider_spans(evidence),
             [key_spans(evidence, node, own[node] + whole) for node in range(NODES)])
    counts, findings = collections.Counter(), []
    for row in evidence.clients:
        counts[f"{row['status']} {row['end']}"] += 1
        said = why_not(row, evidence, spans)
        if said:
            findings.append(f"{row['id']} at node {row['node']}, {row['sent_us']} to {row['end_us']}: {said}")
        if row["status"] == 429 and row.get("refused_by") and not row.get("retry_after_ms"):
            findings.append(f"{row['id']} was refused without a time to come back")
    facts["ends"] = dict(sorted(counts.items()))
    return shortened(findings)


# One question to the store may be under way when the time is up; it is answered, or times out, within this.
WAIT_ENDS_WITHIN_MS = 1_500


def check_waits(evidence, facts):
    """Nobody waits longer for room than its tier lets it, but for one question to the store."""
    findings, longest = [], 0
    for row in evidence.clients:
        waited_ms = int(row.get("waited_ms", 0))
        stopped = [fault for fault in evidence.injected("node-stop") if fault["target"] == row["node"]
                   and fault["at_us"] <= row["end_us"] and row["sent_us"] <= fault["until_us"]]
        stalled = [stall for stall in evidence.stalls if stall["from_us"] <= row["end_us"] and row["sent_us"] <= stall["to_us"]]
        if stopped or stalled:
            continue
        longest = max(longest, waited_ms)
        if waited_ms > limits.MAX_WAIT_MS + WAIT_ENDS_WITHIN_MS:
            findings.append(f"{row['id']} at node {row['node']} waited {waited_ms} ms until {row['end_us']}")
    facts["waited at most"] = f"{longest} ms of {limits.MAX_WAIT_MS}"
    return shortened(findings)


def kills(evidence, node):
    return [incarnation["ended_us"] for incarnation in evidence.incarnations(node)
            if incarnation["ended_us"] and incarnation["why"] == "kill -9"]


def check_rows(evidence, facts):
    """One row in the access log for each request that a node answered, but for what a kill -9 may have lost."""
    findings, lost = [], 0
    rows = collections.Counter(row["request_id"] for row in evidence.access)
    asked = {row["id"] for row in evidence.clients}
    findings += [f"{request_id} has {count} rows" for request_id, count in rows.items() if count > 1]
    findings += [f"a row for {request_id}, which no client sent" for request_id in rows if request_id not in asked]
    for row in evidence.clients:
        if not row["status"] or rows[row["id"]]:
            continue
        killed = [at_us for at_us in kills(evidence, row["node"])
                  if row["sent_us"] <= at_us and row["end_us"] >= at_us - LOST_BY_KILL_US]
        lost += 1
        if not killed:
            findings.append(f"{row['id']} was answered with {row['status']} by node {row['node']} and has no row")
    facts["rows"] = len(evidence.access)
    facts["rows lost by kill -9"] = lost
    return shortened(findings)


def is_decided(row):
    return row["store_mode"] != ""


BOOKED = ("requests", "admitted", "refused", "input_tokens", "output_tokens")


def booked_of(row):
    refused = 1 if "refused_by" in row else 0
    actual = row.get("actual", {"input": 0, "output": 0})
    return {"requests": 1, "admitted": 1 - refused, "refused": refused, "input_tokens": actual["input"],
            "output_tokens": actual["output"]}


def doubtful(evidence):
    """{key: amounts} that a kill -9 may have taken from the books, or from the log, or from both."""
    may, received = collections.defaultdict(collections.Counter), Received(evidence)
    for row in evidence.access:
        ended_us = received.at_us(row) + row["duration_us"]
        if is_decided(row) and any(0 <= at_us - ended_us <= LOST_BY_KILL_US for at_us in kills(evidence, row["node"])):
            may[row["key"]].update(booked_of(row))
    return may


def unlogged(evidence):
    """{key: amounts} of requests without a row, which the books may have: at most what they asked for."""
    rows = {row["request_id"] for row in evidence.access}
    may = collections.defaultdict(collections.Counter)
    for row in evidence.clients:
        if row["id"] not in rows and row["end"] != "unreachable":
            may[row["key"]].update({"requests": 1, "admitted": 1, "refused": 1, "input_tokens": 1000, "output_tokens": 40})
    return may


def check_books(evidence, facts):
    """Usage totals say what the access logs add up to: every settlement once."""
    usage = evidence.ends.get("usage")
    if usage is None:
        return ["usage was not told"]
    logged = collections.defaultdict(collections.Counter)
    for row in evidence.access:
        if is_decided(row):
            logged[row["key"]].update(booked_of(row))
    less, more = doubtful(evidence), unlogged(evidence)
    booked = {row["key"]: row for row in usage}
    findings = []
    for key in sorted(set(logged) | set(booked)):
        for member in BOOKED:
            has, wants = booked.get(key, {}).get(member, 0), logged[key][member]
            low, high = wants - less[key][member], wants + more[key][member]
            if not low <= has <= high:
                findings.append(f"{key}: {has} {member} in the books, {wants} in the logs (allowed {low} to {high})")
    facts["booked"] = {member: sum(row.get(member, 0) for row in usage) for member in BOOKED}
    facts["logged"] = {member: sum(of[member] for of in logged.values()) for member in BOOKED}
    return findings


def check_settlements(evidence, _facts):
    """What the client was told it used is what the row says was settled."""
    rows = {row["request_id"]: row for row in evidence.access}
    findings = []
    for client in evidence.clients:
        row = rows.get(client["id"])
        if row is None or client["status"] != 200 or client["end"] != "whole" or not client.get("usage"):
            continue
        actual = row.get("actual")
        if row["outcome"] != "served" or actual is None or [actual["input"], actual["output"]] != client["usage"]:
            findings.append(f"{client['id']} was told {client['usage']}, settled is {actual} ({row['outcome']})")
    return shortened(findings)


def check_alone(evidence, facts):
    """A node decides without Redis only where it was cut off from it."""
    own, whole = store_spans(evidence)
    findings, alone, received = [], collections.Counter(), Received(evidence)
    for row in evidence.access:
        if row["store_mode"] in ("", "redis"):
            continue
        alone[row["store_mode"]] += 1
        received_us = received.at_us(row)
        ended_us = received_us + row["duration_us"]
        # Who is refused for those that wait before it is given the last answer that these got.
        asked_us = min(received_us, row.get("decided_at_us", received_us))
        if not touching(whole + own[row["node"]], asked_us, ended_us):
            findings.append(f"{row['request_id']} at node {row['node']} was decided by {row['store_mode']} at "
                            f"{received_us}, while nothing kept it from Redis")
    facts["decided without Redis"] = dict(alone)
    return shortened(findings)


# What a node knows of Redis's clock is off by the time that an answer takes, at most; steps are longer by far.
STORE_TIME_IS_KNOWN_WITHIN_US = 2 * SECOND_US
# A refusal may be the last answer that those got who wait, and its node may have been stopped since.
REFUSAL_IS_KNOWN_FOR_US = 5 * SECOND_US


def check_dated(evidence, facts):
    """Decisions are dated by Redis's clock, rows by their node's, whatever steps that makes."""
    findings, received = [], Received(evidence)
    earliest = latest = stepped = 0
    for row in evidence.access:
        told_us, client = received.told_us(row), received.clients.get(row["request_id"])
        if told_us is None:
            findings.append(f"{row['request_id']} at node {row['node']}, {client['sent_us']} to {client['end_us']}: "
                            f"received at {row['received_at_us']} by the clock of its node")
        stepped += told_us is not None and told_us != row["received_at_us"]
        if client is None or not row.get("decided_at_us"):
            continue
        early_us, late_us = client["sent_us"] - row["decided_at_us"], row["decided_at_us"] - client["end_us"]
        earliest, latest = max(earliest, early_us), max(latest, late_us)
        may_be_early_us = REFUSAL_IS_KNOWN_FOR_US if "refused_by" in row else STORE_TIME_IS_KNOWN_WITHIN_US
        if early_us > may_be_early_us or late_us > STORE_TIME_IS_KNOWN_WITHIN_US:
            findings.append(f"{row['request_id']} at node {row['node']}, {client['sent_us']} to {client['end_us']}: "
                            f"decided at {row['decided_at_us']} ({row['store_mode']})")
    for row in evidence.providers:
        client = received.clients.get(row["request_id"])
        if client and row["decided_at_us"] and not (
                client["sent_us"] - STORE_TIME_IS_KNOWN_WITHIN_US <= int(row["decided_at_us"])
                <= client["end_us"] + STORE_TIME_IS_KNOWN_WITHIN_US):
            findings.append(f"{row['request_id']} at {row['at']}: decided at {row['decided_at_us']}, sent at {client['sent_us']}")
    steps = evidence.ends.get("why_no_steps") or f"{len(evidence.injected('node-clock'))}, {stepped} rows received meanwhile"
    facts["steps of clocks"] = steps
    facts["decided outside of their requests"] = f"{earliest / 1000:.1f} ms before at most, {latest / 1000:.1f} ms after"
    return shortened(findings)


# Words of error lines that say what was injected. Anything else at that level is a finding.
EXPLAINED_ERRORS = ()


def check_logs(evidence, facts):
    """No process ended by itself, and no log line tells of an error that nothing injected explains."""
    findings = []
    for name, incarnations in evidence.processes.items():
        for incarnation in incarnations:
            if incarnation["ended_us"] and not incarnation["why"]:
                findings.append(f"{name} ended by itself with {incarnation['code']} at {incarnation['ended_us']}")
            if incarnation["why"] == "SIGTERM" and incarnation["code"] != 0:
                findings.append(f"{name} ended with {incarnation['code']} after SIGTERM at {incarnation['ended_us']}")
            if incarnation["why"] == "did not end after SIGTERM":
                findings.append(f"{name} did not end after SIGTERM, killed at {incarnation['ended_us']}")
    levels = collections.Counter()
    for row in evidence.logs:
        level, message = row.get("level", ""), row.get("message", "")
        levels[level] += 1
        is_bad = level in ("error", "critical") or "unforeseen" in message
        if is_bad and not any(words in message for words in EXPLAINED_ERRORS):
            findings.append(f"node {row['node']} at {row.get('time')}: {level}: {message}")
    findings += [f"{name} printed: {text[:200]}" for name, text in evidence.other_errors]
    facts["log lines"] = dict(levels)
    return shortened(findings)


ZERO_AT_THE_END = ("weir_reservations_in_flight", "weir_waiting", "weir_connections_open", "weir_buffered_bytes",
                   "weir_reservations_dropped_total", "weir_store_uncopied_total", "weir_log_lines_dropped_total")
# Kept connections to providers and to Redis, and their wake-ups, by now and then.
MORE_DESCRIPTORS = 4
MORE_MEMORY_BYTES = 24 << 20


def check_left(evidence, facts):
    """Nothing is left over: reservations, who waits, connections, descriptors, memory; and all is exact again."""
    findings = []
    ends = evidence.ends
    if not ends.get("settled"):
        findings.append("not all nodes were ready over an exact store within a minute after the last fault")
    for node, (before, after) in enumerate(zip(ends.get("before", []), ends.get("after", []))):
        for name, value in after["metrics"].items():
            if name.partition("{")[0] in ZERO_AT_THE_END and value:
                findings.append(f"node {node}: {name} is {value:g} at the end")
        if after["mode"] != "redis" or not after["ready"]:
            findings.append(f"node {node} decides by {after['mode']}, ready: {after['ready']}")
        if after["descriptors"] > before["descriptors"] + MORE_DESCRIPTORS:
            findings.append(f"node {node} has {after['descriptors']} descriptors, {before['descriptors']} before the load")
        warm = before.get("warm_bytes") or before["bytes"]
        if after["bytes"] > warm + MORE_MEMORY_BYTES:
            findings.append(f"node {node} takes {after['bytes'] >> 20} MiB, {warm >> 20} when it was warm")
        facts[f"node {node}"] = {"descriptors": [before["descriptors"], after["descriptors"]],
                                 "MiB": [before["bytes"] >> 20, warm >> 20, after["bytes"] >> 20]}
    for name, used in ends.get("used", {}).items():
        if used:
            findings.append(f"{name} still holds {used} after every window has passed")
    return findings
