// Lines through samples, and books that agree or do not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { booksOf, descriptorRows, differences, groupsOf, memoryRows, samplesOf, slope } from './verdict.mjs';

test('the line through samples rises as they do', () => {
    assert.equal(slope([{ at_s: 0, kib: 10 }, { at_s: 10, kib: 30 }, { at_s: 20, kib: 50 }]), 2);
    assert.equal(slope([{ at_s: 5, kib: 10 }]), 0);
});

const text = (grown) => [0, 5, 10, 15, 20].flatMap((at) =>
    [`${at} node-1 ${40000 + (at > 10 ? grown * (at - 10) : 0)} 4 9000 20`, `${at} redis-data 1700 44`]).join('\n');

test('only the second half counts, and every node has a bar', () => {
    const [node, data] = memoryRows(samplesOf(text(100)), 20);
    assert.deepEqual([node.name, node.first, node.half, node.last], ['node-1', 40000, 40000, 41000]);
    assert.equal(node.grown_kib, 1000);
    assert.equal(node.bar_kib, 800);
    assert.deepEqual([data.grown_kib, data.bar_kib, data.keys], [0, 256, { half: 44, last: 44 }]);
});

test('descriptors before and after', () => {
    assert.deepEqual(descriptorRows('node-1 before 20\nnode-1 after 21\n'), [{ name: 'node-1', before: 20, after: 21 }]);
});

const key = (usage, used, provider, in_flight = 0) => booksOf({
    window: '1h',
    usage: [{ rows: [{ key: 'a', ...usage }] }],
    ledgers: [{ id: 'a', ledgers: [{ window: '1h', used }, { window: '1m', used }, { window: '', used: { in_flight } }] }],
    provider: { a: provider },
});
const usage = { requests: 3, admitted: 2, refused: 1, input_tokens: 10, output_tokens: 20 };
const used = { requests: 2, input_tokens: 10, output_tokens: 20 };
const provider = { requests: 2, input_tokens: 10, output_tokens: 20, aborted: 0 };

test('books that agree', () => assert.deepEqual(differences(key(usage, used, provider)), []));
test('a token too many in the ledgers', () =>
    assert.deepEqual(differences(key(usage, { ...used, output_tokens: 21 }, provider)),
        ['a: output by ledgers and by totals: 21, not 20']));
test('a request that the provider did not see', () =>
    assert.deepEqual(differences(key(usage, used, { ...provider, requests: 1 })),
        ['a: requests by totals and by the provider: 2, not 1']));
test('keys that differ in their number are shown together', () => {
    const [one] = key(usage, used, provider);
    const groups = groupsOf([{ ...one, key: 'load-plain-1' }, { ...one, key: 'load-plain-22' }, { ...one, key: 'load-leaving' }]);
    assert.deepEqual(groups.map((group) => [group.key, group.usage.requests]), [['load-plain (2 keys)', 6], ['load-leaving', 3]]);
});
test('a slot that nobody gave back', () =>
    assert.deepEqual(differences(key(usage, used, provider, 1)), ['a: requests still in flight: 1, not 0']));
test('of clients that left no more is charged than was produced, and it may be less', () => {
    const left = { ...provider, requests: 1, aborted: 1 };
    assert.deepEqual(differences(key(usage, used, { ...left, output_tokens: 25 })), []);
    assert.deepEqual(differences(key(usage, used, { ...left, output_tokens: 19 })),
        ['a: 20 output tokens charged, 19 produced']);
});
test('who left before the provider had its request gets that back', () => {
    const admitted = { ...usage, requests: 4, admitted: 3 };
    assert.deepEqual(differences(key(admitted, used, { ...provider, aborted: 1 })), []);
    assert.deepEqual(differences(key(admitted, { ...used, requests: 1 }, { ...provider, aborted: 1 })),
        ['a: 1 requests charged, 3 admitted, 2 at the provider']);
});
