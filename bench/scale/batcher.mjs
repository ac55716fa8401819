// What waits at one node for one master, and when it leaves: as src/limiter/batcher.cpp and batch_queue.hpp do it. It
// knows no time: its owner says when a posted lane has its turn, a call is answered, and waiting for company is over.
import { Queue } from './events.mjs';

/// As in src/limiter/batcher.hpp and window_call.hpp.
export const calls_at_once = 1, calls_max = 32, operations_max = 64, company_us_max = 500;

/// Operations that may share a call, and the calls of them that are on the wire.
export class Lane {
    calls = 0;
    isUrgent = false;  // something of what waits must leave as soon as it can
    isListed = false;  // the batcher knows that something may wait here
    settlements = new Queue();
    reserves = new Queue();

    constructor(number, node, shard) {
        this.number = number;
        this.node = node;
        this.shard = shard;
    }

    get waiting() { return this.settlements.size + this.reserves.size; }

    /// As much as fits into a call: corrections first, since they make room.
    take() {
        const operations = [];
        for (const waits of [this.settlements, this.reserves]) {
            while (operations.length < operations_max && waits.size > 0) operations.push(waits.shift());
        }
        return operations;
    }
}

export class Batcher {
    #owner;
    #number;
    #listed = [];
    #isWaitingForCompany = false;

    /// `owner.post(lane)`: `goOn(lane)` once what is ready has had its turn; `owner.send(lane, operations)`: a call;
    /// `owner.waitForCompany(number)`: `companyIsOver()` of the batcher of that number, company_us_max later.
    constructor(owner, number) {
        this.#owner = owner;
        this.#number = number;
    }

    reserve(lane, number) {
        const isFirst = lane.calls < calls_at_once && !lane.isUrgent;
        lane.reserves.push(number);
        lane.isUrgent = true;
        if (isFirst) this.#owner.post(lane);
        this.#pushed(lane);
    }

    /// Alone it is worth no call.
    settle(lane, number) {
        lane.settlements.push(number);
        if (!this.#isWaitingForCompany) {
            this.#isWaitingForCompany = true;
            this.#owner.waitForCompany(this.#number);
        }
        this.#pushed(lane);
    }

    goOn(lane) {
        while (lane.calls < calls_max) {
            const { waiting } = lane;
            if (waiting === 0) lane.isUrgent = false;
            const isTurn = lane.isUrgent && lane.calls < calls_at_once;
            if (waiting < operations_max && !isTurn) return;
            ++lane.calls;
            this.#owner.send(lane, lane.take());
        }
    }

    answered(lane) {
        --lane.calls;
        this.goOn(lane);
    }

    /// What waits in any lane is urgent now.
    companyIsOver() {
        this.#isWaitingForCompany = false;
        const lanes = this.#listed.filter((lane) => {
            lane.isListed = lane.waiting > 0;
            return lane.isListed;
        });
        this.#listed = lanes;
        for (const lane of lanes) lane.isUrgent = true;
        for (const lane of lanes) this.goOn(lane);
    }

    #pushed(lane) {
        if (!lane.isListed) {
            lane.isListed = true;
            this.#listed.push(lane);
        }
        if (lane.waiting >= operations_max) this.goOn(lane);
    }
}
