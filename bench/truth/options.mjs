// The command line.
import { programs } from './programs/all.mjs';
import { all_rows } from './workload.mjs';

const row_names = all_rows.map(({ name }) => name);

export const usage = `Do the limits hold? Runs programs that limit LLM APIs in front of stand-in providers, and
judges them by the providers' logs.

  bench/truth/run [OPTION VALUE]...

  --programs LIST  ${programs.map(({ name }) => name).join(', ')} (all that are installed)
  --nodes LIST     1, 4: nodes of each program that share a limit (1,4)
  --rows LIST      ${row_names.join(', ')} (all)
  --seed N         of the workload (1)
  --out DIR        where results.json, table.md, table.tsv and truth.svg go (build/bench/truth-DATE)
  --bin DIR        weir and weir-mock; nothing is built then (build/release/bin)
  --nice N         priority of everything that is started, where the machine does other work; below 0 needs root (none)
  --from FILE      no run: tables and picture from the results.json of an earlier one
  --publish        write truth.svg and the tables of README.md in bench/truth, too
  --quick          4 nodes, no faults: under 5 minutes
`;

function listOf(flag, text, known) {
    const words = text.split(',');
    const strange = words.find((word) => !known.includes(word));
    if (strange !== undefined) throw new Error(`${flag}: no ${strange} among ${known.join(', ')}`);
    return known.filter((word) => words.includes(word));
}

export function parseOptions(words) {
    const stamp = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    const options = {
        programs: programs.map(({ name }) => name), nodes: [1, 4], rows: row_names, seed: 1,
        out: `build/bench/truth-${stamp}`, bin: 'build/release/bin', nice: null, from: null,
        publish: false,
    };
    const flags = {
        '--programs': (text) => { options.programs = listOf('--programs', text, options.programs); },
        '--nodes': (text) => { options.nodes = listOf('--nodes', text, ['1', '4']).map(Number); },
        '--rows': (text) => { options.rows = listOf('--rows', text, row_names); },
        '--seed': (text) => { options.seed = Number(text); },
        '--from': (text) => { options.from = text; },
        '--nice': (text) => { options.nice = Number(text); },
        '--out': (text) => { options.out = text; },
        '--bin': (text) => { options.bin = text; },
    };
    for (let at = 0; at < words.length; ++at) {
        const word = words[at];
        if (word === '--publish') options.publish = true;
        else if (word === '--quick') {
            options.nodes = [4];
            options.rows = all_rows.filter(({ phase }) => phase === 'load').map(({ name }) => name);
        } else if (flags[word] && at + 1 < words.length) flags[word](words[++at]);
        else throw new Error(`what is ${word}?`);
    }
    return options;
}
