// The arithmetic of windows. Events are {at_us, amount}; a window of length W is half open: [t, t + W).

const byTime = (a, b) => a.at_us - b.at_us;

/// The largest sum of amounts in any window.
export function mostInAWindow(events, window_us) {
    const sorted = [...events].sort(byTime);
    let most = 0, sum = 0, first = 0;
    for (const event of sorted) {
        sum += event.amount;
        while (event.at_us - sorted[first].at_us >= window_us) sum -= sorted[first++].amount;
        most = Math.max(most, sum);
    }
    return most;
}

/// The largest sum that was surely decided within one window: of events that happened at some time between
/// `from_us` and `at_us` (sent by the client, received by the provider), those that lie in a window whole.
export function surelyInAWindow(events, window_us) {
    const starts = [...events].sort((a, b) => a.from_us - b.from_us);
    const ends = [...events].sort(byTime);
    let most = 0, sum = 0, ended = 0;
    // Counted: all that ended before start + window, less those that began before start and ended by then.
    const counted = new Set();
    let begun = 0;
    for (const start of starts) {
        while (ended < ends.length && ends[ended].at_us < start.from_us + window_us) {
            const event = ends[ended++];
            if (event.from_us >= start.from_us) { counted.add(event); sum += event.amount; }
        }
        while (starts[begun].from_us < start.from_us) {
            if (counted.delete(starts[begun])) sum -= starts[begun].amount;
            ++begun;
        }
        most = Math.max(most, sum);
    }
    return most;
}

/// The sum of amounts in [from_us, to_us).
export function sumBetween(events, from_us, to_us) {
    let sum = 0;
    for (const event of events) if (event.at_us >= from_us && event.at_us < to_us) sum += event.amount;
    return sum;
}

/// What was admitted in the first whole windows, as a part of limit x time.
export function usableShare(events, from_us, windows, window_us, limit) {
    return sumBetween(events, from_us, from_us + windows * window_us) / (limit * windows);
}

/// When `demand` fits again, if nothing else comes after `now_us`: the earliest time from then on at which the window
/// that ends there holds no more than limit - demand. null if that is never so.
export function roomAt(events, now_us, window_us, limit, demand) {
    if (demand > limit) return null;
    const held = events.filter((event) => event.at_us > now_us - window_us).sort(byTime);
    let sum = held.reduce((all, event) => all + event.amount, 0);
    let at_us = now_us;
    for (const event of held) {
        if (sum + demand <= limit) break;
        sum -= event.amount;
        at_us = Math.max(now_us, event.at_us + window_us);
    }
    return at_us;
}

export function percentile(values, part) {
    if (values.length === 0) return null;
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}
