// Reads what a run measured from its directory; prints the tables, and leaves summary.json and report.html there.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReport } from './report.mjs';
import { addedLatency, compare, disturbed, heldUpByLoad, marks, parseTable, summarize } from './statistics.mjs';

const directory = process.argv[2];
const read = (name) => readFileSync(join(directory, name), 'utf8');
const rows = parseTable(read('results.tsv'));
const latencyRows = existsSync(join(directory, 'latency.tsv')) ? parseTable(read('latency.tsv')) : [];
const summary = {
    machine: JSON.parse(read('machine.json')),
    programs: summarize(rows),
    ratios: compare(rows),
    added_latency: latencyRows.length > 0 ? addedLatency(latencyRows) : [],
};

function printTable(columns, lines) {
    if (lines.length === 0) return;
    const width = columns.map((column, at) => Math.max(column.length, ...lines.map((line) => line[at].length)));
    const pad = (cell, at) => (at < 3 ? cell.padEnd(width[at]) : cell.padStart(width[at]));
    const show = (line) => console.log(line.map(pad).join('  '));
    show(columns);
    lines.forEach(show);
    console.log();
}

const verdict = (held) => (held === undefined ? '' : held ? 'held' : 'MISSED');
const range = ({ median, min, max }, digits) =>
    `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;

printTable(
    ['workload', 'connections', 'program', 'requests/s', 'p50 ms', 'p99 ms', 'failed', 'CPU us', 'Redis us',
        'Redis calls', 'core 0', 'core 1', 'others'],
    summary.programs.map((entry) => [
        entry.workload, String(entry.connections), entry.program + marks(entry),
        entry.requests_per_s.median.toFixed(0), entry.p50_ms.toFixed(2), entry.p99_ms.toFixed(2), String(entry.failed),
        entry.cpu_us_per_request.toFixed(1), entry.redis_us_per_request.toFixed(1),
        entry.redis_calls_per_request.toFixed(3),
        ...[entry.core0_percent, entry.core1_percent, entry.others_percent].map((percent) => `${percent.toFixed(0)} %`),
    ]),
);
if (summary.programs.some(heldUpByLoad)) {
    console.log('* core 1 (wrk, the stand-in provider, Redis) was busier than the program, which could do more.');
}
if (summary.programs.some(disturbed)) console.log('! other work took more than 10 % of the two cores.\n');
printTable(
    ['workload', 'connections', 'ratio', 'requests/s', 'CPU', 'at least', ''],
    summary.ratios.map((entry) => [
        entry.workload, String(entry.connections), `${entry.ours} / ${entry.theirs}`, range(entry.rate, 2),
        entry.cpu.median.toFixed(2), entry.bar === undefined ? '' : String(entry.bar),
        verdict(entry.bar === undefined ? undefined : entry.rate.median >= entry.bar),
    ]),
);
printTable(
    ['added at half load', 'requests/s', '', 'ms', 'failed', 'at most', ''],
    summary.added_latency.map((entry) => [
        entry.program, entry.rate.toFixed(0), entry.percentile.slice(0, 3), range(entry.added, 3),
        String(entry.failed), entry.bar === undefined ? '' : String(entry.bar),
        verdict(entry.bar === undefined ? undefined : entry.added.median <= entry.bar),
    ]),
);
writeFileSync(join(directory, 'summary.json'), `${JSON.stringify(summary, null, 1)}\n`);
writeFileSync(join(directory, 'report.html'), renderReport(summary));
console.log(`${directory}: results.tsv, summary.json, report.html`);
