// Texts that no package brings: logs, random data, runs of one character. The formats of the two sets differ.
import { makeRandom } from './random.mjs';

const hex = (random, n) => Array.from({ length: n }, () => random.below(16).toString(16)).join('');
const uuid = (random) => [8, 4, 4, 4, 12].map((n) => hex(random, n)).join('-');
const bytes = (random, n) => Buffer.from(Array.from({ length: n }, () => random.below(256)));
const ip = (random) => Array.from({ length: 4 }, () => random.below(256)).join('.');
const time = (random) => new Date(1.6e12 + random.below(2 ** 31) * 80).toISOString();
const path = (random) => '/' + Array.from({ length: 1 + random.below(4) }, () => random.pick(['api', 'v1', 'users', 'orders', 'static', 'img', 'search', `${random.below(1e5)}`])).join('/');
const lines = (count, line) => Array.from({ length: count }, line).join('\n');

const levels = ['INFO', 'WARN', 'ERROR', 'DEBUG'];
const events = ['connection reset by peer', 'request completed', 'cache miss', 'retrying in 5s', 'timeout while reading the response', 'user logged in', 'job finished', 'invalid token'];

const logsForFit = (random) => ({
  access: lines(600, () => `${ip(random)} - - [${time(random)}] "GET ${path(random)} HTTP/1.1" ${random.pick([200, 200, 304, 404, 500])} ${random.below(1e5)} "-" "Mozilla/5.0 (X11; Linux x86_64)" ${random.next().toFixed(3)}`),
  service: lines(600, () => `${time(random).replace('T', ' ').replace('Z', '')} ${random.pick(levels)} [worker-${random.below(16)}] c.e.app.${random.pick(['Http', 'Db', 'Queue'])}Handler - ${random.pick(events)} id=${uuid(random)}`),
  packed: lines(500, () => JSON.stringify({ ts: 1.6e9 + random.below(1e8) + random.below(1000) / 1000, level: random.pick(levels).toLowerCase(), msg: random.pick(events), req: hex(random, 16), ms: random.below(5000) })),
});
const logsForJudging = (random) => ({
  kubernetes: lines(200, () => `${random.pick(['I', 'W', 'E'])}${1000 + random.below(200)} ${time(random).slice(11, 23)}${random.below(1000)}       1 ${random.pick(['controller', 'reflector', 'scheduler'])}.go:${random.below(900)}] "${random.pick(events)}" pod="default/web-${hex(random, 9)}-${hex(random, 5)}" node="ip-10-0-${random.below(256)}-${random.below(256)}"`),
  journal: lines(200, () => `${random.pick(['Jan', 'Feb', 'Mar'])} ${1 + random.below(28)} ${time(random).slice(11, 19)} host${random.below(9)} ${random.pick(['systemd', 'sshd', 'kernel', 'cron'])}[${random.below(99999)}]: ${random.pick(['Started Session', 'Failed password for root from', 'Accepted publickey for deploy from', 'Out of memory: Killed process'])} ${ip(random)} port ${random.below(65536)}`),
  trace: lines(60, () => `${time(random)} error request_id=${uuid(random)} status=${random.pick([500, 502, 504])} duration=${random.below(9000)}ms\nTraceback (most recent call last):\n  File "/srv/app/${random.pick(['views', 'models', 'tasks'])}.py", line ${random.below(900)}, in ${random.pick(['handle', 'save', 'run'])}\n    raise ${random.pick(['ValueError', 'TimeoutError', 'KeyError'])}("${random.pick(events)}")`),
  audit: lines(200, () => JSON.stringify({ '@timestamp': time(random), 'log.level': random.pick(levels), message: random.pick(events), 'trace.id': hex(random, 32), 'client.ip': ip(random), 'http.response.bytes': random.below(1e6) })),
});

const encoded = (random, more) => ({
  base64: bytes(random, 40_000 * more).toString('base64'),
  base64url: bytes(random, 15_000 * more).toString('base64url'),
  pem: bytes(random, 15_000 * more).toString('base64').replace(/(.{64})/g, '$1\n'),
  hex: hex(random, 25_000 * more),
  uuid: lines(700 * more, () => uuid(random)),
  digests: lines(300 * more, () => `${hex(random, 64)}  ${path(random).slice(1)}`),
  digits: lines(200 * more, () => String(random.below(2 ** 31)).repeat(1 + random.below(6))),
});

function runs(random) {
  const texts = {};
  for (let code = 0x20; code < 0x7f; ++code) {
    const c = String.fromCharCode(code);
    texts[`run${code}`] = lines(25, () => c.repeat(2 + Math.floor(2 ** (random.next() * 7))));
  }
  texts.newlines = Array.from({ length: 400 }, () => 'a' + '\n'.repeat(1 + random.below(12))).join('');
  return texts;
}

const texts = (set, kind, groups, weight = 1) => Object.entries(groups).map(([name, text]) => ({ set, kind, source: `made ${name}`, text, weight }));

export function madeTexts() {
  return [
    ...texts('fit', 'logs', logsForFit(makeRandom(1))),
    ...texts('fit', 'encoded', encoded(makeRandom(2), 3)),
    ...texts('fit', 'runs', runs(makeRandom(3))),
    ...texts('judge', 'logs', logsForJudging(makeRandom(4))),
    ...texts('judge', 'encoded', encoded(makeRandom(5), 1)),
  ];
}
