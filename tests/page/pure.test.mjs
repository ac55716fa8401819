// What the page reckons without a browser: limits as documents, changes of them, and numbers as text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldBackText, reachedText, recommendedText } from '../../src/admin/page/forecast_text.js';
import { compact, duration, limitText, milliseconds, percent } from '../../src/admin/page/format.js';
import { goneNodes, storeState, upstreamState, verdict } from '../../src/admin/page/health.js';
import {
    keyPatch,
    limitsOfList,
    listOfLimits,
    notTaken,
    overrideText,
    raisedLimits,
} from '../../src/admin/page/limits.js';

test('limits go to a list and back', () => {
    const limits = {
        rpm: 20,
        otpm: 500,
        more: [
            { dimension: 'requests', limit: 500, window: '1d' },
            { dimension: 'total_tokens', limit: 9, window: '1m', enforce: false },
        ],
    };
    assert.deepEqual(limitsOfList(listOfLimits(limits)), limits);
    assert.deepEqual(listOfLimits(undefined), []);
    assert.ok(listOfLimits({ rpm: 1, enforce: false }).every((entry) => !entry.enforced));
});

test('requests in flight have no window, and stand beside the others', () => {
    const limits = { rpm: 20, max_in_flight: 8 };
    assert.deepEqual(listOfLimits(limits)[1], { dimension: 'in_flight', window: '', limit: 8, enforced: true });
    assert.deepEqual(limitsOfList(listOfLimits(limits)), limits);
    // In shadow mode beside one that is enforced.
    const mixed = {
        max_in_flight: 8,
        more: [{ dimension: 'requests', limit: 20, window: '1m', enforce: true }],
        enforce: false,
    };
    assert.deepEqual(limitsOfList(listOfLimits(mixed)), mixed);
    assert.deepEqual(
        listOfLimits(mixed).map((entry) => entry.enforced),
        [false, true],
    );
    const levels = [
        { dimension: 'requests', window: '1m', limit: 20 },
        { dimension: 'in_flight', window: '', limit: 8 },
    ];
    assert.deepEqual(raisedLimits({ levels, dimension: 'in_flight', window: '', limit: 16 }), { max_in_flight: 16 });
    assert.equal(overrideText({ limits }), '20 requests per minute, 8 requests in flight');
    assert.equal(limitText('upstream/in_flight'), 'requests in flight');
});

test('raising one limit keeps the other windows of its dimension, and the other dimensions of an override', () => {
    const levels = [
        { dimension: 'requests', window: '1m', limit: 20 },
        { dimension: 'requests', window: '1d', limit: 500 },
        { dimension: 'output_tokens', window: '1m', limit: 7 },
    ];
    assert.deepEqual(raisedLimits({ levels, dimension: 'requests', window: '1m', limit: 40 }), {
        rpm: 40,
        more: [{ dimension: 'requests', limit: 500, window: '1d' }],
    });
    assert.deepEqual(
        raisedLimits({
            levels,
            dimension: 'requests',
            window: '1d',
            limit: 900,
            existing: { limits: { otpm: 14, rpm: 1 } },
        }),
        { otpm: 14, more: [{ dimension: 'requests', limit: 900, window: '1d' }], rpm: 20 },
    );
});

test('a change of a key says what changes, limits whole', () => {
    assert.equal(
        keyPatch({ tier: 'a', group: null, limits: { rpm: 1 } }, { tier: 'a', limits: { rpm: 1 } }),
        undefined,
    );
    assert.deepEqual(keyPatch({ tier: 'a', group: 'g', limits: {} }, { tier: 'b' }), { tier: 'b', group: null });
    assert.deepEqual(keyPatch({ limits: { rpm: 1, otpm: 5 } }, { limits: { rpm: 2 } }), {
        limits: { otpm: null, rpm: 2 },
    });
    assert.deepEqual(keyPatch({ limits: { rpm: 1 } }, {}), { limits: null });
    assert.deepEqual(
        notTaken({ tier: 'a', limits: { rpm: 1 } }, { tier: 'a', group: 'g', limits: { rpm: 1, otpm: 2 } }),
        ['group', 'limits'],
    );
    assert.deepEqual(notTaken({ limits: { otpm: 2, rpm: 1 } }, { limits: { rpm: 1, otpm: 2 } }), []);
});

test('an override in words', () => {
    assert.equal(overrideText({ factor: 2 }), 'every limit × 2');
    assert.equal(overrideText({ limits: { itpm: 18000 } }), '18,000 input tokens per minute');
});

test('numbers as text', () => {
    assert.deepEqual([0, 7, 9999, 12345, 4560000, 2.345, 0.5].map(compact), [
        '0',
        '7',
        '9,999',
        '12.3k',
        '4.56M',
        '2.35',
        '0.5',
    ]);
    assert.deepEqual(
        [milliseconds(0.21), milliseconds(812.4), milliseconds(4100), milliseconds(null)],
        ['0.21 ms', '812 ms', '4.1 s', '–'],
    );
    assert.deepEqual(
        [duration(4000), duration(125_000), duration(3_600_000 * 7 + 60_000)],
        ['4 s', '2 min 5 s', '7 h 1 min'],
    );
    assert.deepEqual([percent(1, 1000), percent(480, 500), percent(3, 0)], ['<1%', '96%', '100%']);
    assert.equal(limitText('key/output_tokens/1m'), 'output tokens per minute');
    assert.equal(limitText('group/requests/15m'), 'requests per 15 minutes');
});

const well = () => ({
    store: { mode: 'redis', remark: '' },
    nodes: [{ name: 'a', ready: true, draining: false, remark: '', age_ms: 0, config_hash: 'x' }],
    upstreams: [{ name: 'u', healthy: true }],
    rates: { requests: 100, errors: 0, refused: 0 },
});
test('whether it is well', () => {
    assert.equal(verdict(well()).kind, 'good');
    const cases = [
        ['warn', (f) => (f.store.mode = 'local')],
        ['bad', (f) => (f.store.mode = 'closed')],
        ['bad', (f) => (f.store.mode = 'open')],
        ['bad', (f) => (f.nodes[0].ready = false)],
        ['warn', (f) => (f.nodes[0].draining = true)],
        ['warn', (f) => (f.nodes[0].age_ms = 2500)],
        ['bad', (f) => (f.upstreams[0].healthy = false)],
        ['warn', (f) => f.upstreams.push({ name: 'v', healthy: false })],
        ['warn', (f) => (f.upstreams[0].ejected = true)],
        ['warn', (f) => f.nodes.push({ ...f.nodes[0], name: 'b', config_hash: 'y' })],
        ['warn', (f) => (f.rates.errors = 9)],
        ['warn', (f) => Object.assign(f.upstreams[0], { answers_per_s: 90, errors_per_s: 10 })],
    ];
    for (const [kind, spoil] of cases) {
        const figures = well();
        spoil(figures);
        assert.equal(verdict(figures).kind, kind, spoil.toString());
        assert.ok(verdict(figures).remarks.length > 0);
    }
    for (const mode of ['memory', 'redis', 'local', 'open', 'closed', 'nodes_unknown'])
        assert.ok(storeState({ mode }).text, mode);
});

test('an upstream that is ejected or asleep', () => {
    const state = (healthy, ejected, asleep) => upstreamState({ healthy, ejected, asleep });
    assert.deepEqual(upstreamState({ healthy: true }), { kind: 'good', word: '' }, 'as an older node tells it');
    assert.deepEqual(state(true, true, false), { kind: 'warn', word: 'ejected' });
    assert.deepEqual(state(false, true, false), { kind: 'bad', word: 'ejected' });
    assert.deepEqual(state(false, false, false), { kind: 'bad', word: '' });
    assert.deepEqual(state(true, false, true), { kind: 'warn', word: 'asleep' });
    assert.deepEqual(state(false, false, true), { kind: 'warn', word: 'asleep' }, 'its pauses are no silence');
    assert.deepEqual(state(false, true, true), { kind: 'bad', word: 'ejected, asleep' });

    const figures = well();
    const texts = () => verdict(figures).remarks.map(({ text }) => text);
    figures.upstreams[0].asleep = true;
    assert.deepEqual(texts(), [], 'it says itself when it is over');
    Object.assign(figures.upstreams[0], { asleep: false, ejected: true });
    assert.deepEqual(texts(), ['Upstream u keeps failing.'], 'there is no other');
    figures.upstreams.push({ name: 'v', healthy: false, ejected: true });
    assert.deepEqual(texts(), [
        'Upstream v does not answer, so that others are asked before it.',
        'Upstream u keeps failing, so that others are asked before it.',
    ]);
});

test('a node that is gone', () => {
    const node = (name, more) => ({ name, host: 'h', listen: `0.0.0.0:${name}`, age_ms: 0, ...more });
    const at = (second, nodes, mode = 'redis') => ({
        now: new Date(1e12 + 1000 * second).toISOString(),
        node: 'a',
        store: { mode },
        nodes,
    });
    const both = at(0, [node('a'), node('b', { age_ms: 2400 })]);
    const gone = goneNodes([], both, at(1, [node('a')]));
    assert.deepEqual(gone, [{ name: 'b', host: 'h', listen: '0.0.0.0:b', at: 1e12 - 2400 }]);
    assert.match(verdict({ ...well(), ...at(1, []) }, undefined, gone).remarks[0].text, /Node b is gone/);
    const later = (second, nodes) => goneNodes(gone, at(second - 1, [node('a')]), at(second, nodes));
    assert.equal(later(2, [node('a')]).length, 1);
    assert.equal(later(2, [node('a'), node('b')]).length, 0, 'it is back');
    assert.equal(later(2, [node('a'), node('c', { listen: '0.0.0.0:b' })]).length, 0, 'it was restarted');
    assert.equal(later(400, [node('a')]).length, 0, 'long ago');
    assert.deepEqual(goneNodes([], at(0, [node('a'), node('b', { draining: true })]), at(1, [node('a')])), []);
    assert.deepEqual(goneNodes([], both, at(1, [node('a')], 'local')), [], 'the store is away');
    assert.deepEqual(goneNodes([], null, both), []);
});

test('a limit is reached at a time of the reader, now, or not at all', () => {
    const now = Date.now();
    const at = new Date(now + 3_600_000);
    const two = (n) => String(n).padStart(2, '0');
    const level = { dimension: 'requests', window: '1d', limit: 2000, projected_until: new Date(now + 86_400_000) };
    const said = reachedText({ ...level, reached_at: at.toISOString() }, now);
    assert.ok(said.startsWith('At this rate it reaches the limit of 2,000 requests per day at '));
    assert.ok(said.endsWith(`${two(at.getHours())}:${two(at.getMinutes())}.`));
    assert.equal(
        reachedText({ ...level, reached_at: new Date(now).toISOString() }, now),
        'It has reached the limit of 2,000 requests per day.',
    );
    assert.equal(
        reachedText({ ...level, reached_at: null, projected_until: new Date(now + 86_400_000).toISOString() }, now),
        'At this rate it does not reach the limit of 2,000 requests per day within 24 h.',
    );
    assert.equal(reachedText({ ...level, reached_at: null, projected_until: null }, now), '', 'nothing is known');
});

test('a recommended limit is a number, or what is missing for one', () => {
    assert.equal(recommendedText({ recommended: 50_000, hours: 400, hours_needed: 168, window: '1d' }), '50,000');
    assert.equal(
        recommendedText({ recommended: null, hours: 3, hours_needed: 24, window: '1m' }),
        'takes 24 hours with requests, there are 3',
    );
    assert.equal(heldBackText([{ refused_part: 0.004 }]), '');
    assert.equal(heldBackText([]), '');
    assert.match(heldBackText([{ refused_part: 0.2 }]), /refused 20% of its requests/);
});
