// The arithmetic of a soak test: lines through samples, and books held against each other.

/// Lines "SECONDS NAME RSS THREADS ANONYMOUS DESCRIPTORS" and "SECONDS redis-data KIB KEYS", by name.
export function samplesOf(text) {
    const byName = new Map();
    for (const line of text.trim().split('\n')) {
        const [at_s, name, ...figures] = line.split(' ');
        if (!byName.has(name)) byName.set(name, []);
        const [kib, other, anonymous, descriptors] = figures.map(Number);
        byName.get(name).push({ at_s: Number(at_s), kib, other, anonymous, descriptors });
    }
    return byName;
}

/// By how much the line of least squares through {at_s, kib} rises in a second.
export function slope(samples) {
    const mean = (of) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
    const at = mean((sample) => sample.at_s), kib = mean((sample) => sample.kib);
    const spread = mean((sample) => (sample.at_s - at) ** 2);
    return spread === 0 ? 0 : mean((sample) => (sample.at_s - at) * (sample.kib - kib)) / spread;
}

const barOf = (name, kib) => {
    if (name === 'redis-data') return 256;
    return name.startsWith('node-') ? Math.max(0.02 * kib, 512) : null;
};

export function memoryRows(samples, seconds) {
    return [...samples].map(([name, all]) => {
        const late = all.filter((sample) => sample.at_s >= seconds / 2);
        const per_s = slope(late), half = late[0], last = late.at(-1);
        const grown_kib = per_s * (last.at_s - half.at_s);
        const is_data = name === 'redis-data';
        return {
            name, first: all[0].kib, half: half.kib, last: last.kib, slope_per_h: per_s * 3600, grown_kib,
            grown_percent: 100 * grown_kib / half.kib, bar_kib: barOf(name, half.kib),
            anonymous_half: is_data ? '' : half.anonymous, anonymous_last: is_data ? '' : last.anonymous,
            descriptors: is_data ? '' : `${half.descriptors}/${last.descriptors}`, threads: is_data ? '' : last.other,
            keys: is_data ? { half: half.other, last: last.other } : null,
        };
    });
}

/// Lines "NAME before|after COUNT".
export function descriptorRows(text) {
    const rows = new Map();
    for (const line of text.trim().split('\n')) {
        const [name, when, count] = line.split(' ');
        rows.set(name, { name, ...rows.get(name), [when]: Number(count) });
    }
    return [...rows.values()];
}

const counted = ['requests', 'admitted', 'refused', 'input_tokens', 'output_tokens'];
const nothing = () => Object.fromEntries([...counted, 'aborted', 'in_flight'].map((name) => [name, 0]));
const add = (sums, more) => { for (const name of Object.keys(sums)) sums[name] += more[name] ?? 0; };

/// For each key that has ledgers: its usage totals, its ledgers of `window`, and the provider's log, summed over nodes.
export function booksOf({ window, usage, ledgers, provider }) {
    const keys = [...new Set(ledgers.map((one) => one.id))].sort();
    return keys.map((key) => {
        const book = { key, usage: nothing(), ledger: nothing(), provider: nothing() };
        for (const totals of usage) for (const row of totals.rows) if (row.key === key) add(book.usage, row);
        for (const one of ledgers) {
            if (one.id !== key) continue;
            for (const ledger of one.ledgers) {
                if (ledger.window === window) add(book.ledger, ledger.used);
                else add(book.ledger, { in_flight: ledger.used.in_flight });
            }
        }
        add(book.provider, provider[key] ?? {});
        return book;
    });
}

/// Books of keys that differ in their number alone, added up: "load-plain (120 keys)".
export function groupsOf(books) {
    const groups = new Map();
    for (const { key, ...sides } of books) {
        const name = key.replace(/-\d+$/, '');
        const group = groups.get(name) ?? { keys: 0, usage: nothing(), ledger: nothing(), provider: nothing() };
        ++group.keys;
        for (const side of ['usage', 'ledger', 'provider']) add(group[side], sides[side]);
        groups.set(name, group);
    }
    return [...groups].map(([name, group]) => ({ key: group.keys > 1 ? `${name} (${group.keys} keys)` : name, ...group }));
}

/// What does not agree, in words.
export function differences(books) {
    const wrong = [];
    const same = (key, what, one, other) => { if (one !== other) wrong.push(`${key}: ${what}: ${one}, not ${other}`); };
    for (const { key, usage, ledger, provider } of books) {
        same(key, 'input by ledgers and by totals', ledger.input_tokens, usage.input_tokens);
        same(key, 'output by ledgers and by totals', ledger.output_tokens, usage.output_tokens);
        same(key, 'requests still in flight', ledger.in_flight, 0);
        if (usage.output_tokens > provider.output_tokens) {
            wrong.push(`${key}: ${usage.output_tokens} output tokens charged, ${provider.output_tokens} produced`);
        }
        if (provider.aborted > 0) {
            if (ledger.requests < provider.requests || ledger.requests > usage.admitted) {
                wrong.push(`${key}: ${ledger.requests} requests charged, ${usage.admitted} admitted, ` +
                    `${provider.requests} at the provider`);
            }
            continue;
        }
        same(key, 'requests by ledgers and by totals', ledger.requests, usage.admitted);
        same(key, 'requests by totals and by the provider', usage.admitted, provider.requests);
        same(key, 'input by totals and by the provider', usage.input_tokens, provider.input_tokens);
        same(key, 'output by totals and by the provider', usage.output_tokens, provider.output_tokens);
    }
    return wrong;
}
