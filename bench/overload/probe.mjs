// Asks an admin port for its health and its metrics every 50 ms, each on a connection of its own as kubelet does, and
// prints how long the answers took: "PATH ANSWERS P99_MS MAX_MS FAILED".
//
//   node probe.mjs PORT SECONDS
import http from 'node:http';

const [port, seconds] = process.argv.slice(2).map(Number);
const paths = ['/healthz', '/readyz', '/metrics'];
const durations = new Map(paths.map((path) => [path, []]));
const failed = new Map(paths.map((path) => [path, 0]));

function ask(path) {
    return new Promise((resolve) => {
        const asked = performance.now();
        const fail = () => { failed.set(path, failed.get(path) + 1); resolve(); };
        http.get({ port, path, host: '127.0.0.1', agent: false, timeout: 5000 }, (answer) => {
            answer.resume();
            answer.on('end', () => {
                if (answer.statusCode !== 200) return fail();
                durations.get(path).push(performance.now() - asked);
                resolve();
            });
        }).on('error', fail).on('timeout', function () { this.destroy(new Error('timed out')); });
    });
}

const ends = performance.now() + seconds * 1000;
const asking = [];
for (let turn = 0; performance.now() < ends; ++turn) {
    asking.push(ask(paths[turn % paths.length]));
    await new Promise((resolve) => setTimeout(resolve, 50));
}
await Promise.all(asking);
for (const [path, list] of durations) {
    list.sort((a, b) => a - b);
    const at = (part) => (list[Math.min(list.length - 1, Math.floor(list.length * part))] ?? NaN).toFixed(1);
    console.log(path, list.length, at(0.99), at(1), failed.get(path));
}
