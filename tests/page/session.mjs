// What the tests of the page share: a browser, what it is pointed at, and views that are closed after each test.
import { after, afterEach, before } from 'node:test';
import { launch, openPage, until } from './browser.mjs';
import { startTarget } from './target.mjs';

export let browser;
export let target;
const opened = [];
before(async () => {
    [browser, target] = await Promise.all([launch(), startTarget()]);
    await until(
        'acme-web is refused',
        async () => (await target.json('admin/figures')).refused_keys?.some((k) => k.id === 'acme-web'),
        60_000,
    );
});
after(async () => {
    await browser?.close();
    await target?.end();
});
afterEach(async () => {
    await target.ask('admin/overrides/key/acme-web', 'DELETE');
    for (const page of opened.splice(0)) await page.close();
});
export async function open(hash = '#/', options = {}) {
    const view = await openPage(browser, { url: target.url + hash, token: target.token, ...options });
    opened.push(view);
    await view.page.waitForSelector('main h1');
    return view;
}
export const overview = async (options) => {
    const view = await open('#/', options);
    await view.page.waitForSelector('text=Is it well?');
    return view;
};
export const raiseButton = (page) =>
    page.getByRole('button', { name: 'Raise the limit that refuses acme-web', exact: true });
export const dialogOf = (page) => page.getByRole('dialog');
export const refusedKeys = (page) => page.getByRole('table', { name: 'Keys that were refused most' });
