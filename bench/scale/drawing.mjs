// The picture: a panel for each set of keys, a line for each number of shards, over the number of nodes, both axes
// logarithmic. Colours are in the middle between light and dark, so that they can be read on either ground.
import { key_sets } from './cases.mjs';

const text_colour = '#6e7a86', faint = '#8c959f';
const colours = ['#4493f8', '#2da44e', '#d4a017', '#e5484d'];
const small = `font-size="11" fill="${faint}"`;
const top = 84, panel_width = 210, panel_height = 230, panel_gap = 46, left = 56;

const escaped = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const text = (x, y, words, more = '') =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(words)}</text>`;
const dot = (x, y, radius, colour) =>
    `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${colour}"/>`;
const distinct = (values) => [...new Set(values)];

/// Where a value is between two others, from 0 to 1, on a logarithmic scale.
export function position(value, least, most) {
    return Math.log(Math.min(most, Math.max(least, value)) / least) / Math.log(most / least);
}

const named = (value) => (value >= 1e6 ? `${value / 1e6} M` : `${value / 1e3} k`);

function scaleOf(results) {
    const rates = results.filter(({ most }) => most).map(({ most }) => most.requests_per_s);
    return {
        least: 10 ** Math.floor(Math.log10(Math.min(...rates))), most: 10 ** Math.ceil(Math.log10(Math.max(...rates))),
    };
}

function grid(x, nodes, { least, most }, is_first) {
    const parts = [];
    for (let rate = least; rate <= most; rate *= 10) {
        const y = top + panel_height * (1 - position(rate, least, most));
        parts.push(`<line x1="${x}" y1="${y.toFixed(1)}" x2="${x + panel_width}" y2="${y.toFixed(1)}" `
            + `stroke="${faint}" stroke-opacity="0.3"/>`);
        if (is_first) parts.push(text(x - 8, y + 4, named(rate), `text-anchor="end" ${small}`));
    }
    for (const count of nodes) {
        const at = x + panel_width * position(count, nodes[0], nodes.at(-1));
        parts.push(text(at, top + panel_height + 17, count.toLocaleString('en'), `text-anchor="middle" ${small}`));
    }
    return parts;
}

function panel(set, results, x, nodes, shards, scale, is_first) {
    const parts = [text(x, top - 12, set.name, 'font-weight="600" font-size="13"'), ...grid(x, nodes, scale, is_first)];
    shards.forEach((count, at) => {
        const points = nodes.map((node_count) => results.find((one) => one.set === set.name && one.nodes === node_count
            && one.shards === count)).filter((one) => one?.most).map((one) => [
            x + panel_width * position(one.nodes, nodes[0], nodes.at(-1)),
            top + panel_height * (1 - position(one.most.requests_per_s, scale.least, scale.most)),
        ]);
        const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
        parts.push(`<polyline points="${path}" fill="none" stroke="${colours[at % 4]}" stroke-width="2"/>`);
        for (const [px, py] of points) parts.push(dot(px, py, 3.5, colours[at % 4]));
    });
    return parts.join('\n');
}

function legend(shards, y) {
    return shards.map((count, at) => {
        const x = left + at * 130;
        return dot(x + 5, y, 4, colours[at % 4])
            + text(x + 15, y + 4, count === 1 ? 'one Redis' : `${count} masters`, 'font-size="11.5"');
    }).join('\n');
}

export function drawing(all) {
    const results = all.filter(({ as, set }) => as === 'built' && set !== 'one key');
    const nodes = distinct(results.map((one) => one.nodes)), shards = distinct(results.map((one) => one.shards));
    const scale = scaleOf(results);
    const width = left + key_sets.length * (panel_width + panel_gap) + 6, height = top + panel_height + 62;
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" `
            + `font-family="-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" font-size="12" `
            + `fill="${text_colour}" role="img" aria-label="Requests a second that nodes and shards of Redis allow">`,
        text(8, 22, 'How many requests a second, with how many nodes', 'font-size="17" font-weight="600"'),
        text(8, 42, 'Simulated: a core for each node and each master of Redis; where a point is missing, none in time',
            'font-size="12.5"'),
        ...key_sets.map((set, at) =>
            panel(set, results, left + at * (panel_width + panel_gap), nodes, shards, scale, at === 0)),
        legend(shards, top + panel_height + 42),
        '</svg>', '',
    ].join('\n');
}
