// The simulation beside bench/growth, which is what it is judged by.
import { asGrowth } from './cases.mjs';

/// So far off is still right.
export const tolerance = 0.15;

const figures = [
    { name: 'requests_per_s', words: 'requests/s', show: (value) => Math.round(value).toLocaleString('en') },
    { name: 'calls_per_request', words: 'calls of Redis a request', show: (value) => value.toFixed(3) },
    { name: 'redis_us', words: 'Redis us a request', show: (value) => value.toFixed(2) },
    { name: 'p50_ms', words: 'p50 ms', show: (value) => value.toFixed(2) },
];

/// The cases of `growth` that can be simulated as growth runs them.
function casesOf(growth) {
    const of_nodes = Object.entries(growth.nodes).map(([nodes, found]) =>
        ({ name: `${nodes} node${nodes === '1' ? '' : 's'}`, given: { nodes: Number(nodes) }, found }));
    const ofKeys = (scenario, is_cluster) => Object.entries(growth[scenario] ?? {}).map(([keys, found]) => ({
        name: `1 node, ${Number(keys).toLocaleString('en')} keys${is_cluster ? ', Redis Cluster' : ''}`,
        given: { nodes: 1, keys: Number(keys), is_cluster }, found,
    }));
    return [...of_nodes, ...ofKeys('keys', false), ...ofKeys('slots', true)];
}

/// Costs come out of the cases of one node and of Redis alone: only more nodes, how many calls there are, and what Redis
/// takes with more keys and within a cluster are predictions; README.md says how independent ones. Whoever judges leaves
/// out the p50, which is that of a closed loop: it follows from requests/s.
export function compare(costs, growth) {
    return casesOf(growth).flatMap(({ name, given, found }) => {
        const simulated = asGrowth(costs, { ...given, load_us: found.load_us, provider_us: found.provider_us });
        return figures.map((figure) => {
            const ratio = simulated[figure.name] / found[figure.name];
            const is_near = figure.name === 'p50_ms' || Math.abs(ratio - 1) <= tolerance;
            return { name, figure, measured: found[figure.name], simulated: simulated[figure.name], ratio, is_near };
        });
    });
}

export function comparisonTable(compared) {
    const lines = ['| case | figure | measured | simulated | ratio |', '|---|---|---|---|---|'];
    for (const { name, figure, measured, simulated, ratio, is_near } of compared) {
        const cells = [name, figure.words, figure.show(measured), figure.show(simulated), ratio.toFixed(2)];
        lines.push(`| ${cells.join(' | ')}${is_near ? '' : ' !'} |`);
    }
    return `${lines.join('\n')}\n`;
}
