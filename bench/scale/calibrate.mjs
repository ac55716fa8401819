// The costs that the simulation takes, out of what was measured: growth.tsv of bench/growth with one node, and what
// Redis pays for. `node calibrate.mjs GROWTH_TSV PORT FILE`, by bench/scale/measure.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fastestOf } from './fastest.mjs';
import { measureRedis } from './redis_costs.mjs';

/// A node's CPU time is that of the request, and of its calls: each is made and read, and each exchange with Redis, of
/// however many calls, is written and read. One connection has about one call a request, for a settlement goes along
/// with its next demand, and no two calls in one exchange; on a Redis Cluster few operations share a call, but many
/// calls share an exchange. What else a node does more often for one connection than for many, sleeping and waking up
/// for its client and its provider, counts as part of the exchange, which so is too dear.
export function nodeCosts(growth) {
    const busy = growth.nodes['1'], lone = growth.connections['1'];
    const call_alone_us = (lone.node_us - busy.node_us) / (lone.calls_per_request - busy.calls_per_request);
    const withoutCalls = (found) => found.node_us - found.calls_per_request * call_alone_us;
    const request_us = { 5: withoutCalls(busy) };
    for (const [keys, found] of Object.entries(growth.keys)) request_us[keys] = withoutCalls(found);
    const [keys, slots] = Object.entries(growth.slots)[0];
    const exchanges = slots.redis_reads_per_request;
    const of_calls_us = slots.node_us - request_us[keys] - exchanges * call_alone_us;
    const call_us = of_calls_us / (slots.calls_per_request - exchanges);
    return { request_us, call_us, exchange_us: call_alone_us - call_us };
}

/// What Redis costs beside other programs, in one case, by what it costs alone.
export function besideOthers(redis, found, keys) {
    const calls = found.calls_per_request, operations = found.operations_per_call;
    const ledgers = keys * (1 - (1 - 1 / keys) ** operations);
    const call_us = redis.call + operations * redis.operation + ledgers * redis.ledger;
    return found.redis_us / (calls * call_us + found.redis_reads_per_request * (redis.round + redis.connection));
}

const rounded = (value) => (typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rounded(inner)]))
    : Number(value.toPrecision(4)));

/// costs.json.
export function costsOf(growth, redis, redis_cluster) {
    return {
        measured: new Date().toISOString().slice(0, 10),
        commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
        machine: `${cpus().length} cores, ${cpus()[0].model}`,
        ...rounded({
            node: nodeCosts(growth), redis, redis_cluster,
            beside_others: besideOthers(redis, growth.nodes['1'], 5),
        }),
    };
}

async function main([growth_file, port, file]) {
    // So that Redis ends, too.
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
    const growth = fastestOf(readFileSync(growth_file, 'utf8'));
    const redis = await measureRedis({ port: Number(port) });
    const redis_cluster = await measureRedis({ port: Number(port), is_cluster: true });
    const costs = costsOf(growth, redis, redis_cluster);
    writeFileSync(file, `${JSON.stringify(costs, null, 2)}\n`);
    process.stdout.write(readFileSync(file, 'utf8'));
}

if (process.argv[1]?.endsWith('calibrate.mjs')) await main(process.argv.slice(2));
