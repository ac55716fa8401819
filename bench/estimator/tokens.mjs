// Where tokens begin, by OpenAI's vocabularies. One byte of marks for each byte of a text: bit 0 for o200k, bit 1 for
// cl100k. open_vocabularies.py adds further ones from bit 2 on.
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Lengths in bytes of a vocabulary of OpenAI, whose tokens are strings or lists of bytes. */
function openaiTokenizer(load, name) {
  const encoding = load(`gpt-tokenizer/encoding/${name}`);
  const ranks = load(`gpt-tokenizer/bpeRanks/${name}`).default;
  const lengths = ranks.map((token) => (typeof token === 'string' ? Buffer.byteLength(token) : token?.length ?? 0));
  const options = { disallowedSpecial: new Set() };
  return (text) => encoding.encode(text, options).map((token) => lengths[token]);
}

export function makeMarker(npm) {
  const require = createRequire(join(npm, 'package.json'));
  const load = (name) => require(name);
  const tokenizers = [
    { add: 1, lengths: openaiTokenizer(load, 'o200k_base') },
    { add: 2, lengths: openaiTokenizer(load, 'cl100k_base') },
  ];
  return (text) => {
    const marks = Buffer.alloc(Buffer.byteLength(text));
    for (const { add, lengths } of tokenizers) {
      let at = 0;
      for (const length of lengths(text)) {
        if (at < marks.length) marks[at] += add;
        at += length;
      }
      if (at !== marks.length) throw new Error('the tokens are not those of the text');
    }
    return marks;
  };
}
