// Starts all programs with one node each, then with four; runs the phases; judges; writes what came of it.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { limits } from './limits.mjs';
import { parseOptions, usage } from './options.mjs';
import { runPhase } from './phases.mjs';
import { killAll, setNiceness } from './processes.mjs';
import { never_run, programs } from './programs/all.mjs';
import { install, versionOf } from './programs/common.mjs';
import { Stack } from './stack.mjs';
import { all_rows } from './workload.mjs';
import { writeReport } from './report.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const say = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

function describe(options) {
    let commit = 'unknown';
    try {
        commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
    } catch { /* no repository */ }
    return {
        date: new Date().toISOString().slice(0, 19) + 'Z', commit, cores: cpus().length, cpu: cpus()[0].model,
        kernel: release(), node: process.version, redis: versionOf('redis-server', '--version'), seed: options.seed,
        limits,
    };
}

/// The programs that were asked for and are here, what the page says of them, and why the others are not.
function installed(context, options) {
    const skipped = { ...never_run }, about = [];
    const chosen = programs.filter((program) => {
        const { name, configuration, dimensions, windows } = program;
        if (!options.programs.includes(name)) return false;
        const { version, missing } = install(context, name);
        if (missing) {
            skipped[name] = missing;
            say(`${name} is skipped: ${missing}`);
        } else about.push({ name, version, configuration, dimensions, windows });
        return !missing;
    });
    return { chosen, about, skipped };
}

/// Starts what can be started; what can't is left out, and said.
async function startAll(chosen, nodes, context, left_out) {
    const stacks = chosen.filter((program) => program.node_counts.includes(nodes))
        .map((program) => new Stack(program, nodes, context));
    const started = await Promise.all(stacks.map((stack) => stack.start().then(() => true, async (problem) => {
        say(`${stack.name} is left out: ${problem.message}`);
        left_out[stack.name] = problem.message.split('\n')[0];
        await stack.stop();
        return false;
    })));
    return stacks.filter((_, at) => started[at]);
}

/// `keep` gets what is known so far after every phase, so that a run that is cut short leaves something.
async function runAll(chosen, context, options, keep) {
    const results = [], loads = [], left_out = {};
    const phases = ['load', 'restart', 'pause'].filter((phase) =>
        all_rows.some((row) => row.phase === phase && options.rows.includes(row.name)));
    for (const nodes of options.nodes) {
        say(`${nodes} node${nodes === 1 ? '' : 's'} of each program: they start`);
        const stacks = await startAll(chosen, nodes, context, left_out);
        for (const phase of phases) {
            if (stacks.length === 0) break;
            say(`phase ${phase}, ${stacks.map(({ name }) => name).join(', ')}`);
            const { verdicts, load } = await runPhase(phase, stacks, options);
            results.push(...verdicts);
            loads.push(load);
            keep({ results, loads, left_out });
        }
        await Promise.all(stacks.map((stack) => stack.stop()));
    }
    return { results, loads, left_out };
}

async function main() {
    let options;
    try {
        if (process.argv.includes('--help')) { console.log(usage); return 0; }
        options = parseOptions(process.argv.slice(2));
    } catch (problem) {
        console.error(`bench/truth/run: ${problem.message}\n\n${usage}`);
        return 2;
    }
    const published = options.publish ? join(root, 'bench/truth') : null;
    if (options.from !== null) {
        mkdirSync(options.out, { recursive: true });
        const report = JSON.parse(readFileSync(options.from, 'utf8'));
        Object.assign(report.skipped, never_run);
        writeReport(report, options.out, published);
        return 0;
    }
    if (options.nice !== null) setNiceness(options.nice);
    const work = mkdtempSync(join(tmpdir(), 'truth-'));
    chmodSync(work, 0o755);
    const context = { work, root, bin: resolve(options.bin) };
    const end = (code) => { killAll(); rmSync(work, { recursive: true, force: true }); process.exit(code); };
    process.on('SIGINT', () => end(130));
    process.on('SIGTERM', () => end(143));

    const { chosen, about, skipped } = installed(context, options);
    try {
        mkdirSync(options.out, { recursive: true });
        const machine = describe(options);
        const keep = (outcome, page = null) => {
            const report = { machine, programs: about, skipped, ...outcome };
            writeFileSync(join(options.out, 'results.json'), JSON.stringify(report, null, 1) + '\n');
            writeReport(report, options.out, page);
        };
        const outcome = await runAll(chosen, context, options, keep);
        keep(outcome, published);
        console.log(readFileSync(join(options.out, 'table.md'), 'utf8'));
        say(`written to ${options.out}`);
    } catch (problem) {
        console.error(problem);
        end(1);
    }
    end(0);
}

const code = await main();
if (code !== undefined) process.exit(code);
