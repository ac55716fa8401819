// The page of weir-load's report in a browser: what it shows, and that it can be read on every screen.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { assertAccessible, assertFits, launch, looks, openPage, sizes } from './browser.mjs';
import { start } from './target.mjs';

const bin = process.env.WEIR_PAGE_BIN;
const work = mkdtempSync(join(tmpdir(), 'weir-report-'));
const url = `file://${work}/report.html`;
const running = [];
let browser;
let refuses = false;
before(async () => {
    browser = await launch();
    const mock = await start(join(bin, 'weir-mock'), ['--listen', '127.0.0.1:0'], 'serving ');
    running.push(mock);
    let to = mock.found;
    if (existsSync(join(bin, 'weir'))) {
        refuses = true;
        const weir = await start(
            join(bin, 'weir'),
            ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--upstream', mock.found],
            'admin on ',
            { RPM_LIMIT: '20', WEIR_UNKNOWN_KEYS: 'default_tier' },
        );
        running.push(weir);
        to = `http://${/listening on ([^\s"]+)/.exec(weir.log())[1]}`;
    }
    await promisify(execFile)(join(bin, 'weir-load'), [
        '--targets',
        to,
        '--keys',
        '24',
        '--concurrent',
        '10',
        '--rate',
        '200',
        '--duration',
        '4',
        '--stream',
        '--report',
        work,
    ]);
});
after(async () => {
    await browser?.close();
    for (const program of running) await program.stop();
    rmSync(work, { recursive: true, force: true });
});

test('it shows what was measured', async () => {
    const { page, assertClean, close } = await openPage(browser, { url });
    const headings = await page.getByRole('heading').allInnerTexts();
    for (const heading of [
        'weir-load report',
        'Latency by percentile',
        'How latencies spread',
        'Answers over time',
        'p99 over time',
        'By key',
        'Latency, ms',
        'Outcomes',
        'Answers by status, and failures',
        'Connections',
        'weir-load itself',
        ...(refuses ? ['Refused by'] : []),
    ])
        assert.ok(headings.includes(heading), heading);
    assert.equal(await page.locator('.bars').first().locator('li').count(), 24);
    const text = await page.locator('.bars').first().locator('li').first().innerText();
    assert.match(text, /load-key-\d+/);
    assert.match(text, /\d+ of \d+ admitted/);
    if (refuses) assert.match(await page.locator('main').innerText(), /key\/requests\/1m/);
    assert.equal(await page.locator('.plot svg[role=img][aria-label]').count(), 4);
    assertClean();
    await close();
});

test('plots take the width that there is, and text keeps its size', async () => {
    const { page, close } = await openPage(browser, { url, viewport: sizes.narrow });
    assert.equal(await page.locator('.plot svg').count(), 4);
    const scale = () =>
        page.evaluate(() =>
            [...document.querySelectorAll('.plot svg')].map(
                (svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width,
            ),
        );
    for (const factor of await scale())
        assert.ok(Math.abs(factor - 1) < 0.02, `text is drawn at ${factor} of its size`);
    await page.setViewportSize(sizes.wide);
    await page.waitForTimeout(200);
    for (const factor of await scale()) assert.ok(Math.abs(factor - 1) < 0.02, `after a change: ${factor}`);
    await close();
});

for (const look of looks)
    test(`everybody can read it, and nothing is cut: ${look.name}`, async () => {
        const { page, assertClean, close } = await openPage(browser, {
            url,
            viewport: look.viewport,
            colorScheme: look.colorScheme,
        });
        for (const summary of await page.locator('summary').all()) await summary.click();
        await assertFits(page, look.name);
        const cut = await page.evaluate(
            () =>
                [...document.querySelectorAll('td, th, .bars .text')].filter(
                    (node) => !node.closest('.sr, details') && node.getBoundingClientRect().right > innerWidth,
                ).length,
        );
        assert.equal(cut, 0);
        await assertAccessible(page, look.name);
        assertClean();
        await close();
    });

test('the colours and the tables are reached by keyboard', async () => {
    const { page, close } = await openPage(browser, { url, colorScheme: 'light' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.colors), 'dark');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.ok(await page.evaluate(() => document.querySelector('details').open));
    await close();
});
