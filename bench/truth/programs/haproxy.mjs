// HAProxy with a rate of requests in a stick-table. Its nodes know nothing of each other (what adds their tables up is
// not in the open version), so each gets its part of the limit.
import { limits } from '../limits.mjs';

export default [{
    name: 'haproxy', redis: false, node_counts: [1, 4],
    dimensions: ['requests'],
    configuration: 'haproxy.cfg; with 4 nodes a quarter of the limit each',
    windows: 'sliding, estimated from two fixed ones; refused requests count too',
    node_limits: (nodes) => ({ requests: Math.floor(limits.requests / nodes) }),
}];
