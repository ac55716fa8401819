// Is anybody being refused, who, and by which limit? With the button that raises it.
import { lastMinutes, timeChart } from './charts.js';
import { h } from './dom.js';
import { compact, dimensionText, scopeText, whole } from './format.js';
import { heldOrder } from './held_order.js';
import { live } from './live.js';
import { badge, card, empty, keyLink, rankedBars, refusedByText, table } from './parts.js';
import { raiseDialog } from './raise.js';

const rateSeries = (pointsOf, rates) => [
    {
        label: 'admitted',
        color: '--admitted',
        points: pointsOf((f) => f.rates.admitted),
        now: rates.admitted,
        fill: true,
    },
    { label: 'refused', color: '--refused', points: pointsOf((f) => f.rates.refused), now: rates.refused },
    { label: 'errors', color: '--failed', points: pointsOf((f) => f.rates.errors), now: rates.errors, dash: [4, 3] },
];

function refusalColumns() {
    return [
        {
            title: 'Key',
            class: 'grow',
            cell: (row) => [
                keyLink(row.id),
                row.known ? null : badge('unknown', '', 'Not configured; shown by a hash of its secret'),
            ],
        },
        { title: 'Tier', cell: (row) => row.tier ?? (row.known ? '–' : 'default') },
        {
            title: 'Refused / min',
            class: 'number',
            cell: (row) => [
                h('b', null, whole(row.refused_last_minute)),
                h('span', { class: 'soft' }, ` of ${whole(row.requests_last_minute)}`),
            ],
        },
        { title: 'By limit', class: 'grow', cell: (row) => refusedByText(row.limit, row.limit_value) },
        {
            title: 'Action',
            hidden: true,
            class: 'end',
            cell: (row) =>
                h(
                    'button',
                    {
                        type: 'button',
                        class: 'small accent',
                        'aria-label': `Raise the limit that refuses ${row.id}`,
                        onClick: () =>
                            raiseDialog({
                                key: row.id,
                                known: row.known,
                                tier: row.tier,
                                limit: row.limit,
                                limitValue: row.limit_value,
                                refused: row.refused_last_minute,
                            }),
                    },
                    'Raise…',
                ),
        },
    ];
}

const heldRefused = heldOrder((row) => row.id);
export function refusedCard(figures) {
    const window = lastMinutes(live);
    const { rates, refusals, shadow, refused_keys } = figures;
    const rows = heldRefused.rows(refused_keys);
    const items = (list) =>
        list
            .filter((r) => r.per_s > 0)
            .map((r) => ({ name: `${scopeText(r.scope)} · ${dimensionText(r.dimension)}`, value: r.per_s }))
            .sort((a, b) => b.value - a.value);
    const refusedItems = items(refusals);
    const shadowItems = items(shadow ?? []);
    return card(
        'refused',
        'Is anybody being refused?',
        { wide: true, hint: 'Requests a second, and the keys that were refused most within the last minute' },
        h(
            'div',
            { class: 'split wide-right' },
            h(
                'div',
                null,
                timeChart({
                    key: 'rates',
                    ...window,
                    series: rateSeries(window.pointsOf, rates),
                    unit: '/s',
                    label: `Requests a second over the last five minutes: ${compact(rates.admitted)} admitted, ${compact(rates.refused)} refused, ${compact(rates.errors)} errors now`,
                }),
                h('h3', null, 'By limit'),
                refusedItems.length
                    ? rankedBars(refusedItems, 'refused', '/s')
                    : h('p', { class: 'soft' }, 'No limit refuses anything right now.'),
                shadowItems.length
                    ? [
                          h(
                              'h3',
                              null,
                              'Would be refused ',
                              badge('shadow', 'shadow', 'Limits with enforce: false count, and refuse nothing'),
                          ),
                          rankedBars(shadowItems, 'shadow', '/s'),
                      ]
                    : null,
            ),
            h(
                'div',
                { ...heldRefused.holder },
                rows.length
                    ? table({
                          caption: 'Keys that were refused most within the last minute',
                          columns: refusalColumns(),
                          rows,
                          keyOf: (row) => row.id,
                      })
                    : empty(
                          'Nobody is being refused',
                          'Keys that reach a limit are listed here, with a button that raises it.',
                      ),
            ),
        ),
    );
}
