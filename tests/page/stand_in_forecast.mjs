// What the stand-in tells of a key's hours: office days and quiet weekends, a little noise, and a forecast as an
// operator would see one.

const hourMs = 3_600_000;
const tokens = { requests: 1, input_tokens: 560, output_tokens: 96 };

/** The same for an hour however often it is asked for: from 0.75 to 1.25. */
function noise(hour, id) {
    let state = hour;
    for (const letter of id) state = (state * 31 + letter.charCodeAt(0)) % 4_294_967_291;
    return 0.75 + (((state * 48271) % 2_147_483_647) / 2_147_483_647) * 0.5;
}

function usual(hour) {
    const at = hour % 24;
    const day = Math.floor(hour / 24 + 3) % 7; // 1970-01-01 was a Thursday
    return (0.1 + Math.exp(-(((at - 14) / 4) ** 2)) * 1.6) * (day >= 5 ? 0.25 : 1);
}

function reached(level, perHour, now) {
    const missing = level.limit - level.used;
    if (missing <= 0) return new Date(now).toISOString();
    const ms = (missing / Math.max(perHour, 1e-9)) * hourMs;
    return ms < 24 * hourMs ? new Date(now + ms).toISOString() : null;
}

/** As GET /admin/keys/{id}/forecast answers, of a key that was seen for three weeks; or never, where its rate is 0. */
export function forecastOf(key, levels, now) {
    const hour = Math.floor(now / hourMs);
    const own = levels.filter((level) => level.scope === 'key');
    // What is let through in a day is hardly more than the day's limit.
    const day = own.find((level) => level.dimension === 'requests' && level.window === '1d');
    const rate = Math.min(key.rate * 3600, (day?.limit ?? Infinity) / 10);
    const time = (h) => new Date(h * hourMs).toISOString();
    const history = Array.from({ length: 72 }, (_, i) => {
        const at = hour - 71 + i;
        const requests = rate * usual(at) * noise(at, key.id) * (at === hour ? (now % hourMs) / hourMs : 1);
        const refused = key.tier === 'trial' ? requests * 0.05 : 0;
        return {
            hour: time(at),
            ...Object.fromEntries(Object.entries(tokens).map(([name, each]) => [name, Math.round(requests * each)])),
            refused: Math.round(refused),
        };
    });
    const forecast = Array.from({ length: rate > 0 ? 24 : 0 }, (_, i) => {
        const of = (each) => {
            const expected = rate * usual(hour + i) * each;
            return {
                expected: Math.round(expected),
                low: Math.round(expected * 0.78),
                high: Math.round(expected * 1.24),
            };
        };
        return {
            hour: time(hour + i),
            ...Object.fromEntries(Object.entries(tokens).map(([name, each]) => [name, of(each)])),
        };
    });
    const recommended = ['1m', '1d'].flatMap((window) =>
        Object.entries(tokens).map(([dimension, each]) => {
            const p99 = Math.ceil(rate * each * (window === '1m' ? 1.9 / 60 : 12));
            const power = 10 ** Math.floor(Math.log10(Math.max(p99 * 1.2, 1)));
            return {
                key: key.id,
                dimension,
                window,
                limit: own.find((level) => level.dimension === dimension && level.window === window)?.limit ?? null,
                p99: rate > 0 ? p99 : null,
                recommended: rate > 0 ? Math.ceil((p99 * 1.2) / power) * power : null,
                hours: rate > 0 ? 504 : 0,
                hours_needed: window === '1m' ? 24 : 168,
                refused_part: key.tier === 'trial' ? 0.05 : 0,
            };
        }),
    );
    return {
        id: key.id,
        now: new Date(now).toISOString(),
        basis: rate > 0 ? 'hour_of_week' : 'none',
        history,
        forecast,
        limits: own
            .filter((level) => /[hd]$/.test(level.window))
            .map((level) => ({
                ...level,
                reached_at: reached(level, rate * usual(hour) * (tokens[level.dimension] ?? 656), now),
                projected_until: rate > 0 ? new Date(now + 24 * hourMs).toISOString() : null,
            })),
        recommended,
    };
}
