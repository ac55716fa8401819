// What is configured in the stand-in's cluster, and limits as lists.

export const tiers = {
    default: { limits: { rpm: 600, itpm: 400_000, otpm: 60_000 } },
    trial: {
        limits: { rpm: 20, itpm: 20_000, otpm: 500, more: [{ dimension: 'requests', limit: 500, window: '1d' }] },
    },
    production: { limits: { rpm: 3000, itpm: 2_000_000, otpm: 400_000 } },
    research: {
        limits: {
            rpm: 100,
            otpm: 9000,
            more: [{ dimension: 'total_tokens', limit: 60_000, window: '1h', enforce: false }],
        },
    },
};
export const groups = { acme: { limits: { itpm: 300_000, otpm: 40_000 } }, globex: { limits: { rpm: 900 } } };
export const upstreams = {
    openai: { limits: { rpm: 9000, itpm: 4_000_000, otpm: 480_000 } },
    anthropic: { limits: { otpm: 260_000 } },
};

/** id, tier, group, requests a second */
export const busy = [
    ['acme-web', 'trial', 'acme', 1.6],
    ['acme-batch', 'default', 'acme', 3],
    ['globex-assistant', 'production', 'globex', 9],
    ['globex-search', 'default', 'globex', 5],
    ['lab-notebooks', 'research', null, 1.2],
    ['mobile-ios', 'production', null, 12],
    ['mobile-android', 'production', null, 10],
    ['support-bot', 'default', null, 4],
    ['nightly-evaluations-of-the-summarisation-team', 'research', null, 2.4],
    ['intern-playground', 'trial', null, 0.6],
];

const short = { rpm: 'requests', itpm: 'input_tokens', otpm: 'output_tokens', tpm: 'total_tokens' };
export function listOf(limits) {
    if (!limits) return [];
    const list = Object.entries(short)
        .filter(([name]) => name in limits)
        .map(([name, dimension]) => ({
            dimension,
            window: '1m',
            limit: limits[name],
            enforced: limits.enforce !== false,
        }));
    return [
        ...list,
        ...(limits.more ?? []).map((m) => ({
            dimension: m.dimension,
            window: m.window,
            limit: m.limit,
            enforced: limits.enforce !== false && m.enforce !== false,
        })),
    ];
}
export const replaceByDimension = (under, over) => [
    ...over,
    ...under.filter((u) => !over.some((o) => o.dimension === u.dimension)),
];
