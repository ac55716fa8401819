// From the lines of results.tsv to medians over the rounds, and to ratios between programs, round by round. Pure.

/** Rows of a TSV with a header line, numbers as numbers. */
export function parseTable(text) {
    const [head, ...lines] = text.trimEnd().split('\n').map((line) => line.split('\t'));
    const value = (word) => (word !== '' && Number.isFinite(Number(word)) ? Number(word) : word);
    return lines.map((line) => Object.fromEntries(head.map((name, at) => [name, value(line[at])])));
}

export function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const spread = (values) => ({ median: median(values), min: Math.min(...values), max: Math.max(...values) });

const unique = (values) => [...new Set(values)];

/** One entry for each workload, number of connections and program, in the order of the rows. */
export function summarize(rows) {
    const groups = new Map();
    for (const row of rows) {
        const name = [row.workload, row.connections, row.program].join(' ');
        groups.set(name, [...(groups.get(name) ?? []), row]);
    }
    const measured = ['p50_ms', 'p99_ms', 'cpu_us_per_request', 'redis_us_per_request', 'redis_calls_per_request',
        'core0_percent', 'core1_percent', 'others_percent'];
    return [...groups.values()].map((group) => ({
        workload: group[0].workload,
        connections: group[0].connections,
        program: group[0].program,
        requests_per_s: spread(group.map((row) => row.requests_per_s)),
        failed: group.reduce((sum, row) => sum + row.failed, 0),
        ...Object.fromEntries(measured.map((field) => [field, median(group.map((row) => row[field]))])),
    }));
}

/** Who is held against whom, and by how much it has to be faster where a bar was set: in requests/s, or also in CPU. */
export const comparisons = [
    { ours: 'weir-redis', theirs: 'nginx-lua', bars: { admit: 2, refuse: 2 } },
    { ours: 'weir-memory', theirs: 'nginx', bars: { admit: 0.75 } },
    { ours: 'weir-redis', theirs: 'nginx', bars: { admit: 0.5 } },
    { ours: 'weir-redis', theirs: 'portkey', bars: { admit: 20 } },
    { ours: 'weir-redis', theirs: 'litellm', bars: { admit: 50 }, of: ['rate', 'cpu'] },
    { ours: 'weir-redis', theirs: 'ratelimit', bars: {} },
    { ours: 'weir-memory', theirs: 'haproxy', bars: {} },
];

/** Whether a ratio reaches its bar; undefined where there is none. */
export const held = ({ bar, of = ['rate'], ...ratios }) =>
    (bar === undefined ? undefined : of.every((name) => ratios[name].median >= bar));

/** `rate`: requests/s, ours by theirs. `cpu`: CPU of a request, theirs by ours, Redis apart. Above 1 ours is better. */
export function compare(rows) {
    const found = [];
    for (const workload of unique(rows.map((row) => row.workload))) {
        for (const connections of unique(rows.map((row) => row.connections))) {
            for (const { ours, theirs, bars, of: measures } of comparisons) {
                const of = (program) => rows.filter((row) => row.workload === workload
                    && row.connections === connections && row.program === program);
                const pairs = of(ours).flatMap((our) => of(theirs)
                    .filter((their) => their.round === our.round).map((their) => [our, their]));
                if (pairs.length === 0) continue;
                found.push({
                    workload, connections, ours, theirs, bar: bars[workload], of: measures,
                    rate: spread(pairs.map(([our, their]) => our.requests_per_s / their.requests_per_s)),
                    cpu: spread(pairs.map(([our, their]) => their.cpu_us_per_request / our.cpu_us_per_request)),
                });
            }
        }
    }
    return found;
}

/** Whether wrk, the stand-in provider and Redis were what held this program up, rather than its own core. */
export const heldUpByLoad = (entry) => entry.core1_percent > entry.core0_percent;

/** Other work took so much of the two cores that the numbers say little. */
export const disturbed = (entry) => entry.others_percent > 10;

export const marks = (entry) => (heldUpByLoad(entry) ? ' *' : '') + (disturbed(entry) ? ' !' : '');

/** What a program adds: its percentile less that of the stand-in provider asked directly, in the same round. */
export function addedLatency(rows) {
    // Bars are for a rate that weir was made for, not for one that the slowest program bears.
    const bars = { 'quarter weir-redis': { over: 'nginx', p50_ms: 0.2, p99_ms: 1 } };
    return unique(rows.map((row) => row.load)).flatMap((load) => addedAt(load, rows.filter((row) => row.load === load),
        (program) => bars[`${load} ${program}`]));
}

function addedAt(load, rows, barsOf) {
    const of = (program) => rows.filter((row) => row.program === program);
    // What it is held against: the provider itself, or another program, where that was measured.
    const overWhat = (program) => {
        const other = barsOf(program)?.over;
        return other !== undefined && of(other).length > 0 ? other : 'direct';
    };
    return unique(rows.map((row) => row.program)).filter((program) => program !== 'direct')
        .flatMap((program) => ['p50_ms', 'p99_ms'].map((percentile) => ({
            load, program, percentile, over: overWhat(program), bar: barsOf(program)?.[percentile],
            added: spread(of(program).map((row) => row[percentile]
                - of(overWhat(program)).find((other) => other.round === row.round)[percentile])),
            direct: median(of('direct').map((row) => row[percentile])),
            through: median(of(program).map((row) => row[percentile])),
            rate: median(of(program).map((row) => row.requests_per_s)),
            failed: of(program).reduce((sum, row) => sum + row.failed, 0),
        })));
}
