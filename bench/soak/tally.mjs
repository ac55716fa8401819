// Adds up a provider's log, which comes on standard input, by key; writes the sums to the file that it is given when the
// log ends.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const keys = {};
for await (const line of createInterface({ input: process.stdin })) {
    // Most of a line are the times of its tokens.
    const record = JSON.parse(line.replace(/"produced":\[.*?\]\],/, ''));
    const sums = keys[record.key] ??= { requests: 0, complete: 0, aborted: 0, input_tokens: 0, output_tokens: 0 };
    ++sums.requests;
    sums.complete += record.complete;
    sums.aborted += record.aborted;
    sums.input_tokens += record.input_tokens;
    sums.output_tokens += record.output_tokens;
}
writeFileSync(process.argv[2], JSON.stringify(keys));
