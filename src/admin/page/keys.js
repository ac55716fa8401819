// The list of keys: searched, sorted and paged by the node, so that it does not matter how many there are.
import { get } from './api.js';
import { h } from './dom.js';
import { ago, compact, dimensionText, whatText, whole, windowedDimensions } from './format.js';
import { createDialog } from './key_forms.js';
import { clusterNow } from './live.js';
import { badge, bar, card, empty, keyLink, table } from './parts.js';
import { redraw } from './redraw.js';

const pageSize = 50;
const state = { sort: 'used', dimension: 'requests', q: '', cursors: [null], answer: null, error: null, asked: 0 };

export async function load() {
    const asked = ++state.asked;
    const query = new URLSearchParams({ sort: state.sort, limit: pageSize });
    if (state.sort === 'used') query.set('dimension', state.dimension);
    if (state.q) query.set('q', state.q);
    const after = state.cursors.at(-1);
    if (after) query.set('after', after);
    try {
        const answer = await get(`admin/keys?${query}`);
        if (asked !== state.asked) return; // a newer question is under way
        state.answer = answer;
        state.error = null;
    } catch (error) {
        if (asked !== state.asked) return;
        state.error = error;
    }
    redraw();
}

function reorder(changes) {
    Object.assign(state, changes, { cursors: [null] });
    load();
    redraw();
}
let typing = 0;
function search(text) {
    state.q = text;
    clearTimeout(typing);
    typing = setTimeout(() => reorder({}), 250);
}
function page(step) {
    if (step > 0) state.cursors.push(state.answer.next);
    else state.cursors.pop();
    load().then(() => document.querySelector('#keys-title')?.scrollIntoView({ block: 'nearest' }));
}

export const keyBadges = (row) => [
    row.known === false ? badge('unknown', '', 'Not configured; shown by a hash of its secret') : null,
    row.disabled ? badge('disabled', 'bad') : null,
    row.override
        ? badge(
              row.override.factor ? `× ${row.override.factor}` : 'override',
              'override',
              row.override.reason || 'An override lies over its limits',
          )
        : null,
    row.source === 'runtime'
        ? badge('runtime', 'scope', 'Made or changed while weir runs: it stands in the runtime layer')
        : null,
];

export function fullest(levels) {
    return [...(levels ?? [])].sort((a, b) => (b.limit ? b.used / b.limit : 1) - (a.limit ? a.used / a.limit : 1))[0];
}
function fullestCell(row) {
    const level = fullest(row.limits);
    if (!level) return h('span', { class: 'soft' }, row.known === false ? 'not listed' : 'no limit');
    const text = whatText(level.dimension, level.window);
    return h(
        'div',
        { class: 'fullest' },
        bar(level, `${row.id} ${text}`),
        h('span', { class: 'soft' }, `${compact(level.used)} / ${compact(level.limit)} ${text}`),
    );
}

function columns() {
    return [
        { title: 'Key', sort: 'id', class: 'grow', cell: (row) => [keyLink(row.id), keyBadges(row)] },
        {
            title: 'Tier',
            cell: (row) => [row.tier ?? '–', row.group ? h('span', { class: 'soft' }, ` · ${row.group}`) : null],
        },
        {
            title: 'Requests / min',
            sort: 'used',
            class: 'number',
            cell: (row) => compact(row.last_minute?.requests ?? 0),
        },
        {
            title: 'Refused / min',
            sort: 'refused',
            class: 'number',
            cell: (row) =>
                h(
                    'span',
                    { class: row.last_minute?.refused ? 'is-refused' : '' },
                    compact(row.last_minute?.refused ?? 0),
                ),
        },
        { title: 'Tokens in / min', class: 'number', cell: (row) => compact(row.last_minute?.input_tokens ?? 0) },
        { title: 'out / min', class: 'number', cell: (row) => compact(row.last_minute?.output_tokens ?? 0) },
        { title: 'Last seen', sort: 'last_seen', class: 'number', cell: (row) => ago(row.last_seen, clusterNow()) },
        { title: 'Fullest limit', class: 'grow', cell: fullestCell },
    ];
}

function tools() {
    return h(
        'div',
        { class: 'tools' },
        h(
            'label',
            { class: 'field grow' },
            h('span', { class: 'sr' }, 'Search keys by id'),
            h('input', {
                type: 'search',
                placeholder: 'Search keys by id…',
                value: state.q,
                onInput: (event) => search(event.target.value),
            }),
        ),
        h(
            'label',
            { class: 'field inline' },
            h('span', null, 'Sort by'),
            h(
                'select',
                {
                    value: state.sort === 'used' ? `used/${state.dimension}` : state.sort,
                    onChange: (event) => {
                        const [sort, dimension] = event.target.value.split('/');
                        reorder({ sort, ...(dimension ? { dimension } : {}) });
                    },
                },
                windowedDimensions.map((d) => h('option', { value: `used/${d}`, key: d }, `${dimensionText(d)}, most first`)),
                h('option', { value: 'refused' }, 'refused, most first'),
                h('option', { value: 'last_seen' }, 'last seen'),
                h('option', { value: 'id' }, 'id, all configured keys'),
            ),
        ),
    );
}

function pager() {
    const { answer } = state;
    const first = (state.cursors.length - 1) * pageSize;
    return h(
        'nav',
        { class: 'pager', 'aria-label': 'Pages of keys' },
        h(
            'button',
            { type: 'button', class: 'small', disabled: state.cursors.length < 2, onClick: () => page(-1) },
            '← Before',
        ),
        h(
            'span',
            { class: 'number', role: 'status' },
            answer.keys.length
                ? `${whole(first + 1)}–${whole(first + answer.keys.length)} of ${whole(answer.total)}`
                : `0 of ${whole(answer.total)}`,
        ),
        h('button', { type: 'button', class: 'small', disabled: !answer.next, onClick: () => page(1) }, 'Next →'),
    );
}

let timer = 0;
export const keysView = {
    title: 'Keys',
    start() {
        load();
        timer = setInterval(() => !document.hidden && load(), 5000);
    },
    stop: () => clearInterval(timer),
    render() {
        const { answer, error } = state;
        const order = { by: state.sort, up: state.sort === 'id', onSort: (sort) => reorder({ sort }) };
        return h(
            'div',
            { class: 'grid' },
            card(
                'keys-title',
                'Keys',
                {
                    first: true,
                    wide: true,
                    hint: 'Those that were seen lately come first; what is counted is of all nodes',
                    aside: h(
                        'button',
                        { type: 'button', class: 'primary', onClick: () => createDialog() },
                        'Create a key…',
                    ),
                },
                tools(),
                error
                    ? h('p', { class: 'problem', role: 'alert' }, `The list is not up to date: ${error.message}`)
                    : null,
                !answer
                    ? h('p', { class: 'soft', role: 'status' }, error ? '' : 'Looking…')
                    : answer.keys.length
                      ? [
                            table({
                                caption: 'Keys',
                                kind: 'dense',
                                columns: columns(),
                                rows: answer.keys,
                                keyOf: (row) => row.id,
                                order,
                            }),
                            pager(),
                        ]
                      : state.q
                        ? empty(`No key matches “${state.q}”`, 'The search looks for a part of the id.')
                        : empty(
                              'No keys yet',
                              'Create one, or send a request: keys that are not configured show here as well once they were seen.',
                          ),
            ),
        );
    },
};
