// envoyproxy/ratelimit, asked by a small front as Envoy AI Gateway asks it.

export default [{
    name: 'ratelimit', redis: true, node_counts: [1, 4],
    dimensions: ['requests', 'input', 'output'],
    configuration: 'ratelimit.yaml, ratelimit_front/',
    windows: 'fixed, full minutes of the clock; refused requests count too',
    async books(stack, row) {
        const [second] = await stack.askRedis('TIME');
        const minute = second - second % 60;
        const read = async (limit, name) =>
            Number(await stack.askRedis('GET', `llm_${limit}_test-${row}_${minute}`) ?? 0);
        return {
            requests: await read('requests'), input: await read('input_tokens'), output: await read('output_tokens'),
            since_us: minute * 1e6,
        };
    },
}];
