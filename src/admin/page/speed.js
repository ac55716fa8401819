// How fast? What weir adds, the first byte, whole answers.
import { lastMinutes, timeChart } from './charts.js';
import { milliseconds, whole } from './format.js';
import { live } from './live.js';
import { card, table } from './parts.js';

export function fastCard({ latency_ms }) {
    const latency = latency_ms ?? {};
    const window = lastMinutes(live);
    const rows = [
        ['added', 'Added by weir', '--admitted', 'weir'],
        ['first_byte', 'First byte of the answer', '--first', 'first byte'],
        ['upstream', 'Upstreams, whole answer', '--output', 'upstreams'],
    ];
    const series = rows.flatMap(([name, , color, short]) => [
        { label: `${short} p50`, color, points: window.pointsOf((f) => f.latency_ms?.[name]?.p50 || null) },
        {
            label: `${short} p99`,
            color,
            dash: [4, 3],
            points: window.pointsOf((f) => f.latency_ms?.[name]?.p99 || null),
        },
    ]);
    const columns = [
        { title: 'Latency', class: 'grow', cell: ([, title]) => title },
        ...['p50', 'p99'].map((p) => ({
            title: p,
            class: 'number',
            cell: ([name]) => milliseconds(latency[name]?.[p]),
        })),
        { title: 'answers', class: 'number', cell: ([name]) => (latency[name] ? whole(latency[name].count) : '–') },
    ];
    return card(
        'fast',
        'How fast?',
        { hint: 'The last 10 seconds; the scale is logarithmic' },
        table({ caption: 'Latency of the last 10 seconds', kind: 'keep', columns, rows, keyOf: ([name]) => name }),
        timeChart({
            key: 'latency',
            ...window,
            series,
            logarithmic: true,
            format: (v) => (v > 0 ? milliseconds(v) : ''),
            isTick: (v) => Number.isInteger(Math.log10(v)),
            label: `Latency over the last five minutes: weir adds ${milliseconds(latency.added?.p50)} at p50 and ${milliseconds(latency.added?.p99)} at p99`,
        }),
    );
}
