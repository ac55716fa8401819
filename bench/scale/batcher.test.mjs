// When what waits for Redis leaves, and with what; the real one: tests/integration/store_batches_test.cpp.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Batcher, Lane, calls_at_once, calls_max, operations_max } from './batcher.mjs';

/// A batcher whose owner notes what it is told.
function noted() {
    const told = { posted: [], sent: [], waits: [] };
    const batcher = new Batcher({
        post: (lane) => told.posted.push(lane),
        send: (lane, operations) => told.sent.push(operations),
        waitForCompany: (number) => told.waits.push(number),
    }, 7);
    /// What is ready has had its turn.
    const turn = () => told.posted.splice(0).forEach((lane) => batcher.goOn(lane));
    return { batcher, told, turn, lane: new Lane(0, 0, 0) };
}
const sizes = ({ sent }) => sent.map((operations) => operations.length);

test('what is ready at the same moment goes out together, settlements first', () => {
    const { batcher, told, turn, lane } = noted();
    batcher.reserve(lane, 1);
    batcher.reserve(lane, 2);
    batcher.settle(lane, 3);
    assert.deepEqual([told.posted.length, told.sent], [1, []]);
    turn();
    assert.deepEqual(told.sent, [[3, 1, 2]]);
});

test('a settlement waits for the next demand, or until waiting for company is over', () => {
    const { batcher, told, turn, lane } = noted();
    batcher.settle(lane, 1);
    batcher.settle(lane, 2);
    turn();
    assert.deepEqual([told.waits, told.sent], [[7], []]);
    batcher.reserve(lane, 3);
    turn();
    assert.deepEqual(told.sent, [[1, 2, 3]]);
    batcher.answered(lane);
    batcher.settle(lane, 4);
    batcher.companyIsOver();
    assert.deepEqual([told.waits, told.sent[1]], [[7], [4]], 'one timer, which had begun with the first of them');
    batcher.settle(lane, 5);
    assert.equal(told.waits.length, 2);
});

test('when waiting for company is over, what waits leaves in all lanes', () => {
    const { batcher, told, lane } = noted(), other = new Lane(1, 0, 0);
    batcher.settle(lane, 1);
    batcher.settle(other, 2);
    batcher.companyIsOver();
    assert.deepEqual(told.sent, [[1], [2]]);
    batcher.companyIsOver();
    assert.equal(told.sent.length, 2);
});

test('some calls are on the wire however full they are; what comes then waits for an answer', () => {
    const { batcher, told, turn, lane } = noted();
    for (let number = 0; number < calls_at_once + 3; ++number) {
        batcher.reserve(lane, number);
        turn();
    }
    assert.deepEqual(sizes(told), Array.from({ length: calls_at_once }, () => 1));
    batcher.answered(lane);
    assert.equal(sizes(told).at(-1), 3);
});

test('behind them settlements wait even for an answer, unless they are urgent by then', () => {
    const { batcher, told, turn, lane } = noted();
    for (let number = 0; number < calls_at_once; ++number) {
        batcher.reserve(lane, number);
        turn();
    }
    batcher.settle(lane, 10);
    batcher.answered(lane);
    assert.equal(told.sent.length, calls_at_once, 'alone it is worth no call');
    batcher.reserve(lane, 11);
    turn();
    batcher.settle(lane, 12);
    batcher.companyIsOver();
    assert.equal(told.sent.length, calls_at_once + 1, 'as many as may be are on the wire');
    batcher.answered(lane);
    assert.deepEqual(told.sent.slice(-2), [[10, 11], [12]]);
});

test('what fills a call leaves at once, up to a bound, whatever it is', () => {
    const { batcher, told, turn, lane } = noted();
    const count = (calls_max + 1) * operations_max;
    for (let number = 0; number < count; ++number) batcher.settle(lane, number);
    turn();
    assert.deepEqual(sizes(told), Array.from({ length: calls_max }, () => operations_max));
    assert.equal(lane.waiting, operations_max);
    batcher.answered(lane);
    assert.equal(lane.waiting, 0);
});
