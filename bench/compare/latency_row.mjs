// One line of latency.tsv out of a report of weir-load: ROUND LOAD PROGRAM FILE
import { readFileSync } from 'node:fs';

const [round, load, program, file] = process.argv.slice(2);
const { elapsed_s, total, unsent, latency } = JSON.parse(readFileSync(file, 'utf8'));
console.log([round, load, program, (total.sent / elapsed_s).toFixed(0), latency.admitted.p50_us / 1000,
    latency.admitted.p99_us / 1000, total.sent - total.admitted + unsent].join('\t'));
