// What Redis's one thread pays for: a round of its event loop, a connection that is ready in it, a call of the script,
// an operation, a ledger, a heartbeat. By its CPU time as the kernel counts it, on a server of its own, with the real
// scripts. One client asks, and waits for the answers; where several are to be found ready at once, a debug command
// holds Redis up until they are.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const epoch_key = 'weir:1:{nodes}:epoch';
const window_us = 60_000_000, bucket_us = window_us / 120, epoch = 42;

const encoded = (words) => Buffer.from(`*${words.length}\r\n`
    + words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`).join(''));

/// Replies are counted by their lines: an array of integers has one for each, and one before them.
class Client {
    #lines = 0;
    #wanted = Infinity;
    #resolve = null;
    #last = Buffer.alloc(0);

    static async open(port) {
        const client = new Client();
        client.socket = connect({ port, host: '127.0.0.1', noDelay: true });
        client.socket.on('data', (bytes) => client.#take(bytes));
        await once(client.socket, 'connect');
        return client;
    }

    #take(bytes) {
        this.#last = bytes;
        if (bytes[0] === 0x2d) throw new Error(`Redis answers ${bytes.toString('latin1').split('\r\n')[0]}`);
        for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ++this.#lines;
        if (this.#lines >= this.#wanted) this.#resolve();
    }

    /// Resolves when so many lines have come; the bytes that came last.
    send(bytes, lines) {
        this.#lines = 0;
        this.#wanted = lines;
        const done = new Promise((resolve) => { this.#resolve = resolve; });
        this.socket.write(bytes);
        return done.then(() => this.#last);
    }
}

class Server {
    static async start(port, is_cluster) {
        const server = new Server();
        process.once('exit', () => server.child?.kill());
        server.folder = mkdtempSync(join(tmpdir(), 'weir-scale-'));
        const cluster = is_cluster ? ['--cluster-enabled', 'yes'] : [];
        server.child = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no',
            '--enable-debug-command', 'local', '--dir', server.folder, ...cluster], { stdio: 'ignore' });
        for (let attempt = 0; ; ++attempt) {
            try {
                server.control = await Client.open(port);
                if (is_cluster) await server.control.send(encoded(['CLUSTER', 'ADDSLOTSRANGE', 0, 16383]), 1);
                if (is_cluster) await server.awaitCluster();
                return server;
            } catch (error) {
                if (attempt === 50) throw error;
                await pause(100);
            }
        }
    }

    async awaitCluster() {
        for (let attempt = 0; attempt < 100; ++attempt) {
            const told = await this.control.send(encoded(['CLUSTER', 'INFO']), 3);
            if (told.includes('cluster_state:ok')) return;
            await pause(100);
        }
        throw new Error('Redis does not become a cluster');
    }

    async load(files) {
        const script = files.map((file) => readFileSync(`lua/${file}`, 'utf8')).join('');
        return (await this.control.send(encoded(['SCRIPT', 'LOAD', script]), 2)).toString().split('\r\n')[1];
    }

    /// Exact while Redis sleeps.
    cpuUs() {
        return Number(readFileSync(`/proc/${this.child.pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
    }

    async stop() {
        this.child.kill();
        await once(this.child, 'exit');
        rmSync(this.folder, { recursive: true });
    }
}

/// All of one slot, so that any of them may share a call.
const keyOf = (number) => `weir:2:{0a1b2c3d}:key:~${number.toString(16).padStart(8, '0').repeat(4)}:${window_us}`;

/// Half reserves and half settlements, as requests bring them, of so many ledgers from the first one on. One server is
/// asked for the epoch of the store, too; a master of a cluster is not.
function callOf(script, { operations, ledgers, first = 0, at_us = 0 }) {
    const bucket = Math.ceil(((at_us || Date.now() * 1000) + window_us) / bucket_us);
    const count = Math.min(ledgers, operations);
    const keys = Array.from({ length: count }, (_, number) => keyOf(first + number));
    const of_store = script.is_cluster ? [] : [epoch_key];
    const words = ['EVALSHA', script.sha1, count + of_store.length, ...keys, ...of_store, at_us, 1e16, epoch,
        script.is_cluster ? 0 : epoch, count, window_us, 1e9, 1e12, 1e12, ''];
    const settlements = Math.floor(operations / 2);
    for (let number = 0; number < settlements; ++number) {
        words.push('c', 0, 20, 0, 31, 29, 0, 1, 1 + number % count, epoch, bucket, bucket);
    }
    for (let number = settlements; number < operations; ++number) {
        words.push('r', 1, 225, 60, 1, 1 + number % count);
    }
    return { bytes: encoded(words), lines: 2 + 7 * count + operations - settlements };
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/// Microseconds of Redis for each time that `once_only` has been done `times` times: the median of 20 parts.
async function perTime(server, times, once_only) {
    const parts = 20, each = Math.ceil(times / parts), found = [];
    for (let part = 0, number = 0; part <= parts; ++part) {
        await pause(2);
        const before = server.cpuUs();
        for (let time = 0; time < each; ++time) await once_only(number++);
        await pause(2);
        if (part > 0) found.push((server.cpuUs() - before) / each);
    }
    return median(found);
}

/// What Redis pays for so many calls on one connection, which arrive together.
function together(server, client, depth, call, times) {
    const bytes = Buffer.concat(Array.from({ length: depth }, () => call.bytes));
    return perTime(server, times, () => client.send(bytes, depth * call.lines));
}

const held_up = encoded(['DEBUG', 'SLEEP', 0.0015]);

/// The same for a call on each of these connections.
function atOnce(server, clients, call, times) {
    return perTime(server, times, async () => {
        const done = server.control.send(held_up, 1);
        await pause(0);
        await Promise.all([done, ...clients.map((client) => client.send(call.bytes, call.lines))]);
    });
}

async function fillLedgers(server, client, script, count) {
    for (let first = 0; first < count; first += 64) {
        const call = callOf(script, { operations: 64, ledgers: 64, first });
        await client.send(call.bytes, call.lines);
    }
}

/// A ledger more in a call: one that has been touched within its bucket, and one in whose window a bucket begins, among
/// so many that few of them are in the processor's caches.
async function ledgerCosts(server, client, script, full_us, times, many) {
    const hot_us = await together(server, client, 1, callOf(script, { operations: 64, ledgers: 64 }), times);
    await fillLedgers(server, client, script, many);
    const begun_us = Math.ceil(Date.now() / 1000) * 1e6;
    const fresh_us = await perTime(server, 2 * many / 64, (number) => {
        const round = Math.floor(number * 64 / many);
        const at_us = begun_us + round * bucket_us;
        const call = callOf(script, { operations: 64, ledgers: 64, first: number * 64 % many, at_us });
        return client.send(call.bytes, call.lines);
    });
    return { ledger: (hot_us - full_us) / 63, fresh_ledger: (fresh_us - full_us) / 63 };
}

async function heartbeatCosts(server, times) {
    const script = await server.load(['heartbeat.lua']);
    const us = [];
    const counts = [16, 1000];
    for (const count of counts) {
        const keys = [`weir:1:{nodes}:heartbeats-${count}`, 'weir:1:{nodes}:epoch'];
        const beat = (node) => server.control.send(encoded(['EVALSHA', script, 2, ...keys,
            node.toString(16).padStart(16, '0'), 3e6 + 1e9, 7, 7, 0, 0]), 6);
        for (let node = 0; node < count; ++node) await beat(node);
        us.push(await perTime(server, times, (number) => beat(number % count)));
    }
    const node = (us[1] - us[0]) / (counts[1] - counts[0]);
    return { heartbeat: us[0] - counts[0] * node, heartbeat_node: node };
}

/// Microseconds, by what they are for.
export async function measureRedis({ port, is_cluster = false, times = 2000, many = 100_000 }) {
    const server = await Server.start(port, is_cluster);
    try {
        const sha1 = await server.load(['window_ledgers.lua', 'window_refusals.lua', 'window.lua']);
        const script = { sha1, is_cluster };
        await server.control.send(encoded(['SET', epoch_key, epoch]), 1);
        const clients = await Promise.all(Array.from({ length: 40 }, () => Client.open(port)));
        const one = callOf(script, { operations: 1, ledgers: 1 });
        const full = callOf(script, { operations: 64, ledgers: 1 });
        const [first] = clients;
        const one_us = await together(server, first, 1, one, times);
        const deep_us = await together(server, first, 17, one, times);
        const full_us = await together(server, first, 1, full, times);
        const some_us = await atOnce(server, clients.slice(0, 8), one, times);
        const more_us = await atOnce(server, clients, one, times);
        const operation = (full_us - one_us) / 63;
        const call = (deep_us - one_us) / 16, connection = (more_us - some_us) / (clients.length - 8) - call;
        const ledgers = await ledgerCosts(server, first, script, full_us, times, many);
        return {
            round: Math.max(0, one_us - call - connection), connection, call: call - operation - ledgers.ledger,
            operation, ...ledgers,
            ...await heartbeatCosts(server, times),
        };
    } finally {
        await server.stop();
    }
}
