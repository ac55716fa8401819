// The pieces that every view is made of.
import { h } from './dom.js';
import { compact, limitText, percent, scopeText, whatText, whole, duration } from './format.js';

export const badge = (text, kind = '', title) =>
    h('span', { class: `badge ${kind}`, title, key: `badge ${text}` }, text);

/** A card with a heading. `aside` stands at its right. */
export function card(id, title, { hint, aside, wide = false, first = false } = {}, ...content) {
    // The view's own heading takes the focus when one comes to it.
    const heading = first ? h('h1', { id, tabindex: '-1' }, title) : h('h2', { id }, title);
    return h(
        'section',
        { class: `card${wide ? ' wide' : ''}`, 'aria-labelledby': id, key: id },
        h(
            'header',
            { class: 'card-head' },
            h('div', null, heading, hint ? h('p', { class: 'hint' }, hint) : null),
            aside ?? null,
        ),
        content,
    );
}

/** What stands where there is nothing: what it means, and what to do. */
export const empty = (title, ...text) => h('div', { class: 'empty' }, h('strong', null, title), h('p', null, text));

/** What can be scrolled has to be reached by keyboard; what fits needs no stop of its own. */
const scrolled = new ResizeObserver((entries) => {
    for (const node of new Set(entries.map(({ target }) => target.closest('.table-scroll')))) {
        if (!node) continue;
        if (node.scrollWidth > node.clientWidth + 1) node.setAttribute('tabindex', '0');
        else node.removeAttribute('tabindex');
    }
});
function watchScrolling(node) {
    scrolled.observe(node);
    scrolled.observe(node.firstChild);
}

/**
 * A table that becomes a list of cards where there is no room. columns: [{title, cell(row), class, sort, hidden}];
 * order: {by, up, onSort}; kind: "dense" for cards of three columns, "keep" for a table that fits anywhere.
 * Roles are said again because cards take them away.
 */
export function table({ caption, columns, rows, keyOf, rowProps, order, kind }) {
    const head = columns.map((column) => {
        const sorted = order && column.sort && order.by === column.sort;
        const title = column.sort
            ? h(
                  'button',
                  { type: 'button', class: 'sort', onClick: () => order.onSort(column.sort) },
                  column.title,
                  h('span', { 'aria-hidden': 'true' }, sorted ? (order.up ? ' ↑' : ' ↓') : ''),
              )
            : column.hidden
              ? h('span', { class: 'sr' }, column.title)
              : column.title;
        return h(
            'th',
            {
                role: 'columnheader',
                scope: 'col',
                class: column.class,
                'aria-sort': sorted ? (order.up ? 'ascending' : 'descending') : null,
            },
            title,
        );
    });
    const body = rows.map((row, index) =>
        h(
            'tr',
            { role: 'row', key: keyOf ? keyOf(row) : index, ...rowProps?.(row) },
            columns.map((column, at) =>
                h(
                    'td',
                    {
                        role: at === 0 ? 'rowheader' : 'cell',
                        class: column.class,
                        'data-title': column.hidden ? null : column.title,
                    },
                    column.cell(row),
                ),
            ),
        ),
    );
    return h(
        'div',
        { class: 'table-scroll', role: 'group', 'aria-label': caption, mount: watchScrolling },
        h(
            'table',
            { role: 'table', class: kind, 'aria-label': caption },
            h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, head)),
            h('tbody', { role: 'rowgroup' }, body),
        ),
    );
}

export function levelKind(level) {
    if (level.limit === 0) return 'blocked';
    const share = level.used / level.limit;
    return share >= 0.95 ? 'full' : share >= 0.75 ? 'high' : '';
}

export function bar(level, label) {
    const share = level.limit ? Math.min(1, level.used / level.limit) : 1;
    return h(
        'div',
        {
            class: `bar ${levelKind(level)}${level.enforced === false ? ' shadow' : ''}`,
            role: 'meter',
            'aria-label': label,
            'aria-valuemin': '0',
            'aria-valuemax': String(level.limit),
            'aria-valuenow': String(Math.min(level.used, level.limit)),
            'aria-valuetext': `${whole(level.used)} of ${whole(level.limit)}`,
        },
        h('i', { style: { width: `${(share * 100).toFixed(1)}%` } }),
    );
}

/** One limit: whose, what, how full. */
export function levelRow(level, { owner, withReset = false } = {}) {
    const what = whatText(level.dimension, level.window);
    return h(
        'li',
        { class: 'level', key: `${level.scope}/${level.owner}/${level.name}` },
        h(
            'div',
            { class: 'level-name' },
            owner ?? null,
            h('span', { class: 'what' }, what),
            level.enforced === false ? badge('shadow', 'shadow', 'Counts, and refuses nothing') : null,
            level.limit === 0 ? badge('blocked', 'bad') : null,
        ),
        h(
            'div',
            { class: 'level-numbers' },
            withReset && level.used > 0 && level.reset_ms
                ? h('span', { class: 'soft' }, `empty in ${duration(level.reset_ms)}`)
                : null,
            h('span', { class: 'number' }, `${compact(level.used)} / ${compact(level.limit)}`),
            h('b', { class: 'number share' }, percent(level.used, level.limit)),
        ),
        bar(level, `${level.owner} ${what}`),
    );
}

/** Amounts by name as bars of one length scale: [{name, value, text}]. */
export function rankedBars(items, kind, unit) {
    const most = Math.max(...items.map((item) => item.value), 1e-9);
    return h(
        'ul',
        { class: 'ranked' },
        items.map((item) =>
            h(
                'li',
                { key: item.name },
                h('span', { class: 'name' }, item.name),
                h('span', { class: 'number' }, `${compact(item.value)}${unit}`),
                h(
                    'div',
                    { class: `bar ${kind}`, 'aria-hidden': 'true' },
                    h('i', { style: { width: `${((100 * item.value) / most).toFixed(1)}%` } }),
                ),
            ),
        ),
    );
}

export const keyLink = (id, text = id) => h('a', { class: 'id', href: `#/keys/${encodeURIComponent(id)}` }, text);

/** Whose a limit is; that of a key on a model is owned by "acme-web/gpt-4o*". */
export function ownerOf({ scope, owner }) {
    if (scope !== 'key' && scope !== 'model') return h('b', { class: 'id' }, owner);
    return keyLink(String(owner).split('/')[0], owner);
}

/** "output tokens per minute of the key, limit 500" */
export function refusedByText(name, limit) {
    const scope = String(name ?? '').split('/')[0];
    return [
        h('span', { class: 'what' }, limitText(name)),
        h('span', { class: 'soft' }, ` · ${scopeText(scope)}${limit ? ` · limit ${compact(limit)}` : ''}`),
    ];
}

export const figure = (value, text, kind = '', note) =>
    h(
        'div',
        { class: `figure ${kind}`, key: text },
        h('b', { class: 'number' }, value),
        h('span', null, text),
        note ? h('small', null, note) : null,
    );
