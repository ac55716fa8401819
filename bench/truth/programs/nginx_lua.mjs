// nginx with a token limiter in Lua over Redis, as bench/compare configures it.
import { join } from 'node:path';
import { limits } from '../limits.mjs';
import { render } from '../stack.mjs';
import { hasCommand, knobHeaders, versionOf } from './common.mjs';

export default [{
    name: 'nginx-lua', redis: true, node_counts: [1, 4],
    dimensions: ['requests', 'input', 'output'],
    configuration: 'bench/compare/peers/nginx_lua.conf',
    windows: 'sliding, in steps of a second',
    missing: () => (hasCommand('nginx') ? null : 'nginx is not installed'),
    version: () => versionOf('nginx', '-v'),
    node(stack, member) {
        const config = render(join(stack.peers, 'nginx_lua.conf'), {
            WORK: member.folder, PEERS: stack.peers, PORT: member.port, PROVIDER: stack.provider_port,
            REDIS: stack.redis_port, LIMIT: limits.requests, TOKEN_LIMIT: limits.output,
        }, join(member.folder, 'nginx.conf'));
        return { command: 'nginx', args: ['-c', config, '-e', join(member.folder, 'nginx-lua.log')] };
    },
    headers: (stack, call) => ({ authorization: `Bearer test-${call.row}`, ...knobHeaders(call) }),
    async books(stack, row) {
        const [requests, input, output] =
            (await stack.askRedis('HMGET', `limit:test-${row}`, 'r', 'i', 'o')).map(Number);
        return { sliding: true, requests, input, output };
    },
}];
