// Google's own SDK, on Gemini's own paths and with its own header for the key, through weir.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, GoogleGenAI } from '@google/genai';
import {
    countOutcomes, dieAfterChunks, errorOf, openSecret, secretOf, sixteenTokens, usedSince, weirUrl,
} from './support.mjs';

const request = { model: 'gemini-2.5-flash', contents: 'Say something.' };

const newClient = ({ secret = openSecret, headers = {} } = {}) =>
    new GoogleGenAI({ apiKey: secret, httpOptions: { baseUrl: weirUrl, headers } });
const client = newClient();

async function textOf(stream) {
    let text = '';
    for await (const chunk of stream) text += chunk.text ?? '';
    return text;
}

test('an answer, charged as its usage says', async () => {
    const used = await usedSince(openSecret);
    const answer = await client.models.generateContent(request);
    assert.equal(answer.text, sixteenTokens);
    assert.equal(answer.usageMetadata.candidatesTokenCount, 16);
    await used.expect({ requests: 1, input_tokens: 2, output_tokens: 16 });
});

test('thoughts are output', async () => {
    const used = await usedSince(openSecret);
    const thinking = newClient({ headers: { 'x-mock-usage-form': 'reasoning-apart' } });
    const answer = await thinking.models.generateContent(request);
    assert.equal(answer.usageMetadata.thoughtsTokenCount, 8);
    await used.expect({ requests: 1, input_tokens: 2, output_tokens: 16 });
});

test('a stream, charged as its last chunk says', async () => {
    const used = await usedSince(openSecret);
    assert.equal(await textOf(await client.models.generateContentStream(request)), sixteenTokens);
    await used.expect({ requests: 1, input_tokens: 2, output_tokens: 16 });
});

test('a bound of its own is kept', async () => {
    const answer = await client.models.generateContent({ ...request, config: { maxOutputTokens: 3 } });
    assert.equal(answer.candidates[0].finishReason, 'MAX_TOKENS');
});

test('embeddings', async () => {
    const answer = await client.models.embedContent({ model: 'gemini-embedding-001', contents: ['one', 'two three'] });
    assert.equal(answer.embeddings.length, 2);
});

for (const stream of [false, true]) {
    test(`a refusal of ${stream ? 'a stream' : 'an answer'} is its error of that status`, async () => {
        const counted = await countOutcomes();
        const { models } = newClient({ secret: secretOf(stream ? 'daily-stream' : 'daily') });
        await models.generateContent(request);
        const error = await errorOf(stream ? models.generateContentStream(request) : models.generateContent(request));
        assert.ok(error instanceof ApiError, error.constructor.name);
        assert.equal(error.status, 429);
        const told = JSON.parse(error.message).error;
        assert.equal(told.code, 429);
        assert.equal(told.status, 'RESOURCE_EXHAUSTED');
        assert.match(told.message, /Rate limit reached .* per day/);
        await counted.expect({ refused: 1, served: 1 });
    });
}

test('an unknown key is an error with its status', async () => {
    const error = await errorOf(newClient({ secret: 'test-nobody' }).models.generateContent(request));
    assert.equal(error.status, 401);
    assert.equal(JSON.parse(error.message).error.code, 401);
});

test('a blocked key is an error with its status', async () => {
    const error = await errorOf(newClient({ secret: secretOf('blocked') }).models.generateContent(request));
    assert.equal(error.status, 403);
});

test('a stream that the provider cuts raises an error', async () => {
    const cut = newClient({ headers: dieAfterChunks(3) });
    await errorOf(cut.models.generateContentStream(request).then(textOf));
});
