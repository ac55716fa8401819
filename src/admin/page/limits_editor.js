// The part of a form that edits limits: one row each, of any dimension and window (requests in flight have none).
import { h } from './dom.js';
import { dimensions, dimensionText } from './format.js';
import { limitsOfList, listOfLimits } from './limits.js';

export const editable = (limits) =>
    listOfLimits(limits).map((entry, id) => ({ ...entry, limit: String(entry.limit), id }));
/** The limits as a document; undefined where there are none. */
export function documentOf(rows) {
    return rows.length ? limitsOfList(rows.map((row) => ({ ...row, limit: Number(row.limit) }))) : undefined;
}

export function limitsEditor(rows, changed) {
    const set = (row, name) => (event) => {
        row[name] = event.target.type === 'checkbox' ? event.target.checked : event.target.value;
        if (row.dimension === 'in_flight') row.window = '';
        else if (name === 'dimension') row.window ||= '1m';
        changed();
    };
    const add = () => {
        rows.push({
            id: Math.max(0, ...rows.map((r) => r.id + 1)),
            dimension: 'requests',
            window: '1m',
            limit: '',
            enforced: true,
        });
        changed();
    };
    return h(
        'fieldset',
        { class: 'limits-editor' },
        h('legend', null, 'Own limits'),
        h(
            'p',
            { class: 'hint' },
            'They replace the tier’s, dimension by dimension. Without any, the tier’s apply. 0 blocks.',
        ),
        rows.map((row, at) =>
            h(
                'div',
                { class: 'limit-row', key: row.id, role: 'group', 'aria-label': `Limit ${at + 1}` },
                h(
                    'label',
                    { class: 'field' },
                    h('span', null, 'Limit'),
                    h('input', {
                        type: 'number',
                        min: '0',
                        max: row.dimension === 'in_flight' ? '1000000' : '1000000000000',
                        step: '1',
                        required: true,
                        value: row.limit,
                        onInput: set(row, 'limit'),
                    }),
                ),
                h(
                    'label',
                    { class: 'field grow' },
                    h('span', null, 'of'),
                    h(
                        'select',
                        { value: row.dimension, onChange: set(row, 'dimension') },
                        dimensions.map((d) =>
                            h('option', { key: d, value: d, selected: d === row.dimension }, dimensionText(d)),
                        ),
                    ),
                ),
                row.dimension === 'in_flight'
                    ? null
                    : h(
                          'label',
                          { class: 'field', key: 'window' },
                          h('span', null, 'per'),
                          h('input', {
                              type: 'text',
                              class: 'short',
                              required: true,
                              pattern: '[0-9]+[smhd]',
                              title: 'A number and s, m, h or d: 1m, 1h, 1d',
                              value: row.window,
                              onInput: set(row, 'window'),
                          }),
                      ),
                h(
                    'label',
                    { class: 'choice' },
                    h('input', { type: 'checkbox', checked: row.enforced, onChange: set(row, 'enforced') }),
                    h('span', null, 'enforce'),
                ),
                h(
                    'button',
                    {
                        type: 'button',
                        class: 'quiet icon',
                        'aria-label': `Take limit ${at + 1} out`,
                        onClick: () => (rows.splice(at, 1), changed()),
                    },
                    '×',
                ),
            ),
        ),
        h('button', { type: 'button', class: 'small', onClick: add }, 'Add a limit'),
    );
}
