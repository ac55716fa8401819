// The page's frame: which view is shown, the connection's state, the colours, the token.
import { keepToken, onUnauthorized, token } from './api.js';
import { redrawCharts } from './charts.js';
import { clusterView } from './cluster.js';
import { h, render } from './dom.js';
import { duration, timeOfDay } from './format.js';
import { verdict } from './health.js';
import { keysView } from './keys.js';
import { keyView } from './key.js';
import { lastSeconds, live, onFigures, reconnect, start } from './live.js';
import { overview } from './overview.js';
import { onRedraw, redraw } from './redraw.js';
import { askForToken } from './token_dialog.js';
import { usageView } from './usage.js';

const routes = [
    ['#/', 'Overview', overview],
    ['#/keys', 'Keys', keysView],
    ['#/usage', 'Usage', usageView],
    ['#/cluster', 'Cluster', clusterView],
];
let view = null;
let argument = '';
let ever = false;

function route() {
    const hash = location.hash || '#/';
    const key = /^#\/keys\/(.+)$/.exec(hash);
    const next = key ? keyView : (routes.find(([path]) => path === hash.split('?')[0])?.[2] ?? overview);
    let name = '';
    try {
        name = key ? decodeURIComponent(key[1]) : '';
    } catch {
        name = key[1];
    }
    if (next === view && name === argument) return;
    view?.stop?.();
    view = next;
    argument = name;
    document.title = `${name || view.title} · weir`;
    view.start?.(name);
    draw();
    scrollTo(0, 0);
    if (ever) document.querySelector('main h1')?.focus();
    ever = true;
}

const statusTexts = {
    connecting: 'connecting',
    live: 'live',
    lost: 'disconnected',
    unauthorized: 'token needed',
    resting: 'paused',
};
function head() {
    const { figures } = live;
    const kind =
        live.status === 'live'
            ? figures
                ? verdict(figures, lastSeconds(), live.gone).kind
                : 'good'
            : live.status === 'connecting' || live.status === 'resting'
              ? ''
              : 'bad';
    const dark = globalThis.weirTheme.current() === 'dark';
    return h(
        'div',
        { class: 'top' },
        h(
            'a',
            { class: 'brand', href: '#/' },
            h(
                'svg',
                { viewBox: '0 0 32 32', 'aria-hidden': 'true' },
                h('path', { d: 'M2 9c4 0 4 3 8 3s4-3 8-3', class: 'water' }),
                h('path', { d: 'M18 9v7M14 23c4 0 4 3 8 3s4-3 8-3', class: 'water' }),
                h('path', { d: 'M18 9h4v17', class: 'wall' }),
            ),
            'weir',
        ),
        h(
            'nav',
            { 'aria-label': 'Views' },
            routes.map(([path, text, of]) =>
                h(
                    'a',
                    {
                        href: path,
                        key: path,
                        'aria-current': view === of || (of === keysView && view === keyView) ? 'page' : null,
                    },
                    text,
                ),
            ),
        ),
        h(
            'div',
            { class: 'right' },
            h(
                'span',
                {
                    class: `connection ${kind}`,
                    title: figures ? `figures of ${timeOfDay(figures.now)}, told by ${figures.node}` : null,
                },
                h('i', { class: 'dot', 'aria-hidden': 'true' }),
                h('span', null, statusTexts[live.status]),
                figures ? h('small', null, figures.node) : null,
            ),
            h(
                'button',
                { type: 'button', class: 'quiet', onClick: () => globalThis.weirTheme.toggle() },
                dark ? 'Light' : 'Dark',
            ),
            token() ? h('button', { type: 'button', class: 'quiet', onClick: forgetToken }, 'Forget token') : null,
        ),
    );
}

function banner() {
    if (live.status === 'live' || live.status === 'resting' || (live.status === 'connecting' && !live.lostAt))
        return null;
    const unauthorized = live.status === 'unauthorized';
    const left = Math.max(0, live.retryAt - Date.now());
    return h(
        'div',
        { class: 'banner' },
        h(
            'p',
            null,
            h(
                'strong',
                null,
                unauthorized ? 'The node asks for the admin token. ' : 'The connection to the node is lost. ',
            ),
            live.figures
                ? `What you see is from ${timeOfDay(live.receivedAt)}, ${duration(Date.now() - live.receivedAt)} ago. `
                : '',
            unauthorized
                ? ''
                : `${live.reason ? `${live.reason}. ` : ''}${left > 300 ? `Trying again in ${duration(left)}.` : 'Trying again…'}`,
        ),
        unauthorized
            ? h(
                  'button',
                  { type: 'button', class: 'small', onClick: () => askForToken({ done: reconnect }) },
                  'Enter the token',
              )
            : h('button', { type: 'button', class: 'small', onClick: reconnect }, 'Try now'),
    );
}

function forgetToken() {
    keepToken('');
    location.reload();
}

let said = '';
/** To screen readers only what changed, not the seconds. */
function sayConnection() {
    const text =
        {
            lost: 'The connection is lost. The figures are out of date.',
            live: said ? 'Connected again.' : '',
            unauthorized: 'The node asks for the admin token.',
        }[live.status] ?? said;
    if (text === said) return;
    said = text;
    document.getElementById('connection').textContent = text;
}

/** A node of another version may say something that a view does not know: that is said, and the page goes on. */
function shown() {
    try {
        return view.render();
    } catch (error) {
        console.error(error);
        return h(
            'div',
            { class: 'card' },
            h('h1', { tabindex: '-1' }, view.title),
            h(
                'p',
                { class: 'problem', role: 'alert' },
                `This cannot be shown: ${error.message}. Reload the page; it may be older than the node.`,
            ),
        );
    }
}

function draw() {
    document.documentElement.classList.toggle('stale', live.status !== 'live' && live.figures !== null);
    render(document.getElementById('head'), head());
    render(document.getElementById('banner'), banner());
    render(document.getElementById('main'), shown());
    sayConnection();
}

onRedraw(draw);
onFigures(() => redraw());
onUnauthorized(() => askForToken({ done: () => (reconnect(), view.stop?.(), view.start?.(argument)) }));
addEventListener('hashchange', route);
addEventListener('weir-theme', () => {
    redrawCharts();
    redraw();
});
document.getElementById('skip').addEventListener('click', (event) => {
    event.preventDefault(); // the hash is the view's
    document.querySelector('main h1')?.focus();
});
route();
start();
