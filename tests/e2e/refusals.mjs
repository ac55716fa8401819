// How weir's refusals and a provider's broken stream reach a caller: one suite that every SDK goes through.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOutcomes, dieAfterChunks, errorOf, openSecret, recordingFetch, secretOf } from './support.mjs';

/** setTimeout may fire a millisecond early by the clock that measures it. */
const timerSlackMs = 2;

/**
 * @param {object} sdk
 * @param {(options: {apiKey: string, fetch: typeof fetch, prompt?: string, maxTokens?: number, stream?: boolean,
 *     maxRetries?: number, headers?: object}) => Promise<unknown>} sdk.chat
 *     one chat call, a stream read to its end; the SDK's own number of retries where none is given
 * @param {Record<string, (options: {apiKey: string, fetch: typeof fetch, headers: object}) => Promise<unknown>>}
 *     sdk.streams by the API's name: reads one stream to its end
 * @param {boolean} sdk.readsMilliseconds whether it waits by retry-after-ms where there is one
 * @param {(error: Error) => number} sdk.statusOf the status that its error carries
 * @param {(error: Error, status: number) => void} sdk.checkError throws where the error's class is not the usual
 */
export function testRefusals(sdk) {
    const chat = (key, options = {}) => {
        const { fetch, attempts } = recordingFetch();
        const apiKey = key === 'open' ? openSecret : secretOf(key);
        return { attempts, done: sdk.chat({ apiKey, fetch, maxTokens: 16, ...options }) };
    };

    /** The error of a call that must fail after one request, whatever the SDK's retries. */
    const stopsAfterOne = async (key, status, outcome, options) => {
        const counted = await countOutcomes();
        const call = chat(key, options);
        const error = await errorOf(call.done);
        assert.deepEqual(call.attempts.map((attempt) => attempt.status), [status]);
        await counted.expect({ [outcome]: 1 });
        assert.equal(sdk.statusOf(error), status);
        sdk.checkError(error, status);
        return { error, headers: call.attempts[0].headers };
    };

    for (const [what, key, options] of [
        ['a plain call', 'paced-plain', {}],
        ['a stream', 'paced-stream', { stream: true }],
        ['a call out of output tokens', 'paced-output', {}],
    ]) {
        test(`${what} is tried again when we said, and not earlier`, async () => {
            const counted = await countOutcomes();
            await chat(key, options).done;
            await counted.expect({ served: 1 });

            const second = chat(key, options);
            await second.done;
            await counted.expect({ refused: 1, served: 1 });
            const [refused, admitted] = second.attempts;
            assert.deepEqual([refused.status, admitted.status], [429, 200]);
            const hint = sdk.readsMilliseconds ? refused.headers.get('retry-after-ms') : null;
            const waitMs = hint ? Number(hint) : Number(refused.headers.get('retry-after')) * 1000;
            assert.ok(waitMs > 0, `Retry-After: ${waitMs}`);
            const waitedMs = admitted.startedAtMs - refused.answeredAtMs;
            assert.ok(waitedMs >= waitMs - timerSlackMs, `told ${waitMs} ms, waited ${waitedMs} ms`);
        });
    }

    test('a long window is told in words, and 59 s at most in Retry-After', async () => {
        const counted = await countOutcomes();
        await chat('daily').done;
        await counted.expect({ served: 1 });
        const { error, headers } = await stopsAfterOne('daily', 429, 'refused', { maxRetries: 0 });
        assert.equal(headers.get('retry-after'), '59');
        assert.match(error.message, /per day/);
        // A day and the rest of the window's bucket, which is twelve minutes long.
        assert.match(error.message, /Please try again in (24h|23h59m)/);
        assert.equal(headers.get('x-weir-limit'), 'key/requests/1d');
    });

    test('input above the limit itself stops it after one request', async () => {
        const { error } = await stopsAfterOne('small-input', 413, 'never_fits', { prompt: 'word '.repeat(1000) });
        assert.match(error.message, /This request is too large/);
    });

    test('max_tokens above the limit itself stops it after one request', async () => {
        const { error } = await stopsAfterOne('small-output', 413, 'never_fits', { maxTokens: 1000 });
        assert.match(error.message, /This request is too large/);
    });

    test('a refused stream stops it after one request', async () => {
        await stopsAfterOne('small-output', 413, 'never_fits', { maxTokens: 1000, stream: true });
    });

    test('an unknown key is an authentication error', async () => {
        await stopsAfterOne('nobody', 401, 'unauthenticated');
    });

    test('a blocked key is a permission error', async () => {
        await stopsAfterOne('blocked', 403, 'blocked');
    });

    for (const [api, read] of Object.entries(sdk.streams)) {
        test(`a stream of ${api} that the provider cuts raises an error`, async () => {
            const counted = await countOutcomes();
            const { fetch, attempts } = recordingFetch();
            // Not always an Error: one SDK hands on the event's error object as it is.
            const error = await errorOf(read({ apiKey: openSecret, fetch, headers: dieAfterChunks(3) }));
            assert.match(error.message, /upstream/);
            assert.equal(attempts.length, 1);
            await counted.expect({ upstream_failed: 1 });
        });
    }

    test('a provider that does not answer is a bad gateway', async () => {
        const headers = { 'x-mock-die': 'before-header' };
        await stopsAfterOne('open', 502, 'upstream_failed', { maxRetries: 0, headers });
    });

    test("the provider's own refusal passes with its own Retry-After", async () => {
        const ownRefusal = { 'x-mock-status': '429', 'x-mock-retry-after': '7' };
        const { headers } = await stopsAfterOne('open', 429, 'served', { maxRetries: 0, headers: ownRefusal });
        assert.equal(headers.get('retry-after'), '7');
        assert.equal(headers.get('x-weir-limit'), null);
    });
}
