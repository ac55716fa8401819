// Costs out of measurements, tables, the picture and the command line.
import assert from 'node:assert/strict';
import test from 'node:test';
import { besideOthers, nodeCosts } from './calibrate.mjs';
import { boundOf, casesOf, key_sets, requestUs } from './cases.mjs';
import { compare, comparisonTable } from './compare.mjs';
import { fastestOf } from './fastest.mjs';
import { drawing, position } from './drawing.mjs';
import { parseOptions } from './options.mjs';
import { capacityTable, heartbeatTable, variantTable, withTable } from './report.mjs';

const redis = {
    round: 8, connection: 5, call: 4, operation: 1.5, ledger: 4, fresh_ledger: 6, heartbeat: 15, heartbeat_node: 0.7,
};
const costs = {
    redis, redis_cluster: redis, beside_others: 1,
    node: { request_us: { 5: 20, 1000: 24 }, call_us: 5, exchange_us: 25 },
};
const case_of = (node_us, calls, reads, more = {}) =>
    ({ node_us, calls_per_request: calls, redis_reads_per_request: reads, ...more });

test('what a node pays for is found again in what it was made of', () => {
    const growth = {
        nodes: { 1: case_of(20 + 0.04 * 30, 0.04, 0.04) }, connections: { 1: case_of(20 + 1.1 * 30, 1.1, 1.1) },
        keys: { 1000: case_of(24 + 0.04 * 30, 0.04, 0.04) }, slots: { 1000: case_of(24 + 2 * 5 + 0.1 * 25, 2, 0.1) },
    };
    const found = nodeCosts(growth);
    const { request_us, call_us, exchange_us } = found;
    for (const [value, wanted] of [[request_us[5], 20], [request_us[1000], 24], [call_us, 5], [exchange_us, 25]]) {
        assert.ok(Math.abs(value - wanted) < 1e-9, `${value} is not ${wanted}`);
    }
});

test('of each case the fastest round counts', () => {
    const nodes = 'nodes 1 requests_per_s=5 node_us=9\nnodes 1 requests_per_s=7 node_us=8\n';
    assert.deepEqual(fastestOf(`${nodes}keys 10 requests_per_s=1 \n`),
        { nodes: { 1: { requests_per_s: 7, node_us: 8 } }, keys: { 10: { requests_per_s: 1 } } });
});

test('beside others: 1 where it costs what it costs alone', () => {
    const redis_us = 0.1 * (8 + 5 + 4 + 20 * 1.5 + 5 * 4);
    const found = case_of(0, 0.1, 0.1, { operations_per_call: 20, redis_us });
    assert.ok(Math.abs(besideOthers(redis, found, 5) - 1) < 0.01);
});

test('a request costs what it cost with as many keys, or with the next fewer', () => {
    assert.deepEqual([1, 5, 999, 1000, 100_000].map((keys) => requestUs(costs, keys)), [20, 20, 20, 24, 24]);
});

test('the bound: the cores of the nodes, or the shard of the most popular key', () => {
    assert.equal(Math.round(boundOf(costs, { nodes: 1, shards: 64, keys: 1000, zipf: 0 })), Math.round(1e6 / 24));
    assert.equal(Math.round(boundOf(costs, { nodes: 1000, shards: 64, keys: 1, zipf: 0 })), Math.round(1e6 / 3));
});

test('a comparison says which figures are too far off', () => {
    const growth = { nodes: { 1: case_of(21, 1e-3, 0.04, {
        requests_per_s: 40_000, redis_us: 5, p50_ms: 3, load_us: 7, provider_us: 9,
    }) } };
    const compared = compare(costs, growth);
    const names = ['requests_per_s', 'calls_per_request', 'redis_us', 'p50_ms'];
    assert.deepEqual(compared.map(({ figure }) => figure.name), names);
    assert.equal(compared[1].is_near, false);
    assert.match(comparisonTable(compared), /calls of Redis a request \| 0\.001 \| .* !/);
});

const most = (requests_per_s) => ({ most: { requests_per_s }, usual: { operations_per_call: 2 } });
const results = casesOf({ nodes: [16, 64], shards: [1, 4] }).map((one, at) => ({ ...one, ...most(100_000 + at) }));

test('each table has each of its cases, and none where nothing works', () => {
    results[0].most = null;
    assert.match(capacityTable(results), /^\| 16 \| 1,000 keys, Zipf \| none \| 100,000 \|$/m);
    assert.equal(capacityTable(results).trim().split('\n').length, 2 + 2 * key_sets.length);
    assert.equal(variantTable(results).trim().split('\n').length, 2 + 4);
    assert.match(heartbeatTable(costs, [1000]), /\| 1,000 \| 715 \| 71\.5 % \|/);
});

test('a table takes the place of the one before, and needs a place', () => {
    assert.equal(withTable('a\n<!-- x -->\nold\n<!-- /x -->\nb', 'x', 'new\n'), 'a\n<!-- x -->\nnew\n<!-- /x -->\nb');
    assert.throws(() => withTable('a', 'x', 'new'), /no place/);
});

test('the picture is whole, and no point lies outside', () => {
    const picture = drawing(results);
    assert.match(picture, /^<svg [\s\S]*<\/svg>\n$/);
    assert.equal(picture.match(/<circle /g).length, 2 * 2 * 3 - 1 + 2);
    assert.equal(position(5, 10, 1000), 0);
    assert.equal(position(100, 10, 1000), 0.5);
});

test('options that make no sense are refused', () => {
    assert.deepEqual(parseOptions(['--nodes', '4,16']).nodes, [4, 16]);
    assert.equal(parseOptions(['--from', 'x', '--publish']).from, 'x');
    for (const words of ['--strange', '--nodes', '--nodes 0', '--shards x', '--nodes 4 --publish']) {
        assert.throws(() => parseOptions(words.split(' ')));
    }
});
