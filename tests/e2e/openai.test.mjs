// The official OpenAI SDK through weir.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { testRefusals } from './refusals.mjs';
import {
    callTool, countOutcomes, openSecret, sixteenTokens, threeTokens, toolArgument, weirUrl,
} from './support.mjs';

const model = 'gpt-4o-mini';
const messages = [{ role: 'user', content: 'Say something.' }];
const tools = [
    {
        type: 'function',
        function: {
            name: 'weather',
            parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
    },
];

const weather = z.object({ city: z.string() });

const newClient = (options) => new OpenAI({ baseURL: `${weirUrl}/v1`, apiKey: openSecret, ...options });
const client = newClient();

/** The loop that everybody writes: it has no guard against a chunk without choices. */
async function textOf(stream) {
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0].delta.content ?? '';
    return text;
}

test('chat, with the rate-limit headers of a success', async () => {
    const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
    assert.equal(data.choices[0].message.content, sixteenTokens);
    assert.equal(data.usage.completion_tokens, 16);
    assert.equal(response.headers.get('x-ratelimit-limit-requests'), '100000');
    for (const name of ['remaining-requests', 'reset-requests', 'limit-input-tokens', 'remaining-output-tokens']) {
        assert.ok(response.headers.get(`x-ratelimit-${name}`), name);
    }
    assert.ok(data._request_id);
});

test('a stream whose client did not ask for usage sees none', async () => {
    const chunks = [];
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    for await (const chunk of stream) chunks.push(chunk);
    assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join(''), sixteenTokens);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
    assert.deepEqual(chunks.filter((chunk) => chunk.usage), []);
});

test('a stream whose client asked for usage sees it once, at the end', async () => {
    const chunks = [];
    const stream_options = { include_usage: true };
    const stream = await client.chat.completions.create({ model, messages, stream: true, stream_options });
    for await (const chunk of stream) chunks.push(chunk);
    const last = chunks.pop();
    assert.deepEqual(last.choices, []);
    assert.equal(last.usage.completion_tokens, 16);
    assert.deepEqual(chunks.filter((chunk) => chunk.usage), []);
});

test('several choices in one stream', async () => {
    const texts = ['', ''];
    const stream = await client.chat.completions.create({ model, messages, n: 2, stream: true });
    for await (const chunk of stream) texts[chunk.choices[0].index] += chunk.choices[0].delta.content ?? '';
    assert.deepEqual(texts, [sixteenTokens, sixteenTokens]);
});

test('a tool call', async () => {
    const completion = await client.chat.completions.create({ model, messages, tools }, { headers: callTool });
    const { function: call } = completion.choices[0].message.tool_calls[0];
    assert.equal(call.name, 'weather');
    assert.deepEqual(JSON.parse(call.arguments), { city: toolArgument });
});

test('a streamed tool call, put together by the SDK', async () => {
    const stream = client.chat.completions.stream({ model, messages, tools }, { headers: callTool });
    const completion = await stream.finalChatCompletion();
    const { function: call } = completion.choices[0].message.tool_calls[0];
    assert.equal(call.name, 'weather');
    assert.deepEqual(JSON.parse(call.arguments), { city: toolArgument });
});

test('structured output, plain and streamed', async () => {
    const response_format = zodResponseFormat(weather, 'weather');
    const request = { model, messages, response_format };
    const plain = await client.chat.completions.parse(request, { headers: threeTokens });
    assert.deepEqual(plain.choices[0].message.parsed, { city: toolArgument });
    const streamed = await client.chat.completions.stream(request, { headers: threeTokens }).finalChatCompletion();
    assert.deepEqual(streamed.choices[0].message.parsed, { city: toolArgument });
});

test('a structured response, plain and streamed', async () => {
    const request = { model, input: 'Say something.', text: { format: zodTextFormat(weather, 'weather') } };
    const plain = await client.responses.parse(request, { headers: threeTokens });
    assert.deepEqual(plain.output_parsed, { city: toolArgument });
    const streamed = await client.responses.stream(request, { headers: threeTokens }).finalResponse();
    assert.deepEqual(streamed.output_parsed, { city: toolArgument });
});

test('completions, plain and streamed', async () => {
    const plain = await client.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Say' });
    assert.equal(plain.choices[0].text, sixteenTokens);
    assert.equal(plain.usage.completion_tokens, 16);
    let text = '';
    const stream = await client.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Say', stream: true });
    for await (const chunk of stream) text += chunk.choices[0].text;
    assert.equal(text, sixteenTokens);
});

test('embeddings', async () => {
    const input = ['one', 'two three'];
    const answer = await client.embeddings.create({ model: 'text-embedding-3-small', input, dimensions: 8 });
    assert.deepEqual(answer.data.map((entry) => entry.embedding.length), [8, 8]);
    assert.equal(answer.usage.prompt_tokens, 3);
});

test('responses', async () => {
    const response = await client.responses.create({ model, input: 'Say something.' });
    assert.equal(response.output_text, sixteenTokens);
    assert.equal(response.usage.output_tokens, 16);
});

test('a streamed response', async () => {
    let text = '';
    let completed;
    for await (const event of await client.responses.create({ model, input: 'Say something.', stream: true })) {
        if (event.type === 'response.output_text.delta') text += event.delta;
        if (event.type === 'response.completed') completed = event.response;
    }
    assert.equal(text, sixteenTokens);
    assert.equal(completed.usage.output_tokens, 16);
});

test('a streamed response that calls a tool', async () => {
    const flat = tools.map((tool) => ({ type: 'function', strict: false, ...tool.function }));
    const stream = client.responses.stream({ model, input: 'Say something.', tools: flat }, { headers: callTool });
    const response = await stream.finalResponse();
    assert.equal(response.output[0].name, 'weather');
    assert.deepEqual(JSON.parse(response.output[0].arguments), { city: toolArgument });
});

test('a path that is not metered passes', async () => {
    const models = await client.models.list();
    assert.ok(models.data.length > 0);
});

test('a field of the wrong type is a bad request that names it', async () => {
    const call = client.chat.completions.create({ model, messages, max_tokens: 'many' });
    await assert.rejects(call, (error) => {
        assert.ok(error instanceof OpenAI.BadRequestError);
        assert.equal(error.param, 'max_tokens');
        return true;
    });
});

test('a client that leaves a stream is noticed', async () => {
    const counted = await countOutcomes();
    const headers = { 'x-mock-tokens': '1000', 'x-mock-chunk-delay-ms': '200' };
    const stream = await client.chat.completions.create({ model, messages, stream: true }, { headers });
    for await (const chunk of stream) {
        if (chunk.choices[0].delta.content) break;
    }
    await counted.expect({ client_gone: 1 });
});

const classes = {
    401: OpenAI.AuthenticationError,
    403: OpenAI.PermissionDeniedError,
    413: OpenAI.APIError,
    429: OpenAI.RateLimitError,
    502: OpenAI.InternalServerError,
};

async function readToTheEnd(stream) {
    for await (const _ of stream);
}

const streams = {
    async chat({ headers, ...options }) {
        return textOf(await newClient(options).chat.completions.create({ model, messages, stream: true }, { headers }));
    },
    async completions({ headers, ...options }) {
        const body = { model, prompt: 'Say', stream: true };
        return readToTheEnd(await newClient(options).completions.create(body, { headers }));
    },
    async responses({ headers, ...options }) {
        const body = { model, input: 'Say something.', stream: true };
        return readToTheEnd(await newClient(options).responses.create(body, { headers }));
    },
};

testRefusals({
    streams,
    readsMilliseconds: true,
    statusOf: (error) => error.status,
    checkError: (error, status) => assert.ok(error instanceof classes[status], error.constructor.name),
    async chat({ prompt = 'Say something.', maxTokens, stream = false, headers, ...options }) {
        const body = { model, messages: [{ role: 'user', content: prompt }], max_tokens: maxTokens, stream };
        const answer = await newClient(options).chat.completions.create(body, { headers });
        return stream ? textOf(answer) : answer.choices[0].message.content;
    },
});
