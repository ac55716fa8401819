// Which row of the table a text of people counts in: by the script that most of its letters beyond ASCII are of.
const scripts = [
  ['Cyrillic', /\p{Script=Cyrillic}/gu],
  ['Greek', /\p{Script=Greek}/gu],
  ['CJK', /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu],
  ['Arabic, Hebrew', /[\p{Script=Arabic}\p{Script=Hebrew}]/gu],
  ['Indic', /[\u0900-\u0dff]/gu],
  ['Thai, Lao, Khmer, Burmese, Tibetan', /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/gu],
  ['Georgian, Armenian, Ethiopic', /[\p{Script=Georgian}\p{Script=Armenian}\p{Script=Ethiopic}]/gu],
];
const english = new Set(['en', 'eng', 'english', 'en-gb', 'en-ca']);

export function kindOf(text, language) {
  const counts = scripts.map(([kind, letters]) => [kind, text.match(letters)?.length ?? 0]);
  const [kind, count] = counts.reduce((most, one) => (one[1] > most[1] ? one : most));
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (count * 3 > latin) return kind;
  return english.has(language) ? 'English' : 'Latin';
}
