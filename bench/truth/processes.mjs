// Starts programs, waits until they answer, ends them, and tells what of the machine was busy.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

function tryPort(wanted) {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.on('error', reject);
        server.listen(wanted, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

/// A port that is free; the one 10 above it, which some programs take too, is free as well.
export async function freePort() {
    for (;;) {
        const port = await tryPort(0);
        if (port + 10 <= 65535 && await tryPort(port + 10).catch(() => 0)) return port;
    }
}

export function listens(port) {
    return new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1');
        socket.on('connect', () => { socket.destroy(); resolve(true); });
        socket.on('error', () => resolve(false));
    });
}

let niceness = null;

/// Linux weighs sessions against each other, and each program here is one: the session's own value counts, too.
function prioritize(pid) {
    if (niceness === null) return;
    setPriority(pid, niceness);
    try { writeFileSync(`/proc/${pid}/autogroup`, String(niceness)); } catch { /* this kernel has no such groups */ }
}

/// From now on, for this process and all that it starts. Below 0 it needs root.
export function setNiceness(value) {
    niceness = value;
    prioritize(process.pid);
}

const running = new Set();

/// A process with a group of its own, so that its children end with it. Its output goes to `log`.
export class Process {
    constructor(name, log, command, args, options = {}) {
        Object.assign(this, { name, log, command, args, options });
    }

    async start(isReady, timeout_ms = 20_000) {
        const output = openSync(this.log, 'a');
        this.child = spawn(this.command, this.args,
            { detached: true, stdio: ['ignore', output, output], ...this.options });
        closeSync(output);
        if (this.child.pid) prioritize(this.child.pid);
        this.exited = new Promise((resolve) => {
            this.child.on('exit', resolve);
            this.child.on('error', resolve);
        });
        running.add(this);
        let over = false;
        this.exited.then(() => { over = true; running.delete(this); });
        const deadline = Date.now() + timeout_ms;
        while (!(await isReady())) {
            if (over || Date.now() > deadline) throw new Error(`${this.name} did not start: ${this.lastLines()}`);
            await sleep(50);
        }
    }

    lastLines() { return readFileSync(this.log, 'utf8').split('\n').slice(-12).join('\n'); }

    signal(name) {
        try { process.kill(-this.child.pid, name); } catch { /* it has ended */ }
    }

    async stop() {
        this.signal('SIGTERM');
        await Promise.race([this.exited, sleep(3000, undefined, { ref: false })]);
        this.kill();
        await this.exited;
    }

    kill() { this.signal('SIGKILL'); }
}

/// At the end of this process, however it ends.
export const killAll = () => { for (const one of running) one.kill(); };

/// CPU time so far of everything that was started here and is still running, and of this process, in clock ticks.
function ownTicks() {
    const groups = new Set([...running].map((one) => one.child.pid));
    groups.add(process.pid);
    let ticks = 0;
    for (const name of readdirSync('/proc')) {
        if (!/^\d+$/.test(name)) continue;
        try {
            const text = readFileSync(`/proc/${name}/stat`, 'utf8');
            const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
            if (!groups.has(Number(fields[2])) && Number(name) !== process.pid) continue;
            ticks += Number(fields[11]) + Number(fields[12]);
        } catch { /* it has ended */ }
    }
    return ticks;
}

function machineTicks() {
    const [user, nice, system, idle, iowait, irq, softirq, steal] =
        readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/).slice(1).map(Number);
    const busy = user + nice + system + irq + softirq + steal;
    return { busy, all: busy + idle + iowait };
}

/// Samples, second by second, what part of all cores was busy, and what part the programs of this run took.
export class CoreMeter {
    constructor() {
        this.busy = [];
        this.own = [];
        let before = machineTicks(), own_before = ownTicks();
        this.timer = setInterval(() => {
            const now = machineTicks(), own_now = ownTicks(), all = Math.max(1, now.all - before.all);
            this.busy.push(100 * (now.busy - before.busy) / all);
            this.own.push(100 * Math.max(0, own_now - own_before) / all);
            [before, own_before] = [now, own_now];
        }, 1000);
    }

    stop() { clearInterval(this.timer); return { busy: this.busy, own: this.own }; }
}
