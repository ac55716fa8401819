// Is it well? From the figures to one verdict and what it rests on. Pure.
import { timeOfDay } from './format.js';

const storeWords = {
    memory: ['Embedded store', 'limits are counted in this process', 'good'],
    redis: ['Redis', 'all nodes count together', 'good'],
    local: ['Redis is away', 'each node enforces its share of every limit', 'warn'],
    open: ['Redis is away', 'requests pass without limits (on_failure: open)', 'bad'],
    closed: ['Redis is away', 'requests are refused (on_failure: closed)', 'bad'],
    nodes_unknown: ['Redis is away', 'nothing decides until a node knows how many there are (cluster.nodes)', 'bad'],
};
export function storeState(store) {
    const [title, text, kind] = storeWords[store.mode] ?? [store.mode, '', 'warn'];
    return { title, text, kind, since: store.since, remark: store.remark, server: store.server };
}

const silentMs = 2000; // nodes tell of themselves twice a second; after 3 s figures leave them out
export function nodeKind(node) {
    if (!node.ready && !node.draining) return 'bad';
    return node.draining || node.remark || node.age_ms > silentMs ? 'warn' : 'good';
}

/**
 * {kind, word}: one that sleeps has answered, and said when to come back. `word` is empty where there is nothing to say.
 */
export function upstreamState({ healthy, ejected, asleep }) {
    const isIll = !healthy && (ejected || !asleep);
    const words = [ejected ? 'ejected' : '', asleep ? 'asleep' : ''];
    return { kind: isIll ? 'bad' : ejected || asleep ? 'warn' : 'good', word: words.filter(Boolean).join(', ') };
}

const goneMs = 5 * 60_000;
/**
 * Nodes that figures tell of no more, [{name, host, listen, at}], given those so far and the figures before: they
 * would vanish unseen. Not those that drained; not any longer those that are back, or in whose place there is another.
 * While the store is away nobody hears of anybody.
 */
export function goneNodes(gone, before, figures) {
    const now = Date.parse(figures.now);
    const isBack = (node) =>
        figures.nodes.some((n) => n.name === node.name || (n.host === node.host && n.listen === node.listen));
    const left =
        figures.store.mode === 'redis' && before?.store.mode === 'redis'
            ? before.nodes.filter((node) => !node.draining && node.name !== before.node)
            : [];
    return [
        ...gone,
        ...left.map(({ name, host, listen, age_ms: age }) => ({
            name,
            host,
            listen,
            at: Date.parse(before.now) - (age ?? 0),
        })),
    ].filter((node) => !isBack(node) && now - node.at < goneMs);
}

const plural = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/** The share of errors of some seconds: of a single one it would jump. */
function errorShare(seconds) {
    const sum = (name) => seconds.reduce((total, { rates }) => total + rates[name], 0);
    return sum('requests') >= 20 ? sum('errors') / sum('requests') : 0;
}

/** The same of one upstream. Its answers of 5xx are passed on and are no errors of weir's own, so these are others. */
function upstreamErrorShare(name, seconds) {
    const those = seconds.flatMap(({ upstreams }) => upstreams.filter((upstream) => upstream.name === name));
    const sum = (member) => those.reduce((total, upstream) => total + (upstream[member] ?? 0), 0);
    const errors = sum('errors_per_s');
    const all = sum('answers_per_s') + errors;
    return all >= 20 ? errors / all : 0;
}

/** {kind: good|warn|bad, title, remarks}; `seconds` are the last few figures, `gone` what goneNodes tells. */
export function verdict(figures, seconds = [figures], gone = []) {
    const remarks = [];
    const add = (kind, text) => remarks.push({ kind, text });
    const store = storeState(figures.store);
    if (store.kind !== 'good') add(store.kind, `${store.title}: ${store.text}.`);
    if (store.remark) add('warn', store.remark);
    for (const node of figures.nodes) {
        if (node.draining) add('warn', `Node ${node.name} is draining.`);
        else if (!node.ready) add('bad', `Node ${node.name} is not ready${node.remark ? `: ${node.remark}` : '.'}`);
        else if (node.remark && node.remark !== store.remark) add('warn', `Node ${node.name}: ${node.remark}`);
        if (node.age_ms > silentMs)
            add('warn', `Node ${node.name} has not been heard of for ${Math.round(node.age_ms / 1000)} s.`);
    }
    for (const node of gone) add('warn', `Node ${node.name} is gone; it was last heard of at ${timeOfDay(node.at)}.`);
    if (new Set(figures.nodes.map((node) => node.config_hash)).size > 1)
        add('warn', 'The nodes run on different configurations (see Cluster).');
    const ill = figures.upstreams.filter((upstream) => upstreamState(upstream).kind === 'bad');
    const before = figures.upstreams.length > 1 ? ', so that others are asked before it' : '';
    for (const { name, ejected } of ill)
        add(
            ill.length === figures.upstreams.length ? 'bad' : 'warn',
            `Upstream ${name} does not answer${ejected ? before : ''}.`,
        );
    for (const { name } of figures.upstreams.filter((upstream) => upstream.healthy && upstream.ejected))
        add('warn', `Upstream ${name} keeps failing${before}.`);
    for (const { name } of figures.upstreams.filter((upstream) => upstream.healthy)) {
        const share = upstreamErrorShare(name, seconds);
        if (share > 0.02) add('warn', `Upstream ${name} fails or answers with an error (5xx) ${Math.round(100 * share)}% of the time.`);
    }
    const errors = errorShare(seconds);
    if (errors > 0.02) add('warn', `${Math.round(100 * errors)}% of the requests end in an error.`);

    const kind = remarks.some((r) => r.kind === 'bad') ? 'bad' : remarks.length ? 'warn' : 'good';
    const refused = figures.rates.refused;
    const title = {
        good: refused > 0 ? 'All is well; some requests are over their limits' : 'All is well',
        warn: `Working, with ${plural(remarks.length, 'remark', 'remarks')}`,
        bad: 'Not well',
    }[kind];
    return { kind, title, remarks };
}
