// A stand-in for weir's admin port while the page is made: serves the page's files and plausible, moving JSON.
//
//   node tests/page/stand_in.mjs [--port 9181] [--token SECRET] [--read-token SECRET] [--keys 240] [--quiet]
//
// Chart.js comes from Debian's libjs-chart.js, as in the build. No dependencies.
import { readFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { listOf } from './stand_in_configuration.mjs';
import { forecastOf } from './stand_in_forecast.mjs';
import { World } from './stand_in_world.mjs';

const page = join(dirname(fileURLToPath(import.meta.url)), '../../src/admin/page');
const flag = (name, value) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? value : (process.argv[at + 1] ?? true);
};
const token = flag('token', '');
const readToken = flag('read-token', '');
const world = new World({ keys: Number(flag('keys', 240)), quiet: process.argv.includes('--quiet') });
setInterval(() => world.second(), 1000);

const types = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.svg': 'image/svg+xml',
    '.txt': 'text/plain; charset=utf-8',
};
const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'";
const elsewhere = {
    '/chart.js': '/usr/share/javascript/chart.js/chart.min.js',
    '/licenses.txt': '/usr/share/doc/libjs-chart.js/copyright',
};

function file(request, response, path) {
    const name = elsewhere[path] ?? join(page, path === '/' ? 'index.html' : path.slice(1));
    if (path.includes('..') || !existsSync(name) || !types[extname(path === '/' ? '.html' : path) || '.html'])
        return fail(response, 404, 'not_found', 'There is nothing here.');
    const body = gzipSync(readFileSync(name), { level: 9 });
    response.writeHead(200, {
        'content-type': types[extname(path)] ?? types['.html'],
        'content-encoding': 'gzip',
        'content-length': body.length,
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-cache',
    });
    response.end(body);
}

function answer(response, status, document, headers = {}) {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
    response.end(JSON.stringify(document));
}
const fail = (response, status, code, message, mistakes) =>
    answer(response, status, { error: { code, message, ...(mistakes ? { mistakes } : {}) } });
const problem = (status, code, message, mistakes) => Object.assign(new Error(message), { status, code, mistakes });

const body = async (request) => {
    let text = '';
    for await (const piece of request) text += piece;
    return text ? JSON.parse(text) : {};
};
function merge(into, patch) {
    for (const [name, value] of Object.entries(patch)) {
        if (value === null) delete into[name];
        else if (typeof value === 'object' && !Array.isArray(value))
            into[name] = merge({ ...(into[name] ?? {}) }, value);
        else into[name] = value;
    }
    return into;
}
function checkKey(key) {
    const mistakes = [];
    if (key.tier && !world.tiers[key.tier])
        mistakes.push({ path: '$.tier', message: `there is no tier "${key.tier}"` });
    for (const l of listOf(key.limits))
        if (!(l.limit >= 0)) mistakes.push({ path: '$.limits', message: 'expected a number of 0 or more' });
    if (key.id !== undefined && !/^[!-~]{1,128}$/.test(key.id))
        mistakes.push({ path: '$.id', message: 'expected a name of 1 to 128 visible ASCII characters' });
    if (mistakes.length)
        throw problem(
            422,
            'invalid_document',
            `The document has ${mistakes.length} mistake(s); nothing was changed.`,
            mistakes,
        );
}
function changing(request) {
    const expected = /"(\d+)"/.exec(request.headers['if-match'] ?? '')?.[1];
    if (expected !== undefined && Number(expected) !== world.version)
        throw problem(
            412,
            'version_conflict',
            `The configuration has version ${world.version}, and you looked at ${expected}. Nothing was changed; look again.`,
        );
}

async function keyCall(request, response, id, action) {
    if (!/^[!-~]{1,128}$/.test(id) || /[~:{}\/\\'"]/.test(id))
        throw problem(400, 'invalid_parameter', 'parameter id: expected a name of 1 to 128 visible ASCII characters');
    const key = world.keys.get(id) ?? (id === world.unknown.id ? world.unknown : undefined);
    if (!key) throw problem(404, 'not_found', `There is no key "${id}".`);
    const whole = () => ({
        ...world.row(key, true),
        document: {
            tier: key.tier,
            ...(key.group ? { group: key.group } : {}),
            ...(key.limits ? { limits: key.limits } : {}),
            disabled: Boolean(key.disabled),
        },
        version: world.version,
        former_secrets: key.former ?? [],
        history: Array.from({ length: 60 }, (_, i) => {
            const minute = Math.floor(Date.now() / 60_000) - 59 + i;
            return {
                minute: new Date(minute * 60_000).toISOString(),
                ...(world.history.get(id)?.get(minute) ?? {
                    requests: 0,
                    refused: 0,
                    input_tokens: 0,
                    output_tokens: 0,
                }),
            };
        }),
    });
    if (request.method === 'GET' && action === 'forecast')
        return answer(response, 200, forecastOf(key, world.row(key, true).limits ?? [], Date.now()));
    if (request.method === 'GET') return answer(response, 200, whole(), { etag: `"${world.version}"` });
    if (key === world.unknown) throw problem(404, 'not_found', 'No key has this id.');
    const given = await body(request);
    changing(request);
    if (request.method === 'DELETE') {
        if (key.source === 'file')
            throw problem(409, 'in_file', `${id} stands in the file: disable it, or take it out there.`);
        world.keys.delete(id);
    } else if (request.method === 'PATCH') {
        const after = merge({ tier: key.tier, group: key.group, limits: key.limits }, given);
        checkKey(after);
        Object.assign(key, { tier: after.tier ?? 'default', group: after.group ?? null, limits: after.limits });
    } else if (action === 'rotate') {
        const until = new Date(Date.now() + (given.overlap_s ?? 86400) * 1000).toISOString();
        key.former = [...(key.former ?? []), { until }].filter((s) => Date.parse(s.until) > Date.now());
        return answer(response, 200, {
            secret: world.secret().secret,
            former_valid_until: until,
            version: ++world.version,
        });
    } else if (action === 'disable' || action === 'enable') key.disabled = action === 'disable';
    else if (action === 'reset') world.used.delete(`key/${id}`);
    else throw problem(404, 'not_found', 'There is no such action.');
    ++world.version;
    answer(
        response,
        200,
        request.method === 'DELETE' ? { version: world.version } : { ...world.row(key, true), version: world.version },
    );
}

function listKeys(response, query) {
    const sort = query.get('sort') ?? 'used';
    const dimension = query.get('dimension') ?? 'requests';
    const text = query.get('q') ?? '';
    const limit = Math.min(500, Number(query.get('limit') ?? 50));
    const after = Number(query.get('after') ?? 0);
    const all = [...world.keys.values(), ...(sort === 'id' ? [] : [world.unknown])].filter((key) =>
        key.id.includes(text),
    );
    const value = (key) => {
        const minute = world.lastMinute(key.id);
        return sort === 'refused'
            ? minute.refused
            : sort === 'last_seen'
              ? Date.parse(key.last_seen ?? 0) || 0
              : dimension === 'total_tokens'
                ? minute.input_tokens + minute.output_tokens
                : minute[dimension];
    };
    all.sort((a, b) => (sort === 'id' ? 0 : value(b) - value(a)) || (a.id < b.id ? -1 : 1));
    const keys = all.slice(after, after + limit).map((key) => world.row(key));
    answer(response, 200, { keys, next: after + limit < all.length ? String(after + limit) : null, total: all.length });
}

async function createKey(request, response) {
    const given = await body(request);
    changing(request);
    checkKey({ ...given, id: given.id ?? '' });
    if (world.keys.has(given.id)) throw problem(409, 'exists', `There is a key "${given.id}" already.`);
    const key = {
        id: given.id,
        tier: given.tier ?? 'default',
        group: given.group ?? null,
        limits: given.limits,
        disabled: given.disabled,
        source: 'runtime',
        rate: 0,
    };
    world.keys.set(key.id, key);
    answer(
        response,
        201,
        {
            ...world.row(key, true),
            ...(given.secret_sha256 ? {} : { secret: world.secret().secret }),
            version: ++world.version,
        },
        { location: `/admin/keys/${encodeURIComponent(key.id)}` },
    );
}

async function overridesCall(request, response, target) {
    if (request.method === 'GET')
        return answer(
            response,
            200,
            { overrides: [...world.overrides.values()], version: world.version },
            { etag: `"${world.version}"` },
        );
    const given = await body(request);
    changing(request);
    if (request.method === 'DELETE') {
        if (!world.overrides.delete(target)) throw problem(404, 'not_found', `No override lies over ${target}.`);
    } else {
        const [kind, name] = String(given.target).split('/');
        const there = {
            key: () => world.keys.has(name),
            tier: () => world.tiers[name],
            group: () => world.groups[name],
            upstream: () => world.upstreams[name],
        }[kind]?.();
        if (!there)
            throw problem(422, 'invalid_document', 'The document has 1 mistake; nothing was changed.', [
                { path: '$.target', message: `there is no ${kind} "${name}"` },
            ]);
        if (given.until && !(Date.parse(given.until) > Date.now()))
            throw problem(422, 'invalid_document', 'The document has 1 mistake; nothing was changed.', [
                { path: '$.until', message: 'expected a time that is still to come' },
            ]);
        world.overrides.set(given.target, given);
    }
    ++world.version;
    answer(response, request.method === 'DELETE' ? 200 : 201, {
        ...given,
        version: world.version,
        durable: false,
        warning: 'It does not survive this process: there is no state folder.',
    });
}

function usage(response, query) {
    const by = new Set((query.get('by') ?? 'key').split(','));
    const from = query.get('from') ?? new Date().toISOString().slice(0, 10);
    const to = query.get('to') ?? from;
    if (Date.parse(from) > Date.parse(to)) throw problem(400, 'invalid_query', '"from" lies behind "to".');
    const rows = new Map();
    const total = {};
    for (let day = Date.parse(from); day <= Date.parse(to); day += 86_400_000)
        for (const key of world.active())
            for (const [m, model] of ['gpt-4o', 'gpt-4o-mini'].entries()) {
                const requests = Math.round(key.rate * 900 * (1 + m) * (1 + ((day / 86_400_000) % 7) / 10));
                const refused = key.tier === 'trial' ? Math.round(requests * 0.4) : 0;
                const amounts = {
                    requests,
                    admitted: requests - refused,
                    refused,
                    input_tokens: (requests - refused) * 560,
                    cached_input_tokens: (requests - refused) * 90,
                    output_tokens: (requests - refused) * 96,
                };
                const name = {
                    ...(by.has('day') ? { day: new Date(day).toISOString().slice(0, 10) } : {}),
                    ...(by.has('key') ? { key: key.id } : {}),
                    ...(by.has('model') ? { model } : {}),
                };
                const row = rows.get(JSON.stringify(name)) ?? { ...name };
                for (const [part, n] of Object.entries(amounts)) {
                    row[part] = (row[part] ?? 0) + n;
                    total[part] = (total[part] ?? 0) + n;
                }
                rows.set(JSON.stringify(name), row);
            }
    const list = [...rows.values()];
    if (query.get('format') !== 'csv') return answer(response, 200, { from, to, rows: list, total });
    response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' });
    response.end([Object.keys(list[0]), ...list.map(Object.values)].map((row) => row.join(',')).join('\r\n') + '\r\n');
}

const config = () => ({
    hash: '9c41d07be2a85530',
    version: world.version,
    warnings: [{ path: '$.upstreams[0].url', message: 'is reached without TLS' }],
    runtime: { version: world.version, objects: {}, ignored: [] },
    settings: [
        { path: '$.listen', value: '0.0.0.0:8000', origin: 'file' },
        { path: '$.threads', value: 4, origin: 'flag' },
        { path: '$.store.url', value: 'redis://redis:6379/0', origin: 'environment' },
        ...Object.entries(world.tiers).flatMap(([name, tier]) =>
            listOf(tier.limits).map((l) => ({
                path: `$.tiers.${name}.limits.${l.dimension}/${l.window}`,
                value: l.limit,
                origin: 'file',
            })),
        ),
        { path: '$.timeouts_ms.drain', value: 30000, origin: 'default' },
    ],
});

function events(response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const send = () => response.write(`event: figures\ndata: ${JSON.stringify(world.figures('weir-1'))}\n\n`);
    send();
    const timer = setInterval(send, 1000);
    response.on('close', () => clearInterval(timer));
}

async function api(request, response, url) {
    if (token) {
        const given = (request.headers.authorization ?? '').replace(/^Bearer /, '');
        if (given !== token && (!readToken || given !== readToken))
            throw problem(401, 'unauthorized', 'This needs the admin token.');
        if (given !== token && request.method !== 'GET')
            throw problem(403, 'read_only', 'Changes need a token with the access "write".');
    }
    const [, , room, name, action] = url.pathname.split('/').map(decodeURIComponent);
    const objects = (kind) => ({
        [kind]: Object.entries(world[kind]).map(([of, document]) => ({
            name: of,
            document,
            source: 'file',
            keys: [...world.keys.values()].filter((k) => k.tier === of || k.group === of).length,
        })),
    });
    if (room === 'events') return events(response);
    if (room === 'figures') return answer(response, 200, world.figures('weir-1'));
    if (room === 'keys' && name) return keyCall(request, response, name, action);
    if (room === 'keys')
        return request.method === 'POST' ? createKey(request, response) : listKeys(response, url.searchParams);
    if (room === 'overrides') return overridesCall(request, response, name && `${name}/${action}`);
    if (room === 'usage') return usage(response, url.searchParams);
    if (room === 'config') return answer(response, 200, config());
    if (room === 'nodes') return answer(response, 200, { nodes: world.figures('weir-1').nodes });
    if (room === 'tiers' || room === 'groups' || room === 'upstreams') return answer(response, 200, objects(room));
    if (room === 'reload')
        return answer(response, 200, {
            hash: '9c41d07be2a85530',
            notes: [{ path: '$.listen', message: 'needs a restart' }],
        });
    throw problem(404, 'not_found', 'There is nothing here.');
}

const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    try {
        if (url.pathname.startsWith('/admin/')) await api(request, response, url);
        else file(request, response, url.pathname);
    } catch (error) {
        if (!error.status) console.error(error);
        fail(response, error.status ?? 500, error.code ?? 'internal', error.message, error.mistakes);
    }
});
server.listen(Number(flag('port', 0)), '127.0.0.1', () => console.log(`admin on 127.0.0.1:${server.address().port}`));
