// Real counts of the texts in tests/unit/llm/text_profile_test.cpp, in their order: node bench/estimator/count.mjs
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(resolve('build/estimator/npm/package.json'));
const test = readFileSync('tests/unit/llm/text_profile_test.cpp', 'utf8');
for (const [, name, text] of test.matchAll(/\{"(\w+)", R"\(([\s\S]*?)\)", \d+, \d+\}/g)) {
  const counts = ['o200k_base', 'cl100k_base'].map((encoding) => require(`gpt-tokenizer/encoding/${encoding}`).encode(text).length);
  console.log(name, ...counts);
}
