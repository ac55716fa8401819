// The operator's page in a browser: what it shows, what it changes, and that everybody can use it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertFits, looks, openPage, sizes, until } from './browser.mjs';
import { browser, dialogOf, open, overview, raiseButton, refusedKeys, target } from './session.mjs';

test('the five questions are answered, with what the load did', async () => {
    const { page, assertClean } = await overview();
    for (const question of [
        'Is it well?',
        'Is anybody being refused?',
        'How full are we?',
        'How fast?',
        'What just happened?',
    ])
        await page.getByRole('heading', { name: question }).waitFor();
    const row = refusedKeys(page).getByRole('row').filter({ hasText: 'acme-web' });
    assert.match(await row.innerText(), target.refusedBy);
    const requests = Number(
        (await page.locator('.figure', { hasText: 'requests a second' }).locator('b').innerText()).replace(/,/g, ''),
    );
    assert.ok(requests > 0, 'requests a second');
    await page
        .getByRole('meter', { name: /acme-web/ })
        .first()
        .waitFor();
    await page.getByRole('table', { name: 'The last refusals and errors' }).getByText('429').first().waitFor();
    assertClean();
});

test('it follows by itself', async () => {
    const { page } = await overview();
    const read = () => page.locator('.figures').first().innerText();
    const first = await read();
    await until('other figures', async () => (await read()) !== first, 8000);
});

test('a lost connection is seen, and a restarted node found again', async (t) => {
    if (target.isForeign) return t.skip('a weir that was not started here is not stopped');
    const { page, assertClean } = await overview();
    await target.stop();
    try {
        await page.getByText('The connection to the node is lost.').waitFor({ timeout: 10_000 });
        assert.ok(await page.evaluate(() => document.documentElement.classList.contains('stale')));
        assert.match(await page.locator('#connection').innerText(), /lost/);
        await assertAccessible(page, 'disconnected');
    } finally {
        await target.start();
    }
    await page.getByText('The connection to the node is lost.').waitFor({ state: 'detached', timeout: 20_000 });
    assert.equal(await page.evaluate(() => document.documentElement.classList.contains('stale')), false);
    assertClean(/Failed to load resource|net::ERR/);
    await until(
        'acme-web is refused again',
        async () => (await target.json('admin/figures')).refused_keys.some((k) => k.id === 'acme-web'),
        90_000,
    );
});

test('a limit is raised by keyboard alone, and put back', async () => {
    const { page, assertClean } = await overview();
    await raiseButton(page).focus();
    await page.keyboard.press('Enter');
    const dialog = dialogOf(page);
    const field = dialog.getByLabel('New limit', { exact: true });
    await field.waitFor();
    assert.ok(await field.evaluate((node) => node === document.activeElement), 'the focus is on the new limit');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('100000');
    assert.match(await dialog.innerText(), /key\/acme-web may use 100,000 .* per minute until/);
    await page.keyboard.press('Enter');
    await page
        .locator('#notes')
        .getByText(/^Raised\. key\/acme-web may use 100,000/)
        .waitFor();
    const { overrides } = await target.json('admin/overrides');
    assert.ok(overrides.find((o) => o.target === 'key/acme-web').until);
    if (target.refusedSince) {
        await new Promise((done) => setTimeout(done, 1500));
        const since = performance.now();
        await until('requests are let in', () => target.servedSince(since) > 5);
        assert.equal(target.refusedSince(since), 0, 'the 429s stop');
    }
    await page.locator('#notes').getByRole('button', { name: 'Undo' }).click();
    await page
        .locator('#notes')
        .getByText(/^Undone/)
        .waitFor();
    assert.equal(
        (await target.json('admin/overrides')).overrides.some((o) => o.target === 'key/acme-web'),
        false,
    );
    assertClean();
});

test('a limit on a model is raised where that reaches it', async (t) => {
    if (!target.refusedOnModel) return t.skip('nothing here limits a key on a model');
    const { page, assertClean } = await overview();
    await page
        .getByRole('button', { name: `Raise the limit that refuses ${target.refusedOnModel}`, exact: true })
        .click({ timeout: 60_000 });
    const dialog = dialogOf(page);
    await dialog.getByText('those on models included').waitFor();
    await dialog.getByLabel('This key alone').check();
    await dialog.getByText('This does not reach the limit that refuses the key').waitFor();
    await dialog.getByLabel('Each key of the tier').check();
    await dialog.getByText('This does not reach').waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Raise', exact: true }).click();
    await page
        .locator('#notes')
        .getByText(/^Raised/)
        .waitFor();
    const { limits } = await target.json(`admin/keys/${target.refusedOnModel}`);
    assert.equal(limits.find((level) => level.scope === 'model').limit, 20);
    await target.ask('admin/overrides/tier/evaluation', 'DELETE');
    assertClean();
});

test('a dialog keeps the focus, and gives it back', async () => {
    const { page } = await overview();
    await raiseButton(page).focus();
    await page.keyboard.press('Enter');
    await dialogOf(page).getByLabel('New limit', { exact: true }).waitFor();
    for (let i = 0; i < 30; ++i) {
        await page.keyboard.press('Tab');
        assert.ok(
            await page.evaluate(
                () => document.activeElement === document.body || Boolean(document.activeElement.closest('dialog')),
            ),
            'inside',
        );
    }
    await page.keyboard.press('Escape');
    await until('the button has the focus again', () =>
        raiseButton(page).evaluate((node) => node === document.activeElement),
    );
});

test('somebody else was faster: said, and left to choose', async () => {
    const { page, assertClean } = await overview();
    await raiseButton(page).click();
    const dialog = dialogOf(page);
    await dialog.getByLabel('New limit', { exact: true }).fill('70000');
    await target.ask('admin/overrides', 'POST', { target: 'key/support-bot', factor: 2, reason: 'meanwhile' });
    await dialog.getByRole('button', { name: 'Raise', exact: true }).click();
    await dialog.getByText('Somebody else was faster.').waitFor();
    await assertAccessible(page, 'conflict');
    await dialog.getByRole('button', { name: 'Do it all the same' }).click();
    await page
        .locator('#notes')
        .getByText(/^Raised/)
        .waitFor();
    assertClean(/412/);
});

test('the whole page is reached by Tab alone', async () => {
    const { page } = await open('#/keys');
    await page.getByRole('table', { name: 'Keys' }).waitFor();
    await page.evaluate(() => document.activeElement.blur());
    const names = [];
    for (let i = 0; i < 16; ++i) {
        await page.keyboard.press('Tab');
        names.push(
            await page.evaluate(() => {
                const node = document.activeElement;
                const style = getComputedStyle(node);
                return `${node.textContent.trim() || node.getAttribute('placeholder') || node.tagName}${style.outlineStyle === 'none' ? ' WITHOUT OUTLINE' : ''}`;
            }),
        );
    }
    assert.deepEqual(
        names.filter((name) => name.endsWith('WITHOUT OUTLINE')),
        [],
    );
    for (const name of [
        'Skip to the figures',
        'Overview',
        'Keys',
        'Usage',
        'Cluster',
        'Create a key…',
        'Search keys by id…',
    ])
        assert.ok(names.includes(name), `${name} in ${names}`);
});

test('a refusal is filtered for and shown whole', async () => {
    const { page, assertClean } = await overview();
    await page.getByLabel('Filter by key').fill('acme-web 429');
    const rows = page.getByRole('table', { name: 'The last refusals and errors' }).getByRole('row');
    await until('only acme-web', async () => {
        const texts = (await rows.allInnerTexts()).slice(1);
        return texts.length && texts.every((text) => text.includes('acme-web'));
    });
    await rows.nth(1).getByRole('button').click();
    for (const name of ['Request id', 'Refused by', 'Asked for', 'Added by weir'])
        await dialogOf(page).getByText(name, { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    assertClean();
});

test('usage is added up, and downloaded', async () => {
    const { page, assertClean } = await open('#/usage');
    await page
        .getByRole('table', { name: /^Usage from/ })
        .getByText('acme-web')
        .waitFor();
    await page.getByLabel('model').check();
    await page.getByRole('columnheader', { name: 'Model' }).waitFor();
    const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^weir-usage-.*\.csv$/);
    assertClean();
});

test('the token is asked once, and kept in the tab', async () => {
    const { page, assertClean } = await openPage(browser, { url: target.url });
    const dialog = page.getByRole('dialog', { name: 'Admin token' });
    await dialog.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await dialog.getByText('does not know this token').waitFor();
    await assertAccessible(page, 'token');
    await dialog.getByLabel('Token').fill(target.token);
    await page.keyboard.press('Enter');
    await page.getByText('Is it well?').waitFor();
    await page.reload();
    await page.getByText('Is it well?').waitFor();
    assert.equal(await dialog.count(), 0);
    assertClean(/401/);
    await page.context().close();
});

test('a token that may only read is told so', async (t) => {
    if (target.isForeign) return t.skip('the read token is not known');
    const { page, assertClean } = await overview({ token: target.readToken });
    await raiseButton(page).click();
    await dialogOf(page).getByRole('button', { name: 'Raise', exact: true }).click();
    await dialogOf(page).getByText('This token may only read.').waitFor();
    assertClean(/403/);
});

test('what it loads comes from the node, and is small', async () => {
    const { page, requests, transferred, assertClean } = await overview();
    await page.waitForTimeout(500);
    const bytes = transferred();
    assert.ok(bytes > 50_000 && bytes <= 150 * 1024, `${bytes} bytes`);
    assert.ok(requests.length < 40, `${requests.length} requests`);
    const { headers } = await fetch(target.url, { headers: { accept: 'text/html' } });
    assert.match(headers.get('content-security-policy'), /default-src 'none'/);
    assert.doesNotMatch(headers.get('content-security-policy'), /unsafe/);
    const licence = await (await fetch(new URL('licenses.txt', target.url))).text();
    assert.match(licence, /Chart\.js Contributors/i);
    assertClean();
});

test('the colours can be chosen', async () => {
    const { page } = await overview({ colorScheme: 'light' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole('button', { name: 'Dark' }).click();
    await until('dark', async () => (await ground()) !== light);
    await page.reload();
    assert.notEqual(await ground(), light);
});

const views = ['#/', '#/keys', '#/keys/acme-web', '#/usage', '#/cluster'];
for (const look of looks)
    test(`everybody can use it, and nothing is cut: ${look.name}`, async () => {
        const { page, assertClean } = await overview({ viewport: look.viewport, colorScheme: look.colorScheme });
        for (const view of views) {
            await page.goto(target.url + view);
            await page.waitForSelector('main .card table, main .level, main .empty');
            await page.waitForTimeout(400);
            await assertFits(page, `${view} ${look.name}`);
            await assertAccessible(page, `${view} ${look.name}`);
        }
        await page.goto(`${target.url}#/keys/acme-web`);
        for (const name of ['Raise a limit…', 'Edit…', 'Rotate…', 'Disable…']) {
            await page.getByRole('button', { name }).click();
            await page.locator('dialog').waitFor();
            if (name === 'Edit…') await page.locator('dialog').getByRole('button', { name: 'Add a limit' }).click();
            await page.waitForTimeout(300);
            await assertFits(page, `${name} ${look.name}`);
            await assertAccessible(page, `${name} ${look.name}`);
            await page.keyboard.press('Escape');
        }
        assertClean();
    });

test('the page zoomed to 200% of 390 px still fits', async () => {
    const { page } = await overview({ viewport: { ...sizes.narrow, width: 320 } });
    await assertFits(page, '320 px');
});
