// A make-believe cluster for the stand-in admin server: keys that send requests, limits that refuse them.
import { createHash, randomBytes } from 'node:crypto';
import { busy, groups, listOf, replaceByDimension, tiers, upstreams } from './stand_in_configuration.mjs';

const seconds = { '1s': 1, '1m': 60, '1h': 3600, '1d': 86400 };
const zero = () => ({ requests: 0, refused: 0, input_tokens: 0, output_tokens: 0 });
const add = (sum, part) => Object.keys(sum).forEach((name) => (sum[name] += part[name] ?? 0));

const models = ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4', 'text-embedding-3-small', '<img src=x onerror=alert(1)>'];
const pick = (list) => list[Math.floor(Math.random() * list.length)];

export class World {
    constructor({ keys = 240, quiet = false } = {}) {
        this.quiet = quiet;
        this.version = 3;
        this.started = new Date(Date.now() - 7 * 3600_000);
        Object.assign(this, { tiers, groups, upstreams });
        this.keys = new Map();
        this.overrides = new Map();
        this.rows = [];
        this.history = new Map();
        for (const [id, tier, group, rate] of busy) this.keys.set(id, { id, tier, group, source: 'file', rate });
        for (let i = busy.length; i < keys; ++i)
            this.keys.set(`customer-${String(i).padStart(5, '0')}`, {
                id: `customer-${String(i).padStart(5, '0')}`,
                tier: i % 3 ? 'default' : 'trial',
                group: null,
                source: 'file',
                rate: i < 60 ? 0.4 : 0,
            });
        this.keys.set('old-prototype', {
            id: 'old-prototype',
            tier: 'trial',
            group: null,
            source: 'runtime',
            rate: 0,
            disabled: true,
        });
        this.unknown = {
            id: 'unknown-5f2a91c04d1e',
            tier: 'default',
            group: null,
            source: 'unknown',
            known: false,
            rate: 0.8,
        };
        this.overrides.set('key/support-bot', {
            target: 'key/support-bot',
            factor: 2,
            until: new Date(Date.now() + 5400_000).toISOString(),
            reason: 'Launch day',
        });
        this.used = new Map(); // ledger → ring of {at, amounts}
        this.shadowed = [];
        for (let i = 65; i > 0; --i) this.second(Date.now() - i * 1000);
        for (const key of this.active()) this.invent(key);
    }

    active() {
        return [...this.keys.values(), this.unknown].filter((key) => key.rate > 0 && !key.disabled);
    }
    /** What a limit of the target is now: [{dimension, window, limit, enforced}] with what lies over it. */
    laidOver(list, targets) {
        for (const target of targets) {
            const override = this.overrides.get(target);
            if (!override || (override.until && Date.parse(override.until) < Date.now())) continue;
            list = override.factor
                ? list.map((l) => ({ ...l, limit: Math.round(l.limit * override.factor) }))
                : replaceByDimension(list, listOf(override.limits));
        }
        return list;
    }
    ledgersOf(key) {
        const own = this.laidOver(
            replaceByDimension(
                this.laidOver(listOf(this.tiers[key.tier]?.limits), [`tier/${key.tier}`]),
                listOf(key.limits),
            ),
            [`key/${key.id}`],
        );
        const ledgers = [{ scope: 'key', owner: key.id, limits: own }];
        if (key.group)
            ledgers.push({
                scope: 'group',
                owner: key.group,
                limits: this.laidOver(listOf(this.groups[key.group]?.limits), [`group/${key.group}`]),
            });
        const upstream = key.id.length % 3 ? 'openai' : 'anthropic';
        ledgers.push({
            scope: 'upstream',
            owner: upstream,
            limits: this.laidOver(listOf(this.upstreams[upstream].limits), [`upstream/${upstream}`]),
        });
        return ledgers;
    }
    usedOf(scope, owner, dimension, window, now = Date.now()) {
        const since = now - Math.min(seconds[window] ?? 60, 3600) * 1000;
        let sum = 0;
        for (const entry of this.used.get(`${scope}/${owner}`) ?? [])
            if (entry.at > since)
                sum += dimension === 'total_tokens' ? entry.input_tokens + entry.output_tokens : entry[dimension];
        return sum;
    }
    levels(key, scopes) {
        return this.ledgersOf(key)
            .filter((l) => !scopes || scopes.includes(l.scope))
            .flatMap(({ scope, owner, limits }) =>
                limits.map((l) => {
                    const used = this.usedOf(scope, owner, l.dimension, l.window);
                    return {
                        name: `${scope}/${l.dimension}/${l.window}`,
                        scope,
                        owner,
                        ...l,
                        used,
                        remaining: Math.max(0, l.limit - used),
                        reset_ms: used ? 41_000 : 0,
                    };
                }),
            );
    }
    second(now = Date.now()) {
        const figures = {
            requests: 0,
            admitted: 0,
            refused: 0,
            waited: 0,
            errors: 0,
            input_tokens: 0,
            output_tokens: 0,
            estimated_input_tokens: 0,
            reserved_output_tokens: 0,
        };
        const refusals = new Map();
        const shadow = new Map();
        const wave = 1 + 0.35 * Math.sin(now / 17_000) + 0.15 * Math.sin(now / 3_100);
        for (const key of this.quiet ? [] : this.active()) {
            const times = Math.floor(key.rate * wave + Math.random());
            for (let i = 0; i < times; ++i) this.request(key, now, figures, refusals, shadow);
        }
        for (const [ledger, entries] of this.used)
            if (entries.length > 4000) this.used.set(ledger, entries.slice(-3000));
        figures.waited = Math.round(figures.admitted * 0.03);
        Object.assign(this, { rates: figures, refusals, shadow });
    }
    request(key, now, figures, refusals, shadow) {
        const input = 120 + Math.floor(Math.random() * 900);
        const output = 20 + Math.floor(Math.random() * 160);
        const ledgers = this.ledgersOf(key);
        const minute = this.minuteOf(key.id, now);
        ++figures.requests;
        ++minute.requests;
        key.last_seen = new Date(now).toISOString();
        const row = {
            time: new Date(now).toISOString(),
            received_at_us: now * 1000,
            request_id: `req-${randomBytes(8).toString('hex')}`,
            key: key.id,
            client: `10.0.${Math.floor(Math.random() * 9)}.${Math.floor(Math.random() * 250)}`,
            model: pick(models),
            method: 'POST',
            path: '/v1/chat/completions',
            status: 200,
            outcome: 'served',
            estimated: { input: Math.round(input * 1.08), output: 256 },
            reserved: { input: Math.round(input * 1.08), output: 256 },
            added_us: 80 + Math.floor(Math.random() * 300),
            upstream_us: 0,
            duration_us: 400,
            request_bytes: input * 5,
            answer_bytes: 312,
            streamed: Math.random() < 0.6,
            store_mode: 'redis',
        };
        for (const { scope, owner, limits } of ledgers)
            for (const l of limits) {
                const wanted = {
                    requests: 1,
                    input_tokens: input,
                    output_tokens: output,
                    total_tokens: input + output,
                }[l.dimension];
                const used = this.usedOf(scope, owner, l.dimension, l.window, now);
                if (used + wanted <= l.limit) continue;
                const name = `${scope}/${l.dimension}`;
                if (!l.enforced) {
                    shadow.set(name, (shadow.get(name) ?? 0) + 1);
                    continue;
                }
                refusals.set(name, (refusals.get(name) ?? 0) + 1);
                ++figures.refused;
                ++minute.refused;
                key.refused_by = { limit: `${name}/${l.window}`, value: l.limit };
                this.keep({
                    ...row,
                    status: 429,
                    outcome: 'refused',
                    refused_by: `${name}/${l.window}`,
                    limit: l.limit,
                    used,
                    requested: wanted,
                    retry_after_us: 3_200_000 + Math.floor(Math.random() * 9e6),
                });
                return;
            }
        for (const { scope, owner } of ledgers) {
            const ledger = `${scope}/${owner}`;
            if (!this.used.has(ledger)) this.used.set(ledger, []);
            this.used.get(ledger).push({ at: now, requests: 1, input_tokens: input, output_tokens: output });
        }
        if (Math.random() < 0.006) {
            ++figures.errors;
            this.keep({
                ...row,
                status: pick([502, 502, 504]),
                outcome: 'upstream_failed',
                upstream_us: 5_012_000,
                duration_us: 5_012_400,
            });
        } else ++figures.admitted;
        add(minute, { input_tokens: input, output_tokens: output });
        figures.input_tokens += input;
        figures.output_tokens += output;
        figures.estimated_input_tokens += row.estimated.input;
        figures.reserved_output_tokens += 256;
    }
    keep(row) {
        this.rows.unshift(row);
        this.rows.length = Math.min(this.rows.length, 50);
    }
    minuteOf(id, now) {
        if (!this.history.has(id)) this.history.set(id, new Map());
        const minutes = this.history.get(id);
        const minute = Math.floor(now / 60_000);
        if (!minutes.has(minute)) minutes.set(minute, zero());
        return minutes.get(minute);
    }
    invent(key) {
        const now = Date.now();
        for (let i = 2; i < 60; ++i) {
            const requests = Math.round(60 * key.rate * (0.7 + 0.3 * Math.sin(i / 6)));
            const most = (dimension) =>
                this.ledgersOf(key)[0].limits.find((l) => l.dimension === dimension && l.window === '1m')?.limit ??
                Infinity;
            const admitted = Math.floor(
                Math.min(requests, most('requests'), most('output_tokens') / 96, most('input_tokens') / 560),
            );
            Object.assign(this.minuteOf(key.id, now - i * 60_000), {
                requests,
                refused: requests - admitted,
                input_tokens: admitted * 560,
                output_tokens: admitted * (92 + (i % 5)),
            });
        }
    }
    lastMinute(id) {
        const now = Date.now() / 60_000;
        const part = 1 - (now % 1);
        const before = this.history.get(id)?.get(Math.floor(now) - 1) ?? zero();
        const total = this.sum(id, 1);
        for (const name of Object.keys(total)) total[name] += Math.round(before[name] * part);
        return total;
    }
    sum(id, minutes) {
        const now = Math.floor(Date.now() / 60_000);
        const total = zero();
        for (const [minute, amounts] of this.history.get(id) ?? []) if (minute > now - minutes) add(total, amounts);
        return total;
    }
    row(key, whole) {
        const override = this.overrides.get(`key/${key.id}`);
        return {
            id: key.id,
            known: key.known !== false,
            tier: key.tier,
            group: key.group,
            disabled: Boolean(key.disabled),
            source: key.source,
            limits: key.known === false ? [] : this.levels(key, whole ? null : ['key']),
            last_minute: this.lastMinute(key.id),
            last_hour: this.sum(key.id, 60),
            last_seen: key.last_seen ?? null,
            refused_by: key.refused_by ?? null,
            override: override
                ? {
                      limits: override.limits,
                      factor: override.factor,
                      until: override.until ?? null,
                      reason: override.reason ?? '',
                  }
                : null,
        };
    }
    figures(node) {
        const now = Date.now();
        const per = (map) =>
            [...map].map(([name, per_s]) => ({ scope: name.split('/')[0], dimension: name.split('/')[1], per_s }));
        const keys = this.active().map((key) => this.row(key));
        const levels = [
            ...this.levels({ id: 'x', tier: '', group: 'acme' }, ['group', 'upstream']),
            ...this.levels({ id: 'xxx', tier: '', group: 'globex' }, ['group', 'upstream']),
            ...this.active()
                .slice(0, 25)
                .flatMap((key) => this.levels(key, ['key'])),
        ];
        const noise = (n) => +(n * (0.9 + 0.2 * Math.random())).toFixed(2);
        return {
            now: new Date(now).toISOString(),
            node,
            store: { mode: 'redis', since: this.started.toISOString(), remark: '', server: 'redis:6379' },
            nodes: ['weir-1', 'weir-2', 'weir-3', 'weir-4'].map((name, i) => ({
                name,
                host: `10.0.1.${i + 10}`,
                listen: '0.0.0.0:8000',
                version: '0.1.0',
                started: this.started.toISOString(),
                mode: 'redis',
                mode_since: this.started.toISOString(),
                ready: true,
                remark: '',
                draining: this.draining === name,
                config_hash: '9c41d07be2a85530',
                runtime_version: this.version,
                age_ms: i ? 200 + 90 * i : 0,
            })),
            upstreams: Object.keys(this.upstreams).map((name, i) => ({
                name,
                url: `https://api.${name}.com`,
                healthy: !this.ill || i > 0,
                since: this.started.toISOString(),
                ejected: Boolean(this.ill) && i === 0,
                asleep: false,
                answers_per_s: this.rates.admitted / 2,
                errors_per_s: i ? 0 : this.rates.errors,
            })),
            rates: this.rates,
            waiting: Math.round(this.rates.refused / 2),
            refusals: per(this.refusals),
            shadow: per(this.shadow),
            refused_keys: keys
                .filter((k) => k.last_minute.refused && k.refused_by)
                .map((k) => ({
                    id: k.id,
                    known: k.known,
                    tier: k.known ? k.tier : null,
                    refused_last_minute: k.last_minute.refused,
                    requests_last_minute: k.last_minute.requests,
                    limit: k.refused_by.limit,
                    limit_value: k.refused_by.value,
                }))
                .sort((a, b) => b.refused_last_minute - a.refused_last_minute)
                .slice(0, 10),
            limits: levels
                .filter(
                    (l, i) =>
                        l.used &&
                        levels.findIndex((o) => o.scope === l.scope && o.owner === l.owner && o.name === l.name) === i,
                )
                .sort((a, b) => b.used / b.limit - a.used / a.limit)
                .slice(0, 60),
            latency_ms: this.quiet
                ? { added: null, upstream: null, first_byte: null }
                : {
                      added: { p50: noise(0.21), p99: noise(1.4), count: this.rates.admitted * 10 },
                      upstream: { p50: noise(820), p99: noise(4100), count: this.rates.admitted * 10 },
                      first_byte: { p50: noise(310), p99: noise(1250), count: this.rates.admitted * 10 },
                  },
            recent: this.rows,
        };
    }
    secret() {
        const secret = `weir-${randomBytes(32).toString('base64url')}`;
        return { secret, sha256: createHash('sha256').update(secret).digest('hex') };
    }
}
