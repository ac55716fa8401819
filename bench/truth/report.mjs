// From results.json to tables (Markdown, TSV), the picture, and the generated part of README.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { byTheWay, drawing } from './drawing.mjs';

export const shown = (value, digits = 0) =>
    value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);

/// A percentage with as many digits as it takes not to call 100.4 a hundred.
export const percentText = (value) => shown(value, value > 99 && value < 110 && Math.abs(value - 100) > 0.05 ? 1 : 0);

const unique = (values) => [...new Set(values)];
const nodeCounts = ({ results }) => unique(results.map(({ nodes }) => nodes)).sort((a, b) => a - b);

const table = (head, lines) => [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`).join('\n') + '\n';

/// One line for each row, one column for each program; a cell has what it says of each number of nodes.
function matrix(report, results, cell) {
    const programs = report.programs.map(({ name }) => name)
        .filter((name) => results.some(({ program }) => program === name));
    const lines = unique(results.map(({ row }) => row)).map((row) => [row, ...programs.map((program) => {
        const cells = nodeCounts(report).map((nodes) => {
            const found = results.find((one) => one.row === row && one.program === program && one.nodes === nodes);
            return found ? cell(found) : '';
        });
        const said = cells.filter((text) => text !== '');
        if (said.every((text) => !/\d/.test(text))) return said[0] ?? '–';
        return said.join(' / ');
    })]);
    return table(['', ...programs], lines);
}

function returnsTable(results) {
    const lines = results.filter(({ returns }) => returns).map(({ program, nodes, row, returns }) => [
        program, nodes, row, returns.returned,
        returns.returned === 0 ? '–' : `${shown(100 * returns.admitted_on_return / returns.returned)} %`,
        shown(returns.late_s.median, 2), shown(returns.late_s.most, 2),
        shown(returns.early_s.median, 1), shown(returns.early_s.most, 1), returns.without_retry_after,
    ]);
    return table(['program', 'nodes', 'row', 'came back', 'admitted then', 'late s, median', 'most',
        'too early s, median', 'most', 'refusals without a time'], lines);
}

export function booksText(result) {
    if (!result.books || !result.binds) return '–';
    const { books, log } = result.books[result.binds] ?? {};
    return books === undefined || !log ? '–' : `${shown(100 * books / log)}`;
}

const worstText = (result) =>
    (result.binds ? percentText(result.worst) + (byTheWay(result) ? '*' : '') : 'no such limit');

const roomText = ({ refused, refused_with_room }) =>
    (refused === 0 ? '–' : percentText(100 * refused_with_room / refused));

function loadTable(loads) {
    return table(['nodes', 'phase', 's', 'cores taken by this run, %: mean', 'p95', 'most', 'busy, all, %: mean',
        'a call went out late, ms, at the most'],
    loads.map(({ nodes, phase, seconds, own_percent, busy_percent, sent_late_ms_most }) => [
        nodes, phase, seconds, shown(own_percent.mean), shown(own_percent.p95), shown(own_percent.most),
        shown(busy_percent.mean), shown(sent_late_ms_most),
    ]));
}

/// Programs that say so of themselves: how often a node decided without the store that all share.
function withoutRedis(results) {
    const said = results.filter(({ remarks }) => remarks.decided_without_redis > 0)
        .map(({ program, nodes, phase, remarks }) =>
            `${program}, nodes: ${nodes}, until the end of ${phase}: ${remarks.decided_without_redis}`);
    return said.length === 0 ? [] : ['Decided without Redis, since it did not answer in time:\n',
        unique(said).map((line) => `- ${line}`).join('\n') + '\n'];
}

const programsTable = (programs) => table(['program', 'version', 'counts', 'windows',
    'configuration, in bench/compare/peers'],
    programs.map(({ name, version, dimensions, windows, configuration }) =>
        [name, version, dimensions.join(', '), windows, configuration]));

export function markdown(report) {
    const { machine, results, loads, skipped, left_out } = report;
    const of = (condition) => results.filter(condition);
    const out = Object.entries({ ...skipped, ...left_out }).map(([name, why]) => `- ${name}: ${why}`);
    return [
        `${machine.date}, weir ${machine.commit}, ${machine.cores} cores (${machine.cpu}), Linux ${machine.kernel}, `
            + `Redis ${machine.redis}, Node.js ${machine.node}, seed ${machine.seed}. Each key may send `
            + `${machine.limits.requests} requests, ${machine.limits.input} input and ${machine.limits.output} output `
            + `tokens a minute (${machine.limits.total} tokens where a program counts them together). With a slash: `
            + `${nodeCounts(report).join(' / ')} nodes.`,
        '### Worst window, % of the limit',
        matrix(report, results, worstText),
        'With a star: only by what was under way. What was surely decided within one window is not above the limit.',
        '### Usable share, % of limit × time, under a demand of twice the limit',
        matrix(report, of(({ row }) => results.some((one) => one.row === row && one.usable_share !== null)),
            (one) => percentText(one.usable_share)),
        '### Refused although there was room, % of the refusals',
        matrix(report, of(({ returns }) => !returns), roomText),
        '### Coming back when told', returnsTable(results),
        '### The program\'s own books, % of the log', matrix(report, of(({ books }) => books), booksText),
        '### The longest way from a client to the provider, ms',
        matrix(report, results, ({ longest_way_ms }) => shown(longest_way_ms)),
        '### Programs', programsTable(report.programs),
        ...(out.length > 0 ? ['Left out:\n', out.join('\n') + '\n'] : []),
        '### The machine meanwhile', loadTable(loads), ...withoutRedis(results),
    ].join('\n\n').replace(/\n{3,}/g, '\n\n');
}

export function tsv(results) {
    const fields = ['program', 'nodes', 'phase', 'row', 'binds', 'sent', 'received', 'refused', 'neither', 'worst',
        'surely', 'decided_requests_percent', 'usable_share', 'refused_with_room', 'longest_way_ms'];
    const cell = (value) => {
        if (value === null || value === undefined) return '';
        return typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(3) : String(value);
    };
    return [[...fields, 'books_percent'], ...results.map((one) =>
        [...fields.map((field) => cell(one[field])), booksText(one).replace('–', '')])]
        .map((cells) => cells.join('\t')).join('\n') + '\n';
}

/// Puts the text between the markers of a page.
export function replaceGenerated(page, text) {
    const begin = '<!-- generated: begin -->', end = '<!-- generated: end -->';
    const from = page.indexOf(begin), to = page.indexOf(end);
    if (from < 0 || to < from) throw new Error('the page has no markers of what is generated');
    return `${page.slice(0, from + begin.length)}\n\n${text}\n${page.slice(to)}`;
}

/// `published`: the folder of the page, or null.
export function writeReport(report, out, published) {
    const text = markdown(report), picture = drawing(report);
    writeFileSync(join(out, 'table.md'), text);
    writeFileSync(join(out, 'table.tsv'), tsv(report.results));
    writeFileSync(join(out, 'truth.svg'), picture);
    if (!published) return;
    writeFileSync(join(published, 'truth.svg'), picture);
    const page = join(published, 'README.md');
    writeFileSync(page, replaceGenerated(readFileSync(page, 'utf8'), text));
}
