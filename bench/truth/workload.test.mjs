// The workload is what its seed says, and what programs and clients say is read rightly.
import assert from 'node:assert/strict';
import test from 'node:test';
import { retryAfter } from './client.mjs';
import { limits } from './limits.mjs';
import { parseOptions } from './options.mjs';
import { sumOfBuckets } from './programs/nginx_lua.mjs';
import { parse } from './redis.mjs';
import { bodyOf, phase_s, rows, schedule } from './workload.mjs';

const row = (name) => rows.find((one) => one.name === name);

test('a seed decides everything, and another seed something else', () => {
    for (const one of rows) {
        const calls = schedule(one, 1, 1_795_747_000_000);
        assert.deepEqual(schedule(one, 1, 1_795_747_000_000), calls);
        assert.notDeepEqual(schedule(one, 2, 1_795_747_000_000), calls);
        const until_ms = phase_s[one.phase] * 1000;
        assert.ok(calls.every(({ at_ms }, at) => at_ms >= (calls[at - 1]?.at_ms ?? 0) && at_ms < until_ms));
        assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length);
    }
});

test('bursts lie around full minutes of the clock, more than the limit on either side', () => {
    const begin_ms = 1_795_747_010_000;
    const calls = schedule(row('edge-clock'), 1, begin_ms);
    const seconds = calls.map(({ at_ms }) => (begin_ms + at_ms) / 1000 % 60);
    assert.ok(seconds.every((second) => second >= 58 || second < 2));
    assert.ok(calls.filter((_, at) => seconds[at] >= 58).length >= 3 * 1.09 * limits.requests);
});

test('rows that ask for twice the limit do', () => {
    assert.equal(schedule(row('steady'), 1, 0).filter(({ at_ms }) => at_ms < 60_000).length, 2 * limits.requests);
    for (const name of ['heavy', 'streams', 'no-usage', 'disconnects']) {
        const tokens = schedule(row(name), 1, 0).reduce((sum, { knobs }) => sum + knobs.tokens, 0);
        const demand = tokens / (limits.output * phase_s.load / 60);
        assert.ok(demand > 1.7 && demand < 2.3, `${name}: ${demand}`);
    }
});

test('about one in ten leaves, and two in five are answered with an error', () => {
    const part = (name, condition) => {
        const calls = schedule(row(name), 1, 0);
        return calls.filter(condition).length / calls.length;
    };
    assert.ok(Math.abs(part('disconnects', (call) => call.leave_after_events) - 0.1) < 0.05);
    assert.ok(Math.abs(part('errors', (call) => call.knobs.status) - 0.4) < 0.06);
});

test('bodies ask streams for their usage', () => {
    const body = JSON.parse(bodyOf({ max_tokens: 5, words: 3, stream: true }));
    assert.deepEqual(body.stream_options, { include_usage: true });
    assert.equal(body.messages[0].content.split(' ').length, 3);
});

test('Retry-After in ms, the finer one first', () => {
    assert.equal(retryAfter({ 'retry-after': '3' }), 3000);
    assert.equal(retryAfter({ 'retry-after': '3', 'retry-after-ms': '2500' }), 2500);
    assert.equal(retryAfter({}), null);
    assert.equal(retryAfter({ 'retry-after': 'Fri, 27 Nov 2026 02:00:00 GMT' }), null);
});

test('answers of Redis', () => {
    assert.deepEqual(parse('*3\r\n$1\r\na\r\n:7\r\n$-1\r\n'), [['a', 7, null], 20]);
    assert.equal(parse('*2\r\n$1\r\na\r\n'), undefined);
    assert.equal(parse('$5\r\nab'), undefined);
    assert.throws(() => parse('-ERR no\r\n'), /ERR no/);
});

test("nginx's buckets count while they are younger than the window", () => {
    const words = ['r', '9', 'r40', '2', 'r41', '3', 'o41', '50', 'first', '40'];
    assert.deepEqual(sumOfBuckets(words, 100, 60), { requests: 3, input: 0, output: 50 });
});

test('options: lists are checked, and keep their order', () => {
    assert.deepEqual(parseOptions(['--nodes', '4,1', '--rows', 'heavy,steady']).rows, ['steady', 'heavy']);
    assert.throws(() => parseOptions(['--rows', 'stead']), /no stead among/);
    assert.throws(() => parseOptions(['--sed', '1']), /what is --sed/);
    assert.deepEqual(parseOptions(['--quick']).nodes, [4]);
});
