// The OpenAI SDK on Node.js through weir: npm install openai; export OPENAI_API_KEY=...; node node_openai.mjs
import OpenAI from 'openai';

const client = new OpenAI({
    baseURL: `${process.env.WEIR_URL ?? 'http://127.0.0.1:8000'}/v1`,
    maxRetries: 5, // After a 429 the SDK waits as long as weir says and asks again, up to five times.
});
const model = 'gpt-4o-mini';
const messages = [{ role: 'user', content: 'Say hello.' }];

const answer = await client.chat.completions.create({ model, messages });
console.log(answer.choices[0].message.content);

for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
    process.stdout.write(chunk.choices[0]?.delta.content ?? '');
}
console.log();
