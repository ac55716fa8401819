// The last hour of a key by minute: charts, and the same as a table.
import { timeChart } from './charts.js';
import { h } from './dom.js';
import { dimensionText, timeOfDay, whole } from './format.js';
import { table } from './parts.js';

/** A dashed line at a limit of a minute, unless it would press what is used against the ground. */
function limitLine(levels, dimension, history, from, to) {
    const level = levels.find(
        (l) => l.scope === 'key' && l.dimension === dimension && (l.window === '1m' || l.window === '60s'),
    );
    if (!level) return [];
    const most = Math.max(...history.map((minute) => minute[dimension]));
    const points =
        level.limit <= 4 * most
            ? [
                  { x: from, y: level.limit },
                  { x: to, y: level.limit },
              ]
            : [];
    return [{ label: 'limit', color: '--ink', dash: [5, 4], type: 'line', points, now: level.limit }];
}

export function historyCharts({ history, limits = [] }) {
    const minutes = history.map((minute) => Date.parse(minute.minute));
    const last = minutes.at(-1);
    const clock = (v) => timeOfDay(last + Math.round(v) * 60_000, { seconds: false }).slice(-5);
    const axis = { from: -59.5, to: 0.5, ticks: [-45, -30, -15, 0], tickText: clock, xText: clock };
    const points = (valueOf) => history.map((minute, i) => ({ x: (minutes[i] - last) / 60_000, y: valueOf(minute) }));
    const sum = (name) => history.reduce((total, minute) => total + minute[name], 0);
    const line = (dimension) => limitLine(limits, dimension, history, axis.from, axis.to);
    const tokens = (dimension, color) => [
        { label: dimensionText(dimension), color, points: points((m) => m[dimension]), now: sum(dimension) },
        ...line(dimension),
    ];
    const of = (name) => `${whole(sum(name))} within the last hour`;
    return h(
        'div',
        { class: 'thirds' },
        timeChart({
            key: 'history-requests',
            ...axis,
            type: 'bar',
            stacked: true,
            label: `Requests by minute: ${of('requests')}, of which ${whole(sum('refused'))} were refused`,
            series: [
                {
                    label: 'admitted',
                    color: '--admitted',
                    points: points((m) => m.requests - m.refused),
                    now: sum('requests') - sum('refused'),
                },
                { label: 'refused', color: '--refused', points: points((m) => m.refused), now: sum('refused') },
                ...line('requests'),
            ],
        }),
        timeChart({
            key: 'history-input',
            ...axis,
            type: 'bar',
            stacked: true,
            label: `Input tokens by minute: ${of('input_tokens')}`,
            series: tokens('input_tokens', '--input'),
        }),
        timeChart({
            key: 'history-output',
            ...axis,
            type: 'bar',
            stacked: true,
            label: `Output tokens by minute: ${of('output_tokens')}`,
            series: tokens('output_tokens', '--output'),
        }),
    );
}

export function historyTable(history) {
    const columns = [
        { title: 'Minute', cell: (m) => timeOfDay(m.minute, { seconds: false }) },
        ...[
            ['requests', 'Requests'],
            ['refused', 'Refused'],
            ['input_tokens', 'Input tokens'],
            ['output_tokens', 'Output tokens'],
        ].map(([name, title]) => ({ title, class: 'number', cell: (m) => whole(m[name]) })),
    ];
    return h(
        'details',
        null,
        h('summary', null, 'As a table'),
        table({
            caption: 'The last hour by minute',
            columns,
            rows: [...history].reverse().filter((m) => m.requests || m.input_tokens || m.output_tokens),
            keyOf: (m) => m.minute,
        }),
    );
}
