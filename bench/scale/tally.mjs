// What a simulation counts, once it has warmed up.

/// Times in buckets that are at most 2 % wide.
class Times {
    #counts = new Float64Array(1200);
    #count = 0;

    add(us) {
        const at = us <= 1 ? 0 : Math.min(1199, Math.ceil(Math.log(us) * 50));
        ++this.#counts[at];
        ++this.#count;
    }

    quantile(part) {
        let left = part * this.#count;
        for (let at = 0; at < this.#counts.length; ++at) {
            left -= this.#counts[at];
            if (left <= 0) return this.#count === 0 ? 0 : Math.exp(at / 50);
        }
        return Infinity;
    }
}

export class Tally {
    #counts = false;
    #requests = 0;
    #calls = 0;
    #operations = 0;
    #reads = 0;
    #late = 0;
    #awaited = 0;
    #latencies = new Times();
    #added = new Times();
    #callTimes = new Times();

    constructor(given) { this.given = given; }

    begin() { this.#counts = true; }

    call(operations, took_us, is_first) {
        if (!this.#counts) return;
        ++this.#calls;
        this.#operations += operations;
        if (is_first) ++this.#reads;
        if (took_us > this.given.timeout_us) ++this.#late;
        this.#callTimes.add(took_us);
    }

    added(us) { if (this.#counts) this.#added.add(us); }
    latency(us) { if (this.#counts) this.#latencies.add(us); }
    /// A call that is still out, and has been for longer than its timeout.
    overdue() { ++this.#calls; ++this.#late; }
    /// A settlement that its connection waits for.
    awaited() { if (this.#counts) ++this.#awaited; }
    settled() { if (this.#counts) ++this.#requests; }

    result(processors) {
        const { nodes, shards, duration_us } = this.given;
        const requests = Math.max(1, this.#requests);
        const cores = Array.from(processors.busy, (us) => us / duration_us);
        const of_nodes = cores.slice(0, nodes), of_redis = cores.slice(nodes, nodes + shards);
        const sum = (parts) => parts.reduce((total, part) => total + part, 0);
        return {
            requests_per_s: this.#requests / duration_us * 1e6,
            p50_ms: this.#latencies.quantile(0.5) / 1000,
            p99_ms: this.#latencies.quantile(0.99) / 1000,
            added_p50_ms: this.#added.quantile(0.5) / 1000,
            added_p99_ms: this.#added.quantile(0.99) / 1000,
            call_p99_ms: this.#callTimes.quantile(0.99) / 1000,
            late_calls: this.#calls === 0 ? 0 : this.#late / this.#calls,
            calls_per_request: this.#calls / requests,
            operations_per_call: this.#calls === 0 ? 0 : this.#operations / this.#calls,
            redis_reads_per_request: this.#reads / requests,
            awaited_settlements: this.#awaited / requests,
            node_us: sum(of_nodes) * duration_us / requests,
            redis_us: sum(of_redis) * duration_us / requests,
            node_cores: sum(of_nodes),
            redis_cores: sum(of_redis),
            node_most: Math.max(...of_nodes),
            redis_most: Math.max(...of_redis),
        };
    }
}
