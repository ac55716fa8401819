// Numbers, times and limits as people read them.

export const whole = (n) => Math.round(n ?? 0).toLocaleString('en-US');

/** At most five characters where the exact number does not matter: 9,999, 12.3k, 4.56M. */
export function compact(n) {
    if (n === null || n === undefined) return '–';
    const size = Math.abs(n);
    if (size >= 1e9) return `${+(n / 1e9).toPrecision(3)}G`;
    if (size >= 1e6) return `${+(n / 1e6).toPrecision(3)}M`;
    if (size >= 1e4) return `${+(n / 1e3).toPrecision(3)}k`;
    if (size >= 100 || Number.isInteger(n)) return whole(n);
    return size >= 10 ? n.toFixed(1) : String(+n.toFixed(2));
}

export function percent(part, of) {
    if (!of) return part ? '100%' : '0%';
    const share = (100 * part) / of;
    return share > 0 && share < 1 ? '<1%' : `${Math.round(share)}%`;
}

export function milliseconds(ms) {
    if (ms === null || ms === undefined) return '–';
    if (ms >= 1000) return `${+(ms / 1000).toPrecision(3)} s`;
    if (ms >= 10) return `${Math.round(ms)} ms`;
    return `${+ms.toPrecision(2)} ms`;
}
export const microseconds = (us) =>
    us === null || us === undefined ? '–' : us < 1000 ? `${us} µs` : milliseconds(us / 1000);

export function duration(ms) {
    const seconds = Math.max(0, Math.round(ms / 1000));
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return minutes < 5 && seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
    return `${Math.floor(hours / 24)} days`;
}

const two = (n) => String(n).padStart(2, '0');
const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** The reader's own time of day, with the date where it is another day. */
export function timeOfDay(value, { seconds = true } = {}) {
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) return '–';
    const time = `${two(date.getHours())}:${two(date.getMinutes())}${seconds ? `:${two(date.getSeconds())}` : ''}`;
    return dayOf(date) === dayOf(new Date()) ? time : `${dayOf(date)} ${time}`;
}
/** For a field of the type datetime-local. */
export const localInput = (date) => `${dayOf(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;

export function ago(value, now) {
    if (!value) return 'never';
    const ms = now - Date.parse(value);
    return ms < 2000 ? 'now' : `${duration(ms)} ago`;
}

export function bytes(n) {
    if (n < 1024) return `${n} B`;
    return n < 1 << 20 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / (1 << 20)).toFixed(1)} MiB`;
}

// --- limits

/** Those that are counted over a window; requests in flight have none, and their window is ''. */
export const windowedDimensions = ['requests', 'input_tokens', 'output_tokens', 'total_tokens'];
export const dimensions = [...windowedDimensions, 'in_flight'];
export const dimensionText = (dimension) =>
    dimension === 'in_flight' ? 'requests in flight' : String(dimension ?? '').replaceAll('_', ' ');
export const scopeText = (scope) =>
    ({ key: 'key', group: 'group', model: 'key on a model', upstream: 'upstream' })[scope] ?? String(scope);

const units = { s: 'second', m: 'minute', h: 'hour', d: 'day' };
export function windowText(window) {
    const parts = /^(\d+)([smhd])$/.exec(window ?? '');
    if (!parts) return `per ${window}`;
    return parts[1] === '1' ? `per ${units[parts[2]]}` : `per ${parts[1]} ${units[parts[2]]}s`;
}

/** "output tokens per minute", "requests in flight" */
export const whatText = (dimension, window) =>
    window ? `${dimensionText(dimension)} ${windowText(window)}` : dimensionText(dimension);

/** "key/output_tokens/1m", "key/in_flight" as its parts. */
export function limitParts(name) {
    const [scope, dimension, window = ''] = String(name ?? '').split('/');
    return { scope, dimension, window };
}
/** The same of the limit of that name. */
export function limitText(name) {
    const { dimension, window } = limitParts(name);
    return dimension ? whatText(dimension, window) : String(name ?? '');
}
