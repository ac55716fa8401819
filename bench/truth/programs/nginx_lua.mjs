// nginx with a token limiter in Lua over Redis: what a team would build by itself.
import { window_us } from '../limits.mjs';

/// The buckets of a window's hash that have not left it at that second. It removes them when the next request comes.
export function sumOfBuckets(words, second, window_s) {
    const sums = { r: 0, i: 0, o: 0 };
    for (let at = 0; at < words.length; at += 2) {
        const [, letter, of] = /^([rio])(\d+)$/.exec(words[at]) ?? [];
        if (letter && Number(of) > second - window_s) sums[letter] += Number(words[at + 1]);
    }
    return { requests: sums.r, input: sums.i, output: sums.o };
}

export default [{
    name: 'nginx-lua', redis: true, node_counts: [1, 4],
    dimensions: ['requests', 'input', 'output'],
    configuration: 'nginx_lua.conf, limiter.lua, reserve.lua, settle.lua',
    windows: 'sliding, in steps of a second',
    async books(stack, row) {
        const [second] = await stack.askRedis('TIME');
        const words = await stack.askRedis('HGETALL', `limit:test-${row}`);
        const window_s = window_us / 1e6;
        return { ...sumOfBuckets(words, Number(second), window_s), since_us: (Number(second) - window_s + 1) * 1e6 };
    },
}];
