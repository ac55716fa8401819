// Keys on the operator's page, in a browser: found, made, changed, and those that are none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, until } from './browser.mjs';
import { dialogOf, open, target } from './session.mjs';

test('of a key that is not configured it says what can be done', async () => {
    const { page, assertClean } = await open('#/keys');
    await page
        .getByRole('link', { name: /^unknown-/ })
        .first()
        .click();
    await page.getByText('This key is not configured').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Reset…' }).count(), 0);
    await page.getByRole('button', { name: 'Raise the tier default…' }).click();
    await dialogOf(page)
        .getByText(/^Each key of tier\/default may use/)
        .waitFor();
    await assertAccessible(page, 'raise a tier');
    await dialogOf(page).getByRole('button', { name: 'create a key' }).click();
    await dialogOf(page).getByLabel('SHA-256 of the secret').waitFor();
    assertClean();
});

test('keys are searched, sorted and paged', async () => {
    const { page, assertClean } = await open('#/keys');
    const table = page.getByRole('table', { name: 'Keys' });
    await table.getByRole('link', { name: 'support-bot' }).waitFor();
    await page.getByLabel('Sort by').selectOption('id');
    const first = 'acme-batch';
    await until('sorted by id', async () => (await table.getByRole('rowheader').first().innerText()) === first);
    await page.getByRole('button', { name: 'Next →' }).click();
    await until('another page', async () => (await table.getByRole('rowheader').first().innerText()) !== first);
    assert.match(await page.getByRole('navigation', { name: 'Pages of keys' }).innerText(), /51–100 of/);
    await page.getByRole('button', { name: '← Before' }).click();
    await until('the first page again', async () => (await table.getByRole('rowheader').first().innerText()) === first);
    await page.getByLabel('Search keys by id').fill('support');
    await until('one row', async () => (await table.getByRole('rowheader').count()) === 1);
    await page.getByLabel('Search keys by id').fill('no such key anywhere');
    await page.getByText('No key matches').waitFor();
    assertClean();
});

test('a key is made, edited, rotated, disabled, enabled and deleted', async () => {
    await target.ask('admin/keys/page-made', 'DELETE');
    const { page, assertClean } = await open('#/keys');
    const notes = page.locator('#notes');
    const dialog = dialogOf(page).or(page.getByRole('alertdialog'));
    await page.getByRole('button', { name: 'Create a key…' }).click();
    await dialog.getByLabel('Id (').fill('page-made');
    await until('the tiers are there', () => dialog.getByLabel('Tier').evaluate((node) => node.options.length > 1));
    await dialog.getByRole('button', { name: 'Create' }).click();
    assert.match(await dialog.locator('#secret').innerText(), /^weir-[\w-]{43}$/);
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('heading', { name: 'page-made', level: 1 }).waitFor();

    await page.getByRole('button', { name: 'Edit…' }).click();
    await dialog.getByRole('button', { name: 'Add a limit' }).click();
    await dialog.getByLabel('Limit', { exact: true }).fill('7');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await notes.getByText('page-made was changed: limits.').waitFor();
    assert.equal((await target.json('admin/keys/page-made')).document.limits.rpm, 7);
    await page
        .getByRole('meter', { name: /requests per minute/ })
        .first()
        .waitFor();

    await page.getByRole('button', { name: 'Rotate…' }).click();
    await dialog.getByRole('button', { name: 'Rotate', exact: true }).click();
    assert.match(await dialog.locator('#secret').innerText(), /^weir-/);
    await page.keyboard.press('Escape');
    await page.getByText('valid for another').waitFor();

    for (const [button, sure, said] of [
        ['Disable…', 'Disable it', 'is disabled'],
        ['Enable', 'Enable it', 'is enabled'],
        ['Delete…', 'Delete it', 'was deleted'],
    ]) {
        await page.getByRole('button', { name: button }).click();
        await dialog.getByRole('button', { name: sure }).click();
        await notes.getByText(said).waitFor();
    }
    assert.equal((await target.ask('admin/keys/page-made')).status, 404);
    assertClean();
});

test('a document with mistakes is answered with all of them', async () => {
    const { page, assertClean } = await open('#/keys');
    await page.getByRole('button', { name: 'Create a key…' }).click();
    const dialog = dialogOf(page);
    await dialog.getByLabel('Id (').fill('not a name');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByRole('alert').getByText('$.id').waitFor();
    assertClean(/422/);
});

test('what others send is text and nothing else', async () => {
    const { page, assertClean } = await open('#/usage');
    await page.getByLabel('model').check();
    await page.getByRole('columnheader', { name: 'Model' }).waitFor();
    await page.goto(`${target.url}#/keys/${encodeURIComponent('<img src=x onerror=alert(2)>')}`);
    await page.getByText('There is no such key').waitFor();
    assert.equal(await page.locator('main img, main script').count(), 0);
    assertClean(/400|404/);
});

test('a key shows its last days by hour, what is expected, and which limits would do', async () => {
    const { page, assertClean } = await open('#/keys/acme-web');
    const days = page.getByRole('region', { name: 'The last days, and the next' });
    await days.waitFor();
    assert.equal(await days.getByRole('img').count(), 3);
    const label = await days.getByRole('img').first().getAttribute('aria-label');
    assert.match(label, /^requests by hour: [\d,]+ within the last 24 hours/);
    const limits = page.getByRole('table', { name: 'Recommended limits' });
    assert.ok((await limits.getByRole('rowheader').allInnerTexts()).includes('output tokens per minute'));
    const told = await target.json('admin/keys/acme-web/forecast');
    if (told.forecast.length) {
        assert.match(label, /[\d,]+ expected within the next 24$/);
        await days.getByText(/^(At this rate|It has reached)/).first().waitFor();
    } else {
        await days.getByText('a forecast takes three hours of history').waitFor();
        await limits.getByText(/^takes 24 hours with requests, there are \d+$/).first().waitFor();
    }
    await days.getByText('As a table').click();
    await days.getByRole('table', { name: 'The last and the next hours' }).getByRole('row').first().waitFor();
    await assertAccessible(page, 'the last days of a key');
    assertClean();
});
