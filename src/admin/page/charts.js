// Time series, drawn by Chart.js (a script of its own, global `Chart`); bars that stand for one number are plain
// elements and come from parts.js. Each chart has a legend in text with the values of now.
import { h } from './dom.js';
import { compact } from './format.js';

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const shown = new Set();
const translucent = (hex, alpha) =>
    /^#[0-9a-f]{6}$/i.test(hex)
        ? `${hex}${Math.round(alpha * 255)
              .toString(16)
              .padStart(2, '0')}`
        : hex;

function datasetOf(series, chartType) {
    const type = series.type ?? chartType;
    const line = color(series.color);
    return {
        type,
        label: series.label,
        data: series.points,
        borderColor: line,
        borderWidth: series.width ?? (type === 'bar' ? 0 : 1.75),
        borderDash: series.dash ?? [],
        backgroundColor: type === 'bar' ? line : translucent(line, 0.14),
        fill: series.fill ?? false,
        pointRadius: 0,
        pointHoverRadius: 3,
        pointHitRadius: 8,
        pointBackgroundColor: line,
        tension: 0,
        spanGaps: false,
        stack: type === 'bar' ? 'bars' : series.label,
        barPercentage: 0.92,
        categoryPercentage: 0.92,
        order: type === 'bar' ? 1 : 0,
    };
}

/** What is said along the axis moves with time: of `entry.chart`, as it was given last. */
function optionsOf(entry) {
    const { chart } = entry;
    const ink = color('--soft');
    const grid = color('--line');
    const format = chart.format ?? compact;
    return {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        normalized: true,
        parsing: false,
        events: ['mousemove', 'mouseout', 'touchstart', 'touchmove'],
        interaction: { mode: 'index', intersect: false },
        layout: { padding: { top: 6, right: 4 } },
        plugins: {
            legend: { display: false },
            tooltip: {
                backgroundColor: color('--ink'),
                titleColor: color('--card'),
                bodyColor: color('--card'),
                padding: 8,
                boxWidth: 8,
                boxHeight: 8,
                callbacks: {
                    title: (items) => (items.length ? entry.chart.xText(items[0].parsed.x) : ''),
                    label: (item) => ` ${item.dataset.label}: ${format(item.parsed.y)}${chart.unit ?? ''}`,
                },
            },
        },
        scales: {
            x: {
                type: 'linear',
                min: chart.from,
                max: chart.to,
                offset: false,
                stacked: chart.stacked ?? false,
                grid: { display: false, borderColor: grid },
                ticks: {
                    color: ink,
                    maxRotation: 0,
                    autoSkip: false,
                    font: { size: 11 },
                    callback: (value) => entry.chart.tickText(value),
                },
                afterBuildTicks: (axis) => (axis.ticks = entry.chart.ticks.map((value) => ({ value }))),
            },
            y: {
                type: chart.logarithmic ? 'logarithmic' : 'linear',
                beginAtZero: true,
                stacked: chart.stacked ?? false,
                suggestedMax: 1,
                grid: { color: grid, borderColor: 'transparent', drawTicks: false },
                ticks: {
                    color: ink,
                    padding: 6,
                    maxTicksLimit: 5,
                    font: { size: 11 },
                    callback: (value) => (chart.isTick && !chart.isTick(value) ? '' : format(value)),
                },
            },
        },
    };
}

function draw(holder, chart) {
    const entry = holder.weirChart;
    entry.chart = chart;
    const signature = [document.documentElement.dataset.colors, chart.from, ...chart.series.map((s) => s.label)].join();
    if (entry.drawn && entry.signature === signature) {
        chart.series.forEach((series, i) => (entry.drawn.data.datasets[i].data = series.points));
        Object.assign(entry.drawn.options.scales.x, { min: chart.from, max: chart.to });
    } else {
        entry.drawn?.destroy();
        entry.signature = signature;
        entry.drawn = new window.Chart(holder.firstChild, {
            type: chart.type ?? 'line',
            data: { datasets: chart.series.map((series) => datasetOf(series, chart.type ?? 'line')) },
            options: optionsOf(entry),
        });
        return;
    }
    entry.drawn.update('none');
}

/** When colours have changed. */
export function redrawCharts() {
    for (const holder of shown) draw(holder, holder.weirChart.chart);
}

/**
 * chart: {key, label, series: [{label, color: '--name', points: [{x, y}], dash, fill, width, unlisted, now}], from, to, ticks,
 * tickText, xText, format, unit, type, stacked,
 * logarithmic, isTick}; a series may have a type of its own.
 */
export function timeChart(chart) {
    const format = chart.format ?? compact;
    return h(
        'figure',
        { class: 'chart', key: chart.key },
        h(
            'figcaption',
            null,
            h(
                'ul',
                { class: 'legend' },
                chart.series
                    .filter((series) => !series.unlisted)
                    .map((series) =>
                        h(
                            'li',
                            { key: series.label },
                            h('i', {
                                class: series.dash ? 'dashed' : '',
                                style: { '--c': `var(${series.color})` },
                                'aria-hidden': 'true',
                            }),
                            series.label,
                            ' ',
                            series.now === undefined
                                ? null
                                : h(
                                      'b',
                                      { class: 'number' },
                                      `${series.now === null ? '–' : format(series.now)}${chart.unit ?? ''}`,
                                  ),
                        ),
                    ),
            ),
        ),
        h('div', {
            class: 'canvas',
            role: 'img',
            'aria-label': chart.label,
            opaque: true,
            mount: (holder) => {
                holder.append(document.createElement('canvas'));
                holder.weirChart = {};
                shown.add(holder);
                // A canvas takes the size of what it stands in, and that has none before it is in the document.
                queueMicrotask(() => holder.isConnected && draw(holder, chart));
            },
            update: (holder) => draw(holder, chart),
            unmount: (holder) => {
                shown.delete(holder);
                holder.weirChart.drawn?.destroy();
            },
        }),
    );
}

const spans = [
    [60, [-60, -45, -30, -15, 0]],
    [120, [-120, -90, -60, -30, 0]],
    [300, [-300, -240, -180, -120, -60, 0]],
];

/** What was seen of the last five minutes, on an axis of seconds before now. */
export function lastMinutes(live) {
    const end = live.receivedAt;
    const seen = (end - (live.history[0]?.at ?? end)) / 1000;
    const [span, ticks] = spans.find(([most]) => seen <= most) ?? spans.at(-1);
    return {
        from: -span,
        to: 0,
        ticks,
        tickText: (x) => (x === 0 ? 'now' : span > 120 ? `−${-x / 60} min` : `−${-x} s`),
        xText: (x) => (x > -1 ? 'now' : `${Math.round(-x)} s ago`),
        pointsOf: (valueOf) => {
            const points = [];
            let before = null;
            for (const { at, figures } of live.history) {
                // Where the connection was gone, the line is too.
                if (before !== null && at - before > 4000) points.push({ x: (before - end) / 1000 + 1, y: null });
                points.push({ x: (at - end) / 1000, y: valueOf(figures) ?? null });
                before = at;
            }
            return points;
        },
    };
}
