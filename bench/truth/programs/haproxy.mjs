// HAProxy with a rate of requests in a stick-table, as bench/compare configures it. Its nodes know nothing of each
// other: each gets its part of the limit.
import { join } from 'node:path';
import { limits } from '../limits.mjs';
import { render } from '../stack.mjs';
import { hasCommand, knobHeaders, versionOf } from './common.mjs';

export default [{
    name: 'haproxy', redis: false, node_counts: [1, 4],
    dimensions: ['requests'],
    configuration: 'bench/compare/peers/haproxy.cfg',
    windows: 'sliding, estimated from two fixed ones; refused requests count too',
    missing: () => (hasCommand('haproxy') ? null : 'haproxy is not installed'),
    version: () => versionOf('haproxy', '-v'),
    node(stack, member) {
        const config = render(join(stack.peers, 'haproxy.cfg'), {
            PORT: member.port, PROVIDER: stack.provider_port, LIMIT: Math.floor(limits.requests / stack.nodes),
        }, join(member.folder, 'haproxy.cfg'));
        return { command: 'haproxy', args: ['-db', '-f', config] };
    },
    headers: (stack, call) => ({ authorization: `Bearer test-${call.row}`, ...knobHeaders(call) }),
}];
