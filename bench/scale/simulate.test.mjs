// The simulation, in cases where the answer is known.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Events, Queue } from './events.mjs';
import { drawerOf, randomOf, sharesOf } from './random.mjs';
import { simulate } from './simulate.mjs';

const costs = {
    redis: {
        round: 8, connection: 5, call: 4, operation: 1.5, ledger: 4, fresh_ledger: 6, heartbeat: 15,
        heartbeat_node: 0.7,
    },
    node: { request_us: 20, call_us: 5, exchange_us: 25 }, load_us: 7, provider_us: 9,
};
const some = {
    seed: 1, costs, nodes: 1, shards: 1, keys: 5, zipf: 0, batching: 'shard', cores: 0, connections: 0, rate: 0,
    hop_us: 50, provider_us: 1000, timeout_us: 20_000, warmup_us: 50_000, duration_us: 200_000, rate_guess: 30_000,
    heartbeats: false,
};
const run = (more) => simulate({ ...some, ...more });
const near = (value, wanted, part, what) =>
    assert.ok(Math.abs(value / wanted - 1) < part, `${what}: ${value} is not near ${wanted}`);

test('events come by their time, those of one time in the order of their pushes', () => {
    const events = new Events(), random = randomOf(5), pushed = [];
    for (let number = 0; number < 20_000; ++number) {
        const time = Math.floor(random() * 500);
        events.push(time, number % 4, number);
        pushed.push([time, number]);
    }
    pushed.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [time, number] of pushed) {
        assert.ok(events.pop());
        assert.deepEqual([events.time, events.what, events.who], [time, number % 4, number]);
    }
    assert.equal(events.pop(), false);
});

test('a queue keeps its order while it grows', () => {
    const queue = new Queue(), plain = [], random = randomOf(6);
    for (let number = 0; number < 5_000; ++number) {
        if (random() < 0.6) { queue.push(number); plain.push(number); }
        else if (plain.length > 0) assert.equal(queue.shift(), plain.shift());
    }
    assert.equal(queue.size, plain.length);
});

test('keys are drawn by their shares', () => {
    const shares = sharesOf(1000, 1), draw = drawerOf(shares, randomOf(7)), counts = new Float64Array(1000);
    near(shares[0] / shares[9], 10, 1e-9, 'shares');
    for (let number = 0; number < 400_000; ++number) ++counts[draw()];
    near(counts[0] / 400_000, shares[0], 0.03, 'the first');
    near(counts[9] / 400_000, shares[9], 0.1, 'the tenth');
});

test('the same seed, the same result; another one, another', () => {
    assert.deepEqual(run({ connections: 30 }), run({ connections: 30 }));
    assert.notEqual(run({ connections: 30 }).requests_per_s, run({ connections: 30, seed: 2 }).requests_per_s);
});

test('a lone connection: a settlement goes along with its next demand', () => {
    const found = run({ connections: 1, keys: 1, duration_us: 1_000_000 });
    // Where the next demand comes too late for it, it goes alone: a timer may have begun with the settlement before.
    assert.ok(found.calls_per_request >= 1 && found.calls_per_request < 1.2, `${found.calls_per_request}`);
    near(found.calls_per_request * found.operations_per_call, 2, 0.01, 'operations');
    near(found.redis_us, found.calls_per_request * (8 + 5 + 4 + 4) + 2 * 1.5, 0.05, 'Redis');
    near(found.node_us, 20 + found.calls_per_request * (5 + 25), 0.05, 'the node');
    assert.ok(found.added_p50_ms > 0.1 && found.added_p50_ms < 0.25, `${found.added_p50_ms}`);
});

test('a settlement whose slot nothing else is asked of goes alone, and nobody waits for it', () => {
    const found = run({ connections: 1, keys: 10_000, batching: 'slot' });
    near(found.calls_per_request, 2, 0.02, 'calls');
    assert.ok(found.operations_per_call < 1.02, `${found.operations_per_call}`);
    assert.ok(found.added_p50_ms < 0.25, `${found.added_p50_ms}`);
    // Slower than company is waited for, so that settlements end long after their connections have gone on.
    const slow = run({ connections: 1, keys: 10_000, batching: 'slot', provider_us: 1 });
    assert.ok(slow.requests_per_s > 1e6 / 500, `${slow.requests_per_s}`);
});

test('one call of a node is on the wire, more where they are full', () => {
    const far = { hop_us: 2000, duration_us: 1_000_000 };
    const found = run({ ...far, rate: 5_000 });
    const redis_us = 8 + 5 + 4 + 40 * 1.5 + 5 * 4;
    near(found.calls_per_request * found.requests_per_s, 1e6 / (2 * 2000 + redis_us), 0.03, 'calls a second');
    const full = run({ ...far, rate: 40_000 });
    assert.ok(full.operations_per_call > 60, `${full.operations_per_call}`);
    assert.ok(full.added_p99_ms < 7, `${full.added_p99_ms}`);
});

test('connections wait for settlements where too many are under way', () => {
    const slow = { costs: { ...costs, redis: { ...costs.redis, operation: 20 } }, timeout_us: 1e6 };
    assert.equal(run({ ...slow, connections: 256 }).awaited_settlements, 0);
    const found = run({ ...slow, connections: 4000, duration_us: 1_500_000 });
    // All the time: connections that have waited go on, and settlements that have ended make room for others.
    assert.ok(found.awaited_settlements > 0.4 && found.awaited_settlements < 0.8, `${found.awaited_settlements}`);
});

test('the busier a node, the fewer calls a request costs; never more than 64 operations in one', () => {
    const found = [4, 32, 256].map((connections) => run({ connections }));
    assert.ok(found[0].operations_per_call < found[1].operations_per_call);
    assert.ok(found[1].operations_per_call < found[2].operations_per_call);
    assert.ok(found[2].operations_per_call <= 64);
    // More waits here than all calls may take that are on the wire.
    const slow = { ...costs, redis: { ...costs.redis, operation: 20 } };
    assert.equal(run({ connections: 4000, costs: slow, timeout_us: 1e6 }).operations_per_call, 64);
    near(found[2].node_most, 1, 0.03, 'the node is what limits');
    near(found[2].requests_per_s, 1e6 / found[2].node_us, 0.03, 'requests');
});

test('an open loop gets what it asks for, and Redis is the limit of many nodes', () => {
    near(run({ nodes: 4, rate: 40_000 }).requests_per_s, 40_000, 0.03, 'requests');
    const found = run({ nodes: 40, connections: 64 });
    near(found.redis_most, 1, 0.1, 'Redis');
    near(found.requests_per_s, 1e6 / found.redis_us, 0.1, 'requests');
});

test('keys of different slots share no call, but their calls share an exchange', () => {
    const wanted = { connections: 256, keys: 1000 };
    const any = run(wanted), slots = run({ ...wanted, batching: 'slot' });
    assert.ok(any.operations_per_call > 30);
    assert.ok(slots.operations_per_call < 1.3);
    assert.ok(slots.redis_reads_per_request < 0.3 * slots.calls_per_request);
    assert.ok(slots.redis_us > any.redis_us);
});

test('masters share the slots: even keys load all of them, one key loads one', () => {
    const even = run({ nodes: 4, shards: 4, keys: 10_000, batching: 'slot', connections: 32 });
    assert.ok(even.redis_most < 1.4 * even.redis_cores / 4);
    const one = run({ nodes: 4, shards: 4, keys: 1, batching: 'slot', connections: 32 });
    near(one.redis_most, one.redis_cores, 1e-9, 'one master');
});

test('heartbeats cost the square of the nodes', () => {
    const silent = run({ nodes: 200, rate: 1000 }), beating = run({ nodes: 200, rate: 1000, heartbeats: true });
    const wanted = 200 * (8 + 5 + 15 + 200 * 0.7) / 1e6;
    near(beating.redis_cores - silent.redis_cores, wanted, 0.25, 'cores');
});

test('what cannot be answered in time counts as late, answered or not', () => {
    assert.equal(run({ connections: 8 }).late_calls, 0);
    const with_operations_of = (operation) => ({ ...costs, redis: { ...costs.redis, operation } });
    assert.ok(run({ connections: 8, costs: with_operations_of(30_000) }).late_calls > 0.9);
    assert.equal(run({ connections: 8, costs: with_operations_of(1_000_000) }).late_calls, 1);
});

test('programs that share cores are never busier than these', () => {
    const found = run({ nodes: 4, connections: 32, cores: 2, hop_us: 0, provider_us: 0 });
    const others = (7 + 9) * found.requests_per_s / 1e6;
    assert.ok(found.node_cores + found.redis_cores + others < 2.05);
    assert.ok(found.node_cores + found.redis_cores + others > 1.7);
});
