// Follows the node's figures, one event a second, and remembers the last minutes of them for the charts.
// EventSource cannot send the token, so the stream is read by hand. What is shown says how old it is.
import { ask, get } from './api.js';
import { goneNodes } from './health.js';

const pauses = [500, 1000, 2000, 4000, 8000];
const silentMs = 5000; // without an event: the connection counts as lost
const keptMs = 5 * 60_000;
const restMs = 30_000;

export const live = {
    status: 'connecting', // live, lost, unauthorized, resting
    figures: null,
    receivedAt: 0, // by this computer's clock
    lostAt: 0,
    retryAt: 0,
    reason: '',
    gone: [], // nodes that figures tell of no more
    history: [], // [{at, figures}], the oldest first
};

const listeners = new Set();
export const onFigures = (callback) => listeners.add(callback);
const tell = () => listeners.forEach((callback) => callback(live));

/** The cluster's time now, as its last figures told it. */
export function clusterNow() {
    return live.figures ? Date.parse(live.figures.now) + (Date.now() - live.receivedAt) : Date.now();
}

/** The figures of the last seconds. */
export const lastSeconds = () => live.history.slice(-15).map((entry) => entry.figures);

const nothing = {
    store: { mode: 'unknown', since: null, remark: '', server: null },
    nodes: [],
    upstreams: [],
    rates: {},
    refusals: [],
    shadow: [],
    refused_keys: [],
    limits: [],
    latency_ms: {},
    recent: [],
};
const rates = [
    'requests',
    'admitted',
    'refused',
    'errors',
    'input_tokens',
    'output_tokens',
    'estimated_input_tokens',
    'reserved_output_tokens',
];

/** With all members that views count on, whatever a node of another version leaves out. */
function whole(told) {
    const figures = { ...nothing, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null)) };
    figures.rates = Object.fromEntries(rates.map((name) => [name, figures.rates[name] ?? 0]));
    if (Number.isNaN(Date.parse(figures.now))) figures.now = new Date().toISOString();
    return figures;
}

function take(told) {
    const figures = whole(told);
    live.gone = goneNodes(live.gone, live.figures, figures);
    live.figures = figures;
    live.receivedAt = Date.now();
    live.status = 'live';
    live.reason = '';
    live.history.push({ at: live.receivedAt, figures });
    while (live.history.length && live.history[0].at < live.receivedAt - keptMs) live.history.shift();
    tell();
}

function takeEvent(text) {
    const lines = text.split(/\r?\n/);
    const name =
        lines
            .find((line) => line.startsWith('event:'))
            ?.slice(6)
            .trim() ?? 'message';
    const data = lines
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n');
    if (name === 'figures' && data) take(JSON.parse(data));
}

async function readEvents(answer, heard) {
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        text += decoder.decode(value, { stream: true });
        for (let end; (end = /\r?\n\r?\n/.exec(text)); text = text.slice(end.index + end[0].length)) {
            heard();
            takeEvent(text.slice(0, end.index));
        }
    }
}

let attempt = null; // the AbortController of what is under way
let timer = 0;
let failures = 0;
let resting = 0;

async function connect() {
    clearTimeout(timer);
    attempt?.abort();
    const own = (attempt = new AbortController());
    let silence = setTimeout(() => own.abort(), silentMs);
    const heard = () => {
        failures = 0;
        clearTimeout(silence);
        silence = setTimeout(() => own.abort(), silentMs);
    };
    let error = null;
    try {
        await readEvents(await ask('admin/events', { signal: own.signal }), heard);
    } catch (caught) {
        error = caught;
    }
    clearTimeout(silence);
    if (attempt !== own) return;
    // So many pages are open that the node has no stream left: then it is asked, less often.
    if (error?.status === 503 && (await askOnce())) timer = setTimeout(connect, 3000);
    else lost(error);
}

async function askOnce() {
    try {
        take(await get('admin/figures'));
        return true;
    } catch {
        return false;
    }
}

function lost(error) {
    if (live.status !== 'lost' && live.status !== 'unauthorized') live.lostAt = Date.now();
    live.status = error?.status === 401 ? 'unauthorized' : 'lost';
    live.reason = error?.status ? error.message : '';
    const pause = Math.max(
        pauses[Math.min(failures++, pauses.length - 1)] * (0.8 + 0.4 * Math.random()),
        (error?.retryAfterS ?? 0) * 1000,
    );
    live.retryAt = Date.now() + pause;
    // Without the right token every attempt counts against this address.
    if (live.status !== 'unauthorized') timer = setTimeout(connect, pause);
    tell();
}

/** Nobody looks: a stream that is open all the same takes one of the browser's few connections to the node. */
function rest() {
    if (live.status !== 'live') return;
    live.status = 'resting';
    const own = attempt;
    attempt = null;
    own?.abort();
    tell();
}

/** At once, whatever pause there was. */
export function reconnect() {
    failures = 0;
    connect();
}

export function start() {
    addEventListener('online', reconnect);
    document.addEventListener('visibilitychange', () => {
        clearTimeout(resting);
        if (document.hidden) resting = setTimeout(rest, restMs);
        else if (live.status === 'lost' || live.status === 'resting') reconnect();
    });
    addEventListener('pagehide', () => attempt?.abort());
    setInterval(() => live.status !== 'live' && tell(), 1000); // how long it has been, and when the next attempt is
    connect();
}
