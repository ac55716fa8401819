// Which clusters are simulated, and how: saturated, then at a part of that. Pure.
import { simulate } from './simulate.mjs';

/// Between two machines, one way; an assumption.
export const hop_us = 50;
/// The store's `timeout_ms`, as nodes have it by default. A call that takes longer counts as a failure.
export const timeout_us = 20_000;
/// A provider that answers at once is the worst case for a limiter: only Redis and the nodes hold anything up.
const provider_us = 2_000;

/// With the keys that were measured, or with the most that are not more.
export function requestUs(costs, keys) {
    const measured = Object.keys(costs.node.request_us).map(Number).sort((a, b) => a - b);
    const nearest = measured.filter((count) => count <= keys).at(-1) ?? measured[0];
    return costs.node.request_us[nearest];
}

/// The costs of one simulation: beside other programs Redis costs so much more than alone.
export function costsFor(costs, { keys, is_cluster }) {
    const redis = is_cluster ? costs.redis_cluster : costs.redis;
    return {
        redis: Object.fromEntries(Object.entries(redis).map(([name, us]) => [name, us * costs.beside_others])),
        node: { ...costs.node, request_us: requestUs(costs, keys) },
    };
}

/// Requests a second that no arrangement of calls could exceed: by the cores of the nodes, and by the busiest shard.
export function boundOf(costs, { nodes, shards, keys, zipf }) {
    const { redis, node } = costsFor(costs, { keys, is_cluster: shards > 1 });
    let harmonic = 0;
    for (let rank = 1; rank <= keys; ++rank) harmonic += rank ** -zipf;
    const busiest = Math.max(1 / shards, 1 / harmonic);
    return Math.min(nodes / node.request_us, 1 / (2 * redis.operation * busiest)) * 1e6;
}

function given(costs, wanted, more) {
    const is_cluster = wanted.shards > 1 || wanted.batching === 'slot';
    return {
        seed: 1, heartbeats: true, cores: 0, hop_us, timeout_us, provider_us, rate: 0, connections: 0,
        batching: is_cluster ? 'slot' : 'shard', warmup_us: 60_000, duration_us: 60_000,
        rate_guess: boundOf(costs, wanted), ...wanted, ...more,
        costs: costsFor(costs, { keys: wanted.keys, is_cluster }),
    };
}

/// Hardly a call takes longer than its timeout.
const isHealthy = (found) => found.late_calls < 0.001 && found.requests_per_s > 0;

/// The most that a closed loop gets through in health: with 256 connections a node, or with half of them as often as it
/// takes; where one is too many, an open loop, which asks for a fifth less as often as it takes. null: nothing helps.
function saturated(costs, wanted) {
    const bound = boundOf(costs, wanted);
    const hopeful = Math.ceil(Math.log2(3 * timeout_us / 1e6 * bound / wanted.nodes));
    const first = 2 ** Math.min(8, Math.max(0, hopeful));
    for (let connections = first; connections >= 1; connections /= 2) {
        const found = simulate(given(costs, wanted, { connections }));
        if (isHealthy(found)) return found;
    }
    for (let rate = bound / 2; rate > bound / 200; rate *= 0.8) {
        const found = simulate(given(costs, wanted, { rate, rate_guess: rate }));
        if (isHealthy(found) && found.requests_per_s > 0.95 * rate) return found;
    }
    return null;
}

/// Open loop at a part of what is possible: 0.7 leaves room for what is not even.
const part = 0.7;

export function capacityOf(costs, wanted) {
    const most = saturated(costs, wanted);
    if (most === null) return { ...wanted, most: null, usual: null };
    const rate = part * most.requests_per_s;
    return { ...wanted, most, usual: simulate(given(costs, wanted, { rate, rate_guess: rate })) };
}

/// As bench/growth: all programs on two cores of one machine, 128 connections to all nodes together. What the load and
/// the provider cost is given: they only take from the cores what they need.
export function asGrowth(costs, { nodes, keys = 5, is_cluster = false, load_us, provider_us }) {
    const wanted = { nodes, shards: 1, keys, zipf: 0, batching: is_cluster ? 'slot' : 'shard' };
    const run = given(costs, wanted, {
        cores: 2, connections: Math.round(128 / nodes), hop_us: 0, provider_us: 0, timeout_us: 100_000,
        rate_guess: 40_000, warmup_us: 300_000, duration_us: 2_000_000,
    });
    return simulate({ ...run, costs: { ...run.costs, load_us, provider_us } });
}

export const node_counts = [16, 64, 256, 1000], shard_counts = [1, 4, 16, 64];
export const key_sets = [
    { name: '1,000 keys, Zipf', keys: 1_000, zipf: 1 },
    { name: '100,000 keys, Zipf', keys: 100_000, zipf: 1 },
    { name: '100,000 keys, even', keys: 100_000, zipf: 0 },
];

/// What is simulated: as it is built; what would be without heartbeats, and where a call could take keys of any slot of
/// its shard; and one key alone.
export function casesOf({ nodes = node_counts, shards = shard_counts }) {
    const cases = [];
    for (const set of key_sets) {
        for (const node_count of nodes) {
            for (const shard_count of shards) {
                const { name, keys, zipf } = set;
                cases.push({ as: 'built', set: name, nodes: node_count, shards: shard_count, keys, zipf });
            }
        }
    }
    const even = { set: key_sets[2].name, keys: key_sets[2].keys, zipf: 0 };
    for (const node_count of nodes) {
        for (const shard_count of shards) {
            const silent = { ...even, nodes: node_count, shards: shard_count, heartbeats: false };
            cases.push({ as: 'no heartbeats', ...silent });
            if (shard_count > 1) cases.push({ as: 'calls of any slot', ...silent, batching: 'shard' });
        }
        cases.push({ as: 'built', set: 'one key', nodes: node_count, shards: 1, keys: 1, zipf: 0 });
    }
    return cases;
}
