// weir with its embedded store (one node) and with Redis.
import { getJson } from './common.mjs';

const weir = (name, redis, node_counts) => ({
    name, redis, node_counts,
    dimensions: ['requests', 'input', 'output'],
    configuration: 'weir.json',
    windows: 'sliding, in 120 steps',
    headers: { 'x-weir-trace': '1' },
    async books(stack, row) {
        const { limits: entries } = await getJson(stack.members[0].port, '/weir/limits',
            { authorization: `Bearer test-${row}` });
        const used = (dimension) => entries.find((entry) => entry.name.includes(dimension))?.used;
        return { requests: used('requests'), input: used('input'), output: used('output') };
    },
    async remarks(stack) {
        const texts = await Promise.all(stack.members.map((member) =>
            fetch(`http://127.0.0.1:${member.port + 10}/metrics`).then((answer) => answer.text())));
        const sum = (metric) => texts.reduce((all, text) =>
            all + Number(new RegExp(`^${metric} (\\d+)$`, 'm').exec(text)?.[1] ?? 0), 0);
        return { decided_without_redis: sum('weir_store_fallback_total') };
    },
});

export default [weir('weir-memory', false, [1]), weir('weir-redis', true, [1, 4])];
