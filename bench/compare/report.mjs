// The page of a run: bars of requests/s and of CPU for each workload, inline SVG, nothing loaded from elsewhere. Pure.
import { held, marks } from './statistics.mjs';

const titles = {
    admit: 'Admit: every request is let through',
    stream: 'Stream: every answer an SSE stream of 20 tokens',
    refuse: 'Refuse: nearly every request is answered 429',
};
const row_px = 22;
const label_px = 96;
const page_px = 1080;
const value_px = 72;

const colour = (program) => (program.startsWith('weir') ? '#1565c0' : '#90a4ae');
const text = (x, y, content, attributes = '') =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${content}</text>`;
const bar = (x, y, width, fill, title) =>
    `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(width, 0.5).toFixed(1)}" `
    + `height="${row_px - 8}" fill="${fill}"><title>${title}</title></rect>`;

function whisker(x0, x1, y) {
    const middle = y + (row_px - 8) / 2;
    return `<path d="M${x0.toFixed(1)} ${middle - 4}v8m0 -4H${x1.toFixed(1)}m0 -4v8" stroke="#263238" fill="none"/>`;
}

/** Small charts beside each other, one for each number of connections, on one scale. */
function chart(entries, { most, draw, name }) {
    const counts = [...new Set(entries.map((entry) => entry.connections))];
    const programs = [...new Set(entries.map((entry) => entry.program))];
    const panel_px = (page_px - label_px) / counts.length;
    const scale = (panel_px - value_px - 12) / most;
    const height = 24 + programs.length * row_px;
    const parts = programs.map((program, row) => text(label_px - 8, 35 + row * row_px, program, 'text-anchor="end"'));
    counts.forEach((count, column) => {
        const left = label_px + column * panel_px;
        parts.push(text(left, 14, `${count} connections`, 'class="head"'));
        programs.forEach((program, row) => {
            const entry = entries.find((one) => one.connections === count && one.program === program);
            if (entry) parts.push(draw(entry, left, 24 + row * row_px, scale));
        });
    });
    const size = `viewBox="0 0 ${page_px} ${height}"`;
    return `<h3>${name}</h3><svg ${size} role="img" aria-label="${name}">${parts.join('')}</svg>`;
}

function drawRate(entry, left, y, scale) {
    const { median, min, max } = entry.requests_per_s;
    const label = Math.round(median).toLocaleString('en') + marks(entry);
    const title = `${entry.program}: ${min.toFixed(0)} to ${max.toFixed(0)}`;
    return bar(left, y, median * scale, colour(entry.program), title)
        + whisker(left + min * scale, left + max * scale, y) + text(left + max * scale + 6, y + 11, label);
}

const cost = (entry) => entry.cpu_us_per_request + entry.redis_us_per_request;

function drawCost(entry, left, y, scale) {
    const own = entry.cpu_us_per_request;
    const title = `${entry.program}: ${own.toFixed(1)} us, Redis ${entry.redis_us_per_request.toFixed(1)} us`;
    return bar(left, y, own * scale, colour(entry.program), title)
        + bar(left + own * scale, y, entry.redis_us_per_request * scale, '#d84315', title)
        + text(left + cost(entry) * scale + 6, y + 11, cost(entry).toFixed(1));
}

/** Programs that cost many times what the others do would leave nothing to see: their bars end at the edge. */
function costChart(entries) {
    const costs = entries.map(cost).sort((a, b) => a - b);
    const most = costs.filter((value) => value <= 5 * costs[costs.length >> 1]).at(-1);
    const cut = entries.filter((entry) => cost(entry) > most);
    const note = [...new Set(cut.map((entry) => entry.program))].map((program) => {
        const its = cut.filter((entry) => entry.program === program).map((entry) => cost(entry).toFixed(0));
        return `<p>${program}, left out of this chart: ${its.join(', ')} us.</p>`;
    });
    return chart(entries.filter((entry) => cost(entry) <= most), {
        most, draw: drawCost, name: 'CPU of a request, us (red: of Redis)',
    }) + note.join('');
}

function section(workload, entries) {
    return `<h2>${titles[workload] ?? workload}</h2>`
        + chart(entries, {
            most: Math.max(...entries.map((entry) => entry.requests_per_s.max)), draw: drawRate,
            name: 'Requests/s (line: slowest to fastest round)',
        }) + costChart(entries);
}

function ratioTable(ratios) {
    const cells = ratios.map((entry) => {
        const { workload, connections, ours, theirs, rate, cpu, bar: least } = entry;
        const verdict = least === undefined ? '' : held(entry) ? 'held' : 'missed';
        const shown = [workload, connections, `${ours} / ${theirs}`,
            `${rate.median.toFixed(2)} <small>(${rate.min.toFixed(2)} to ${rate.max.toFixed(2)})</small>`,
            cpu.median.toFixed(2), least ?? '', verdict];
        return `<tr class="${verdict}"><td>${shown.join('</td><td>')}</td></tr>`;
    });
    return '<table><tr><th>workload<th>connections<th>ratio<th>requests/s<th>CPU<th>at least<th></tr>'
        + `${cells.join('\n')}</table>`;
}

const latencyTitles = {
    half: 'Latency added at half of what weir with Redis does',
    quarter: 'Latency added at a quarter of what weir with Redis does',
    same: 'Latency added at one rate for all',
};

function latencyText(added) {
    return [...new Set(added.map((entry) => entry.load))].map((load) => {
        const entries = added.filter((entry) => entry.load === load);
        const lines = entries.map(({ program, over, percentile, bar: most, added: more, direct, through, failed }) =>
            `<li>${program}${over === 'direct' ? '' : `, over ${over}`} ${percentile.slice(0, 3)}: ${more.median.toFixed(3)} ms `
            + `<small>(${more.min.toFixed(3)} to ${more.max.toFixed(3)})</small>`
            + (most === undefined ? '' : `, at most ${most}`)
            + `; direct ${direct.toFixed(3)}, through it ${through.toFixed(3)}`
            + `${failed === 0 ? '' : `; ${failed} failed`}</li>`);
        const rate = `${entries[0].rate.toFixed(0)} requests/s`;
        return `<h2>${latencyTitles[load]}, ${rate}, Redis on the same host</h2><ul>${lines.join('')}</ul>`;
    }).join('\n');
}

const escaped = (content) => content.replace(/[&<>]/g, (character) => `&#${character.codePointAt(0)};`);

function leftOutText(leftOut) {
    const lines = leftOut.map(({ program, reason }) => `<li>${program}: ${escaped(reason)}</li>`);
    return lines.length === 0 ? '' : `<h2>Left out</h2><ul>${lines.join('')}</ul>`;
}

export function renderReport({ machine, left_out: leftOut, programs, ratios, added_latency: added }) {
    const workloads = [...new Set(programs.map((entry) => entry.workload))];
    const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`).join(' · ');
    return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>weir beside its peers</title>
<style>
body { font: 14px/1.45 system-ui, sans-serif; max-width: ${page_px}px; margin: 2em auto; padding: 0 1em;
    color: #263238; }
svg { width: 100%; font-size: 12px; fill: #263238; } svg .head, h3 { font-weight: 600; font-size: 13px; }
h2 { margin-top: 2em; } h3 { margin-bottom: 0; } small { color: #607d8b; }
table { border-collapse: collapse; } td, th { padding: 2px 14px 2px 0; text-align: left; }
.held td:last-child { color: #2e7d32; } .missed td:last-child { color: #c62828; font-weight: 600; }
</style>
<h1>weir beside its peers</h1>
<p>${facts}</p>
<p>Medians over the rounds. * The other core, with wrk, the stand-in provider and Redis, was busier than the program
under test, which could do more. ! Other work took more than 10 % of the two cores. Ratios are taken round
by round; above 1 weir is better.</p>
${workloads.map((workload) => section(workload, programs.filter((entry) => entry.workload === workload))).join('\n')}
<h2>Ratios</h2>
${ratioTable(ratios)}
${latencyText(added)}
${leftOutText(leftOut)}
</html>
`;
}
