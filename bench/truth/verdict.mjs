// What one row says about one program: its provider's log and its clients' notes, held against the limits.
import { mostInAWindow, percentile, roomAt, sumBetween, surelyInAWindow, usableShare } from './judge.mjs';
import { limits, window_us } from './limits.mjs';

export const rowOf = (id) => id.slice(0, id.lastIndexOf('-'));

/// The log's lines that belong to a call, by row.
export function recordsByRow(text) {
    const rows = new Map();
    for (const line of text.split('\n')) {
        if (line === '') continue;
        const record = JSON.parse(line);
        if (!record.mock_id) continue;
        const row = rowOf(record.mock_id);
        if (!rows.has(row)) rows.set(row, []);
        rows.get(row).push(record);
    }
    return rows;
}

/// Events of each dimension: a request and its input when the provider received them, output when it was produced.
export function eventsOf(records, entries) {
    const sent = new Map(entries.map((entry) => [entry.id, entry]));
    const requests = [], input = [], output = [];
    for (const record of records) {
        const from_us = sent.get(record.mock_id)?.from_us ?? record.received_us;
        requests.push({ at_us: record.received_us, from_us, amount: 1 });
        input.push({ at_us: record.received_us, from_us, amount: record.input_tokens });
        for (const [at_us, amount] of record.produced) output.push({ at_us, from_us, amount });
    }
    return { requests, input, output, total: [...input, ...output] };
}

const percent = (part, whole) => 100 * part / whole;

function worstWindows(dimensions, events, records) {
    const worst = {}, surely = {};
    for (const dimension of dimensions) {
        worst[dimension] = percent(mostInAWindow(events[dimension], window_us), limits[dimension]);
        surely[dimension] = percent(surelyInAWindow(events[dimension], window_us), limits[dimension]);
    }
    const most = (percents) => (dimensions.length === 0 ? null : Math.max(...Object.values(percents)));
    const decided = records.filter((record) => record.decided_at_us !== '')
        .map((record) => ({ at_us: Number(record.decided_at_us), amount: 1 }));
    return {
        worst_percent: worst,
        worst: most(worst),
        surely_percent: surely,
        surely: most(surely),
        decided_requests_percent:
            decided.length === 0 ? null : percent(mostInAWindow(decided, window_us), limits.requests),
    };
}

/// What the window held at the most while a refusal was decided. An answer that is under way counts with its bound.
export function heldAt(refusal, records, sent) {
    const since_us = refusal.from_us - window_us;
    const held = { requests: 0, input: 0, output: 0 };
    for (const record of records) {
        const entry = sent.get(record.mock_id);
        if ((entry?.from_us ?? record.received_us) > refusal.until_us) continue;
        if (record.received_us > since_us) {
            held.requests += 1;
            held.input += record.input_tokens;
        }
        const produced = record.produced.reduce((sum, [at_us, tokens]) => sum + (at_us > since_us ? tokens : 0), 0);
        const under_way = record.ended_us > refusal.from_us && record.status === 200;
        held.output += under_way ? Math.max(produced, entry?.bound ?? 0) : produced;
    }
    held.total = held.input + held.output;
    return held;
}

const demandOf = (entry) =>
    ({ requests: 1, input: entry.input, output: entry.bound, total: entry.input + entry.bound });

export function hadRoom(refusal, dimensions, records, sent) {
    const held = heldAt(refusal, records, sent), demand = demandOf(refusal);
    return dimensions.every((dimension) => held[dimension] + demand[dimension] <= limits[dimension]);
}

/// How true Retry-After was: of each refusal that told one, whether the client was admitted when it came back, and how
/// much later than the log's own window had room that was.
export function judgeReturns(entries, dimensions, events) {
    const told = entries.filter((entry) => entry.told_us !== undefined && entry.returned !== undefined);
    const late_s = [], early_s = [];
    for (const entry of told) {
        const demand = demandOf(entry);
        const room_us = Math.max(...dimensions.map((dimension) => roomAt(
            events[dimension].filter((event) => event.at_us <= entry.until_us), entry.until_us, window_us,
            limits[dimension], demand[dimension]) ?? entry.until_us));
        if (entry.returned.status === 200) late_s.push((entry.told_us - room_us) / 1e6);
        else if (entry.admitted_us !== undefined) early_s.push((entry.admitted_us - entry.told_us) / 1e6);
    }
    const extreme = (which, values) => (values.length === 0 ? null : which(...values));
    return {
        returned: told.length,
        admitted_on_return: told.filter((entry) => entry.returned.status === 200).length,
        late_s: {
            median: percentile(late_s, 0.5), least: extreme(Math.min, late_s), most: extreme(Math.max, late_s),
        },
        early_s: { median: percentile(early_s, 0.5), most: extreme(Math.max, early_s) },
        without_retry_after: entries.filter((entry) => entry.status === 429 && entry.retry_after_ms === null).length,
    };
}

/// A program's own books against the log, over the time that the books speak of: 1 where they agree.
export function judgeBooks(books, dimensions, events) {
    if (!books) return null;
    const from_us = books.since_us ?? books.read_us - window_us;
    const ratios = {};
    for (const dimension of dimensions) {
        if (books[dimension] === undefined || !Number.isFinite(books[dimension])) continue;
        const produced = sumBetween(events[dimension], from_us, books.read_us);
        ratios[dimension] = { books: books[dimension], log: produced };
    }
    return ratios;
}

/// `row`: of workload.mjs. `entries`: of its clients. `records`: of its provider. `books`: read at its end.
export function judge(row, program, entries, records, books) {
    const { dimensions } = program;
    const events = eventsOf(records, entries);
    const sent = new Map(entries.map((entry) => [entry.id, entry]));
    const arrived = new Set(records.map((record) => record.mock_id));
    const refusals = entries.filter((entry) => entry.status === 429 && !arrived.has(entry.id));
    const binds = dimensions.includes(row.binds) ? row.binds
        : row.binds === 'output' && dimensions.includes('total') ? 'total' : null;
    const begin_us = Math.min(...entries.map((entry) => entry.from_us));
    return {
        row: row.name, binds,
        sent: entries.length, received: records.length, refused: refusals.length,
        neither: entries.filter((entry) => !arrived.has(entry.id) && entry.status !== 429).length,
        ...worstWindows(dimensions, events, records),
        usable_share: row.twice && binds
            ? percent(usableShare(events[binds], begin_us, 3, window_us, limits[binds]), 1) : null,
        refused_with_room: refusals.filter((refusal) => hadRoom(refusal, dimensions, records, sent)).length,
        longest_way_ms: records.reduce((most, record) =>
            Math.max(most, (record.received_us - (sent.get(record.mock_id)?.from_us ?? record.received_us)) / 1000), 0),
        returns: row.interval_ms ? judgeReturns(entries, dimensions, events) : null,
        books: judgeBooks(books, dimensions, events),
    };
}
