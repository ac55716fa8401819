// The judging, against logs that were made by hand or by the simplest way to say the same.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mostInAWindow, percentile, roomAt, sumBetween, surelyInAWindow, usableShare } from './judge.mjs';
import { randomOf } from './random.mjs';

const at = (...times) => times.map((at_us) => ({ at_us, amount: 1 }));

test('a window is half open: what is exactly its length apart is not in one', () => {
    assert.equal(mostInAWindow(at(0, 60), 60), 1);
    assert.equal(mostInAWindow(at(0, 59), 60), 2);
    assert.equal(mostInAWindow(at(0, 1, 2, 60, 61, 62), 60), 3);
    assert.equal(mostInAWindow([], 60), 0);
});

test('amounts are summed, in any order of the events', () => {
    assert.equal(mostInAWindow([{ at_us: 50, amount: 7 }, { at_us: 0, amount: 5 }, { at_us: 70, amount: 4 }], 60), 12);
});

test('the most in a window is what trying every window gives', () => {
    const random = randomOf(7, 'windows');
    for (let round = 0; round < 200; ++round) {
        const events = Array.from({ length: random.below(30) }, () =>
            ({ at_us: random.below(200), amount: 1 + random.below(9) }));
        const tried = events.map(({ at_us }) => sumBetween(events, at_us, at_us + 40));
        assert.equal(mostInAWindow(events, 40), Math.max(0, ...tried));
    }
});

test('surely in a window: sent and received within it, and never more than arrived in one', () => {
    const late = [{ from_us: 0, at_us: 30, amount: 1 }, { from_us: 31, at_us: 59, amount: 1 }];
    assert.equal(surelyInAWindow(late, 60), 2);
    assert.equal(surelyInAWindow([{ from_us: 0, at_us: 30, amount: 1 }, { from_us: 31, at_us: 60, amount: 1 }], 60), 1);
    const random = randomOf(8, 'sure');
    for (let round = 0; round < 200; ++round) {
        const events = Array.from({ length: random.below(25) }, () => {
            const from_us = random.below(200);
            return { from_us, at_us: from_us + random.below(30), amount: 1 + random.below(4) };
        });
        const tried = events.map(({ from_us }) => events.filter((event) =>
            event.from_us >= from_us && event.at_us < from_us + 50).reduce((sum, event) => sum + event.amount, 0));
        assert.equal(surelyInAWindow(events, 50), Math.max(0, ...tried));
        assert.ok(surelyInAWindow(events, 50) <= mostInAWindow(events, 50));
    }
});

test('the usable share counts whole windows alone', () => {
    assert.equal(usableShare(at(0, 10, 60, 70, 120), 0, 2, 60, 2), 1);
    assert.equal(usableShare(at(0, 60), 0, 2, 60, 2), 0.5);
});

test('room comes when enough has left the window', () => {
    assert.equal(roomAt(at(0, 10, 20), 30, 60, 3, 1), 60);
    assert.equal(roomAt(at(0, 10, 20), 30, 60, 3, 2), 70);
    assert.equal(roomAt(at(0, 10), 30, 60, 3, 1), 30);
    assert.equal(roomAt(at(0), 30, 60, 3, 4), null);
    assert.equal(roomAt(at(-40, 10, 20, 25), 30, 60, 3, 1), 70, 'what has left before does not count');
});

test('percentiles are values that occurred', () => {
    assert.equal(percentile([3, 1, 2], 0.5), 2);
    assert.equal(percentile([1], 0.99), 1);
    assert.equal(percentile([], 0.5), null);
});
