// Nodes, shards of Redis and what they send each other, event by event: requests in, batches (batcher.mjs), rounds of
// Redis's event loop, answers out. A pure function of its parameters; time is in microseconds.
import { Batcher, Lane, company_us_max } from './batcher.mjs';
import { Events, Queue } from './events.mjs';
import { Processors } from './processors.mjs';
import { Tally } from './tally.mjs';
import { drawerOf, randomOf, sharesOf } from './random.mjs';

const slot_count = 16_384;
/// So many settlements of a node no connection waits for: src/proxy/detached_settlement.hpp.
const under_way_max = 1024;
/// What Redis reads from a connection in one round (PROTO_IOBUF_LEN), and how long a call is, about.
const read_bytes = 16_384, call_bytes = 320, operation_bytes = 75;
const bucket_us = 500_000;  // of a window of a minute

/// What a node does: its part of the CPU time of a request, by `bench/where_time_goes` roughly. Little depends on it.
const share = { start: 0.45, forward: 0.2, answer: 0.3, end: 0.05 };

// Work of a node, of Redis, of the load and of the provider, as number * kinds + kind.
const kinds = 10;
const START = 0, GO_ON = 1, REPLY = 2, FORWARD = 3, ANSWER = 4, END = 5, CALL = 6, HEARTBEAT = 7, WRITTEN = 8;
const COMPANY_IS_OVER = 9;
// Events.
const DONE = 0, ARRIVES = 1, DUE = 2, HEARTBEAT_DUE = 3;

/// Records that are used again, so that a long run takes no more memory than a short one.
class Pool {
    #free = [];
    #made = 0;
    take() { return this.#free.pop() ?? this.#made++; }
    give(number) { this.#free.push(number); }
}

class Simulation {
    constructor(given) {
        this.given = given;
        this.costs = given.costs;
        this.random = randomOf(given.seed);
        const shares = sharesOf(given.keys, given.zipf);
        this.drawKey = drawerOf(shares, this.random);
        this.slotOfKey = Int32Array.from(shares, () => Math.floor(this.random() * slot_count));
        this.ledgerCosts(shares);
        // The nodes, then the shards, then, where they share the cores, the load and the provider.
        this.shardsFrom = given.nodes;
        this.load = given.nodes + given.shards;
        this.provider = this.load + 1;
        const count = given.cores > 0 ? this.provider + 1 : this.load;
        this.queues = Array.from({ length: count }, () => new Queue());
        this.current = new Array(count).fill(0);
        this.events = new Events();
        this.processors = new Processors(count, given.cores, (who) => this.begin(who));
        this.tally = new Tally(given);
        this.lanes = new Map();
        this.laneList = [];
        // Of each node one for each shard: so are `writing` and what follows, by wire.
        this.batchers = Array.from({ length: given.nodes * given.shards }, (_, wire) => new Batcher(this, wire));
        this.settlementsUnderWay = new Int32Array(given.nodes);
        this.requests = new Pool();
        this.calls = new Pool();
        this.request = [];
        this.call = [];
        this.connection = [];
        this.writing = new Uint8Array(given.nodes * given.shards);
        this.gathered = Array.from(this.writing, () => []);
        this.bytesRead = new Int32Array(given.nodes * given.shards);
        this.lastRound = new Int32Array(given.nodes * given.shards);
        this.rounds = new Int32Array(given.shards);
        this.roundCalls = Array.from({ length: given.shards }, () => []);
        this.now = 0;
    }

    /// A ledger whose bucket has been begun costs less than one that begins one: how often either is, by its rate.
    ledgerCosts(shares) {
        const { ledger, fresh_ledger } = this.costs.redis;
        this.ledgerUs = shares.map((part) => {
            const touches = Math.max(1e-9, part * this.given.rate_guess * bucket_us / 1e6);
            return ledger + (fresh_ledger - ledger) * (1 - Math.exp(-touches)) / touches;
        });
    }

    shardOf(slot) { return Math.floor(slot * this.given.shards / slot_count); }

    /// What may share a call: all that goes to one server, or what lies in one slot.
    lane(node, key) {
        const slot = this.slotOfKey[key], shard = this.shardOf(slot);
        const place = this.given.batching === 'slot' ? slot : shard;
        const name = node * slot_count + place;
        let lane = this.lanes.get(name);
        if (lane === undefined) {
            lane = new Lane(this.laneList.length, node, shard);
            this.lanes.set(name, lane);
            this.laneList.push(lane);
        }
        return lane;
    }

    run() {
        this.beginLoad();
        const end = this.given.warmup_us + this.given.duration_us;
        const { events } = this;
        let warm = false;
        while (events.pop() && events.time < end) {
            this.now = events.time;
            if (!warm && this.now >= this.given.warmup_us) {
                warm = true;
                this.tally.begin();
                this.processors.forgetBusy();
            }
            if (events.what === DONE) this.done(events.who);
            else if (events.what === DUE) this.due(events.who);
            else if (events.what === HEARTBEAT_DUE) this.heartbeat(events.who);
            else this.give(Math.floor(events.what / 4), events.who);
        }
        for (const call of this.call) {
            if (call.lane !== null && end - call.sent > this.given.timeout_us) this.tally.overdue();
        }
        return this.tally.result(this.processors);
    }

    beginLoad() {
        const { nodes, shards, connections, rate } = this.given;
        for (let node = 0; node < nodes; ++node) {
            if (rate > 0) this.events.push(this.random() * nodes / rate * 1e6, DUE, node);
            else for (let number = 0; number < connections; ++number) this.connect(node);
        }
        if (!this.given.heartbeats) return;
        for (let number = 0; number < nodes * shards; ++number) {
            this.events.push(this.random() * 1e6, HEARTBEAT_DUE, number);
        }
    }

    /// In a closed loop. Where clients take no time, not all of them begin at once.
    connect(node) {
        const connection = this.connection.push({ isSettling: false, waiting: -1 }) - 1;
        const number = this.newRequest(node, connection);
        if (this.given.cores > 0) this.give(this.load, number * kinds + ANSWER);
        else this.deliver(node, number * kinds + START, 1 + this.random() * 1000);
    }

    /// In an open loop: the next request of a node, at random times.
    due(node) {
        const between_us = this.given.nodes / this.given.rate * 1e6;
        this.events.push(this.now - Math.log(1 - this.random()) * between_us, DUE, node);
        this.give(node, this.newRequest(node, -1) * kinds + START);
    }

    heartbeat(number) {
        this.events.push(this.now + 1e6, HEARTBEAT_DUE, number);
        this.give(this.shardsFrom + number % this.given.shards, HEARTBEAT);
    }

    newRequest(node, connection) {
        const number = this.requests.take();
        const key = this.drawKey();
        this.request[number] = {
            node, connection, key, begun: this.now, sent: this.now, provider_us: 0, settles: false, isDetached: false,
        };
        return number;
    }

    deliver(who, work, after_us) {
        if (after_us > 0) this.events.push(this.now + after_us, who * 4 + ARRIVES, work);
        else this.give(who, work);
    }

    give(who, work) {
        const kind = work % kinds;
        if (kind === START && who < this.shardsFrom) {
            // A node does not read from a connection that waits for its last request to be settled.
            const number = (work - START) / kinds, request = this.request[number];
            request.begun = this.now;
            const connection = this.connection[request.connection];
            if (connection?.isSettling) {
                connection.waiting = number;
                return;
            }
        }
        this.queues[who].push(work);
        this.processors.wake(who);
    }

    /// The process has a core, and takes what it does next.
    begin(who) {
        const queue = this.queues[who];
        let cost;
        if (who >= this.shardsFrom && who < this.load) {
            cost = this.beginRound(who - this.shardsFrom, queue);
        } else {
            const work = queue.shift();
            this.current[who] = work;
            if (who < this.shardsFrom) cost = this.costOf(work);
            else cost = who === this.load ? this.costs.load_us : this.costs.provider_us;
        }
        // No two requests take equally long; without that all of them would go in step.
        cost *= 0.5 + this.random();
        this.processors.spend(who, cost);
        this.events.push(this.now + cost, DONE, who);
    }

    costOf(work) {
        const { request_us, call_us, exchange_us } = this.costs.node;
        switch (work % kinds) {
            case START: return share.start * request_us;
            case FORWARD: return share.forward * request_us;
            case ANSWER: return share.answer * request_us;
            case END: return share.end * request_us;
            case REPLY: return call_us + (this.call[(work - REPLY) / kinds].isFirst ? exchange_us / 2 : 0);
            case WRITTEN: return exchange_us / 2;
            default: return 0;
        }
    }

    done(who) {
        const work = this.current[who];
        if (who < this.shardsFrom) this.finish(work);
        else if (who < this.load) this.endRound(who - this.shardsFrom);
        else if (who === this.load) this.goOnAsClient((work - ANSWER) / kinds);
        else this.give(this.request[(work - FORWARD) / kinds].node, work - FORWARD + ANSWER);
        this.processors.turn(who, this.queues[who].size > 0);
    }

    finish(work) {
        const kind = work % kinds, number = (work - kind) / kinds;
        if (kind === START) this.ask(number, false);
        else if (kind === GO_ON) this.goOn(this.laneList[number]);
        else if (kind === COMPANY_IS_OVER) this.batchers[number].companyIsOver();
        else if (kind === REPLY) this.replied(number);
        else if (kind === FORWARD) this.forward(number);
        else if (kind === WRITTEN) this.flush(number);
        else if (kind === ANSWER) this.passOn(number);
        else this.settled(number);
    }

    ask(number, settles) {
        const request = this.request[number];
        request.settles = settles;
        const lane = this.lane(request.node, request.key), batcher = this.batchers[this.wireOf(lane)];
        if (settles) batcher.settle(lane, number);
        else batcher.reserve(lane, number);
    }

    wireOf(lane) { return lane.node * this.given.shards + lane.shard; }

    goOn(lane) { this.batchers[this.wireOf(lane)].goOn(lane); }

    // What a batcher asks of its owner.

    post(lane) { this.give(lane.node, lane.number * kinds + GO_ON); }

    waitForCompany(wire) {
        this.deliver(Math.floor(wire / this.given.shards), wire * kinds + COMPANY_IS_OVER, company_us_max);
    }

    send(lane, operations) {
        const number = this.calls.take();
        this.call[number] = { lane, operations, sent: this.now, isFirst: false };
        this.write(this.wireOf(lane), number);
    }

    /// As src/redis/pipeline.cpp does: what comes while a write is under way goes out together with the next one.
    write(wire, call) {
        this.gathered[wire].push(call);
        if (this.writing[wire] === 0) this.flush(wire);
    }

    flush(wire) {
        const gathered = this.gathered[wire], shard = wire % this.given.shards;
        const node = (wire - shard) / this.given.shards;
        this.writing[wire] = gathered.length > 0 ? 1 : 0;
        if (gathered.length === 0) return;
        const to = this.shardsFrom + shard;
        for (const call of gathered) this.deliver(to, call * kinds + CALL, this.given.hop_us);
        gathered.length = 0;
        this.give(node, wire * kinds + WRITTEN);
    }

    /// Redis reads from all connections that are ready, runs their calls, and writes all answers.
    beginRound(shard, queue) {
        const { redis } = this.costs;
        const taken = this.roundCalls[shard], round = ++this.rounds[shard], { nodes } = this.given;
        let cost = redis.round;
        for (let left = queue.size; left > 0; --left) {
            const work = queue.shift();
            if (work % kinds === HEARTBEAT) {
                cost += redis.connection + redis.heartbeat + nodes * redis.heartbeat_node;
                continue;
            }
            const call = this.call[(work - CALL) / kinds], at = shard * nodes + call.lane.node;
            call.isFirst = this.lastRound[at] !== round;
            this.lastRound[at] = round;
            if (call.isFirst) {
                cost += redis.connection;
                this.bytesRead[at] = 0;
            }
            if (this.bytesRead[at] >= read_bytes) {
                queue.push(work);
                continue;
            }
            this.bytesRead[at] += call_bytes + call.operations.length * operation_bytes;
            cost += redis.call + call.operations.length * redis.operation + this.ledgersUs(call.operations);
            taken.push((work - CALL) / kinds);
        }
        return cost;
    }

    /// Each ledger of a call once.
    ledgersUs(operations) {
        if (operations.length === 1) return this.ledgerUs[this.request[operations[0]].key];
        const seen = new Set();
        let sum = 0;
        for (const number of operations) {
            const { key } = this.request[number];
            if (seen.has(key)) continue;
            seen.add(key);
            sum += this.ledgerUs[key];
        }
        return sum;
    }

    endRound(shard) {
        const taken = this.roundCalls[shard];
        const after_us = this.given.hop_us;
        for (const number of taken) this.deliver(this.call[number].lane.node, number * kinds + REPLY, after_us);
        taken.length = 0;
    }

    replied(number) {
        const { lane, operations, sent, isFirst } = this.call[number];
        this.call[number].lane = null;
        this.calls.give(number);
        this.tally.call(operations.length, this.now - sent, isFirst);
        // The next call leaves before all of them go on with their requests.
        this.batchers[this.wireOf(lane)].answered(lane);
        for (const request of operations) {
            this.give(lane.node, request * kinds + (this.request[request].settles ? END : FORWARD));
        }
    }

    forward(number) {
        if (this.given.cores > 0) return this.give(this.provider, number * kinds + FORWARD);
        const request = this.request[number];
        request.provider_us = 2 * this.given.hop_us - Math.log(1 - this.random()) * this.given.provider_us;
        this.deliver(request.node, number * kinds + ANSWER, request.provider_us);
    }

    /// The client has its answer before the charge is settled. The settlement is in line before the connection's next
    /// request, which waits for its end only where too many are under way.
    passOn(number) {
        const request = this.request[number], connection = this.connection[request.connection];
        this.tally.added(this.now - request.begun - request.provider_us);
        request.isDetached = this.settlementsUnderWay[request.node] < under_way_max;
        if (request.isDetached) ++this.settlementsUnderWay[request.node];
        else this.tally.awaited();
        if (connection) {
            connection.isSettling = !request.isDetached;
            const next = this.newRequest(request.node, request.connection);
            this.request[next].sent = request.sent;
            if (this.given.cores > 0) this.give(this.load, next * kinds + ANSWER);
            else this.deliver(request.node, next * kinds + START, 2 * this.given.hop_us);
        }
        this.ask(number, true);
    }

    /// The load generator has read an answer, and sends the next request.
    goOnAsClient(number) {
        const request = this.request[number];
        this.tally.latency(this.now - request.sent);
        request.sent = this.now;
        this.give(request.node, number * kinds + START);
    }

    settled(number) {
        const { node, isDetached, connection: connection_number } = this.request[number];
        this.tally.settled();
        this.requests.give(number);
        if (isDetached) --this.settlementsUnderWay[node];
        else this.readOn(this.connection[connection_number]);
    }

    /// A connection that has waited for its settlement.
    readOn(connection) {
        if (!connection) return;
        connection.isSettling = false;
        if (connection.waiting < 0) return;
        const next = connection.waiting, { begun } = this.request[next];
        connection.waiting = -1;
        this.give(this.request[next].node, next * kinds + START);
        this.request[next].begun = begun;
    }
}

export function simulate(given) {
    return new Simulation(given).run();
}
