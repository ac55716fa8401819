// Tables in Markdown. Pure.
import { key_sets } from './cases.mjs';

const thousands = (value) => Math.round(value).toLocaleString('en');
/// Three digits are more than a simulation knows.
const rounded = (value) => thousands(Number(value.toPrecision(3)));
const table = (lines) => `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
const rule = (count) => Array.from({ length: count }, () => '---');
const distinct = (values) => [...new Set(values)];

const mostOf = (found) => (found?.most ? rounded(found.most.requests_per_s) : 'none');
const find = (results, wanted) => results.find((one) =>
    Object.entries(wanted).every(([name, value]) => one[name] === value));

/// Requests a second, by nodes and keys, and by shards.
export function capacityTable(results) {
    const shards = distinct(results.filter(({ as }) => as === 'built').map((one) => one.shards));
    const lines = [['nodes', 'keys', ...shards.map((count) => (count === 1 ? 'one Redis' : `Redis Cluster, ${count} masters`))]];
    lines.push(rule(lines[0].length));
    for (const nodes of distinct(results.map((one) => one.nodes))) {
        for (const { name } of key_sets) {
            const cell = (count) => mostOf(find(results, { as: 'built', set: name, nodes, shards: count }));
            lines.push([thousands(nodes), name, ...shards.map(cell)]);
        }
    }
    return table(lines);
}

/// What each of these takes.
export function detailTable(results) {
    const lines = [['nodes', 'masters', 'keys', 'requests/s', 'at 70 %: decisions a call', 'added p50 / p99 ms',
        'cores of Redis', 'of the nodes', 'Redis us / node us a request']];
    lines.push(rule(lines[0].length));
    for (const found of results.filter(({ as, set }) => as === 'built' && set !== 'one key')) {
        const { usual } = found;
        const cells = usual === null ? ['', '', '', '', ''] : [
            usual.operations_per_call.toFixed(1), `${usual.added_p50_ms.toFixed(2)} / ${usual.added_p99_ms.toFixed(2)}`,
            usual.redis_cores.toFixed(1), usual.node_cores.toFixed(1),
            `${usual.redis_us.toFixed(1)} / ${usual.node_us.toFixed(1)}`,
        ];
        lines.push([thousands(found.nodes), found.shards, found.set, mostOf(found), ...cells]);
    }
    return table(lines);
}

/// What two properties of the design cost.
export function variantTable(results) {
    const even = results.filter(({ keys, zipf }) => keys === 100_000 && zipf === 0);
    const lines = [['nodes', 'masters', 'as built', 'without heartbeats', 'and with calls of any slot']];
    lines.push(rule(lines[0].length));
    for (const { nodes, shards } of even.filter(({ as }) => as === 'built')) {
        const most = (as) => mostOf(find(even, { as, nodes, shards }));
        const any = shards > 1 ? most('calls of any slot') : '';
        lines.push([thousands(nodes), shards, most('built'), most('no heartbeats'), any]);
    }
    return table(lines);
}

/// One ledger lies on one shard: more shards do not help it.
export function keyTable(results) {
    const lines = [['nodes', 'requests/s of one key', 'at 70 %: decisions a call', 'added p99 ms']];
    lines.push(rule(lines[0].length));
    for (const found of results.filter(({ set }) => set === 'one key')) {
        const { usual } = found;
        const cells = usual ? [usual.operations_per_call.toFixed(1), usual.added_p99_ms.toFixed(2)] : ['', ''];
        lines.push([thousands(found.nodes), mostOf(found), ...cells]);
    }
    return table(lines);
}

/// The cores that heartbeats take of each master: each node sends one a second, which looks at all nodes.
export function heartbeatTable(costs, nodes) {
    const lines = [['nodes', 'a heartbeat, us', 'of the core of each master'], rule(3)];
    for (const count of nodes) {
        const redis = costs.redis_cluster;
        const us = (redis.heartbeat + count * redis.heartbeat_node) * costs.beside_others;
        lines.push([thousands(count), Math.round(us), `${(count * us / 1e4).toFixed(1)} %`]);
    }
    return table(lines);
}

/// Puts the table between its two marks.
export function withTable(text, name, inside) {
    const begins = `<!-- ${name} -->\n`, ends = `<!-- /${name} -->`;
    const from = text.indexOf(begins), to = text.indexOf(ends);
    if (from < 0 || to < from) throw new Error(`no place for the table ${name}`);
    return `${text.slice(0, from)}${begins}${inside}${text.slice(to)}`;
}
