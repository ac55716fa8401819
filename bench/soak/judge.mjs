// Reads what run left in a folder, prints what became of memory, descriptors and books, and ends with 1 where a bar
// is missed.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { booksOf, descriptorRows, differences, groupsOf, memoryRows, samplesOf } from './verdict.mjs';

const folder = process.argv[2];
const text = (name) => readFileSync(join(folder, name), 'utf8');
const json = (name) => JSON.parse(text(name));
const named = (pattern) => readdirSync(folder).filter((name) => pattern.test(name));
const table = (rows) => {
    const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
    for (const row of rows) console.log(row.map((cell, i) => i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i])).join('  '));
    console.log();
};
let missed = 0;
const hold = (what, kept) => {
    if (!kept) ++missed;
    console.log(`${kept ? 'held' : 'MISSED'}: ${what}`);
};

const { seconds, window } = json('run.json');
const memory = memoryRows(samplesOf(text('samples')), seconds);
table([['process', 'RSS KiB: start', 'half', 'end', 'slope KiB/h', '2nd half %', 'anon KiB: half', 'end', 'descriptors', 'threads'],
    ...memory.map((row) => [row.name, row.first, row.half, row.last, row.slope_per_h.toFixed(0), row.grown_percent.toFixed(2),
        row.anonymous_half, row.anonymous_last, row.descriptors, row.threads])]);

const books = booksOf({
    window, usage: named(/^usage-/).map(json), ledgers: named(/^ledgers-/).map(json), provider: json('tally.json'),
});
table([['key', 'requests', 'admitted', 'refused', 'by ledgers', 'by provider', 'input', 'by ledgers', 'by provider', 'output', 'by ledgers', 'by provider', 'left'],
    ...groupsOf(books).map(({ key, usage, ledger, provider }) => [key, usage.requests, usage.admitted, usage.refused, ledger.requests, provider.requests,
        usage.input_tokens, ledger.input_tokens, provider.input_tokens, usage.output_tokens, ledger.output_tokens,
        provider.output_tokens, provider.aborted])]);

for (const row of memory.filter((row) => row.bar_kib !== null)) {
    hold(`${row.name} grows by ${row.grown_kib.toFixed(0)} KiB over the second half (bar: ${row.bar_kib.toFixed(0)})`,
        row.grown_kib < row.bar_kib);
}
for (const row of memory.filter((row) => row.keys)) {
    hold(`keys of Redis: ${row.keys.half} at half time, ${row.keys.last} at the end`, row.keys.last <= row.keys.half + 8);
}
for (const { name, before, after } of descriptorRows(text('descriptors'))) {
    hold(`${name} has ${after} descriptors open at rest (before the load: ${before})`, after <= before);
}
for (const line of text('exits').trim().split('\n')) {
    hold(`${line.split(' ')[0]} ends with ${line.split(' ')[1]}`, line.endsWith(' 0'));
}
const wrong = differences(books);
for (const difference of wrong) console.log(difference);
hold(`ledgers, usage totals and the provider's log agree for ${books.length} keys`, wrong.length === 0);
const refused = existsSync(join(folder, 'refused-changes')) ? text('refused-changes').trim().split('\n') : [];
for (const line of refused) console.log(line);
hold('every change through the admin API was made', refused.length === 0);
process.exit(missed > 0 ? 1 : 0);
