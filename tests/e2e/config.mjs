// Prints the configuration that the end-to-end tests run weir with: node config.mjs URL_OF_THE_PROVIDER
import { createHash } from 'node:crypto';
import { keyTiers, secretOf } from './support.mjs';

const open = { rpm: 100_000, itpm: 10_000_000, otpm: 10_000_000 };

// Windows of a few seconds, longer than any SDK's own first pause between attempts: only a client that heeds
// our hint gets by with one refusal.
const tiers = {
    default: { limits: open },
    paced: { limits: { more: [{ dimension: 'requests', limit: 1, window: '4s' }] } },
    'paced-output': { limits: { more: [{ dimension: 'output_tokens', limit: 16, window: '4s' }] } },
    daily: { limits: { more: [{ dimension: 'requests', limit: 1, window: '1d' }] } },
    'small-input': { limits: { ...open, itpm: 50 } },
    'tiny-input': { limits: { ...open, itpm: 1 } },
    'small-output': { limits: { ...open, otpm: 50 }, estimate: 'bound' },
    blocked: { limits: { rpm: 0 } },
};

const keys = Object.entries(keyTiers).map(([id, tier]) => ({
    id,
    tier,
    secret_sha256: createHash('sha256').update(secretOf(id)).digest('hex'),
}));

const config = {
    upstreams: [{ name: 'stand-in', url: process.argv[2] }],
    tiers,
    keys,
    unknown_keys: 'reject',
    log: { format: 'text', access: false },
};
console.log(JSON.stringify(config, null, 2));
