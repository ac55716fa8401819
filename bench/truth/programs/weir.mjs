// weir with its embedded store (one node) and with Redis, as bench/compare configures it.
import { join } from 'node:path';
import { limits } from '../limits.mjs';
import { render } from '../stack.mjs';
import { getJson, knobHeaders, versionOf } from './common.mjs';

const weir = (name, redis, node_counts) => ({
    name, redis, node_counts,
    dimensions: ['requests', 'input', 'output'],
    configuration: 'bench/compare/peers/weir.json',
    windows: 'sliding, in 120 steps',
    missing: () => null,
    version: (context) => versionOf(join(context.bin, 'weir'), '--version'),
    node(stack, member) {
        const config = render(join(stack.peers, 'weir.json'), {
            PORT: member.port, ADMIN: member.admin, PROVIDER: stack.provider_port,
            STORE: redis ? `redis://127.0.0.1:${stack.redis_port}/0` : 'memory',
            LIMIT: limits.requests, TOKEN_LIMIT: limits.output,
        }, join(member.folder, 'weir.json'));
        return { command: join(stack.bin, 'weir'), args: ['--config', config] };
    },
    headers: (stack, call) => ({
        authorization: `Bearer test-${call.row}`, 'x-weir-trace': '1', ...knobHeaders(call),
    }),
    async books(stack, row) {
        const { limits: entries } = await getJson(stack.members[0].port, '/weir/limits',
            { authorization: `Bearer test-${row}` });
        const used = (dimension) => entries.find((entry) => entry.name.includes(dimension))?.used ?? 0;
        return { sliding: true, requests: used('requests'), input: used('input'), output: used('output') };
    },
    async remarks(stack) {
        const texts = await Promise.all(stack.members.map((member) =>
            fetch(`http://127.0.0.1:${member.admin}/metrics`).then((answer) => answer.text())));
        const sum = (name) => texts.reduce((all, text) =>
            all + Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0), 0);
        return { decided_without_redis: sum('weir_store_fallback_total') };
    },
});

export default [weir('weir-memory', false, [1]), weir('weir-redis', true, [1, 4])];
