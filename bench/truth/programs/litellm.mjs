// LiteLLM's proxy with the limits of keys in Redis. It counts input and output together.
import { limits } from '../limits.mjs';
import { nodeCommand, usualHeaders } from './common.mjs';

/// `x-pass-` is what makes it forward a header of the client.
const passed = (headers) => Object.fromEntries(Object.entries(headers)
    .map(([name, value]) => [name.startsWith('x-mock-') ? `x-pass-${name}` : name, value]));

export default [{
    name: 'litellm', redis: true, node_counts: [1, 4],
    dimensions: ['requests', 'total'],
    configuration: 'litellm/',
    windows: 'fixed, a minute from the first request on; refused requests count too',
    start_timeout_ms: 180_000,
    node: (stack, member) => nodeCommand(stack, member, { requests: limits.requests, tokens: limits.total }),
    headers: (stack, call) => passed(usualHeaders(call)),
}];
