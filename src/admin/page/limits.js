// Limits as configuration writes them ({"rpm": 20, "more": [...]}) and as a list; and JSON merge patches. Pure.

const short = { rpm: 'requests', itpm: 'input_tokens', otpm: 'output_tokens', tpm: 'total_tokens' };
const shortOf = Object.fromEntries(Object.entries(short).map(([name, dimension]) => [dimension, name]));

/** → [{dimension, window, limit, enforced}] */
export function listOfLimits(limits) {
    if (!limits) return [];
    const enforced = limits.enforce !== false;
    const list = Object.entries(short)
        .filter(([name]) => typeof limits[name] === 'number')
        .map(([name, dimension]) => ({ dimension, window: '1m', limit: limits[name], enforced }));
    for (const entry of limits.more ?? [])
        list.push({ dimension: entry.dimension, window: entry.window, limit: entry.limit, enforced: enforced && entry.enforce !== false });
    return list;
}

/** The same back again. */
export function limitsOfList(list) {
    const limits = {};
    const more = [];
    for (const { dimension, window, limit, enforced } of list) {
        const name = shortOf[dimension];
        const isShort = (window === '1m' || window === '60s') && enforced !== false && !(name in limits);
        if (isShort) limits[name] = limit;
        else more.push({ dimension, limit, window, ...(enforced === false ? { enforce: false } : {}) });
    }
    if (more.length) limits.more = more;
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

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7396: what turns one document into the other. undefined: nothing to do. */
export function mergePatch(from, to) {
    if (!isObject(from) || !isObject(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to;
    const patch = {};
    for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
        if (!(name in to)) patch[name] = null;
        else if (!(name in from)) patch[name] = to[name];
        else {
            const difference = mergePatch(from[name], to[name]);
            if (difference !== undefined) patch[name] = difference;
        }
    }
    return Object.keys(patch).length ? patch : undefined;
}
