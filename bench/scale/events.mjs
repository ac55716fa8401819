// What is going to happen, by its time: a heap in typed arrays. Events of one time come in the order of their pushes.
export class Events {
    #size = 0;
    #pushed = 0;
    #times = new Float64Array(1 << 12);
    #orders = new Float64Array(1 << 12);
    #whats = new Int32Array(1 << 12);
    #whos = new Int32Array(1 << 12);
    time = 0;
    what = 0;
    who = 0;

    get size() { return this.#size; }

    push(time, what, who) {
        if (this.#size === this.#times.length) this.#grow();
        const order = this.#pushed++;
        let at = this.#size++;
        while (at > 0) {
            const above = (at - 1) >> 1;
            if (this.#times[above] <= time) break;
            this.#move(above, at);
            at = above;
        }
        this.#set(at, time, order, what, who);
    }

    /// The next one is in time, what and who afterwards. False: there is none.
    pop() {
        if (this.#size === 0) return false;
        this.time = this.#times[0];
        this.what = this.#whats[0];
        this.who = this.#whos[0];
        const last = --this.#size, time = this.#times[last], order = this.#orders[last];
        let at = 0;
        for (;;) {
            let below = 2 * at + 1;
            if (below >= last) break;
            if (below + 1 < last && this.#isBefore(below + 1, this.#times[below], this.#orders[below])) ++below;
            if (!this.#isBefore(below, time, order)) break;
            this.#move(below, at);
            at = below;
        }
        this.#set(at, time, order, this.#whats[last], this.#whos[last]);
        return true;
    }

    #isBefore(at, time, order) {
        return this.#times[at] < time || (this.#times[at] === time && this.#orders[at] < order);
    }

    #move(from, to) { this.#set(to, this.#times[from], this.#orders[from], this.#whats[from], this.#whos[from]); }

    #set(at, time, order, what, who) {
        this.#times[at] = time;
        this.#orders[at] = order;
        this.#whats[at] = what;
        this.#whos[at] = who;
    }

    #grow() {
        const grown = (old) => { const made = new old.constructor(2 * old.length); made.set(old); return made; };
        this.#times = grown(this.#times);
        this.#orders = grown(this.#orders);
        this.#whats = grown(this.#whats);
        this.#whos = grown(this.#whos);
    }
}

/// First in, first out, of numbers.
export class Queue {
    #ring = new Int32Array(16);
    #first = 0;
    size = 0;

    push(number) {
        const mask = this.#ring.length - 1;
        if (this.size > mask) return this.#grow(number);
        this.#ring[(this.#first + this.size++) & mask] = number;
    }

    shift() {
        const number = this.#ring[this.#first];
        this.#first = (this.#first + 1) & (this.#ring.length - 1);
        --this.size;
        return number;
    }

    #grow(number) {
        const made = new Int32Array(2 * this.#ring.length), count = this.size;
        for (let at = 0; at < count; ++at) made[at] = this.#ring[(this.#first + at) & (this.#ring.length - 1)];
        this.#ring = made;
        this.#first = 0;
        this.push(number);
    }
}
