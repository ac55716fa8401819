// What loads of bench/overload/run came to.
//
//   node summary.mjs peak FOLDER                         what was served a second
//   node summary.mjs load FOLDER QUEUE_MS KIND PEAK      a row as JSON, of FOLDER's load, after and load.admin
//   node summary.mjs table FILE                          medians of the rows; ends with 1 where a bar is missed
import { readFileSync } from 'node:fs';

const settlingSeconds = 5;
const slowUs = 100_000;
const reportOf = (folder) => JSON.parse(readFileSync(`${folder}/report.json`, 'utf8'));

/** The full seconds once the crowd has settled. */
const countedSeconds = (report) => report.seconds.slice(settlingSeconds, report.options.duration_s);

/** Their mean. */
function perSecond(report, count) {
    const seconds = countedSeconds(report);
    return Math.round(seconds.reduce((sum, row) => sum + row[count], 0) / seconds.length);
}

/** Seconds until everything was served again, and soon; Infinity where that never came. */
function recovery(after) {
    const seconds = after.seconds.slice(0, -1); // the last one is cut short
    const isWell = (row) =>
        row.other + row.failed + row.refused === 0 && row.admitted > 0 && row.admitted_p99_us <= slowUs;
    const lastBad = seconds.findLastIndex((row) => !isWell(row));
    return lastBad === seconds.length - 1 ? Infinity : lastBad + 1;
}

/** The slowest answer of the admin port, in ms; Infinity where one failed. */
function slowestAdminAnswer(file) {
    const rows = readFileSync(file, 'utf8').trim().split('\n').map((line) => line.split(' '));
    return Math.max(...rows.map(([, , , max, failed]) => (failed === '0' ? Number(max) : Infinity)));
}

/** Of the seconds that count: how long most were kept waiting in the worst of them. */
const worst = (report, count) => Math.max(...countedSeconds(report).map((row) => row[count]));

function row(folder, queueMs, kind, peak) {
    const report = reportOf(`${folder}/load`);
    const served = perSecond(report, 'admitted');
    return {
        queueMs, kind, connections: report.options.concurrent, sent: perSecond(report, 'sent'), served,
        ofPeak: (100 * served) / peak, refused: perSecond(report, 'other'), failed: perSecond(report, 'failed'),
        p50Ms: kind === 'open' ? null : worst(report, 'admitted_p50_us') / 1000,
        p99Ms: kind === 'open' ? null : worst(report, 'admitted_p99_us') / 1000,
        adminMs: slowestAdminAnswer(`${folder}/load.admin`), recovery: recovery(reportOf(`${folder}/after`)),
    };
}

function median(values) {
    const sorted = values.map((value) => value ?? Infinity).sort((a, b) => a - b);
    const middle = sorted.length / 2;
    return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

function table(file) {
    const rows = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    const shown = (value, unit = '', digits = 0) => (Number.isFinite(value) ? value.toFixed(digits) + unit : '-');
    console.log('max_queue load      connections   sent/s served/s of peak refused/s failed/s   p50_ms   p99_ms ' +
        'admin_ms recovery');
    let isMissed = false;
    for (const name of new Set(rows.map((one) => `${one.queueMs} ${one.kind}`))) {
        const these = rows.filter((one) => `${one.queueMs} ${one.kind}` === name);
        const of = (count) => median(these.map((one) => one[count]));
        const [queueMs, kind] = name.split(' ');
        const cells = [[shown(of('connections')), 11], [shown(of('sent')), 8], [shown(of('served')), 8],
            [shown(of('ofPeak'), ' %'), 7], [shown(of('refused')), 9], [shown(of('failed')), 8],
            [shown(of('p50Ms'), '', 0), 8], [shown(of('p99Ms'), '', 0), 8], [shown(of('adminMs'), '', 1), 8],
            [shown(of('recovery'), ' s'), 8]];
        console.log(queueMs.padEnd(9), kind.padEnd(9), ...cells.map(([cell, width]) => cell.padStart(width)));
        const isHeld = of('ofPeak') >= 90 && of('adminMs') <= 100 && of('recovery') <= 5;
        if (queueMs !== '0' && kind !== 'stubborn' && !isHeld) isMissed = true;
    }
    return isMissed;
}

const [what, path, ...rest] = process.argv.slice(2);
if (what === 'peak') {
    console.log(Math.round(reportOf(path).per_second.admitted));
} else if (what === 'load') {
    console.log(JSON.stringify(row(path, rest[0], rest[1], Number(rest[2]))));
} else {
    process.exit(table(path) ? 1 : 0);
}
