// What was used, by key, model and day, and the same as a file for a spreadsheet.
import { ask, get } from './api.js';
import { say } from './dialog.js';
import { h } from './dom.js';
import { whole } from './format.js';
import { card, empty, keyLink, table } from './parts.js';
import { redraw } from './redraw.js';

const dayText = (date) => date.toISOString().slice(0, 10);
const daysAgo = (n) => dayText(new Date(Date.now() - n * 86_400_000));
const state = {
    from: daysAgo(6),
    to: daysAgo(0),
    by: new Set(['key']),
    answer: null,
    error: null,
    busy: false,
    order: { by: 'output_tokens', up: false },
    shown: 100,
};

const query = (format) =>
    new URLSearchParams({
        from: state.from,
        to: state.to,
        by: ['key', 'model', 'day'].filter((part) => state.by.has(part)).join(','),
        ...(format ? { format } : {}),
    });

async function load() {
    Object.assign(state, { busy: true, shown: 100 });
    redraw();
    try {
        Object.assign(state, { answer: await get(`admin/usage?${query()}`), error: null });
    } catch (error) {
        state.error = error;
    }
    state.busy = false;
    redraw();
}

async function download() {
    try {
        const blob = await (await ask(`admin/usage?${query('csv')}`)).blob();
        const link = document.createElement('a');
        link.href = URL.createObjectURL(blob);
        link.download = `weir-usage-${state.from}-${state.to}.csv`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
        say(`No file: ${error.message}`, { kind: 'bad' });
    }
}

const amounts = [
    ['requests', 'Requests'],
    ['admitted', 'Admitted'],
    ['refused', 'Refused'],
    ['input_tokens', 'Input tokens'],
    ['cached_input_tokens', 'of them cached'],
    ['output_tokens', 'Output tokens'],
];

function columns(rows) {
    const names = [
        ['day', 'Day', (row) => row.day],
        ['key', 'Key', (row) => keyLink(row.key)],
        ['model', 'Model', (row) => h('span', { class: 'break' }, row.model || '(none named)')],
    ];
    return [
        ...names
            .filter(([name]) => rows[0]?.[name] !== undefined)
            .map(([name, title, cell]) => ({ title, sort: name, class: name === 'day' ? '' : 'grow', cell })),
        ...amounts.map(([name, title]) => ({ title, sort: name, class: 'number', cell: (row) => whole(row[name]) })),
    ];
}
function sorted(rows) {
    const { by, up } = state.order;
    const sign = up ? 1 : -1;
    return [...rows].sort(
        (a, b) =>
            sign * (typeof a[by] === 'number' ? a[by] - b[by] : String(a[by] ?? '').localeCompare(String(b[by] ?? ''))),
    );
}
function reorder(by) {
    const isText = ['key', 'model', 'day'].includes(by);
    state.order = { by, up: state.order.by === by ? !state.order.up : isText };
    redraw();
}

function form() {
    const date = (name, title) =>
        h(
            'label',
            { class: 'field' },
            h('span', null, title),
            h('input', {
                type: 'date',
                required: true,
                value: state[name],
                max: daysAgo(0),
                onChange: (event) => (state[name] = event.target.value),
            }),
        );
    const part = (name, title) =>
        h(
            'label',
            { class: 'choice', key: name },
            h('input', {
                type: 'checkbox',
                checked: state.by.has(name),
                onChange: (event) => {
                    if (event.target.checked) state.by.add(name);
                    else state.by.delete(name);
                    if (!state.by.size) state.by.add('key');
                    load();
                },
            }),
            h('span', null, title),
        );
    const range = (text, from) =>
        h(
            'button',
            {
                type: 'button',
                class: 'small',
                key: text,
                onClick: () => (Object.assign(state, { from, to: daysAgo(0) }), load()),
            },
            text,
        );
    return h(
        'form',
        { class: 'tools', onSubmit: (event) => (event.preventDefault(), load()) },
        date('from', 'From'),
        date('to', 'To (UTC days)'),
        h(
            'fieldset',
            { class: 'inline' },
            h('legend', null, 'By'),
            part('key', 'key'),
            part('model', 'model'),
            part('day', 'day'),
        ),
        h('button', { class: 'primary', disabled: state.busy }, 'Show'),
        h(
            'div',
            { class: 'quick' },
            range('today', daysAgo(0)),
            range('7 days', daysAgo(6)),
            range('30 days', daysAgo(29)),
            range('this month', `${daysAgo(0).slice(0, 8)}01`),
        ),
    );
}

function totals(total) {
    return h(
        'dl',
        { class: 'totals' },
        amounts.map(([name, title]) =>
            h('div', { key: name }, h('dt', null, title), h('dd', { class: 'number' }, whole(total?.[name]))),
        ),
    );
}

export const usageView = {
    title: 'Usage',
    start: load,
    stop() {},
    render() {
        const { answer, error } = state;
        const rows = answer ? sorted(answer.rows) : [];
        return h(
            'div',
            { class: 'grid' },
            card(
                'usage',
                'Usage',
                {
                    first: true,
                    wide: true,
                    hint: 'Complete daily totals, kept for 400 days; today counts up to a few seconds ago',
                    aside: h('button', { type: 'button', disabled: !rows.length, onClick: download }, 'Download CSV'),
                },
                form(),
                error
                    ? h(
                          'p',
                          { class: 'problem', role: 'alert' },
                          error.message,
                          error.mistakes?.map((m) => ` ${m.path}: ${m.message}`),
                      )
                    : null,
                !answer
                    ? h('p', { class: 'soft', role: 'status' }, error ? '' : 'Adding up…')
                    : rows.length
                      ? [
                            totals(answer.total),
                            table({
                                kind: 'dense',
                                caption: `Usage from ${answer.from} to ${answer.to}`,
                                columns: columns(rows),
                                rows: rows.slice(0, state.shown),
                                keyOf: (row) => `${row.day}/${row.key}/${row.model}`,
                                order: { ...state.order, onSort: reorder },
                            }),
                            rows.length > state.shown
                                ? h(
                                      'button',
                                      {
                                          type: 'button',
                                          class: 'small',
                                          onClick: () => ((state.shown += 200), redraw()),
                                      },
                                      `Show more (${whole(rows.length - state.shown)} rows are left)`,
                                  )
                                : null,
                        ]
                      : empty('Nothing was used in these days', 'Choose other days; days are those of UTC.'),
            ),
        );
    },
};
