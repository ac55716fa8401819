// Runs one file of config/clients against weir, as a newcomer would: node clients.test.mjs FILE COMMAND...
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { countOutcomes, countStreams, secretOf, sixteenTokens, weirUrl } from './support.mjs';

const [client, program, ...args] = process.argv.slice(2);

/** Runs the file with a key: its exit status and all that it printed. */
function run(key) {
    const keys = { OPENAI_API_KEY: secretOf(key), ANTHROPIC_API_KEY: secretOf(key) };
    const child = spawn(program, args, {
        env: { ...process.env, ...keys, WEIR_URL: weirUrl },
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
        child[name].setEncoding('utf8').on('data', (data) => (printed[name] += data));
    }
    return new Promise((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (status) => resolve({ status, ...printed }));
    });
}

/** curl shows what is sent: weir's refusals, a JSON answer, and the events of a stream. */
function textsOfCurl(stdout) {
    const [plain, ...events] = stdout.replace(/\{"error":.*?\}\}/g, '').split('\n').filter((line) => line);
    assert.equal(events.pop(), 'data: [DONE]');
    const chunks = events.map((event) => JSON.parse(event.replace(/^data: /, '')));
    const streamed = chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join('');
    return `${JSON.parse(plain).choices[0].message.content}\n${streamed}\n`;
}

/** Both answers have to be printed. */
function checkPrinted({ status, stdout, stderr }) {
    assert.equal(status, 0, stderr);
    const texts = client === 'curl.sh' ? textsOfCurl(stdout) : stdout;
    assert.equal(texts, `${sixteenTokens}\n${sixteenTokens}\n`);
}

/** It has to fail, and to say what weir answered. */
function checkFailed({ status, stdout, stderr }, code, message) {
    assert.notEqual(status, 0);
    assert.match(stderr, new RegExp(`\\b${code}\\b`));
    assert.match(stdout + stderr, message);
}

test('one plain and one streamed answer are printed', async () => {
    const counted = await countOutcomes();
    const streams = await countStreams();
    checkPrinted(await run('open'));
    await counted.expect({ served: 2 });
    assert.equal((await countStreams()) - streams, 1);
});

test('where its key is limited to one request in 4 s, it comes back when weir said', async () => {
    const counted = await countOutcomes();
    for (let i = 0; i < 2; ++i) checkPrinted(await run('paced-plain'));
    // One refusal for each request but the first, fewer on a machine so busy that 4 s pass in between. A client that
    // comes back earlier than it was told gets several for each.
    const { served, refused } = await counted.untilServed(4);
    assert.equal(served, 4);
    assert.ok(refused >= 1 && refused <= 3, `refused ${refused} times`);
});

test('what can never fit stops it after one request', async () => {
    const counted = await countOutcomes();
    checkFailed(await run('tiny-input'), 413, /This request is too large/);
    await counted.expect({ never_fits: 1 });
});

// These don't read x-should-retry, and would wait 59 s several times.
const waitsForLong = ['curl.sh', 'node_vercel.mjs'];
test('a wait of a day stops it at once', { skip: waitsForLong.includes(client) }, async () => {
    const counted = await countOutcomes();
    checkFailed(await run('daily'), 429, /Please try again in/);
    await counted.expect({ served: 1, refused: 1 });
});
