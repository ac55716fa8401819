// Vercel's AI SDK, with its OpenAI provider, through weir.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, embed, embedMany, generateText, RetryError, streamText, tool } from 'ai';
import { z } from 'zod';
import { testRefusals } from './refusals.mjs';
import { callTool, openSecret, sixteenTokens, toolArgument, weirUrl } from './support.mjs';

const prompt = 'Say something.';
const tools = { weather: tool({ inputSchema: z.object({ city: z.string() }) }) };

const newProvider = (options) => createOpenAI({ baseURL: `${weirUrl}/v1`, apiKey: openSecret, ...options });
const provider = newProvider();
const chatModel = provider.chat('gpt-4o-mini');
const responsesModel = provider.responses('gpt-4o-mini');

/** Streams report their errors as parts and by onError; nothing is thrown while the text is read. */
async function textOf(options) {
    let text = '';
    for await (const part of streamText({ ...options, onError() {} }).fullStream) {
        if (part.type === 'error') throw part.error;
        if (part.type === 'text-delta') text += part.text;
    }
    return text;
}

for (const [api, model] of Object.entries({ chat: chatModel, responses: responsesModel })) {
    test(`${api}, plain`, async () => {
        const answer = await generateText({ model, prompt });
        assert.equal(answer.text, sixteenTokens);
        assert.equal(answer.usage.outputTokens, 16);
    });

    test(`${api}, streamed`, async () => {
        const stream = streamText({ model, prompt });
        let text = '';
        for await (const piece of stream.textStream) text += piece;
        assert.equal(text, sixteenTokens);
        // This SDK always asks for usage.
        assert.equal((await stream.usage).outputTokens, 16);
        assert.equal(await stream.finishReason, 'stop');
    });

    test(`${api}, a tool call`, async () => {
        const { toolCalls } = await generateText({ model, prompt, tools, headers: callTool });
        assert.equal(toolCalls[0].toolName, 'weather');
        assert.deepEqual(toolCalls[0].input, { city: toolArgument });
    });

    test(`${api}, a streamed tool call`, async () => {
        const toolCalls = await streamText({ model, prompt, tools, headers: callTool }).toolCalls;
        assert.equal(toolCalls[0].toolName, 'weather');
        assert.deepEqual(toolCalls[0].input, { city: toolArgument });
    });
}

test('completions, plain and streamed', async () => {
    const model = provider.completion('gpt-3.5-turbo-instruct');
    assert.equal((await generateText({ model, prompt })).text, sixteenTokens);
    assert.equal(await textOf({ model, prompt }), sixteenTokens);
});

test('embeddings', async () => {
    const model = provider.embedding('text-embedding-3-small');
    const one = await embed({ model, value: 'one two' });
    assert.equal(one.embedding.length, 16);
    assert.equal(one.usage.tokens, 2);
    const many = await embedMany({ model, values: ['one', 'two', 'three'] });
    assert.equal(many.embeddings.length, 3);
});

/** After retries the SDK wraps what happened. */
const innermost = (error) => (RetryError.isInstance(error) ? error.lastError : error);

const streamOf =
    (api) =>
    ({ headers, ...options }) =>
        textOf({ model: newProvider(options)[api]('gpt-4o-mini'), prompt, headers });

testRefusals({
    streams: Object.fromEntries(['chat', 'completion', 'responses'].map((api) => [api, streamOf(api)])),
    readsMilliseconds: true,
    statusOf: (error) => innermost(error).statusCode,
    checkError: (error) => assert.ok(APICallError.isInstance(innermost(error)), error.constructor.name),
    async chat({ apiKey, fetch, prompt: text = prompt, maxTokens, stream = false, maxRetries, headers }) {
        const model = newProvider({ apiKey, fetch }).chat('gpt-4o-mini');
        const options = { model, prompt: text, maxOutputTokens: maxTokens, maxRetries, headers };
        return stream ? textOf(options) : (await generateText(options)).text;
    },
});
