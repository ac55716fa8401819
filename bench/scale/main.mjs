// Holds the simulation against what was measured, then simulates what cannot be measured here.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capacityOf, casesOf } from './cases.mjs';
import { compare, comparisonTable } from './compare.mjs';
import { drawing } from './drawing.mjs';
import { fastestOf } from './fastest.mjs';
import { parseOptions, usage } from './options.mjs';
import { capacityTable, detailTable, heartbeatTable, keyTable, variantTable, withTable } from './report.mjs';

const folder = 'bench/scale';

function read(file) {
    if (!existsSync(file)) throw new Error(`no ${file}: bench/scale/measure writes it`);
    return readFileSync(file, 'utf8');
}

/// One after the other; what has been found so far stands in results.json.
function simulateAll(cases, costs, out) {
    mkdirSync(out, { recursive: true });
    const results = [];
    cases.forEach((one, at) => {
        const { nodes, shards, set, as } = one;
        process.stderr.write(`\r${at + 1} of ${cases.length}: ${nodes} nodes, ${shards} masters, ${set}, ${as}      `);
        results.push(capacityOf(costs, one));
        writeFileSync(join(out, 'results.json'), `${JSON.stringify({ costs, results }, null, 1)}\n`);
    });
    process.stderr.write('\n');
    return results;
}

function publish(tables, results) {
    writeFileSync(join(folder, 'scale.svg'), drawing(results));
    const { capacity, ...ours } = tables;
    for (const [file, inside] of [[join(folder, 'README.md'), ours], ['README.md', { capacity }]]) {
        const before = readFileSync(file, 'utf8');
        const after = Object.entries(inside).reduce((text, [name, table]) => withTable(text, name, table), before);
        writeFileSync(file, after);
    }
}

function main(words) {
    if (words.includes('--help')) return void process.stdout.write(usage);
    const options = parseOptions(words);
    const costs = JSON.parse(read(options.costs)), tables = {};
    let is_right = true;
    if (options.against !== 'none') {
        const compared = compare(costs, fastestOf(read(options.against)));
        is_right = compared.every(({ is_near }) => is_near);
        tables.comparison = comparisonTable(compared);
        process.stdout.write(`${tables.comparison}\n`);
    }
    if (!options.only_against) {
        const results = options.from
            ? JSON.parse(read(options.from)).results
            : simulateAll(casesOf(options), costs, options.out);
        Object.assign(tables, {
            capacity: capacityTable(results), detail: detailTable(results), variants: variantTable(results),
            key: keyTable(results), heartbeats: heartbeatTable(costs, options.nodes),
        });
        for (const name of ['capacity', 'detail', 'variants', 'key', 'heartbeats']) {
            process.stdout.write(`${tables[name]}\n`);
        }
        if (!options.from) process.stdout.write(`Written: ${join(options.out, 'results.json')}\n`);
        if (options.publish) publish(tables, results);
    }
    process.exitCode = is_right ? 0 : 1;
}

try {
    main(process.argv.slice(2));
} catch (error) {
    process.stderr.write(`bench/scale/run: ${error.message}\n`);
    process.exitCode = 2;
}
