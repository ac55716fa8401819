// Tables, the page's generated part, and where marks stand in the picture.
import assert from 'node:assert/strict';
import test from 'node:test';
import { drawing, position, verdictOf } from './drawing.mjs';
import { booksText, markdown, percentText, replaceGenerated, tsv } from './report.mjs';

const result = (program, nodes, worst) => ({
    program, nodes, phase: 'load', row: 'steady', binds: 'requests', sent: 10, received: 5, refused: 5, neither: 0,
    worst, surely: worst, decided_requests_percent: null, usable_share: 99.95, refused_with_room: 1,
    longest_way_ms: 2.5, returns: null, books: { requests: { books: 6, log: 5 } }, remarks: {},
});
const report = {
    machine: { limits: { requests: 1, input: 2, output: 3, total: 4 } }, loads: [], skipped: { x: 'is not there' },
    left_out: {}, results: [result('a', 4, 100.8), result('a', 1, 100), result('b', 1, 200)],
    programs: ['a', 'b'].map((name) =>
        ({ name, version: '1', dimensions: ['requests'], windows: 'w', configuration: 'c' })),
};

test('100.8 is not shown as 100 or 101', () => {
    assert.deepEqual([100, 100.8, 99.6, 57.3, 200, null].map(percentText),
        ['100', '100.8', '99.6', '57', '200', '–']);
});

test('cells hold one node before four', () => {
    const text = markdown(report);
    assert.match(text, /\| steady \| 100 \/ 100\.8 \| 200 \|/);
    assert.match(text, /- x: is not there/);
});

test('books in percent of the log', () => {
    assert.equal(booksText(report.results[0]), '120');
    assert.equal(booksText({ books: null }), '–');
});

test('lines of a TSV have as many cells as its head', () => {
    const [head, ...lines] = tsv(report.results).trimEnd().split('\n').map((line) => line.split('\t').length);
    assert.ok(lines.length === 3 && lines.every((cells) => cells === head));
});

test('only what stands between the markers is replaced', () => {
    const page = 'a\n<!-- generated: begin -->\nold\n<!-- generated: end -->\nb\n';
    assert.equal(replaceGenerated(page, 'new'), 'a\n<!-- generated: begin -->\n\nnew\n<!-- generated: end -->\nb\n');
    assert.throws(() => replaceGenerated('nothing', 'new'));
});

test('the picture is logarithmic, clipped, and well formed', () => {
    assert.equal(position(50, 90), 0);
    assert.equal(position(10, 90), 0);
    assert.ok(Math.abs(position(100, 90) - 30) < 1e-9);
    assert.equal(position(4000, 90), 90);
    const verdicts = [100, 100.8, 106].map((worst) => verdictOf(result('a', 1, worst)));
    assert.deepEqual(verdicts, ['holds', 'nearly', 'over']);
    assert.equal(verdictOf({ ...result('a', 1, 116), surely: 100 }), 'nearly');
    const picture = drawing(report);
    assert.equal(picture.split('<text').length, picture.split('</text>').length);
    assert.doesNotMatch(picture, /NaN|undefined/);
});
