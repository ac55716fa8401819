// The pictures: tests/page/screenshots says how.
import { join } from 'node:path';
import { launch, openPage, sizes, until } from './browser.mjs';
import { shown } from './shown_world.mjs';
import { startTarget } from './target.mjs';

const out = process.argv[2];
const [browser, target] = await Promise.all([launch(), startTarget([], shown)]);
await until(
    'acme-web is refused',
    async () => (await target.json('admin/figures')).refused_keys?.some((k) => k.id === 'acme-web'),
    60_000,
);

async function picture(
    name,
    { hash = '#/', viewport = sizes.wide, colorScheme = 'light', seconds = 2, prepare = async () => {} },
) {
    const { page, close } = await openPage(browser, {
        url: target.url + hash,
        token: target.token,
        viewport,
        colorScheme,
    });
    await page.waitForSelector('main .card');
    await page.waitForTimeout(seconds * 1000);
    await prepare(page);
    await page.screenshot({ path: join(out, `${name}.png`) });
    await close();
}

const seconds = Number(process.env.WEIR_PAGE_SECONDS ?? 65); // so that the charts show something
const tall = { width: 1440, height: 1180 };
await Promise.all([
    picture('overview', { viewport: tall, seconds }),
    picture('overview-dark', { viewport: tall, seconds, colorScheme: 'dark' }),
    picture('overview-narrow', { viewport: sizes.narrow, seconds, colorScheme: 'dark' }),
]);
await picture('key', { hash: '#/keys/acme-web', viewport: { width: 1440, height: 960 } });
await picture('key-narrow', { hash: '#/keys/acme-web', viewport: sizes.narrow });
await picture('raise', {
    prepare: async (page) => {
        await page.getByRole('button', { name: 'Raise the limit that refuses acme-web', exact: true }).click();
        await page.getByLabel('Reason').fill('Launch day');
        await page.waitForTimeout(500);
    },
});
await picture('usage', { hash: '#/usage' });
if (!target.isForeign)
    await picture('disconnected', {
        seconds: Math.min(seconds, 40),
        prepare: async (page) => {
            await target.stop();
            await page.getByText('The connection to the node is lost.').waitFor();
            await page.waitForTimeout(2500);
        },
    });
await browser.close();
await target.end();
process.exit(0);
