// Ollama's own client, on its own paths, through weir.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ollama } from 'ollama';
import {
    countOutcomes, dieAfterChunks, errorOf, openSecret, secretOf, sixteenTokens, usedSince, weirUrl,
} from './support.mjs';

const model = 'llama3.2';
const messages = [{ role: 'user', content: 'Say something.' }];

const newClient = ({ secret = openSecret, headers = {} } = {}) =>
    new Ollama({ host: weirUrl, headers: { Authorization: `Bearer ${secret}`, ...headers } });
const client = newClient();

async function textOf(stream, piece) {
    let text = '';
    for await (const part of stream) text += piece(part);
    return text;
}

test('a chat, charged as its counts say', async () => {
    const used = await usedSince(openSecret);
    const answer = await client.chat({ model, messages });
    assert.equal(answer.message.content, sixteenTokens);
    assert.equal(answer.eval_count, 16);
    await used.expect({ requests: 1, input_tokens: 2, output_tokens: 16 });
});

test('a streamed chat, charged as its last line says', async () => {
    const used = await usedSince(openSecret);
    const stream = await client.chat({ model, messages, stream: true });
    assert.equal(await textOf(stream, (part) => part.message.content), sixteenTokens);
    await used.expect({ requests: 1, input_tokens: 2, output_tokens: 16 });
});

test('a bound of its own is kept', async () => {
    const answer = await client.chat({ model, messages, options: { num_predict: 3 } });
    assert.equal(answer.eval_count, 3);
    assert.equal(answer.done_reason, 'length');
});

test('generate, plain and streamed', async () => {
    const answer = await client.generate({ model, prompt: 'Say something.' });
    assert.equal(answer.response, sixteenTokens);
    const stream = await client.generate({ model, prompt: 'Say something.', stream: true });
    assert.equal(await textOf(stream, (part) => part.response), sixteenTokens);
});

test('embeddings, charged as counted', async () => {
    const used = await usedSince(openSecret);
    const answer = await client.embed({ model, input: ['one', 'two three'] });
    assert.equal(answer.embeddings.length, 2);
    await used.expect({ requests: 1, input_tokens: 3, output_tokens: 0 });
});

for (const stream of [false, true]) {
    test(`a refusal of a ${stream ? 'stream' : 'chat'} is a text in its error`, async () => {
        const counted = await countOutcomes();
        const daily = newClient({ secret: secretOf(stream ? 'daily-stream' : 'daily') });
        await daily.chat({ model, messages });
        const error = await errorOf(daily.chat({ model, messages, stream }));
        assert.equal(error.name, 'ResponseError');
        assert.equal(error.status_code, 429);
        assert.match(error.message, /^Rate limit reached .* per day.*Please try again in/);
        await counted.expect({ refused: 1, served: 1 });
    });
}

test('an unknown key is an error with its status', async () => {
    const error = await errorOf(newClient({ secret: 'test-nobody' }).chat({ model, messages }));
    assert.equal(error.status_code, 401);
    assert.match(error.message, /API key/);
});

test('a blocked key is an error with its status', async () => {
    const error = await errorOf(newClient({ secret: secretOf('blocked') }).chat({ model, messages }));
    assert.equal(error.status_code, 403);
});

test('a stream that the provider cuts raises an error', async () => {
    const stream = await newClient({ headers: dieAfterChunks(3) }).chat({ model, messages, stream: true });
    const error = await errorOf(textOf(stream, (part) => part.message.content));
    assert.match(error.message, /upstream|terminated/);
});
