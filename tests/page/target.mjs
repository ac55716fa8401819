// What the page is tested against: the stand-in, a weir of our own in front of weir-mock with a little load, or a
// weir that runs already. All have a key acme-web, which is refused by a limit.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const bin = process.env.WEIR_PAGE_BIN ?? '';
export const token = 'page-test-token';
const readToken = 'page-test-read-token';
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill()));

function stopped(child) {
    return new Promise((done) => {
        if (child.exitCode !== null || child.signalCode !== null) return done();
        child.once('exit', done);
        child.kill();
        // A second signal cuts what is still open.
        setTimeout(() => child.kill(), 500).unref();
        setTimeout(() => child.kill('SIGKILL'), 5000).unref();
    });
}

/** Starts a program, and waits for what follows `mark` in its log. */
export async function start(program, parameters, mark, environment = {}) {
    const child = spawn(program, parameters, {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    let log = '';
    const found = await new Promise((done, failed) => {
        const heard = (piece) => {
            log = (log + piece).slice(-100_000);
            const match = new RegExp(`${mark}([^\\s"]+)`).exec(log);
            if (match) done(match[1]);
        };
        child.stdout.on('data', heard);
        child.stderr.on('data', heard);
        child.on(
            'exit',
            (code) => (children.delete(child), failed(new Error(`${program} ended with ${code}:\n${log}`))),
        );
    });
    return { child, found, log: () => log, stop: () => stopped(child) };
}

async function standIn(more) {
    const parameters = (port) => [
        join(here, 'stand_in.mjs'),
        '--port',
        port,
        '--token',
        token,
        '--read-token',
        readToken,
        ...more,
    ];
    let running = await start(process.execPath, parameters('0'), 'admin on ');
    const [, port] = running.found.split(':');
    return {
        url: `http://127.0.0.1:${port}/`,
        refusedBy: /output tokens per minute|requests per minute/,
        stop: () => running.stop(),
        start: async () => (running = await start(process.execPath, parameters(port), 'admin on ')),
        end: () => running.stop(),
        refusedSince: null,
    };
}

export const sha256 = (secret) => createHash('sha256').update(secret).digest('hex');
export function configuration(provider) {
    const keys = [
        ['acme-web', 'trial', 'acme'],
        ['acme-batch', 'default', 'acme'],
        ['support-bot', 'default'],
        ['eval-runs', 'evaluation'],
    ];
    for (let i = 0; i < 120; ++i) keys.push([`customer-${String(i).padStart(5, '0')}`, 'default']);
    return {
        upstreams: [{ name: 'stand-in', url: provider, limits: { rpm: 100_000 } }],
        admin: {
            tokens: [
                { name: 'page', token_env: 'WEIR_PAGE_TOKEN', access: 'write' },
                { name: 'reader', token_env: 'WEIR_PAGE_READ_TOKEN', access: 'read' },
            ],
        },
        tiers: {
            default: { limits: { rpm: 6000, itpm: 1_000_000, otpm: 500_000 } },
            trial: { limits: { rpm: 20, otpm: 100_000 } },
            evaluation: { limits: { rpm: 600 }, models: { 'gpt-4o': { rpm: 10 } } },
        },
        groups: { acme: { limits: { itpm: 2_000_000 } } },
        keys: keys.map(([id, tier, group]) => ({
            id,
            tier,
            ...(group ? { group } : {}),
            secret_sha256: sha256(`test-${id}`),
        })),
        unknown_keys: 'default_tier',
        log: { format: 'text', access: false },
    };
}

/** A little load: most of it within its limits, acme-web far above. */
function smallLoad({ own }) {
    const statuses = [];
    const send = async (id, model) => {
        try {
            const answer = await fetch(`http://${own}/v1/chat/completions`, {
                method: 'POST',
                headers: { authorization: `Bearer test-${id}`, 'content-type': 'application/json' },
                body: JSON.stringify({
                    model,
                    max_tokens: 16,
                    messages: [{ role: 'user', content: 'Say something, please.' }],
                }),
            });
            await answer.arrayBuffer();
            if (id === 'acme-web') statuses.push({ at: performance.now(), status: answer.status });
        } catch {
            // Restarting.
        }
    };
    const timers = [
        setInterval(() => send('acme-web', 'gpt-4o'), 200),
        setInterval(() => send('support-bot', '<img src=x onerror=alert(1)>'), 120),
        setInterval(() => send('acme-batch', 'gpt-4o-mini'), 350),
        setInterval(() => send('eval-runs', 'gpt-4o'), 1000),
        setInterval(() => send('nobody-knows-me', 'gpt-4o'), 1000),
    ];
    return { statuses, stop: () => timers.forEach(clearInterval) };
}
const small = { configuration, mock: [], load: smallLoad };

/** `world` is {configuration(provider), mock: parameters, load({bin, own, start})}. */
async function weir(world) {
    const work = mkdtempSync(join(tmpdir(), 'weir-page-'));
    const mock = await start(join(bin, 'weir-mock'), ['--listen', '127.0.0.1:0', ...world.mock], 'serving ');
    const file = join(work, 'weir.json');
    writeFileSync(file, JSON.stringify(world.configuration(mock.found)));
    const environment = { WEIR_PAGE_TOKEN: token, WEIR_PAGE_READ_TOKEN: readToken };
    const launch = (listen, admin) =>
        start(
            join(bin, 'weir'),
            ['--config', file, '--state-dir', work, '--listen', listen, '--admin', admin],
            'admin on ',
            environment,
        );
    let running = await launch('127.0.0.1:0', '127.0.0.1:0');
    const admin = running.found;
    const own = /listening on ([^\s"]+)/.exec(running.log())[1];
    const load = await world.load({ bin, own, start });
    return {
        url: `http://${admin}/`,
        refusedBy: /requests per minute/,
        refusedOnModel: 'eval-runs',
        stop: () => running.stop(),
        start: async () => (running = await launch(own, admin)),
        refusedSince: (since) => load.statuses.filter((s) => s.at > since && s.status === 429).length,
        servedSince: (since) => load.statuses.filter((s) => s.at > since && s.status === 200).length,
        end: async () => {
            await load.stop();
            await running.stop();
            await mock.stop();
            rmSync(work, { recursive: true, force: true });
        },
    };
}

export async function startTarget(more = [], world = small) {
    const { WEIR_PAGE_URL: url, WEIR_PAGE_TOKEN: given } = process.env;
    const target = url
        ? { url, refusedBy: /per/, end: () => {}, refusedSince: null, isForeign: true }
        : process.env.WEIR_PAGE_TARGET === 'weir'
          ? await weir(world)
          : await standIn(more);
    const ask = (path, method = 'GET', body = undefined) =>
        fetch(new URL(path, target.url), {
            method,
            headers: { authorization: `Bearer ${given ?? token}`, 'content-type': 'application/json' },
            body: body && JSON.stringify(body),
        });
    return {
        token: given ?? token,
        readToken,
        ...target,
        ask,
        json: async (...question) => (await ask(...question)).json(),
    };
}
