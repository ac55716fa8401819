// Verdicts over small logs.
import assert from 'node:assert/strict';
import test from 'node:test';
import { limits, window_us } from './limits.mjs';
import { eventsOf, hadRoom, judge, judgeBooks, judgeReturns, recordsByRow, rowOf } from './verdict.mjs';

const second = 1_000_000;
const record = (id, received_us, more = {}) => ({
    mock_id: id, received_us, ended_us: received_us + 1000, input_tokens: 3, produced: [[received_us + 500, 8]],
    status: 200, decided_at_us: '', ...more,
});
const entry = (id, from_us, more = {}) => ({
    id, row: rowOf(id), input: 3, bound: 16, from_us, until_us: from_us + 2000, status: 200, retry_after_ms: null,
    ...more,
});
const program = { dimensions: ['requests', 'input', 'output'] };
const row = { name: 'a-row', binds: 'requests', twice: true };

/// One call each `gap_us`, all received.
const steady = (count, gap_us) => ({
    entries: Array.from({ length: count }, (_, n) => entry(`a-row-${n}`, n * gap_us)),
    records: Array.from({ length: count }, (_, n) => record(`a-row-${n}`, n * gap_us + 100)),
});

test('a log is read by row, and what is no call of ours is left out', () => {
    const log = [record('a-row-1', 5), record('other-2', 6), record('', 7)].map((one) => JSON.stringify(one))
        .join('\n');
    const rows = recordsByRow(`${log}\n`);
    assert.deepEqual([...rows.keys()], ['a-row', 'other']);
});

test('at the limit a row holds, one call more and it does not', () => {
    const gap_us = window_us / limits.requests;
    const fits = steady(3 * limits.requests, gap_us);
    const verdict = judge(row, program, fits.entries, fits.records, null);
    assert.equal(verdict.worst_percent.requests, 100);
    assert.ok(verdict.surely <= 100);
    assert.equal(verdict.usable_share, 100);
    const entries = [...fits.entries, entry('a-row-x', 1)];
    const over = judge(row, program, entries, [...fits.records, record('a-row-x', 150)], null);
    assert.ok(over.worst > 100);
});

test('tokens count when they were produced', () => {
    const records = [record('a-row-1', 0, { produced: [[0, limits.output], [window_us, 1]] })];
    assert.equal(judge(row, program, [entry('a-row-1', 0)], records, null).worst_percent.output, 100);
    records[0].produced[1][0] -= 1;
    assert.ok(judge(row, program, [entry('a-row-1', 0)], records, null).worst_percent.output > 100);
});

test("a provider's 429 is no refusal of the program", () => {
    const entries = [429, 429, 0].map((status, at) => entry(`a-row-${at + 1}`, 0, { status }));
    const verdict = judge(row, program, entries, [record('a-row-1', 100, { status: 429 })], null);
    assert.deepEqual([verdict.refused, verdict.received, verdict.neither], [1, 1, 1]);
});

test('a refusal had room if even all that may have been decided by then left some', () => {
    const { entries, records } = steady(limits.requests, 1000);
    const sent = new Map(entries.map((one) => [one.id, one]));
    const at = (from_us) => hadRoom(entry('a-row-r', from_us, { status: 429 }), program.dimensions, records, sent);
    assert.equal(at(second), false);
    assert.equal(at(window_us - second), false);
    assert.equal(at(window_us + 200), true, 'the first has left');
});

test('an answer under way counts with its bound', () => {
    const records = [record('a-row-1', 0, { ended_us: 10 * second, produced: [[5 * second, 8]] })];
    const sent = new Map([['a-row-1', entry('a-row-1', 0, { bound: limits.output })]]);
    const at = (from_us) => hadRoom(entry('a-row-r', from_us), program.dimensions, records, sent);
    assert.equal(at(2 * second), false);
    assert.equal(at(11 * second), true);
});

test('a client that comes back is admitted, late by what the log shows, or too early', () => {
    const { entries, records } = steady(limits.requests, 1000);
    const told_us = window_us + second;
    const refusal = entry('a-row-r', second, {
        status: 429, retry_after_ms: 1, told_us, returned: { status: 200 }, admitted_us: told_us,
    });
    const events = eventsOf(records, entries);
    const good = judgeReturns([refusal], ['requests'], events);
    assert.equal(good.admitted_on_return, 1);
    assert.ok(Math.abs(good.late_s.median - 1) < 0.001);
    const again = { ...refusal, returned: { status: 429 }, admitted_us: told_us + 3 * second };
    const early = judgeReturns([again], ['requests'], events);
    assert.equal(early.admitted_on_return, 0);
    assert.equal(early.early_s.median, 3);
});

test('books are held against the time that they speak of', () => {
    const events = eventsOf([record('a-row-1', 0), record('a-row-2', window_us)], []);
    const books = { read_us: window_us + second, requests: 1 };
    assert.deepEqual(judgeBooks(books, ['requests'], events).requests, { books: 1, log: 1 });
    assert.deepEqual(judgeBooks({ ...books, since_us: 0 }, ['requests'], events).requests, { books: 1, log: 2 });
    assert.equal(judgeBooks(null, ['requests'], events), null);
});
