// Numbers that a seed decides, and keys by their popularity.

/// mulberry32: numbers from 0 to below 1.
export function randomOf(seed) {
    let state = seed | 0;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
}

/// The share of each key in all requests: the k-th gets 1/k^exponent as much as the first; 0: all alike.
export function sharesOf(count, exponent) {
    const shares = Float64Array.from({ length: count }, (_, rank) => (rank + 1) ** -exponent);
    const sum = shares.reduce((total, share) => total + share, 0);
    return shares.map((share) => share / sum);
}

/// Draws numbers by their shares, in a time that does not depend on how many there are (the alias method).
export function drawerOf(shares, random) {
    const count = shares.length, scaled = Float64Array.from(shares, (share) => share * count);
    const other = new Int32Array(count), small = [], large = [];
    scaled.forEach((share, number) => (share < 1 ? small : large).push(number));
    while (small.length > 0 && large.length > 0) {
        const low = small.pop(), high = large.at(-1);
        other[low] = high;
        scaled[high] -= 1 - scaled[low];
        if (scaled[high] < 1) small.push(large.pop());
    }
    for (const number of [...small, ...large]) scaled[number] = 1;
    return () => {
        const at = random() * count, number = Math.floor(at);
        return at - number < scaled[number] ? number : other[number];
    };
}
