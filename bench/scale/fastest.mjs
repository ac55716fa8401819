// Out of growth.tsv, of each case the round with the most requests a second. Whatever else a machine does, other guests
// of its host among that, takes time and never gives any: the fastest round is the one that was disturbed least. Pure.

/// By scenario and case, as growth.json.
export function fastestOf(tsv) {
    const growth = {};
    for (const line of tsv.trim().split('\n')) {
        const [scenario, name, ...figures] = line.trim().split(/\s+/);
        const found = Object.fromEntries(figures.map((figure) => figure.split('='))
            .map(([figure, value]) => [figure, Number(value)]));
        growth[scenario] ??= {};
        const best = growth[scenario][name];
        if (best === undefined || found.requests_per_s > best.requests_per_s) growth[scenario][name] = found;
    }
    return growth;
}
