// The last days of a key by hour with the hours to come; when a limit is reached; and which limits would do.
import { timeChart } from './charts.js';
import { h } from './dom.js';
import { basisText, heldBackText, reachedText, recommendedText } from './forecast_text.js';
import { compact, dimensionText, timeOfDay, whatText, whole } from './format.js';
import { card, empty, table } from './parts.js';

const hourMs = 3_600_000;
const shortDay = (time) => new Date(time).toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric' });

/** Where the reader's days begin, in hours from the one that has begun. */
function midnights(now, from, to) {
    const ticks = [];
    for (let x = Math.ceil(from); x <= to; ++x) {
        // An hour of UTC may begin at half past, where the reader is.
        const begin = new Date(now + x * hourMs);
        if (begin.getHours() === 0) ticks.push(x);
    }
    return ticks;
}

function chartOf(dimension, color, { history, forecast }) {
    const now = Date.parse(history.at(-1).hour);
    const from = 1 - history.length;
    const to = Math.max(forecast.length - 1, 0);
    const points = (valueOf) =>
        Array.from({ length: to - from + 1 }, (_, i) => ({ x: from + i, y: valueOf(from + i) ?? null }));
    const told = (member) => points((x) => (x < 0 ? null : forecast[x]?.[dimension][member]));
    const day = forecast.slice(0, 24).reduce((sum, hour) => sum + hour[dimension].expected, 0);
    const soFar = history.slice(-24).reduce((sum, hour) => sum + hour[dimension], 0);
    return timeChart({
        key: `forecast-${dimension}`,
        type: 'bar',
        from: from - 0.5,
        to: to + 0.5,
        ticks: midnights(now, from, to),
        tickText: (x) => shortDay(now + x * hourMs),
        xText: (x) => timeOfDay(now + Math.round(x) * hourMs, { seconds: false }),
        label: forecast.length
            ? `${dimensionText(dimension)} by hour: ${whole(soFar)} within the last 24 hours, ${whole(day)} expected within the next ${Math.min(forecast.length, 24)}`
            : `${dimensionText(dimension)} by hour: ${whole(soFar)} within the last 24 hours`,
        series: [
            { label: dimensionText(dimension), color, points: points((x) => history[x - from]?.[dimension]), now: soFar },
            ...(forecast.length
                ? [
                      { label: 'low', color, type: 'line', points: told('low'), width: 0, unlisted: true },
                      { label: 'high', color, type: 'line', points: told('high'), width: 0, fill: '-1', unlisted: true },
                      {
                          label: 'forecast',
                          color: '--ink',
                          type: 'line',
                          dash: [5, 4],
                          points: told('expected'),
                          now: day,
                      },
                  ]
                : []),
        ],
    });
}

function hoursTable({ history, forecast }) {
    const number = (title, cell) => ({ title, class: 'number', cell });
    const rows = [
        ...history.slice(0, -1).map(({ hour, ...was }) => ({ hour, was })),
        { hour: history.at(-1).hour, was: history.at(-1), told: forecast[0] },
        ...forecast.slice(1).map(({ hour, ...told }) => ({ hour, told })),
    ];
    const cells = (dimension) => ({ was, told }) => {
        const expected = told ? `${compact(told[dimension].low)} to ${compact(told[dimension].high)}` : '';
        return was ? `${whole(was[dimension])}${expected ? `, expected ${expected}` : ''}` : expected;
    };
    return h(
        'details',
        null,
        h('summary', null, 'As a table'),
        table({
            caption: 'The last and the next hours',
            columns: [
                { title: 'Hour', cell: ({ hour }) => timeOfDay(hour, { seconds: false }) },
                number('Requests', cells('requests')),
                number('Input tokens', cells('input_tokens')),
                number('Output tokens', cells('output_tokens')),
            ],
            rows: rows.reverse().filter(({ was, told }) => told || was.requests || was.input_tokens || was.output_tokens),
            keyOf: ({ hour }) => hour,
        }),
    );
}

export function forecastCard(told) {
    const now = Date.parse(told.now);
    const said = told.limits.map((limit) => reachedText(limit, now)).filter(Boolean);
    return card(
        'key-forecast',
        'The last days, and the next',
        {
            wide: true,
            hint: told.forecast.length
                ? `By hour; requests are those that were let through. Dashed: what is expected, ${basisText(told.basis)}; shaded: four of five hours are meant to lie there. The numbers are of 24 hours`
                : 'By hour; a forecast takes three hours of history',
        },
        said.length ? h('ul', { class: 'said' }, said.map((text) => h('li', { key: text }, text))) : null,
        h(
            'div',
            { class: 'thirds' },
            chartOf('requests', '--admitted', told),
            chartOf('input_tokens', '--input', told),
            chartOf('output_tokens', '--output', told),
        ),
        hoursTable(told),
    );
}

export function recommendedCard(told) {
    const rows = told.recommended;
    const heldBack = heldBackText(rows);
    return card(
        'key-recommended',
        'Which limits would do',
        {
            wide: true,
            hint: 'A fifth above what 99 of 100 hours keep below, within the last five weeks: of a minute, its busiest one of each hour; of a day, any 24 hours',
        },
        heldBack ? h('p', { class: 'soft' }, heldBack) : null,
        rows.length
            ? table({
                  caption: 'Recommended limits',
                  kind: 'dense',
                  columns: [
                      { title: 'Limit', cell: (row) => whatText(row.dimension, row.window) },
                      {
                          title: 'In force',
                          class: 'number',
                          cell: (row) => (row.limit === null ? 'none' : whole(row.limit)),
                      },
                      {
                          title: 'Used (p99)',
                          class: 'number',
                          cell: (row) => (row.p99 === null ? '–' : whole(row.p99)),
                      },
                      { title: 'Recommended', class: 'number', cell: recommendedText },
                  ],
                  rows,
                  keyOf: (row) => `${row.dimension}/${row.window}`,
              })
            : empty('Nothing is known yet', 'It has asked for nothing within the last five weeks.'),
    );
}
