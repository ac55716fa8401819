// Requests in the form in which coding agents send them, made by hand: the agents themselves call outside hosts.
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { openSecret, sixteenTokens, usedSince, weirUrl } from './support.mjs';

/** One request with node's http: {status, headers, body}. */
function send(method, path, headers, body) {
    return new Promise((resolve, reject) => {
        const sent = httpRequest(weirUrl + path, { method, headers, agent: false }, (response) => {
            const chunks = [];
            response.on('data', (chunk) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () =>
                resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
            );
        });
        sent.on('error', reject);
        sent.on('upgrade', () => reject(new Error('upgraded')));
        sent.end(body);
    });
}

/** A zstd frame (RFC 8878) of one block that is not compressed: Node.js 18 has no zstd of its own. */
function zstd(text) {
    const content = Buffer.from(text);
    assert.ok(content.length < 128 * 1024, 'one block holds no more');
    const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
    const header = Buffer.alloc(5);
    header[0] = 0xa0; // a single segment, whose size stands in four bytes
    header.writeUInt32LE(content.length, 1);
    const block = Buffer.alloc(3);
    block.writeUIntLE((content.length << 3) | 1, 0, 3); // the last block, raw
    return Buffer.concat([magic, header, block, content]);
}

/** The data of a stream's events. */
const eventsOf = (body) =>
    [...body.matchAll(/^data: (\{.*\})$/gm)].map(([, data]) => JSON.parse(data));

const codexBody = JSON.stringify({
    model: 'gpt-5-codex',
    instructions: 'You are a coding agent.',
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Say something.' }] }],
    tools: [
        { type: 'function', name: 'shell', strict: false, parameters: { type: 'object', properties: { command: { type: 'array', items: { type: 'string' } } } } },
        { type: 'web_search' },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'e2e',
});
const codexHeaders = {
    authorization: `Bearer ${openSecret}`,
    originator: 'codex_cli_rs',
    'user-agent': 'codex_cli_rs/0.98.0',
};

test('Codex: a WebSocket is refused at once, and costs nothing', async () => {
    const used = await usedSince(openSecret);
    const answer = await send('GET', '/v1/responses', {
        ...codexHeaders,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'openai-beta': 'responses_websockets=2026-02-04',
    });
    assert.equal(answer.status, 426);
    await used.expect({ requests: 0, input_tokens: 0, output_tokens: 0 });
});

test('Codex: a turn, its body compressed with zstd', async () => {
    const used = await usedSince(openSecret);
    const body = zstd(codexBody);
    const answer = await send(
        'POST',
        '/v1/responses',
        {
            ...codexHeaders,
            accept: 'text/event-stream',
            'content-type': 'application/json',
            'content-encoding': 'zstd',
            'content-length': body.length,
        },
        body,
    );
    assert.equal(answer.status, 200, answer.body);
    const last = eventsOf(answer.body).at(-1);
    assert.equal(last.type, 'response.completed');
    assert.equal(last.response.output[0].content[0].text, sixteenTokens);
    const { input_tokens, output_tokens } = last.response.usage;
    await used.expect({ requests: 1, input_tokens, output_tokens });
});

const claudeCodeBody = JSON.stringify({
    model: 'claude-sonnet-4-5',
    max_tokens: 32000,
    stream: true,
    system: [{ type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral' } }],
    messages: [
        { role: 'user', content: [{ type: 'text', text: 'Say something.', cache_control: { type: 'ephemeral' } }] },
    ],
    tools: [
        {
            name: 'Bash',
            description: 'Runs a command.',
            input_schema: {
                $schema: 'http://json-schema.org/draft-07/schema#',
                type: 'object',
                properties: { command: { type: 'string' }, timeout: { type: 'number', maximum: Number.MAX_SAFE_INTEGER } },
                required: ['command'],
                additionalProperties: false,
            },
        },
    ],
    metadata: { user_id: 'user_1' },
    thinking: { type: 'enabled', budget_tokens: 31999 },
});
const claudeCodeHeaders = {
    'x-api-key': 'dummy',
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
    'anthropic-dangerous-direct-browser-access': 'true',
    'content-type': 'application/json',
    'x-app': 'cli',
    'x-stainless-retry-count': '0',
};
const askAsClaudeCode = (headers) =>
    send('POST', '/v1/messages?beta=true', { ...claudeCodeHeaders, ...headers }, claudeCodeBody);

test('Claude Code: a turn with a dummy key beside a known token', async () => {
    const used = await usedSince(openSecret);
    const answer = await askAsClaudeCode({ authorization: `Bearer ${openSecret}` });
    assert.equal(answer.status, 200, answer.body);
    const events = eventsOf(answer.body);
    assert.equal(events.at(-1).type, 'message_stop');
    await used.expect({ requests: 1, output_tokens: 16 });
});

test('Claude Code: an overload costs no token', async () => {
    const used = await usedSince(openSecret);
    const answer = await askAsClaudeCode({ authorization: `Bearer ${openSecret}`, 'x-mock-status': '529' });
    assert.equal(answer.status, 529);
    const late = await askAsClaudeCode({ authorization: `Bearer ${openSecret}`, 'x-mock-ending': 'error-first' });
    assert.equal(late.status, 200);
    assert.match(late.body, /^event: error/);
    await used.expect({ requests: 2, input_tokens: 0, output_tokens: 0 });
});

test('Claude Code: two unknown keys are refused, in Anthropic\'s shape', async () => {
    const answer = await askAsClaudeCode({ authorization: 'Bearer dummy' });
    assert.equal(answer.status, 401);
    assert.equal(JSON.parse(answer.body).error.type, 'authentication_error');
});
