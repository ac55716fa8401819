// Rows of weir-reservation on stdin become a table in Markdown on stdout, and a picture in the file that is named.
import { readFileSync, writeFileSync } from 'node:fs';

const text_colour = '#6e7a86', faint = '#8c959f', holds = '#2da44e', over = '#e5484d';
const left = 130, top = 74, line_height = 20, panel_width = 210, panel_gap = 18;

const percent = (part) => `${(100 * part).toFixed(1)} %`;

function table(rows) {
    const lines = ['| workload | reserved | usable | overshoot | the same, cold | wrongly refused | exceeded |',
        '|---|---|---|---|---|---|---|'];
    for (const row of rows) {
        const cells = [row.usable, row.overshoot, row.overshoot_cold, row.wrongly_refused, row.exceeded].map(percent);
        lines.push(`| ${[row.workload, row.policy, ...cells].join(' | ')} |`);
    }
    return lines.join('\n') + '\n';
}

function words(x, y, text, more = '') {
    return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${text}</text>`;
}

/// A bar for what is usable, and behind the limit one for the overshoot.
function panel(workload, rows, x) {
    const scale = panel_width / 1.75, limit_x = x + scale;
    const bottom = top + rows.length * line_height;
    const parts = [words(x, top - 12, workload, 'font-weight="600" font-size="13"')];
    rows.forEach((row, at) => {
        const y = top + at * line_height + 4, height = line_height - 8;
        parts.push(`<rect x="${x}" y="${y}" width="${(scale * row.usable).toFixed(1)}" height="${height}" `
            + `fill="${holds}" fill-opacity="${row.overshoot > 0.01 ? 0.35 : 0.9}"/>`);
        const beyond = scale * Math.min(row.overshoot, 0.72);
        if (beyond > 0) {
            parts.push(`<rect x="${limit_x.toFixed(1)}" y="${y}" width="${beyond.toFixed(1)}" height="${height}" `
                + `fill="${over}"/>`);
        }
        parts.push(words(limit_x + beyond + 5, y + height - 2, `${Math.round(100 * row.usable)} %`
            + (row.overshoot >= 0.005 ? ` (+${Math.round(100 * row.overshoot)} %)` : ''), 'font-size="10.5"'));
    });
    parts.push(`<line x1="${limit_x.toFixed(1)}" y1="${top - 4}" x2="${limit_x.toFixed(1)}" y2="${bottom}" `
        + `stroke="${text_colour}" stroke-width="1.2"/>`);
    return parts.join('\n');
}

function drawing(rows) {
    const workloads = [...new Set(rows.map(({ workload }) => workload))];
    const policies = [...new Set(rows.map(({ policy }) => policy))];
    const width = left + workloads.length * (panel_width + panel_gap) + 60, height = top + policies.length * line_height + 34;
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" `
            + `font-family="-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" font-size="12" `
            + `fill="${text_colour}" role="img" aria-label="Usable part of the limit and overshoot of each policy">`,
        words(8, 22, 'What of a limit on output can be used', 'font-size="17" font-weight="600"'),
        words(8, 42, 'Under twice the load; the line is the limit, red the worst minute above it', 'font-size="12.5"'),
        ...policies.map((policy, at) =>
            words(left - 12, top + (at + 0.5) * line_height + 4, policy, 'text-anchor="end"')),
        ...workloads.map((workload, at) => panel(workload, rows.filter((row) => row.workload === workload),
            left + at * (panel_width + panel_gap))),
        words(left, height - 10, 'pale: more than 1 % above the limit', `font-size="11" fill="${faint}"`),
        '</svg>', '',
    ].join('\n');
}

const rows = readFileSync(0, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
process.stdout.write(table(rows));
writeFileSync(process.argv[2], drawing(rows));
