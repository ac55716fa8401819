// The picture: a panel for each program, a line for each row, a mark at its worst window. Colours are in the middle
// between light and dark, so that they can be read on either ground.
const text_colour = '#6e7a86', faint = '#8c959f';
const colours = { holds: '#2da44e', nearly: '#d4a017', over: '#e5484d' };
const names = {
    holds: 'never over', nearly: 'over by up to 5 %, or only by what was under way', over: 'over by more',
};

const left = 128, top = 96, line_height = 28, panel_width = 112, panel_gap = 22;
const least = 50, most = 400;

/// Whether only the way from the client to the provider makes it more than the limit: what was surely decided within
/// one window is not.
export const byTheWay = ({ worst, surely }) => worst > 100 && surely <= 100;

export function verdictOf(result) {
    if (result.worst <= 100) return 'holds';
    return result.worst <= 105 || byTheWay(result) ? 'nearly' : 'over';
}

/// Logarithmic: half of the limit at the left edge, four times at the right.
export function position(percent, width) {
    const inside = Math.min(most, Math.max(least, percent));
    return width * Math.log(inside / least) / Math.log(most / least);
}

const escaped = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function text(x, y, words, more = '') {
    return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(words)}</text>`;
}

/// One node: a ring; several: a disc.
function mark(x, y, nodes, verdict) {
    const colour = colours[verdict];
    const look = nodes === 1 ? `fill="none" stroke="${colour}" stroke-width="2.2"` : `fill="${colour}"`;
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${nodes === 1 ? 4.9 : 4}" ${look}/>`;
}

function panel(program, rows, results, x) {
    const bottom = top + rows.length * line_height;
    const limit_x = x + position(100, panel_width);
    const parts = [
        text(x + panel_width / 2, top - 30, program, 'text-anchor="middle" font-weight="600" font-size="13"'),
        `<line x1="${limit_x}" y1="${top - 6}" x2="${limit_x}" y2="${bottom}" stroke="${text_colour}" `
            + 'stroke-width="1.4"/>',
    ];
    for (const tick of [50, 100, 200]) {
        const tick_x = x + position(tick, panel_width);
        parts.push(text(tick_x, top - 11, tick, `text-anchor="middle" font-size="10" fill="${faint}"`));
        if (tick !== 100) {
            parts.push(`<line x1="${tick_x}" y1="${top - 6}" x2="${tick_x}" y2="${bottom}" stroke="${faint}" `
                + 'stroke-opacity="0.3" stroke-dasharray="2 3"/>');
        }
    }
    rows.forEach((row, at) => {
        const y = top + (at + 0.5) * line_height;
        const found = results.filter((one) => one.program === program && one.row === row && one.worst !== null)
            .sort((a, b) => b.nodes - a.nodes);
        if (found.length === 0 || found[0].binds === null) {
            const why = found.length === 0 ? '–' : 'no such limit';
            parts.push(text(limit_x + 8, y + 4, why, `font-size="10.5" fill="${faint}"`));
            return;
        }
        for (const one of found) {
            const beside = found.length === 1 ? 0 : one.nodes === 1 ? -5 : 5;
            const place = x + position(one.worst, panel_width);
            parts.push(mark(place, y + beside, one.nodes, verdictOf(one)));
        }
        const worst = found.reduce((most, one) => (one.worst > most.worst ? one : most));
        if (worst.worst <= 100.5) return;
        const place = x + position(worst.worst, panel_width), fits = place < x + panel_width - 28;
        parts.push(text(place + (fits ? 8 : -8), y + 3.5, Math.round(worst.worst),
            `text-anchor="${fits ? 'start' : 'end'}" font-size="10.5" font-weight="600" `
                + `fill="${colours[verdictOf(worst)]}"`));
    });
    return parts.join('\n');
}

function legend(y, node_counts) {
    let x = 14;
    const parts = [];
    const item = (shape, words) => {
        parts.push(shape(x + 5), text(x + 15, y + 4, words, 'font-size="11.5"'));
        x += 15 + words.length * 5.7 + 20;
    };
    for (const verdict of Object.keys(colours)) item((at) => mark(at, y, 4, verdict), names[verdict]);
    for (const nodes of node_counts) {
        item((at) => mark(at, y, nodes, 'holds'), nodes === 1 ? 'one node' : `${nodes} nodes, one limit`);
    }
    return parts.join('\n');
}

export function drawing(report) {
    const results = report.results;
    const rows = [...new Set(results.map(({ row }) => row))];
    const programs = report.programs.map(({ name }) => name)
        .filter((name) => results.some(({ program }) => program === name));
    const node_counts = [...new Set(results.map(({ nodes }) => nodes))];
    const width = Math.max(640, left + programs.length * (panel_width + panel_gap) + 10);
    const bottom = top + rows.length * line_height, height = bottom + 44;
    const labels = rows.map((row, at) => {
        const y = top + (at + 0.5) * line_height;
        const stripe = `<rect x="0" y="${y - line_height / 2}" width="${width}" height="${line_height}" `
            + `fill="${faint}" fill-opacity="0.09"/>`;
        return (at % 2 === 0 ? stripe : '') + text(left - 16, y + 4, row, 'text-anchor="end" font-size="12.5"');
    });
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" `
            + `font-family="-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" font-size="12" `
            + `fill="${text_colour}" role="img" `
            + 'aria-label="The worst window of each program in each row, in percent of the limit">',
        text(8, 22, 'Does the limit hold?', 'font-size="17" font-weight="600"'),
        text(8, 42, 'The most that the provider received or produced in any 60 seconds, in % of the limit',
            'font-size="12.5"'),
        ...labels,
        ...programs.map((program, at) => panel(program, rows, results, left + at * (panel_width + panel_gap))),
        legend(bottom + 24, node_counts),
        '</svg>', '',
    ].join('\n');
}
