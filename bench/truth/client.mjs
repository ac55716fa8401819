// Sends calls to the nodes of one program, and notes what became of each.
import { Agent, request } from 'node:http';
import { bodyOf } from './workload.mjs';

const answer_timeout_ms = 30_000;

const epoch_us = Date.now() * 1000 - performance.now() * 1000;
export const now_us = () => Math.round(epoch_us + performance.now() * 1000);

/// Retry-After as the SDKs read it, in ms: `retry-after-ms` wins.
export function retryAfter(headers) {
    const ms = Number(headers['retry-after-ms']);
    if (headers['retry-after-ms'] !== undefined && Number.isFinite(ms)) return ms;
    const seconds = Number(headers['retry-after']);
    return headers['retry-after'] !== undefined && Number.isFinite(seconds) ? seconds * 1000 : null;
}

export class Client {
    /// `headers(call)`: what this program's clients send, the key included. `ports`: of its nodes.
    constructor(ports, headers) {
        Object.assign(this, { ports, headers });
        this.agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 64 });
        this.sent = [];
    }

    close() { this.agent.destroy(); }

    /// Where nobody listens at a node, the next one is asked, as a load balancer does.
    async send(call) {
        const entry = { id: call.id, row: call.row, input: call.words, bound: call.max_tokens, from_us: now_us() };
        for (let hop = 0; hop < this.ports.length; ++hop) {
            entry.node = (call.node + hop) % this.ports.length;
            Object.assign(entry, await this.once(call, this.ports[entry.node]));
            if (entry.error !== 'ECONNREFUSED') break;
        }
        entry.until_us = now_us();
        this.sent.push(entry);
        return entry;
    }

    once(call, port) {
        return new Promise((resolve) => {
            const body = bodyOf(call);
            let status = 0, retry_after_ms = null, events = 0;
            const end = (error) => { clearTimeout(timer); resolve({ status, retry_after_ms, error }); };
            const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
            const outgoing = request({
                host: '127.0.0.1', port, path: '/v1/chat/completions', method: 'POST', agent: this.agent,
                headers: { ...headers, ...this.headers(call) },
            });
            const timer = setTimeout(() => outgoing.destroy(new Error('timeout')), answer_timeout_ms);
            outgoing.on('error', (error) => end(error.code ?? error.message));
            outgoing.on('response', (answer) => {
                status = answer.statusCode;
                retry_after_ms = retryAfter(answer.headers);
                answer.on('data', (piece) => {
                    if (!call.leave_after_events || status !== 200) return;
                    events += piece.toString('latin1').split('data: ').length - 1;
                    if (events >= call.leave_after_events) outgoing.destroy();
                });
                answer.on('end', () => end(undefined));
                answer.on('close', () => end(answer.complete ? undefined : 'left'));
                answer.on('error', () => {});
            });
            outgoing.end(body);
        });
    }
}

/// A timer of Node.js may fire early by a part of a millisecond; nobody comes back too early here.
async function until(at_us) {
    for (let left_us = at_us - now_us(); left_us > 0; left_us = at_us - now_us()) {
        await new Promise((resolve) => setTimeout(resolve, Math.ceil(left_us / 1000)));
    }
}

/// Sends every call of a schedule when it is due, whatever became of those before. Resolves with the longest that one
/// went out late, in ms.
export async function play(client, schedule, begin_us) {
    const under_way = [];
    let latest_ms = 0;
    for (const call of schedule) {
        const due_us = begin_us + call.at_ms * 1000;
        await until(due_us);
        latest_ms = Math.max(latest_ms, (now_us() - due_us) / 1000);
        under_way.push(client.send(call));
    }
    await Promise.all(under_way);
    return latest_ms;
}

/// Once a client has been refused it sends this fast, so that it is soon refused, and told a time, again.
const eager_ms = 50;

/// One client alone with its key: sends at its pace until it is refused, and comes back at the time that it was told,
/// or else every second until it is admitted. Its entries say `told_us` where a refusal told that time.
export async function comeBack(client, nextCall, interval_ms, begin_us, end_us) {
    let due_us = begin_us, pace_ms = interval_ms;
    while (due_us < end_us) {
        await until(due_us);
        const entry = await client.send(nextCall());
        due_us = Math.max(entry.from_us + pace_ms * 1000, now_us());
        if (entry.status !== 429) {
            if (entry.status !== 200) due_us += 1_000_000;
            continue;
        }
        pace_ms = eager_ms;
        if (entry.retry_after_ms === null) {
            due_us = entry.until_us + 1_000_000;
            continue;
        }
        entry.told_us = entry.until_us + entry.retry_after_ms * 1000;
        due_us = await returned(client, nextCall, entry, end_us) + pace_ms * 1000;
    }
}

/// Resolves with the time when it was admitted, or when that did not happen until the end.
async function returned(client, nextCall, refusal, end_us) {
    let at_us = refusal.told_us;
    while (at_us < end_us) {
        await until(at_us);
        const entry = await client.send(nextCall());
        refusal.returned ??= { id: entry.id, status: entry.status, from_us: entry.from_us };
        if (entry.status === 200) {
            refusal.admitted_us = entry.from_us;
            return now_us();
        }
        at_us = now_us() + 1_000_000;
    }
    return end_us;
}
