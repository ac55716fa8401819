// Who runs when: processes of one thread each, on a core of their own or, where there are fewer cores, in turn, about
// as Linux does it: who wakes goes to a core that idles, its last one first, or else waits at its last one; of those
// that wait the one goes first that has had least, and keeps the core until it sleeps or its slice is over.
const slice_us = 1400;  // the kernel's base slice on two cores
const nobody = -1;

export class Processors {
    #has_core;
    #waiting = [];  // by core: who is ready
    #running = [];  // by core
    #core;          // by process: its last one
    #had;           // CPU time, and what was missed while asleep
    #slice;         // of it since it has its core
    #begin;
    #are_shared;

    /// `cores` 0: one for each. `begin(who)`: it takes what it does next; spends, and ends with `turn`.
    constructor(count, cores, begin) {
        this.busy = new Float64Array(count);
        this.#begin = begin;
        const own = cores === 0;
        this.#has_core = new Uint8Array(count);
        this.#core = Int32Array.from(this.busy, (_, who) => (own ? who : who % cores));
        this.#had = new Float64Array(count);
        this.#slice = new Float64Array(count);
        for (let core = 0; core < (own ? count : cores); ++core) {
            this.#waiting.push([]);
            this.#running.push(nobody);
        }
        this.#are_shared = !own;
    }

    /// It has something to do.
    wake(who) {
        if (this.#has_core[who]) return;
        let core = this.#core[who];
        if (this.#are_shared) {
            if (this.#waiting[core].includes(who)) return;
            if (this.#running[core] !== nobody) {
                const idle = this.#running.indexOf(nobody);
                if (idle >= 0) core = this.#core[who] = idle;
            }
            this.#forgive(who, core);
            if (this.#running[core] !== nobody) {
                this.#waiting[core].push(who);
                return;
            }
        }
        this.#run(who, core);
    }

    spend(who, cost_us) {
        this.busy[who] += cost_us;
        this.#had[who] += cost_us;
        this.#slice[who] += cost_us;
    }

    /// It has done one thing; `has_more`: it would go on.
    turn(who, has_more) {
        const core = this.#core[who], waiting = this.#waiting[core];
        if (has_more && (this.#slice[who] < slice_us || waiting.length === 0)) return this.#begin(who);
        this.#has_core[who] = 0;
        this.#running[core] = nobody;
        if (has_more) waiting.push(who);
        if (waiting.length === 0) return;
        let first = 0;
        for (let at = 1; at < waiting.length; ++at) {
            if (this.#had[waiting[at]] < this.#had[waiting[first]]) first = at;
        }
        this.#run(waiting.splice(first, 1)[0], core);
    }

    forgetBusy() { this.busy.fill(0); }

    #run(who, core) {
        this.#running[core] = who;
        this.#has_core[who] = 1;
        if (this.#slice[who] >= slice_us) this.#slice[who] = 0;
        this.#begin(who);
    }

    /// Who has slept long is not owed more than a slice.
    #forgive(who, core) {
        const running = this.#running[core];
        if (running === nobody) return;
        let least = this.#had[running];
        for (const other of this.#waiting[core]) least = Math.min(least, this.#had[other]);
        this.#had[who] = Math.max(this.#had[who], least - slice_us);
    }
}
