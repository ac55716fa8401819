// What the tests of all SDKs share: addresses, keys, a fetch that writes down every attempt, weir's counters.
import assert from 'node:assert/strict';

/** Each test has a key of its own, so that none finds a window that another one filled: id to tier. */
export const keyTiers = {
    open: 'default',
    'paced-plain': 'paced',
    'paced-stream': 'paced',
    'paced-output': 'paced-output',
    'paced-plain-async': 'paced',
    'paced-stream-async': 'paced',
    'paced-output-async': 'paced-output',
    daily: 'daily',
    'daily-stream': 'daily',
    'daily-async': 'daily',
    'small-input': 'small-input',
    'small-output': 'small-output',
    'tiny-input': 'tiny-input',
    blocked: 'blocked',
};

export const secretOf = (id) => `test-${id}`;
export const openSecret = secretOf('open');

export const weirUrl = process.env.WEIR_URL;
const metricsUrl = `${process.env.WEIR_ADMIN_URL}/metrics`;

/** What the stand-in provider says: sixteen tokens unless the request bounds it. */
export const sixteenTokens = ' tok'.repeat(16);

/** Makes the stand-in provider call the first tool, whose first argument is then these tokens. */
export const callTool = { 'x-mock-tool-calls': '1', 'x-mock-tokens': '3' };
export const toolArgument = ' tok tok tok';

/** An answer that has to fit a schema has so many tokens in its first property. */
export const threeTokens = { 'x-mock-tokens': '3' };

/** Cuts the provider's stream after so many events with a token. */
export const dieAfterChunks = (count) => ({ 'x-mock-die-after-chunks': String(count) });

/** A fetch for an SDK to use, and what it was used for. */
export function recordingFetch() {
    const attempts = [];
    const record = async (input, init) => {
        const attempt = { startedAtMs: performance.now() };
        attempts.push(attempt);
        const response = await fetch(input, init);
        attempt.answeredAtMs = performance.now();
        attempt.status = response.status;
        attempt.headers = response.headers;
        return response;
    };
    return { fetch: record, attempts };
}

const metrics = async () => (await fetch(metricsUrl)).text();

/** How many streams weir has passed on. */
export async function countStreams() {
    return Number((await metrics()).match(/^weir_time_to_first_token_seconds_count (\d+)$/m)[1]);
}

async function outcomes() {
    const text = await metrics();
    const counts = {};
    for (const [, outcome, count] of text.matchAll(/^weir_requests_total\{outcome="(\w+)"\} (\d+)$/gm)) {
        // Those of /weir/limits are the tests' own questions.
        if (outcome !== 'answered') counts[outcome] = Number(count);
    }
    return counts;
}

/**
 * weir's own count of requests by outcome. `expect({served: 1})` waits until weir has counted as many requests
 * as that since the last time, because it counts only after it has answered and settled, and compares.
 */
export async function countOutcomes() {
    let before = await outcomes();
    const since = (now) =>
        Object.fromEntries(Object.keys(now).map((key) => [key, now[key] - before[key]]).filter(([, n]) => n > 0));
    const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
    return {
        /** Waits until so many were served, and returns all counts. */
        async untilServed(count) {
            const giveUpAtMs = performance.now() + 10_000;
            for (;;) {
                const counted = since(await outcomes());
                if (counted.served >= count || performance.now() > giveUpAtMs) return counted;
            }
        },
        async expect(expected) {
            const giveUpAtMs = performance.now() + 10_000;
            for (;;) {
                const now = await outcomes();
                const counted = since(now);
                if (total(counted) >= total(expected) || performance.now() > giveUpAtMs) {
                    assert.deepEqual(counted, expected);
                    before = now;
                    return;
                }
            }
        },
    };
}

/** Runs a call that has to fail, and returns its error. */
export async function errorOf(promise) {
    try {
        await promise;
    } catch (error) {
        return error;
    }
    assert.fail('the call succeeded');
}

async function usedBy(secret) {
    const answer = await fetch(`${weirUrl}/weir/limits`, { headers: { authorization: `Bearer ${secret}` } });
    const { limits } = await answer.json();
    return Object.fromEntries(limits.map(({ name, used }) => [name.split('/')[1], used]));
}

/**
 * What a key was charged. `expect({requests: 1, output_tokens: 16})` waits until as much was charged since the
 * beginning, because weir settles only after it has answered, and fails where that never comes.
 */
export async function usedSince(secret) {
    const before = await usedBy(secret);
    return {
        async expect(expected) {
            const giveUpAtMs = performance.now() + 10_000;
            for (;;) {
                const now = await usedBy(secret);
                const charged = Object.fromEntries(Object.keys(expected).map((name) => [name, now[name] - before[name]]));
                const settled = Object.entries(expected).every(([name, count]) => charged[name] === count);
                if (settled) return;
                if (performance.now() > giveUpAtMs) return assert.deepEqual(charged, expected);
            }
        },
    };
}
