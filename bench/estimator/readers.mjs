// From a file of a package to the text that a person or a program would send.
import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';

const entities = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };
const decodeEntities = (text) =>
  text
    .replace(/&#x([0-9a-f]+);/gi, (_, digits) => String.fromCodePoint(parseInt(digits, 16)))
    .replace(/&#(\d+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
    .replace(/&(\w+);/g, (whole, name) => entities[name] ?? whole);

const utf8 = (bytes) => bytes.toString('utf8');

function markup(bytes) {
  const text = utf8(bytes)
    .replace(/<!--[\s\S]*?-->|<(script|style|head|info|pre)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/\s+/g, ' ')
    .replace(/<\/?(?:p|h\d|li|title|div|tr|item|steps|note|section|dt|dd|br|article|header)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '');
  return decodeEntities(text).replace(/ *\n[\s]*/g, '\n').trim();
}

function roff(bytes) {
  return utf8(bytes)
    .split('\n')
    .filter((line) => !/^['.]\\"|^\.(?:TH|so|ad|hy|ft|nf|fi|RS|RE|PP|P|sp|in|ta|TS|TE|de|ie|el|if|nr|tr|ds)\b/.test(line))
    .map((line) => line.replace(/^\.\w+ ?/, ''))
    .join('\n')
    .replace(/\\f(?:\[\w*\]|\(\w\w|.)/g, '')
    .replace(/\\s[-+]?\d/g, '')
    .replace(/\\\(aq|\\\[aq\]/g, "'")
    .replace(/\\(?:\[[^\]]*\]|\(..|[&/,|^%])/g, '')
    .replace(/\\-/g, '-')
    .replace(/\\(.)/g, '$1');
}

/** The translations of a compiled catalogue of gettext. */
function mo(bytes) {
  const count = bytes.readUInt32LE(8);
  const table = bytes.readUInt32LE(16);
  const lines = [];
  for (let i = 1; i < count; ++i) {
    const length = bytes.readUInt32LE(table + 8 * i);
    const at = bytes.readUInt32LE(table + 8 * i + 4);
    lines.push(bytes.toString('utf8', at, at + length).replaceAll('\0', '\n'));
  }
  return lines.join('\n');
}

function po(bytes) {
  return [...utf8(bytes).matchAll(/^msgstr(?:\[\d\])? ((?:"(?:[^"\\]|\\.)*"\s*)+)/gm)]
    .slice(1)
    .map((match) => match[1].trim().split(/\s*\n\s*/).map((piece) => JSON.parse(piece.replace(/\\'/g, "'"))).join(''))
    .filter(Boolean)
    .join('\n');
}

function stringsOf(value, names, found = []) {
  if (typeof value === 'string') {
    if (!names) found.push(value);
  } else if (value && typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) {
      if (name === '@metadata') continue;
      if (names && typeof member === 'string' && names.includes(name)) found.push(member);
      else stringsOf(member, names, found);
    }
  }
  return found;
}

/** Words of the Brown corpus stand with their part of speech: "said/vbd". */
const brown = (bytes) =>
  utf8(bytes)
    .replace(/\/[^\s/]+(?=\s|$)/g, '')
    .replace(/``|''/g, '"')
    .replace(/ ([,.;:?!)])/g, '$1')
    .replace(/\s*\n\s*/g, '\n')
    .trim();

const fortunes = (bytes) => utf8(bytes).replace(/\x1b\[[\d;]*m/g, '').split(/\n%%?\n/).join('\n\n');
const cfg = (bytes) => [...utf8(bytes).matchAll(/_ ?"([^"]{20,})"/g)].map((match) => match[1]).join('\n');
const pod = (bytes) => utf8(bytes).replace(/^=\w+ ?/gm, '').replace(/[A-Z]<+ ?([^<>]*?) ?>+/g, '$1');
const yaml = (bytes) => [...utf8(bytes).matchAll(/^\s*-(?:\s*-)?\s+['"]?(.*?)['"]?$/gm)].map((match) => match[1]).join('\n');
const pyStrings = (bytes) => [...utf8(bytes).matchAll(/^\s*"(.*)",?$/gm)].map((match) => match[1]).join('\n');

/** Half of the documents as they would be printed, half packed. */
function json(bytes) {
  const value = JSON.parse(utf8(bytes));
  const list = Array.isArray(value) ? [value] : Object.values(value).filter((member) => typeof member === 'object' && member);
  const documents = list.flatMap((member) => (Array.isArray(member) ? member.slice(0, 300) : Object.entries(member).slice(0, 300).map(([k, v]) => ({ [k]: v }))));
  return documents.map((document, i) => JSON.stringify(document, null, [0, 2, 0, 4][i % 4])).join('\n');
}

function unzip(path, pattern) {
  const names = execFileSync('unzip', ['-Z1', path], { maxBuffer: 1 << 26 }).toString().split('\n').filter((name) => pattern.test(name));
  return execFileSync('unzip', ['-p', path, ...names.slice(0, 400)], { maxBuffer: 1 << 28 });
}

const ftl = (path) =>
  [...utf8(unzip(path, /\.ftl$/)).matchAll(/^(?:[\w-]+|\s+\.?\w*) = ?(.+)$/gm)].map((match) => match[1].trim()).join('\n');

export function read(reader, path, bytes) {
  if (path.endsWith('.gz') && reader !== 'base64') bytes = gunzipSync(bytes);
  const name = reader.split(':', 1)[0];
  const argument = reader.slice(name.length + 1);
  switch (name) {
    case 'plain': return utf8(bytes);
    case 'markup': return markup(bytes);
    case 'roff': return roff(bytes);
    case 'mo': return mo(bytes);
    case 'po': return po(bytes);
    case 'brown': return brown(bytes);
    case 'fortunes': return fortunes(bytes);
    case 'cfg': return cfg(bytes);
    case 'pod': return pod(bytes);
    case 'yaml': return yaml(bytes);
    case 'pyStrings': return pyStrings(bytes);
    case 'json': return json(bytes);
    case 'jsonStrings': return stringsOf(JSON.parse(utf8(bytes))).join('\n');
    case 'jsonMembers': return stringsOf(JSON.parse(utf8(bytes)), argument.split(',')).join('\n');
    case 'base64': return bytes.toString('base64');
    case 'zip': return utf8(unzip(path, new RegExp(argument)));
    case 'ftl': return ftl(path);
    default: throw new Error(`no reader ${reader}`);
  }
}
