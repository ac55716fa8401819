// The official Anthropic SDK through weir.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { testRefusals } from './refusals.mjs';
import { callTool, openSecret, sixteenTokens, toolArgument, weirUrl } from './support.mjs';

const model = 'claude-sonnet';
const messages = [{ role: 'user', content: 'Say something.' }];
const request = { model, messages, max_tokens: 100 };
const tools = [
    {
        name: 'weather',
        input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
];

const newClient = (options) => new Anthropic({ baseURL: weirUrl, apiKey: openSecret, ...options });
const client = newClient();

async function textOf(stream) {
    let text = '';
    for await (const event of stream) {
        if (event.type === 'content_block_delta') text += event.delta.text;
    }
    return text;
}

test('a message, with the rate-limit headers of a success', async () => {
    const { data, response } = await client.messages.create(request).withResponse();
    assert.equal(data.content[0].text, sixteenTokens);
    assert.equal(data.usage.output_tokens, 16);
    assert.equal(response.headers.get('anthropic-ratelimit-requests-limit'), '100000');
    assert.ok(Number(response.headers.get('anthropic-ratelimit-output-tokens-remaining')) > 0);
    assert.ok(Date.parse(response.headers.get('anthropic-ratelimit-input-tokens-reset')) > 0);
});

test('the same with the key as a bearer token', async () => {
    const bearer = newClient({ apiKey: null, authToken: openSecret });
    const message = await bearer.messages.create(request);
    assert.equal(message.content[0].text, sixteenTokens);
});

test('a streamed message, event by event', async () => {
    assert.equal(await textOf(await client.messages.create({ ...request, stream: true })), sixteenTokens);
});

test('a streamed message, put together by the SDK', async () => {
    const message = await client.messages.stream(request).finalMessage();
    assert.equal(message.content[0].text, sixteenTokens);
    assert.equal(message.stop_reason, 'end_turn');
    assert.equal(message.usage.output_tokens, 16);
});

test('a tool call', async () => {
    const message = await client.messages.create({ ...request, tools }, { headers: callTool });
    assert.equal(message.stop_reason, 'tool_use');
    assert.equal(message.content[0].name, 'weather');
    assert.deepEqual(message.content[0].input, { city: toolArgument });
});

test('a streamed tool call', async () => {
    const message = await client.messages.stream({ ...request, tools }, { headers: callTool }).finalMessage();
    assert.equal(message.content[0].name, 'weather');
    assert.deepEqual(message.content[0].input, { city: toolArgument });
});

test('a refusal has the shape and the id that Anthropic gives', async () => {
    const unknown = newClient({ apiKey: 'test-nobody' });
    await assert.rejects(unknown.messages.create(request), (error) => {
        assert.equal(error.error.type, 'error');
        assert.equal(error.error.error.type, 'authentication_error');
        assert.ok(error.requestID);
        assert.equal(error.error.request_id, error.requestID);
        return true;
    });
});

const classes = {
    401: Anthropic.AuthenticationError,
    403: Anthropic.PermissionDeniedError,
    413: Anthropic.APIError,
    429: Anthropic.RateLimitError,
    502: Anthropic.InternalServerError,
};

testRefusals({
    streams: {
        async messages({ headers, ...options }) {
            return textOf(await newClient(options).messages.create({ ...request, stream: true }, { headers }));
        },
        async 'messages, put together by the SDK,'({ headers, ...options }) {
            return newClient(options).messages.stream(request, { headers }).finalMessage();
        },
    },
    readsMilliseconds: true,
    statusOf: (error) => error.status,
    checkError: (error, status) => assert.ok(error instanceof classes[status], error.constructor.name),
    async chat({ prompt = 'Say something.', maxTokens, stream = false, headers, ...options }) {
        const body = { model, messages: [{ role: 'user', content: prompt }], max_tokens: maxTokens, stream };
        const answer = await newClient(options).messages.create(body, { headers });
        return stream ? textOf(answer) : answer.content[0].text;
    },
});
