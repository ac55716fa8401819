// A browser for the tests: pages that remember what went wrong in them, what they fetched, and how much of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const tools = createRequire(join(process.env.WEIR_PAGE_TOOLS ?? '.', 'x.js'));
const { chromium } = tools('playwright-core');
const axe = readFileSync(tools.resolve('axe-core/axe.min.js'), 'utf8');

export const sizes = { narrow: { width: 390, height: 844 }, wide: { width: 1440, height: 900 } };
export const looks = Object.entries(sizes).flatMap(([size, viewport]) =>
    ['light', 'dark'].map((colorScheme) => ({ name: `${size} ${colorScheme}`, viewport, colorScheme })),
);

/** --no-sandbox: in containers there are no user namespaces; the pages are our own. */
export const launch = () =>
    chromium.launch({ executablePath: process.env.WEIR_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

/** A page of its own context. */
export async function openPage(
    browser,
    { url, token, viewport = sizes.wide, colorScheme = 'light', reducedMotion = 'reduce' } = {},
) {
    const context = await browser.newContext({ viewport, colorScheme, reducedMotion, acceptDownloads: true });
    if (token) await context.addInitScript((value) => sessionStorage.setItem('weir-admin-token', value), token);
    const page = await context.newPage();
    const wrong = [];
    const requests = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && wrong.push(message.text()));
    page.on('pageerror', (error) => wrong.push(`${error.message}\n${error.stack}`));
    page.on('dialog', (dialog) => (wrong.push(`a script of somebody else ran: ${dialog.message()}`), dialog.dismiss()));
    page.on('request', (request) => requests.push(request.url()));
    let bytes = 0;
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    session.on('Network.loadingFinished', (event) => (bytes += event.encodedDataLength));
    if (url) await page.goto(url);
    return {
        page,
        context,
        requests,
        transferred: () => bytes,
        /** Nothing on the console but what is expected (a pattern), nothing from elsewhere. */
        assertClean(expected = /^$/) {
            assert.deepEqual(
                wrong.filter((text) => !expected.test(text)),
                [],
            );
            const { protocol, origin } = new URL(page.url());
            const own = protocol === 'file:' ? page.url() : origin;
            assert.deepEqual(
                requests.filter((request) => !request.startsWith(own) && !/^(blob|data):/.test(request)),
                [],
            );
        },
        close: () => context.close(),
    };
}

/** No finding of axe that is serious or critical. */
export async function assertAccessible(page, what) {
    // Not as an element of the page: its policy would not let it in.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
        globalThis.axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }),
    );
    const grave = violations
        .filter((v) => ['serious', 'critical'].includes(v.impact))
        .map(
            (v) =>
                `${v.id}: ${v.help}: ${v.nodes
                    .slice(0, 3)
                    .map((n) => `${n.target} ${n.failureSummary}`)
                    .join(' | ')}`,
        );
    assert.deepEqual(grave, [], what);
}

/** Nothing lies beside the screen, and no text is cut off where it cannot be scrolled to. */
export async function assertFits(page, what) {
    const found = await page.evaluate(() => {
        const bad = [];
        if (document.documentElement.scrollWidth > innerWidth)
            bad.push(`the page is ${document.documentElement.scrollWidth} px wide of ${innerWidth}`);
        for (const card of document.querySelectorAll('.card'))
            if (card.offsetWidth < Math.min(300, innerWidth - 60)) bad.push(`a card of ${card.offsetWidth} px`);
        for (const node of document.querySelectorAll('main *, header *, dialog *')) {
            const style = getComputedStyle(node);
            if (!node.offsetParent || node.closest('.sr, thead') || ['auto', 'scroll'].includes(style.overflowX))
                continue;
            const cuts =
                style.overflowX === 'hidden' && node.scrollWidth > node.clientWidth + 1 && node.textContent.trim();
            if (cuts) bad.push(`cut: ${node.className} ${node.textContent.slice(0, 60)}`);
        }
        return bad;
    });
    assert.deepEqual(found, [], what);
}

/** Waits until `check` is true; fails with what it says. */
export async function until(what, check, ms = 15_000) {
    const end = performance.now() + ms;
    for (;;) {
        const value = await check();
        if (value) return value;
        assert.ok(performance.now() < end, `never came: ${what}`);
        await new Promise((done) => setTimeout(done, 100));
    }
}
