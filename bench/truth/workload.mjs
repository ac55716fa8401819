// Who sends what, when, and of which size. A row is a key of its own; times are ms since the phase began.
import { limits } from './limits.mjs';
import { randomOf } from './random.mjs';

export const phase_s = { load: 200, restart: 190, pause: 190 };
export const fault_ms = { at: 75_000, node_down: 2_000, store_paused: 10_000 };

const output_bound = 600;

const even = (interval_ms, until_ms) =>
    Array.from({ length: Math.floor(until_ms / interval_ms) }, (_, at) => at * interval_ms);

/// 2 s before and 2 s after each of these times, a tenth more than the limit on either side.
const bursts = (edges_ms) => edges_ms.flatMap((edge_ms) =>
    even(4000 / (2.2 * limits.requests), 4000).map((at_ms) => edge_ms - 2000 + at_ms));

const twiceRequests = (until_ms) => even(30_000 / limits.requests, until_ms);
/// Twice the output limit, with answers of `mean` tokens.
const twiceOutput = (mean, until_ms) => even(30_000 * mean / limits.output, until_ms);

const small = () => ({ max_tokens: 16, knobs: { tokens: 8 } });
const heavy = (random) => ({
    max_tokens: 1000,
    knobs: { tokens: Math.max(1, Math.min(1000, Math.round(random.logNormal(180, 1)))), 'latency-ms': 500 },
});
const stream = (random) => ({
    max_tokens: output_bound, stream: true,
    knobs: {
        tokens: Math.max(20, Math.min(output_bound, Math.round(random.logNormal(180, 0.7)))),
        'tokens-per-chunk': 5, 'chunk-delay-ms': 40,
    },
});
const silent = (random) => {
    const call = stream(random);
    call.knobs['omit-usage'] = 'true';
    return call;
};
/// One in ten leaves somewhere in the middle of its stream.
const leaving = (random) => {
    const call = stream(random);
    if (random.next() < 0.1) call.leave_after_events = 1 + random.below(Math.floor(call.knobs.tokens / 5));
    return call;
};
const failing = (random) => {
    const call = small();
    const dice = random.next();
    const status = dice < 0.2 ? 500 : dice < 0.3 ? 503 : dice < 0.4 ? 429 : 200;
    if (status !== 200) call.knobs.status = status;
    return call;
};

const stream_mean = 230, heavy_mean = 285;

/// name, phase, the dimension that binds, the times (by the phase's length and the ms from its begin to the next full
/// minute), the call.
export const rows = [
    { name: 'edge-clock', phase: 'load', binds: 'requests', call: small,
        times: (until, minute) => bursts([0, 1, 2, 3].map((n) => minute + n * 60_000)
            .filter((edge) => edge > 3000 && edge < until - 3000)) },
    { name: 'edge-first', phase: 'load', binds: 'requests', call: small,
        times: (until, minute) => {
            const first = (minute + 30_000) % 60_000 + 5000;
            return [first, ...bursts([first + 60_000, first + 120_000])];
        } },
    { name: 'steady', phase: 'load', binds: 'requests', twice: true, call: small, times: twiceRequests },
    { name: 'heavy', phase: 'load', binds: 'output', twice: true, call: heavy,
        times: (until) => twiceOutput(heavy_mean, until) },
    { name: 'streams', phase: 'load', binds: 'output', twice: true, call: stream,
        times: (until) => twiceOutput(stream_mean, until) },
    { name: 'no-usage', phase: 'load', binds: 'output', twice: true, call: silent,
        times: (until) => twiceOutput(stream_mean, until) },
    { name: 'disconnects', phase: 'load', binds: 'output', twice: true, call: leaving,
        times: (until) => twiceOutput(stream_mean, until) },
    { name: 'errors', phase: 'load', binds: 'requests', twice: true, call: failing, times: twiceRequests },
    { name: 'restart', phase: 'restart', binds: 'requests', twice: true, call: small, times: twiceRequests },
    { name: 'restart-streams', phase: 'restart', binds: 'output', twice: true, call: stream,
        times: (until) => twiceOutput(stream_mean, until) },
    { name: 'pause', phase: 'pause', binds: 'requests', twice: true, call: small, times: twiceRequests },
    { name: 'pause-streams', phase: 'pause', binds: 'output', twice: true, call: stream,
        times: (until) => twiceOutput(stream_mean, until) },
];

/// Clients that are alone with their key, and come back when they are told to: see comeBack in client.mjs.
export const returning = [
    { name: 'retry-fast', phase: 'load', binds: 'requests', interval_ms: 50, call: small },
    { name: 'retry-slow', phase: 'load', binds: 'requests', interval_ms: 250, call: small },
    { name: 'retry-tokens', phase: 'load', binds: 'output', interval_ms: 400,
        call: () => ({ max_tokens: 400, knobs: { tokens: 400 } }) },
];

export const all_rows = [...rows, ...returning];

const words = 'the quick brown fox jumps over a lazy dog while rain falls on old stones'.split(' ');

export function bodyOf(call) {
    const body = {
        model: 'gpt-4o', max_tokens: call.max_tokens,
        messages: [{ role: 'user', content: words.slice(0, call.words).join(' ') }],
    };
    if (call.stream) Object.assign(body, { stream: true, stream_options: { include_usage: true } });
    return JSON.stringify(body);
}

/// What is decided about one call beside its row's own: its size, its node (of any number), its id.
export function finish(call, random, row, number) {
    return { ...call, words: 3 + random.below(words.length - 3), node: random.below(1 << 20), row,
        id: `${row}-${number}` };
}

/// The schedule of a row: calls by time.
export function schedule(row, seed, begin_ms) {
    const random = randomOf(seed, row.name);
    const until_ms = phase_s[row.phase] * 1000;
    const minute_ms = 60_000 - begin_ms % 60_000;
    return row.times(until_ms, minute_ms).filter((at_ms) => at_ms >= 0 && at_ms < until_ms)
        .map((at_ms, number) => ({ at_ms, ...finish(row.call(random), random, row.name, number) }));
}
