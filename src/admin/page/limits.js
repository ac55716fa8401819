// Limits as configuration writes them ({"rpm": 20, "more": [...]}) and as a list; and what turns one document of a key into
// another. Pure.

import { whatText, whole } from './format.js';

const short = {
    rpm: 'requests',
    itpm: 'input_tokens',
    otpm: 'output_tokens',
    tpm: 'total_tokens',
    max_in_flight: 'in_flight',
};
const shortOf = Object.fromEntries(Object.entries(short).map(([name, dimension]) => [dimension, name]));

/** → [{dimension, window, limit, enforced}]; the window of requests in flight is '' */
export function listOfLimits(limits) {
    if (!limits) return [];
    const enforced = limits.enforce !== false;
    const list = Object.entries(short)
        .filter(([name]) => typeof limits[name] === 'number')
        .map(([name, dimension]) => ({
            dimension,
            window: dimension === 'in_flight' ? '' : '1m',
            limit: limits[name],
            enforced,
        }));
    for (const entry of limits.more ?? [])
        list.push({
            dimension: entry.dimension,
            window: entry.window,
            limit: entry.limit,
            enforced: entry.enforce ?? enforced,
        });
    return list;
}

/** The same back again. Requests in flight can't stand in `more`, so whether they are enforced is said for all. */
export function limitsOfList(list) {
    const limits = {};
    const more = [];
    const usually = list.find((entry) => entry.dimension === 'in_flight')?.enforced !== false;
    for (const { dimension, window, limit, enforced: given } of list) {
        const name = shortOf[dimension];
        const enforced = given !== false;
        const isMinute = window === '1m' || window === '60s';
        const isShort = dimension === 'in_flight' || (isMinute && enforced === usually && !(name in limits));
        if (isShort) limits[name] = limit;
        else more.push({ dimension, limit, window, ...(enforced === usually ? {} : { enforce: enforced }) });
    }
    if (more.length) limits.more = more;
    if (!usually) limits.enforce = false;
    return limits;
}

/**
 * What an override has to say so that one limit changes and nothing else does: limits replace each other
 * dimension by dimension, so the other windows of its dimension are said again, and what an override that
 * stands there says of other dimensions stays.
 */
export function raisedLimits({ levels, dimension, window, limit, existing }) {
    const others = levels
        .filter((level) => level.dimension === dimension && level.window !== window)
        .map((level) => ({ dimension, window: level.window, limit: level.limit, enforced: level.enforced }));
    const kept = listOfLimits(existing?.limits).filter((entry) => entry.dimension !== dimension);
    return limitsOfList([...kept, { dimension, window, limit, enforced: true }, ...others]);
}

const sameLimits = (a, b) => JSON.stringify(listOfLimits(a)) === JSON.stringify(listOfLimits(b));

/**
 * RFC 7396: what turns one key's document into the other. undefined: nothing to do. Limits are said whole: what
 * lies over the file replaces its limits dimension by dimension, so that half a dimension would be half lost.
 */
export function keyPatch(from, to) {
    const patch = {};
    for (const name of ['tier', 'group'])
        if ((from[name] ?? null) !== (to[name] ?? null)) patch[name] = to[name] ?? null;
    if (!sameLimits(from.limits, to.limits)) {
        const gone = Object.keys(from.limits ?? {}).filter((name) => !(name in (to.limits ?? {})));
        patch.limits = to.limits ? { ...Object.fromEntries(gone.map((name) => [name, null])), ...to.limits } : null;
    }
    return Object.keys(patch).length ? patch : undefined;
}

/** What a change was to bring and did not: the file says it, and only the file can take it back. */
export function notTaken(wanted, document) {
    const left = ['tier', 'group'].filter((name) => (wanted[name] ?? null) !== (document[name] ?? null));
    if (!sameLimits(sorted(wanted.limits), sorted(document.limits))) left.push('limits');
    return left;
}
function sorted(limits) {
    return limitsOfList(
        listOfLimits(limits).sort((a, b) => `${a.dimension}/${a.window}`.localeCompare(`${b.dimension}/${b.window}`)),
    );
}

/** What an override does, in words. */
export function overrideText({ factor, limits }) {
    if (factor) return `every limit × ${factor}`;
    const texts = listOfLimits(limits).map(
        (l) => `${whole(l.limit)} ${whatText(l.dimension, l.window)}`,
    );
    return texts.join(', ') || 'nothing';
}
