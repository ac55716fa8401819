// Two nodes over one Redis: the page of one shows both, that one of them was killed, and that it is back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible, assertFits, launch, openPage, sizes, until } from './browser.mjs';
import { configuration, start, token } from './target.mjs';

const bin = process.env.WEIR_PAGE_BIN;
const hasRedis = (() => {
    try {
        return Boolean(execFileSync('redis-server', ['--version']));
    } catch {
        return false;
    }
})();
const work = mkdtempSync(join(tmpdir(), 'weir-cluster-'));
const running = [];
let browser;
let redisPort;

const freePort = () =>
    new Promise((done) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });
const node = (name, listen = '127.0.0.1:0') =>
    start(
        join(bin, 'weir'),
        [
            ...['--config', join(work, 'weir.json'), '--state-dir', join(work, name), '--listen', listen],
            ...['--admin', '127.0.0.1:0', '--store', `redis://127.0.0.1:${redisPort}`],
        ],
        'admin on ',
        { WEIR_PAGE_TOKEN: token, WEIR_PAGE_READ_TOKEN: 'page-test-read-token' },
    );
const listens = (weir) => /listening on ([^\s"]+)/.exec(weir.log())[1];

before(async () => {
    if (!hasRedis) return;
    redisPort = await freePort();
    running.push(
        await start('redis-server', ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--save', ''], '(Ready) to accept '),
    );
    const mock = await start(join(bin, 'weir-mock'), ['--listen', '127.0.0.1:0'], 'serving ');
    running.push(mock);
    writeFileSync(join(work, 'weir.json'), JSON.stringify(configuration(mock.found)));
    browser = await launch();
});
after(async () => {
    await browser?.close();
    for (const program of running.reverse()) await program.stop();
    rmSync(work, { recursive: true, force: true });
});

test('both nodes are shown; one that is killed is missed, and seen again', async (t) => {
    if (!hasRedis) return t.skip('there is no redis-server');
    const first = await node('first');
    const second = await node('second');
    running.push(first, second);
    const url = `http://${first.found}/`;
    const { page, assertClean, close } = await openPage(browser, { url, token });
    const heading = (text) => page.getByRole('heading', { name: text });
    await heading('Nodes 2 of 2 ready').waitFor();
    await page.getByText('all nodes count together').waitFor();

    second.child.kill('SIGKILL');
    await heading('Nodes 1 of 1 ready').waitFor({ timeout: 10_000 });
    await page.getByText(/^Node [\w-]+ is gone; it was last heard of at/).waitFor();
    assert.match(await page.locator('.verdict').getAttribute('class'), /warn/);
    await page.goto(`${url}#/cluster`);
    await page.getByText(/is gone; it was last heard of at/).waitFor();
    await assertAccessible(page, 'a node is gone');
    await page.setViewportSize(sizes.narrow);
    await assertFits(page, 'a node is gone');

    running.push(await node('second', listens(second)));
    await page.getByText(/is gone; it was last heard of at/).waitFor({ state: 'detached' });
    const nodes = page.getByRole('table', { name: 'Nodes' }).getByRole('rowheader');
    await until('both', async () => (await nodes.count()) === 2);
    assertClean();
    await close();
});

test('Redis that is away is said, and that it is back', async (t) => {
    if (!hasRedis) return t.skip('there is no redis-server');
    const [redis, , first] = running;
    const { page, assertClean, close } = await openPage(browser, { url: `http://${first.found}/`, token });
    await page.getByText('all nodes count together').waitFor();
    redis.child.kill('SIGSTOP');
    try {
        // Somebody has to ask for a decision before anybody knows.
        await until('that it is away', async () => {
            await fetch(`http://${listens(first)}/v1/chat/completions`, {
                method: 'POST',
                headers: { authorization: 'Bearer test-support-bot', 'content-type': 'application/json' },
                body: JSON.stringify({ model: 'gpt-4o', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }),
            });
            return page.getByText('Redis is away: each node enforces its share').isVisible();
        });
        assert.match(await page.locator('.verdict').getAttribute('class'), /warn/);
        await page.waitForTimeout(4000); // nobody hears of anybody meanwhile
        assert.equal(await page.getByText('is gone').count(), 0);
    } finally {
        redis.child.kill('SIGCONT');
    }
    await page.getByText('all nodes count together').waitFor();
    assert.equal(await page.getByText('is gone').count(), 0);
    assertClean();
    await close();
});
