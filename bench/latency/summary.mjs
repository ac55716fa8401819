// Reads what bench/latency/run measured from its directory, and prints it: medians over the rounds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addedLatency, median, parseTable } from '../compare/statistics.mjs';

const directory = process.argv[2];
const read = (name) => readFileSync(join(directory, name), 'utf8');
const latency = parseTable(read('latency.tsv')).filter((row) => row.load === 'part');
const measured = parseTable(read('program.tsv'));
const calls = parseTable(read('calls.tsv'));
const rounds = [...new Set(latency.map((row) => row.round))];
const programs = [...new Set(measured.map((row) => row.program))];
const ms = (value) => value.toFixed(3).padStart(9);

console.log(`\nadded to the provider's latency, ms${' '.repeat(6)}p50      p99   (over nginx: p50      p99)`);
const added = addedLatency(latency);
const of = (program, percentile) => latency.filter((row) => row.program === program).map((row) => row[percentile]);
const overNginx = (program, percentile) =>
    median(of(program, percentile).map((value, round) => value - of('nginx', percentile)[round]));
for (const program of programs) {
    const [p50, p99] = added.filter((entry) => entry.program === program).map((entry) => entry.added.median);
    console.log(`${program.padEnd(33)}${ms(p50)}${ms(p99)}${' '.repeat(13)}`
        + `${ms(overNginx(program, 'p50_ms'))}${ms(overNginx(program, 'p99_ms'))}`);
}

/** A histogram of a metrics page: counts by upper bound in ms, and the sum. */
function histogram(page, name, label) {
    const counts = new Map();
    let sum = 0;
    for (const line of page.split('\n')) {
        if (!line.startsWith(name) || !line.includes(label)) continue;
        const value = Number(line.slice(line.lastIndexOf(' ')));
        const bound = /le="([^"]+)"/.exec(line);
        if (bound) counts.set(bound[1] === '+Inf' ? Infinity : Number(bound[1]) * 1000, value);
        else if (line.slice(name.length).startsWith('_sum')) sum = value * 1000;
    }
    return { counts, sum };
}

/** What came between two pages. The bounds lie 0.05 ms apart at most below 0.5 ms; within one it is even. */
function between(before, after) {
    const cumulative = [...after.counts].map(([bound, count]) => [bound, count - before.counts.get(bound)]);
    const total = cumulative.at(-1)?.[1] ?? 0;
    const quantile = (part) => {
        let [low, below] = [0, 0];
        for (const [bound, count] of cumulative) {
            if (count >= part * total && count > below)
                return bound === Infinity ? low : low + ((bound - low) * (part * total - below)) / (count - below);
            [low, below] = [bound, count];
        }
        return low;
    };
    return { total, mean: (after.sum - before.sum) / total, p50: quantile(0.5), p99: quantile(0.99) };
}

const parts = [
    ['weir_added_latency_seconds', '', 'until the request is sent on, in all'],
    ['weir_store_duration_seconds', 'op="reserve"', '  reserve, as the request waits for it'],
    ['weir_store_queue_seconds', '', '    queue: until its call leaves'],
    ['weir_store_round_trip_seconds', '', '    round trip of a call'],
    ['weir_store_duration_seconds', 'op="settle"', 'settle: no client waits for it with Redis'],
];
for (const program of programs.filter((name) => name.startsWith('weir-'))) {
    console.log(`\n${`${program}: its own histograms, ms`.padEnd(43)}mean     p50      p99`);
    const counted = parts.map(([name, label]) => rounds.map((round) => between(
        histogram(read(`before-${round}-${program}`), name, label),
        histogram(read(`after-${round}-${program}`), name, label))));
    const mean = (part) => median(counted[part].map((one) => one.mean));
    parts.forEach(([, , words], part) => {
        if (counted[part][0].total === 0) return;
        console.log(words.padEnd(38) + ['mean', 'p50', 'p99'].map((name) =>
            ms(median(counted[part].map((one) => one[name])))).join(''));
    });
    console.log(`the rest: weir's own work`.padEnd(38) + ms(mean(0) - mean(1)));
}

console.log('\na request            wake-ups  preemptions  CPU us  Redis us  calls of Redis   weir-load late, p99 ms');
for (const program of programs) {
    const mine = measured.filter((row) => row.program === program);
    const show = (name, digits, width) => median(mine.map((row) => row[name])).toFixed(digits).padStart(width);
    console.log(program.padEnd(20) + show('woken', 2, 9) + show('taken', 2, 13) + show('cpu_us', 1, 8)
        + show('redis_us', 1, 10) + show('redis_calls', 2, 16) + show('late_ms', 3, 25));
}
console.log('\nsystem calls a request (failed), traced, at a tenth of that rate');
for (const program of programs) {
    const made = calls.filter((row) => row.program === program);
    const sum = (name) => made.reduce((all, row) => all + row[name], 0).toFixed(1);
    console.log(`${program.padEnd(20)}${sum('a_request')} (${sum('failed')}): `
        + made.map((row) => `${row.call} ${row.a_request}`).join(', '));
}
