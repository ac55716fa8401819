// The first view: the five questions of an operator, in their order.
import { lastMinutes, timeChart } from './charts.js';
import { h } from './dom.js';
import { compact, dimensionText, duration, milliseconds, scopeText, timeOfDay, whole } from './format.js';
import { storeState, nodeKind, verdict } from './health.js';
import { heldOrder } from './held_order.js';
import { lastSeconds, live } from './live.js';
import { badge, card, empty, figure, keyLink, levelRow, rankedBars, refusedByText, table } from './parts.js';
import { raiseDialog } from './raise.js';
import { recentCard } from './recent.js';
import { redraw } from './redraw.js';

const since = (time) => (time ? `since ${timeOfDay(time, { seconds: false })}` : '');
const chip = (kind, name, text, note) =>
    h('li', { class: `chip ${kind}`, key: name }, h('i', { class: 'dot', 'aria-hidden': 'true' }), h('b', null, name), h('span', null, text), note ? h('small', null, note) : null);

function wellCard(figures) {
    const known = verdict(figures, lastSeconds());
    const isOld = live.status === 'lost' || live.status === 'unauthorized';
    const { kind, title, remarks } = isOld ? { kind: 'unknown', title: `Unknown since ${timeOfDay(live.receivedAt)}: what follows was so then`, remarks: known.remarks } : known;
    const store = storeState(figures.store);
    const { rates } = figures;
    const nodes = figures.nodes.slice(0, 12);
    const upstreams = figures.upstreams.slice(0, 12);
    return card('well', 'Is it well?', { wide: true },
        h('div', { class: `verdict ${kind}` }, h('i', { class: 'dot', 'aria-hidden': 'true' }), h('strong', null, title)),
        remarks.length ? h('ul', { class: 'remarks' }, remarks.map((r) => h('li', { class: r.kind, key: r.text }, r.text))) : null,
        h('div', { class: 'figures' },
            figure(compact(rates.requests), 'requests a second'), figure(compact(rates.admitted), 'admitted'),
            figure(compact(rates.refused), 'refused', rates.refused > 0 ? 'refused' : ''), figure(compact(rates.errors), 'errors', rates.errors > 0 ? 'failed' : ''),
            figure(compact(rates.input_tokens), 'input tokens a second'), figure(compact(rates.output_tokens), 'output tokens a second')),
        h('div', { class: 'states' },
            h('div', null, h('h3', null, 'Store'), h('ul', { class: 'chips' }, chip(store.kind, store.title, store.text, [store.server, since(store.since)].filter(Boolean).join(' · ')))),
            h('div', null, h('h3', null, `Nodes ${figures.nodes.filter((n) => n.ready && !n.draining).length} of ${figures.nodes.length} ready`),
                h('ul', { class: 'chips' }, nodes.map((node) => chip(nodeKind(node), node.name, node.draining ? 'draining' : node.ready ? 'ready' : 'not ready', since(node.mode_since ?? node.started))),
                    figures.nodes.length > nodes.length ? h('li', null, h('a', { href: '#/cluster' }, 'all nodes')) : null)),
            h('div', null, h('h3', null, `Upstreams ${figures.upstreams.filter((u) => u.healthy).length} of ${figures.upstreams.length} healthy`),
                h('ul', { class: 'chips' }, upstreams.map((upstream) => chip(upstream.healthy ? 'good' : 'bad', upstream.name,
                    `${compact(upstream.answers_per_s)} answers/s${upstream.errors_per_s > 0 ? `, ${compact(upstream.errors_per_s)} errors/s` : ''}`, since(upstream.since)))))));
}

const rateSeries = (pointsOf, rates) => [
    { label: 'admitted', color: '--admitted', points: pointsOf((f) => f.rates.admitted), now: rates.admitted, fill: true },
    { label: 'refused', color: '--refused', points: pointsOf((f) => f.rates.refused), now: rates.refused },
    { label: 'errors', color: '--failed', points: pointsOf((f) => f.rates.errors), now: rates.errors, dash: [4, 3] },
];

function refusalColumns() {
    return [
        { title: 'Key', class: 'grow', cell: (row) => [keyLink(row.id), row.known ? null : badge('unknown', '', 'Not configured; shown by a hash of its secret')] },
        { title: 'Tier', cell: (row) => row.tier ?? '–' },
        { title: 'Refused / min', class: 'number', cell: (row) => [h('b', null, whole(row.refused_last_minute)), h('span', { class: 'soft' }, ` of ${whole(row.requests_last_minute)}`)] },
        { title: 'By limit', class: 'grow', cell: (row) => refusedByText(row.limit, row.limit_value) },
        { title: 'Action', hidden: true, class: 'end', cell: (row) => h('button', { type: 'button', class: 'small accent', 'aria-label': `Raise the limit that refuses ${row.id}`,
            onClick: () => raiseDialog({ key: row.id, known: row.known, tier: row.tier, limit: row.limit, limitValue: row.limit_value, refused: row.refused_last_minute }) }, 'Raise…') },
    ];
}

const heldRefused = heldOrder((row) => row.id);
function refusedCard(figures) {
    const window = lastMinutes(live);
    const { rates, refusals, shadow, refused_keys } = figures;
    const rows = heldRefused.rows(refused_keys);
    const items = (list) => list.filter((r) => r.per_s > 0).map((r) => ({ name: `${scopeText(r.scope)} · ${dimensionText(r.dimension)}`, value: r.per_s })).sort((a, b) => b.value - a.value);
    const refusedItems = items(refusals);
    const shadowItems = items(shadow ?? []);
    return card('refused', 'Is anybody being refused?', { wide: true, hint: 'Requests a second, and the keys that were refused most within the last minute' },
        h('div', { class: 'split wide-right' },
            h('div', null,
                timeChart({ key: 'rates', ...window, series: rateSeries(window.pointsOf, rates), unit: '/s', label: `Requests a second over the last five minutes: ${compact(rates.admitted)} admitted, ${compact(rates.refused)} refused, ${compact(rates.errors)} errors now` }),
                h('h3', null, 'By limit'), refusedItems.length ? rankedBars(refusedItems, 'refused', '/s') : h('p', { class: 'soft' }, 'No limit refuses anything right now.'),
                shadowItems.length ? [h('h3', null, 'Would be refused ', badge('shadow', 'shadow', 'Limits with enforce: false count, and refuse nothing')), rankedBars(shadowItems, 'shadow', '/s')] : null),
            h('div', { ...heldRefused.holder }, rows.length
                ? table({ caption: 'Keys that were refused most within the last minute', columns: refusalColumns(), rows, keyOf: (row) => row.id })
                : empty('Nobody is being refused', 'Keys that reach a limit are listed here, with a button that raises it.'))));
}

const scopes = [['', 'All'], ['group', 'Groups'], ['upstream', 'Upstreams'], ['key', 'Keys'], ['model', 'Keys on models']];
const full = { scope: '', all: false, few: 18 };
const heldLevels = heldOrder((level) => `${level.scope}/${level.owner}/${level.name}`);

function fullCard(figures) {
    const window = lastMinutes(live);
    const { rates } = figures;
    const levels = heldLevels.rows(figures.limits).filter((level) => !full.scope || level.scope === full.scope);
    const choices = scopes.filter(([scope]) => !scope || scope === full.scope || figures.limits.some((l) => l.scope === scope));
    const shown = full.all ? levels : levels.slice(0, full.few);
    const ownerOf = (level) => h('span', { class: 'owner' }, badge(scopeText(level.scope), 'scope'), level.scope === 'key' || level.scope === 'model' ? keyLink(level.owner) : h('b', { class: 'id' }, level.owner));
    const series = [
        { label: 'input', color: '--input', points: window.pointsOf((f) => f.rates.input_tokens), now: rates.input_tokens },
        { label: 'input, estimated', color: '--input', dash: [4, 3], points: window.pointsOf((f) => f.rates.estimated_input_tokens), now: rates.estimated_input_tokens },
        { label: 'output', color: '--output', points: window.pointsOf((f) => f.rates.output_tokens), now: rates.output_tokens },
        { label: 'output, reserved', color: '--output', dash: [4, 3], points: window.pointsOf((f) => f.rates.reserved_output_tokens), now: rates.reserved_output_tokens },
    ];
    return card('full', 'How full are we?', { wide: true, hint: 'Used of each limit within its window, the fullest first; tokens a second, as estimated and as they turned out',
        aside: choices.length < 3 ? null : h('div', { class: 'segments', role: 'group', 'aria-label': 'Whose limits' }, choices.map(([scope, text]) =>
            h('button', { type: 'button', key: scope, 'aria-pressed': String(full.scope === scope), onClick: () => ((full.scope = scope), redraw()) }, text))) },
    h('div', { class: 'split wide-left' },
        h('div', { ...heldLevels.holder }, levels.length
            ? h('ul', { class: 'levels' }, shown.map((level) => levelRow(level, { owner: ownerOf(level) })))
            : empty('No limit is in use', 'As soon as requests are counted against a limit, it shows here. Limits are set on tiers, groups, keys and upstreams.'),
        levels.length > full.few ? h('button', { type: 'button', class: 'small', onClick: () => ((full.all = !full.all), redraw()) }, full.all ? `Show the fullest ${full.few}` : `Show all ${levels.length}`) : null),
        h('div', { class: 'stays' }, h('h3', null, 'Tokens a second'), timeChart({ key: 'tokens', ...window, series, unit: '/s', label: `Tokens a second over the last five minutes: now ${compact(rates.input_tokens)} in and ${compact(rates.output_tokens)} out` }))));
}

function fastCard({ latency_ms }) {
    const latency = latency_ms ?? {};
    const window = lastMinutes(live);
    const rows = [['added', 'Added by weir', '--admitted', 'weir'], ['first_byte', 'First byte of the answer', '--first', 'first byte'], ['upstream', 'Upstreams, whole answer', '--output', 'upstreams']];
    const series = rows.flatMap(([name, , color, short]) => [
        { label: `${short} p50`, color, points: window.pointsOf((f) => f.latency_ms?.[name]?.p50 || null) },
        { label: `${short} p99`, color, dash: [4, 3], points: window.pointsOf((f) => f.latency_ms?.[name]?.p99 || null) },
    ]);
    const columns = [
        { title: 'Latency', class: 'grow', cell: ([, title]) => title },
        ...['p50', 'p99'].map((p) => ({ title: p, class: 'number', cell: ([name]) => milliseconds(latency[name]?.[p]) })),
        { title: 'answers', class: 'number', cell: ([name]) => (latency[name] ? whole(latency[name].count) : '–') },
    ];
    return card('fast', 'How fast?', { hint: 'The last 10 seconds; the scale is logarithmic' },
        table({ caption: 'Latency of the last 10 seconds', kind: 'keep', columns, rows, keyOf: ([name]) => name }),
        timeChart({ key: 'latency', ...window, series, logarithmic: true, format: (v) => (v > 0 ? milliseconds(v) : ''), isTick: (v) => Number.isInteger(Math.log10(v)), label: `Latency over the last five minutes: weir adds ${milliseconds(latency.added?.p50)} at p50 and ${milliseconds(latency.added?.p99)} at p99` }));
}

export const overview = {
    title: 'Overview',
    render() {
        const { figures } = live;
        if (!figures) return waiting();
        return [h('h1', { class: 'sr', tabindex: '-1' }, 'Overview'), h('div', { class: 'grid' }, wellCard(figures), refusedCard(figures), fullCard(figures), fastCard(figures), recentCard(figures))];
    },
};

export function waiting() {
    const lost = live.status === 'lost';
    return h('div', { class: 'grid' }, h('section', { class: 'card wide' }, h('h1', { tabindex: '-1' }, lost ? 'No figures yet' : 'Waiting for the first figures'),
        h('p', { class: 'soft' }, lost ? `The node cannot be reached, or does not send figures. ${live.reason}` : 'They come once a second.',
            lost ? ` The next attempt is in ${duration(live.retryAt - Date.now())}.` : '')));
}
