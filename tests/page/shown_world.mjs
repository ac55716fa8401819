// What the pictures show: a team's keys in tiers and groups, some of them over their limits, one tier on trial.
import { join } from 'node:path';
import { sha256 } from './target.mjs';

const customers = Array.from({ length: 40 }, (_, i) => `customer-${String(i).padStart(3, '0')}`);
const keys = [
    ['acme-web', 'trial', 'acme'],
    ['acme-mobile', 'trial', 'acme'],
    ['acme-batch', 'standard', 'acme'],
    ['support-bot', 'standard', 'inside'],
    ['search-index', 'standard', 'inside'],
    ['nightly-eval', 'preview'],
    ...customers.map((id) => [id, 'standard']),
];
const secret = (id) => `weir-${id}`;

const configuration = (provider) => ({
    upstreams: [{ name: 'openai', url: provider, limits: { rpm: 1500, itpm: 400_000, otpm: 100_000 } }],
    admin: { tokens: [{ name: 'page', token_env: 'WEIR_PAGE_TOKEN', access: 'write' }] },
    tiers: {
        default: { limits: { rpm: 30, itpm: 20_000, otpm: 8000 } },
        trial: {
            limits: {
                rpm: 60,
                itpm: 30_000,
                otpm: 3000,
                more: [{ dimension: 'requests', limit: 5000, window: '1d' }],
            },
        },
        standard: { limits: { rpm: 300, itpm: 60_000, otpm: 20_000 } },
        preview: { limits: { rpm: 20, otpm: 2000 }, enforce: false },
    },
    groups: { acme: { limits: { rpm: 300, itpm: 60_000, otpm: 20_000 } }, inside: { limits: { tpm: 200_000 } } },
    keys: keys.map(([id, tier, group]) => ({
        id,
        tier,
        ...(group ? { group } : {}),
        secret_sha256: sha256(secret(id)),
    })),
    unknown_keys: 'default_tier',
    log: { access: false },
});

const parts = [
    [['acme-web'], 1.6, '--stream', '--input-tokens', 'uniform:50..300', '--output-tokens', '64'],
    [['acme-mobile'], 1.2, '--model', 'gpt-4o-mini', '--input-tokens', 'uniform:50..400', '--output-tokens', '40'],
    [['acme-batch'], 1.5, '--model', 'gpt-4o-mini', '--input-tokens', 'lognormal:300,0.5'],
    [['support-bot', 'search-index'], 3, '--stream', '--input-tokens', 'uniform:50..900', '--output-tokens', '60'],
    [['nightly-eval'], 0.7, '--model', 'gpt-4.1'],
    [customers, 8, '--stream', '--input-tokens', 'lognormal:150,0.6'],
    [['somebody-else'], 0.8],
];

async function load({ bin, own, start }) {
    const running = await Promise.all(
        parts.map(([ids, rate, ...more]) =>
            start(
                join(bin, 'weir-load'),
                [
                    ...['--targets', `http://${own}`, '--keys', ids.map(secret).join(','), '--rate', `${rate}`],
                    ...['--duration', '3600', '--concurrent', '20', ...more],
                ],
                'weir-load: ',
            ),
        ),
    );
    return { statuses: [], stop: () => Promise.all(running.map((program) => program.stop())) };
}

export const shown = {
    configuration,
    mock: ['--latency-ms', '120', '--chunk-delay-ms', '10', '--tokens', '60'],
    load,
};
