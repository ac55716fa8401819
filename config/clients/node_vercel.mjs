// Vercel's AI SDK through weir: npm install ai @ai-sdk/openai; export OPENAI_API_KEY=...; node node_vercel.mjs
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, streamText } from 'ai';

const openai = createOpenAI({ baseURL: `${process.env.WEIR_URL ?? 'http://127.0.0.1:8000'}/v1` });
const question = {
    model: openai.chat('gpt-4o-mini'),
    prompt: 'Say hello.',
    maxRetries: 5, // After a 429 the SDK waits as long as weir says and asks again, up to five times.
};

const answer = await generateText(question);
console.log(answer.text);

// A stream that fails is not thrown: it ends, and this is where one hears of it.
function onError({ error }) {
    console.error(error);
    process.exitCode = 1;
}
for await (const text of streamText({ ...question, onError }).textStream) process.stdout.write(text);
console.log();
