// Reads what a run measured from its directory; prints the tables, and leaves summary.json and report.html there.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReport } from './report.mjs';
import { addedLatency, compare, disturbed, held, heldUpByLoad, marks, parseTable, summarize } from './statistics.mjs';

const directory = process.argv[2];
const read = (name) => readFileSync(join(directory, name), 'utf8');
const rows = parseTable(read('results.tsv'));
const readIfThere = (name) => (existsSync(join(directory, name)) ? read(name) : '');
const latencyRows = parseTable(readIfThere('latency.tsv'));
const leftOut = readIfThere('left_out.tsv').split('\n').filter((line) => line !== '').map((line) => line.split('\t'));
const summary = {
    machine: JSON.parse(read('machine.json')),
    left_out: leftOut.map(([program, reason]) => ({ program, reason })),
    programs: summarize(rows),
    ratios: compare(rows),
    added_latency: addedLatency(latencyRows),
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

const verdict = (isHeld) => (isHeld === undefined ? '' : isHeld ? 'held' : 'MISSED');
const range = ({ median, min, max }, digits) =>
    `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;

console.log(`${Object.entries(summary.machine).map(([name, value]) => `${name} ${value}`).join(' · ')}\n`);
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
        verdict(held(entry)),
    ]),
);
printTable(
    ['added latency', 'at', 'requests/s', '', 'ms', 'failed', 'at most', ''],
    summary.added_latency.map((entry) => [
        entry.program + (entry.over === 'direct' ? '' : ` over ${entry.over}`), entry.load, entry.rate.toFixed(0), entry.percentile.slice(0, 3), range(entry.added, 3),
        String(entry.failed), entry.bar === undefined ? '' : String(entry.bar),
        verdict(entry.bar === undefined ? undefined : entry.added.median <= entry.bar),
    ]),
);
for (const { program, reason } of summary.left_out) console.log(`LEFT OUT: ${program}: ${reason}`);
writeFileSync(join(directory, 'summary.json'), `${JSON.stringify(summary, null, 1)}\n`);
writeFileSync(join(directory, 'report.html'), renderReport(summary));
console.log(`${directory}: results.tsv, summary.json, report.html`);
