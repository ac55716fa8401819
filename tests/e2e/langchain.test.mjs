// LangChain with its OpenAI integration through weir.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatOpenAI, OpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import { testRefusals } from './refusals.mjs';
import { callTool, openSecret, sixteenTokens, threeTokens, toolArgument, weirUrl } from './support.mjs';

const prompt = 'Say something.';
// Names of chat models are not accepted for completions.
const completionModel = 'gpt-3.5-turbo-instruct';
const tools = [{ name: 'weather', description: 'The weather there', schema: z.object({ city: z.string() }) }];

/** Fields of every model of this integration; `headers` and `fetch` are for its HTTP client. */
const fields = ({ headers, fetch, apiKey = openSecret, ...others } = {}) => ({
    apiKey,
    model: 'gpt-4o-mini',
    configuration: { baseURL: `${weirUrl}/v1`, defaultHeaders: headers, fetch },
    ...others,
});

async function gather(stream) {
    let whole;
    for await (const chunk of stream) whole = whole === undefined ? chunk : whole.concat(chunk);
    return whole;
}

for (const useResponsesApi of [false, true]) {
    const api = useResponsesApi ? 'responses' : 'chat';

    test(`${api}, plain`, async () => {
        const answer = await new ChatOpenAI(fields({ useResponsesApi })).invoke(prompt);
        assert.equal(answer.text, sixteenTokens);
        assert.equal(answer.usage_metadata.output_tokens, 16);
    });

    test(`${api}, streamed`, async () => {
        const answer = await gather(await new ChatOpenAI(fields({ useResponsesApi })).stream(prompt));
        assert.equal(answer.text, sixteenTokens);
        assert.equal(answer.usage_metadata.output_tokens, 16);
    });

    test(`${api}, a tool call`, async () => {
        const model = new ChatOpenAI(fields({ useResponsesApi, headers: callTool })).bindTools(tools);
        const answer = await model.invoke(prompt);
        assert.equal(answer.tool_calls[0].name, 'weather');
        assert.deepEqual(answer.tool_calls[0].args, { city: toolArgument });
    });

    test(`${api}, structured output`, async () => {
        const model = new ChatOpenAI(fields({ useResponsesApi, headers: threeTokens }));
        const structured = model.withStructuredOutput(tools[0].schema, { name: 'weather', method: 'jsonSchema' });
        assert.deepEqual(await structured.invoke(prompt), { city: toolArgument });
    });

    test(`${api}, a streamed tool call`, async () => {
        const model = new ChatOpenAI(fields({ useResponsesApi, headers: callTool })).bindTools(tools);
        const answer = await gather(await model.stream(prompt));
        assert.equal(answer.tool_calls[0].name, 'weather');
        assert.deepEqual(answer.tool_calls[0].args, { city: toolArgument });
    });
}

test('a stream that did not ask for usage sees none', async () => {
    const answer = await gather(await new ChatOpenAI(fields({ streamUsage: false })).stream(prompt));
    assert.equal(answer.text, sixteenTokens);
    assert.equal(answer.usage_metadata, undefined);
});

test('completions, plain and streamed', async () => {
    const model = new OpenAI(fields({ model: completionModel }));
    assert.equal(await model.invoke(prompt), sixteenTokens);
    assert.equal(await gather(await model.stream(prompt)), sixteenTokens);
});

test('embeddings', async () => {
    const model = new OpenAIEmbeddings(fields({ model: 'text-embedding-3-small' }));
    const vectors = await model.embedDocuments(['one', 'two three']);
    assert.deepEqual(vectors.map((vector) => vector.length), [16, 16]);
    assert.equal((await model.embedQuery('one')).length, 16);
});

testRefusals({
    streams: {
        chat: async (options) => gather(await new ChatOpenAI(fields(options)).stream(prompt)),
        responses: async (options) =>
            gather(await new ChatOpenAI(fields({ ...options, useResponsesApi: true })).stream(prompt)),
        completions: async (options) =>
            gather(await new OpenAI(fields({ ...options, model: completionModel })).stream(prompt)),
    },
    // It heeds retry-after alone.
    readsMilliseconds: false,
    statusOf: (error) => error.status,
    checkError(error, status) {
        if (status === 401) assert.equal(error.lc_error_code, 'MODEL_AUTHENTICATION');
        // 'stop' would mean that it took the message for an exhausted quota.
        if (status === 429) assert.equal(error.rateLimitType, 'wait');
    },
    async chat({ prompt: text = prompt, stream = false, ...options }) {
        const model = new ChatOpenAI(fields(options));
        return stream ? gather(await model.stream(text)) : model.invoke(text);
    },
});
