// Runs one phase: all rows of it against all programs at once, with its fault in the middle.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { comeBack, now_us, play } from './client.mjs';
import { CoreMeter } from './processes.mjs';
import { randomOf } from './random.mjs';
import { percentile } from './judge.mjs';
import { judge, recordsByRow } from './verdict.mjs';
import { all_rows, fault_ms, finish, phase_s, returning, rows, schedule } from './workload.mjs';

const merged = (schedules) => schedules.flat().sort((a, b) => a.at_ms - b.at_ms);

async function restartOne(stack) {
    const [member] = stack.members;
    member.process.kill();
    await member.process.exited;
    await sleep(fault_ms.node_down);
    await stack.startMember(member);
}

async function pauseStore(stack) {
    stack.redis.signal('SIGSTOP');
    await sleep(fault_ms.store_paused);
    stack.redis.signal('SIGCONT');
}

const summary = (values) => ({
    mean: values.reduce((sum, one) => sum + one, 0) / values.length, p95: percentile(values, 0.95),
    most: Math.max(...values),
});

const faults = { restart: restartOne, pause: pauseStore };

/// Of these rows the ones that a phase has and that were asked for.
const chosen = (among, phase, options) =>
    among.filter((row) => row.phase === phase && options.rows.includes(row.name));

function startClients(stack, phase, options, begin_us) {
    const calls = merged(chosen(rows, phase, options).map((row) => schedule(row, options.seed, begin_us / 1000)));
    const lone = chosen(returning, phase, options).map((row) => {
        const random = randomOf(options.seed, row.name);
        let number = 0;
        const nextCall = () => finish(row.call(random), random, row.name, number++);
        return comeBack(stack.client, nextCall, row.interval_ms, begin_us, begin_us + phase_s[phase] * 1e6);
    });
    return Promise.all([play(stack.client, calls, begin_us), ...lone]).then(([late_ms]) => late_ms);
}

async function readBooks(stack, row) {
    if (!stack.program.books) return null;
    const read_us = now_us();
    try {
        const books = await stack.program.books(stack, row);
        return books && { read_us, ...books };
    } catch (problem) {
        console.error(`${stack.name}, ${row}: its books can't be read: ${problem.message}`);
        return null;
    }
}

async function judgeStack(stack, phase, options) {
    const books = new Map();
    const judged = chosen(all_rows, phase, options);
    for (const row of judged) books.set(row.name, await readBooks(stack, row.name));
    const remarks = stack.program.remarks ? await stack.program.remarks(stack) : {};
    const records = recordsByRow(readFileSync(stack.log, 'utf8'));
    return judged.map((row) => ({
        program: stack.program.name, nodes: stack.nodes, phase,
        ...judge(row, stack.program, stack.client.sent.filter((entry) => entry.row === row.name),
            records.get(row.name) ?? [], books.get(row.name)),
        remarks,
    }));
}

/// Phases begin 20 s into a minute of the clock: where fixed minutes lie in them decides what such programs let through.
const nextBegin = (at_us) => (Math.ceil((at_us + 1_000_000 - 20_000_000) / 60_000_000) * 60 + 20) * 1_000_000;

/// Resolves with the verdicts of all programs, and with how busy the machine was.
export async function runPhase(phase, stacks, options) {
    const taking_part = stacks.filter((stack) => phase !== 'pause' || stack.program.redis);
    const begin_us = nextBegin(now_us());
    await sleep((begin_us - now_us()) / 1000 - 500);
    const meter = new CoreMeter();
    const problems = [];
    const clients = taking_part.map((stack) => startClients(stack, phase, options, begin_us));
    if (faults[phase]) {
        await sleep((begin_us - now_us()) / 1000 + fault_ms.at);
        await Promise.all(taking_part.map((stack) =>
            faults[phase](stack).catch((problem) => problems.push(`${stack.name}: ${problem.message}`))));
    }
    const late_ms = await Promise.all(clients);
    const { busy, own } = meter.stop();
    // What a program settles after an answer's end is in its books by then.
    await sleep(1500);
    const verdicts = (await Promise.all(taking_part.map((stack) => judgeStack(stack, phase, options)))).flat();
    for (const problem of problems) console.error(problem);
    return {
        verdicts,
        load: {
            phase, nodes: stacks[0].nodes, seconds: phase_s[phase], begin: new Date(begin_us / 1000).toISOString(),
            own_percent: summary(own), busy_percent: summary(busy),
            sent_late_ms_most: Math.max(...late_ms), problems,
        },
    };
}
