// LiteLLM's proxy with the limits of keys in Redis. It counts input and output together.
import { limits } from '../limits.mjs';

export default [{
    name: 'litellm', redis: true, node_counts: [1, 4],
    dimensions: ['requests', 'total'],
    configuration: 'litellm/',
    windows: 'fixed, a minute from the first request on; refused requests count too',
    start_timeout_ms: 180_000,
    node_limits: () => ({ tokens: limits.total }),
    async books(stack, row) {
        const read = async (name) => Number(await stack.askRedis('GET', `{api_key:test-${row}}:${name}`));
        const window = await read('window');
        if (!window) return null;
        return { requests: await read('requests'), total: await read('tokens'), since_us: window * 1e6 };
    },
}];
