// What just happened: the last refusals and errors, filtered by whatever of their text, and one of them whole.
import { openDialog } from './dialog.js';
import { copyText } from './copy.js';
import { h } from './dom.js';
import { bytes, limitText, microseconds, timeOfDay, whole } from './format.js';
import { heldOrder } from './held_order.js';
import { badge, card, empty, keyLink, table } from './parts.js';
import { redraw } from './redraw.js';

const filter = { text: '', kind: '' };
const held = heldOrder((row) => row.request_id);
const isRefusal = (row) => Boolean(row.refused_by);

function matches(row) {
    if (filter.kind === 'refusals' && !isRefusal(row)) return false;
    if (filter.kind === 'errors' && isRefusal(row)) return false;
    const text = [
        row.key,
        row.status,
        row.refused_by,
        row.refused_by && limitText(row.refused_by),
        row.outcome,
        row.model,
        row.path,
        row.request_id,
    ]
        .join(' ')
        .toLowerCase();
    return filter.text
        .toLowerCase()
        .split(/\s+/)
        .every((word) => text.includes(word));
}

export const statusBadge = (status) =>
    badge(String(status || 'none'), status === 429 ? 'refused' : status >= 400 || !status ? 'bad' : 'good');

const columns = [
    {
        title: 'Time',
        cell: (row) =>
            h(
                'button',
                {
                    type: 'button',
                    class: 'link number',
                    'aria-label': `${timeOfDay(row.time)}, show the whole record`,
                    onClick: () => recordDialog(row),
                },
                timeOfDay(row.time),
            ),
    },
    { title: 'Status', class: 'beside', cell: (row) => statusBadge(row.status) },
    { title: 'Key', class: 'grow', cell: (row) => (row.key ? keyLink(row.key) : '–') },
    { title: 'Model', cell: (row) => h('span', { class: 'break' }, row.model || '–') },
    {
        title: 'Why',
        class: 'grow nowrap',
        cell: (row) =>
            row.refused_by ? h('code', null, row.refused_by) : String(row.outcome ?? '–').replaceAll('_', ' '),
    },
];

export function recentCard(figures) {
    const rows = held.rows(figures.recent ?? []);
    const shown = rows.filter(matches);
    return card(
        'recent',
        'What just happened?',
        { hint: 'The last 50 refusals and errors of all nodes, the newest first' },
        h(
            'div',
            { class: 'tools' },
            h(
                'label',
                { class: 'field grow' },
                h('span', { class: 'sr' }, 'Filter by key, status, limit or model'),
                h('input', {
                    type: 'search',
                    placeholder: 'Filter: key, status, limit, model…',
                    value: filter.text,
                    onInput: (event) => ((filter.text = event.target.value), redraw()),
                }),
            ),
            h(
                'div',
                { class: 'segments', role: 'group', 'aria-label': 'Which' },
                [
                    ['', 'All'],
                    ['refusals', 'Refusals'],
                    ['errors', 'Errors'],
                ].map(([kind, text]) =>
                    h(
                        'button',
                        {
                            type: 'button',
                            key: kind,
                            'aria-pressed': String(filter.kind === kind),
                            onClick: () => ((filter.kind = kind), redraw()),
                        },
                        text,
                    ),
                ),
            ),
        ),
        h(
            'div',
            { class: 'limited', ...held.holder, tabindex: '0', role: 'region', 'aria-label': 'Refusals and errors' },
            shown.length
                ? table({
                      caption: 'The last refusals and errors',
                      columns,
                      rows: shown,
                      keyOf: (row) => row.request_id,
                      rowProps: (row) => ({
                          class: 'clickable',
                          onClick: (event) => !event.target.closest('a, button') && recordDialog(row),
                      }),
                  })
                : rows.length
                  ? empty('Nothing matches', 'Take something out of the filter.')
                  : empty('Nothing was refused and nothing failed', 'Whatever does shows here within a second.'),
        ),
    );
}

const both = (tokens) => (tokens ? `${whole(tokens.input)} in, ${whole(tokens.output)} out` : null);
const titles = [
    ['time', 'Received', (v) => `${timeOfDay(v)} (${v})`],
    ['request_id', 'Request id'],
    ['key', 'Key', keyLink],
    ['client', 'Client'],
    ['model', 'Model'],
    ['method', 'Method'],
    ['path', 'Path'],
    ['status', 'Status', statusBadge],
    ['outcome', 'Outcome', (v) => String(v).replaceAll('_', ' ')],
    ['refused_by', 'Refused by', (v) => [h('code', null, v), ` ${limitText(v)}`]],
    ['limit', 'The limit', whole],
    ['used', 'Used then', whole],
    ['requested', 'Asked for', whole],
    ['retry_after_us', 'Retry after', microseconds],
    [
        'shadow',
        'Would have been refused by',
        (v) => (Array.isArray(v) ? v.map((s) => s.name ?? s).join(', ') : String(v)),
    ],
    ['estimated', 'Tokens, estimated', both],
    ['reserved', 'Tokens, reserved', both],
    ['actual', 'Tokens, actual', both],
    ['added_us', 'Added by weir', microseconds],
    ['upstream_us', 'Upstream', microseconds],
    ['duration_us', 'Altogether', microseconds],
    ['request_bytes', 'Request body', bytes],
    ['answer_bytes', 'Answer body', bytes],
    ['streamed', 'Streamed', (v) => (v ? 'yes' : 'no')],
    ['store_mode', 'Decided by'],
];
const known = new Set(titles.map(([name]) => name).concat('received_at_us', 'decided_at_us', 'first_byte_at_us'));

export function recordDialog(row) {
    const others = Object.keys(row)
        .filter((name) => !known.has(name))
        .map((name) => [name, name.replaceAll('_', ' ')]);
    openDialog({
        title: isRefusal(row) ? 'A refused request' : 'A failed request',
        wide: true,
        content: (dialog) => [
            h(
                'dl',
                { class: 'record' },
                [...titles, ...others]
                    .filter(([name]) => row[name] !== undefined && row[name] !== null && row[name] !== '')
                    .map(([name, title, show]) =>
                        h(
                            'div',
                            { key: name },
                            h('dt', null, title),
                            h(
                                'dd',
                                null,
                                show
                                    ? show(row[name])
                                    : typeof row[name] === 'object'
                                      ? JSON.stringify(row[name])
                                      : String(row[name]),
                            ),
                        ),
                    ),
            ),
            h(
                'div',
                { class: 'actions' },
                h(
                    'button',
                    {
                        type: 'button',
                        onClick: async () =>
                            dialog.tell(
                                (await copyText(JSON.stringify(row, null, 2)))
                                    ? 'The record is on the clipboard.'
                                    : 'The browser did not let the page copy it.',
                            ),
                    },
                    'Copy as JSON',
                ),
                h('button', { type: 'button', 'data-first': true, onClick: dialog.close }, 'Close'),
            ),
        ],
    });
}
