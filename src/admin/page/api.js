// Asks the admin API. Every failure is one ApiError that can be shown as it is.

const tokenName = 'weir-admin-token';
let tokenHere = null; // where the tab may not keep anything

export function token() {
    try {
        return sessionStorage.getItem(tokenName) ?? tokenHere ?? '';
    } catch {
        return tokenHere ?? '';
    }
}
export function keepToken(value) {
    tokenHere = value || null;
    try {
        if (value) sessionStorage.setItem(tokenName, value);
        else sessionStorage.removeItem(tokenName);
    } catch {
        // Kept for as long as the page is open, then.
    }
}

export class ApiError extends Error {
    constructor(status, { code = '', message = '', mistakes = [] } = {}, retryAfterS = 0) {
        super(message || `the node answered ${status}`);
        Object.assign(this, { status, code, mistakes, retryAfterS });
    }
}

/** Tokens that this node does not know: each attempt with one would count against this address. */
const refused = new Set();
const listeners = { unauthorized: () => {} };
export const onUnauthorized = (callback) => (listeners.unauthorized = callback);

async function errorOf(answer) {
    let error = {};
    try {
        error = (await answer.json()).error ?? {};
    } catch {
        // Not weir's own words: something between us and it.
    }
    return new ApiError(answer.status, error, Number(answer.headers.get('retry-after')) || 0);
}

/** The answer, whatever its body is; throws ApiError. */
export async function ask(path, { method = 'GET', body, version, signal } = {}) {
    const headers = {};
    const used = token();
    if (refused.has(used))
        throw new ApiError(401, { code: 'token_needed', message: 'The node asks for the admin token.' });
    if (used) headers.authorization = `Bearer ${used}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (version !== undefined && version !== null) headers['if-match'] = `"${version}"`;
    let answer;
    try {
        answer = await fetch(path, {
            method,
            headers,
            signal,
            cache: 'no-store',
            body: body === undefined ? undefined : JSON.stringify(body),
        });
    } catch (error) {
        if (error.name === 'AbortError') throw error;
        throw new ApiError(0, {
            code: 'unreachable',
            message: 'The node cannot be reached. Nothing was changed that you have not been told of.',
        });
    }
    if (answer.ok) return answer;
    const error = await errorOf(answer);
    if (answer.status === 401) {
        refused.add(used);
        listeners.unauthorized(error);
    }
    throw error;
}

/** The answer's document, with the version that a change of it has to name. */
export async function get(path, options) {
    const answer = await ask(path, options);
    const document = await answer.json();
    const tag = /^(?:W\/)?"(\d+)"$/.exec(answer.headers.get('etag') ?? '');
    if (tag && document.version === undefined) document.version = Number(tag[1]);
    return document;
}
export async function change(method, path, body, version) {
    const answer = await ask(path, { method, body, version });
    return answer.status === 204 ? {} : answer.json();
}

/** "key/acme web" as a path of the API; the slash between kind and name stays. */
export const segment = (name) => encodeURIComponent(name);
export const targetPath = (target) => target.split('/').map(segment).join('/');
