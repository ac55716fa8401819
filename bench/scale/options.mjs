// The command line.
import { node_counts, shard_counts } from './cases.mjs';

export const usage = `Scale by simulation: nodes, shards of Redis, and the calls between them, with measured costs.

  bench/scale/run [OPTION VALUE]...

  --costs FILE     what bench/scale/measure found (bench/scale/costs.json)
  --against FILE   growth.tsv of the same machine and commit, to hold the simulation against
                   (build/bench/growth-scale/growth.tsv, which bench/scale/measure leaves; none: not at all)
  --nodes LIST     of one thread each (${node_counts.join(',')})
  --shards LIST    masters of the Redis Cluster; 1: one Redis (${shard_counts.join(',')})
  --out DIR        where results.json goes (build/bench/scale-DATE)
  --from FILE      no simulation: the results.json of an earlier run
  --only-against   no more than that
  --publish        write scale.svg and the tables of bench/scale/README.md and of README.md, too

Exit code 1: a figure that is compared is more than 15 % off. It takes about a quarter of an hour of one core.
`;

const allowed = { '--nodes': node_counts, '--shards': shard_counts };

function numbersOf(flag, text) {
    const numbers = text.split(',').map(Number);
    const most = Math.max(...allowed[flag]);
    const isStrange = (number) => !Number.isInteger(number) || number < 1 || number > most;
    if (numbers.some(isStrange)) throw new Error(`${flag}: numbers from 1 to ${most}`);
    return numbers;
}

export function parseOptions(words, now = new Date()) {
    const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    const options = {
        costs: 'bench/scale/costs.json', against: 'build/bench/growth-scale/growth.tsv', nodes: node_counts,
        shards: shard_counts, out: `build/bench/scale-${stamp}`, from: null, only_against: false, publish: false,
    };
    const flags = {
        '--costs': (text) => { options.costs = text; },
        '--against': (text) => { options.against = text; },
        '--nodes': (text) => { options.nodes = numbersOf('--nodes', text); },
        '--shards': (text) => { options.shards = numbersOf('--shards', text); },
        '--from': (text) => { options.from = text; },
        '--out': (text) => { options.out = text; },
    };
    for (let at = 0; at < words.length; ++at) {
        const word = words[at];
        if (word === '--publish') options.publish = true;
        else if (word === '--only-against') options.only_against = true;
        else if (flags[word] && at + 1 < words.length) flags[word](words[++at]);
        else throw new Error(`what is ${word}?`);
    }
    if (options.publish && (options.nodes !== node_counts || options.shards !== shard_counts)) {
        throw new Error('--publish: only with all nodes and shards');
    }
    return options;
}
