// What a load came to, as a line of bench/overload/run; without a peak to hold it against, what was served a second.
//
//   node summary.mjs FOLDER LOAD [MAX_QUEUE_MS PEAK]
//
// Ends with 1 where a bar is missed with shedding.
import { readFileSync } from 'node:fs';

const [folder, load, queueMs, peak] = process.argv.slice(2);
const reportOf = (name) => JSON.parse(readFileSync(`${folder}/${name}/report.json`, 'utf8'));
const report = reportOf(load);
if (peak === undefined) {
    console.log(Math.round(report.per_second.admitted));
    process.exit(0);
}

/** Mean of the full seconds from the third on. */
function perSecond(count) {
    const seconds = report.seconds.slice(2, report.options.duration_s);
    return Math.round(seconds.reduce((sum, row) => sum + row[count], 0) / seconds.length);
}

/** Seconds until everything was served again, and soon; Infinity where that never came. */
function recovery() {
    const slow_us = 100_000;
    const seconds = reportOf(`${load}-after`).seconds.slice(0, -1); // the last one is cut short
    const isWell = (row) =>
        row.other + row.failed + row.refused === 0 && row.admitted > 0 && row.admitted_p99_us <= slow_us;
    const lastBad = seconds.findLastIndex((row) => !isWell(row));
    return lastBad === seconds.length - 1 ? Infinity : lastBad + 1;
}

/** The slowest answer of the admin port, in ms; Infinity where one failed. */
function slowestAdminAnswer() {
    const rows = readFileSync(`${folder}/${load}.admin`, 'utf8').trim().split('\n').map((line) => line.split(' '));
    return Math.max(...rows.map(([, , , max, failed]) => (failed === '0' ? Number(max) : Infinity)));
}

const served = perSecond('admitted');
const ofPeak = (100 * served) / peak;
const admin = slowestAdminAnswer();
const recovered = recovery();
const ms = (us) => (us / 1000).toFixed(1);
const cells = [
    [queueMs, -10], [load, -7], [perSecond('sent'), 9], [served, 9], [`${ofPeak.toFixed(0)} %`, 7],
    [perSecond('other'), 9], [perSecond('failed'), 9],
    [ms(report.latency.admitted.p50_us), 8], [ms(report.latency.admitted.p99_us), 8], [admin.toFixed(1), 8],
    [recovered === Infinity ? 'never' : `${recovered} s`, 9]];
console.log(cells.map(([cell, width]) => width < 0 ? String(cell).padEnd(-width) : String(cell).padStart(width)).join(' '));
if (queueMs !== '0' && (ofPeak < 90 || admin > 100 || recovered > 5)) process.exit(1);
