// Numbers that a seed and a name decide: the same workload on every machine, whatever other rows there are.
import { createHash } from 'node:crypto';

/// mulberry32.
export function randomOf(seed, name) {
    let state = createHash('sha256').update(`${seed}/${name}`).digest().readUInt32LE(0);
    const next = () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
    const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    return {
        next,
        below: (bound) => Math.floor(next() * bound),
        logNormal: (median, sigma) => median * Math.exp(sigma * normal()),
    };
}
