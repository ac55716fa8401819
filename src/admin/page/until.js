// For how long: a choice in a form, and what it comes to by the cluster's clock.
import { h } from './dom.js';
import { localInput, timeOfDay } from './format.js';
import { clusterNow } from './live.js';

const choices = [
    ['15', 'for 15 minutes'],
    ['60', 'for an hour'],
    ['240', 'for 4 hours'],
    ['1440', 'for a day'],
    ['at', 'until a time…'],
    ['', 'until I take it away'],
];

export const untilDefault = () => ({ choice: '60', at: localInput(new Date(Date.now() + 3600_000)) });

/** RFC 3339, or null: no end. */
export function untilTime(state) {
    if (state.choice === '') return null;
    if (state.choice === 'at') {
        const at = new Date(state.at);
        return Number.isNaN(at.getTime()) ? undefined : at.toISOString().replace('.000Z', 'Z');
    }
    return new Date(clusterNow() + Number(state.choice) * 60_000).toISOString().replace(/\.\d+Z/, 'Z');
}
export function untilText(time) {
    return time ? `until ${timeOfDay(time, { seconds: false })}` : 'until it is taken away';
}

export const untilField = (state, changed) =>
    h(
        'div',
        { class: 'row' },
        h(
            'label',
            { class: 'field' },
            h('span', null, 'How long'),
            h(
                'select',
                { value: state.choice, onChange: (event) => ((state.choice = event.target.value), changed()) },
                choices.map(([value, text]) =>
                    h('option', { value, key: value, selected: value === state.choice }, text),
                ),
            ),
        ),
        state.choice === 'at'
            ? h(
                  'label',
                  { class: 'field', key: 'at' },
                  h('span', null, 'Until (your time)'),
                  h('input', {
                      type: 'datetime-local',
                      required: true,
                      value: state.at,
                      onInput: (event) => ((state.at = event.target.value), changed()),
                  }),
              )
            : null,
    );
