// One key: what limits it, how it fared within the last hour, and what can be done about it.
import { change, get } from './api.js';
import { confirmDialog, say, warningOf } from './dialog.js';
import { h } from './dom.js';
import { ago, compact, duration, scopeText, timeOfDay } from './format.js';
import { forecastCard, recommendedCard } from './key_forecast.js';
import { historyCharts, historyTable } from './key_history.js';
import { keyBadges } from './keys.js';
import { createDialog, editDialog, rotateDialog } from './key_forms.js';
import { overrideText } from './limits.js';
import { clusterNow } from './live.js';
import { badge, card, empty, figure, levelRow, refusedByText } from './parts.js';
import { raiseDialog } from './raise.js';
import { redraw } from './redraw.js';
import { untilText } from './until.js';

const state = { id: '', row: null, error: null, told: null, toldAt: 0 };
/** Hours change slowly; limits are changed here. */
const forecastEveryMs = 30_000;
const path = (id = state.id) => `admin/keys/${encodeURIComponent(id)}`;

/** Nobody has this id; or nobody can have it, because it is no name. */
const isNoKey = ({ status }) => status === 404 || status === 400;

async function load() {
    const { id } = state;
    try {
        const row = await get(path(id));
        if (id !== state.id) return;
        Object.assign(state, { row, error: null });
        if (row.known) loadForecast();
    } catch (error) {
        if (id !== state.id) return;
        state.error = error;
        if (isNoKey(error)) state.row = null;
    }
    redraw();
}

/** Without it all else is shown; its own failure shows in that it stays as it was. */
async function loadForecast() {
    const { id, row } = state;
    const limits = JSON.stringify(row.limits?.map(({ name, limit }) => [name, limit]));
    if (Date.now() - state.toldAt < forecastEveryMs && limits === state.toldOf) return;
    Object.assign(state, { toldAt: Date.now(), toldOf: limits });
    try {
        const told = await get(`${path(id)}/forecast`);
        if (id === state.id) state.told = told;
    } catch {
        // Asked again soon.
    }
    redraw();
}

async function act(action, said) {
    const answer = await change('POST', `${path()}/${action}`, {}, state.row.version);
    say(said + warningOf(answer));
    load();
}
async function take_away(row) {
    const answer = await change('DELETE', path(row.id), undefined, row.version);
    say(`${row.id} was deleted.${warningOf(answer)}`);
    location.hash = '#/keys';
}
async function endOverride(row) {
    try {
        const answer = await change(
            'DELETE',
            `admin/overrides/key/${encodeURIComponent(row.id)}`,
            undefined,
            row.version,
        );
        say(`The override of ${row.id} has ended.${warningOf(answer)}`);
        load();
    } catch (error) {
        say(`Not done: ${error.message}`, { kind: 'bad' });
    }
}

function actions(row) {
    const button = (text, onClick, kind = '') => h('button', { type: 'button', key: text, class: kind, onClick }, text);
    const confirm = (title, text, doIt, action) => () => confirmDialog({ title, text, doIt, action });
    const openRaise = () =>
        raiseDialog(
            {
                key: row.id,
                known: row.known,
                tier: row.tier,
                limit: row.refused_by?.limit,
                limitValue: row.refused_by?.value,
            },
            load,
        );
    const raise = button('Raise a limit…', openRaise, 'primary');
    const reset = button(
        'Reset…',
        confirm(
            `Reset ${row.id}?`,
            'All windows of this key become empty: what it has used counts no more, and it may use its whole limits again at once.',
            'Reset its windows',
            () => act('reset', `The windows of ${row.id} are empty.`),
        ),
    );
    if (!row.known)
        return [
            button(`Raise the tier ${row.tier ?? 'default'}…`, openRaise, 'primary'),
            button('Create a key…', () => createDialog({ ofUnknown: true })),
        ];
    return [
        raise,
        button('Edit…', () => editDialog(row, load)),
        button('Rotate…', () => rotateDialog(row, load)),
        reset,
        row.disabled
            ? button(
                  'Enable',
                  confirm(`Enable ${row.id}?`, 'Its requests are let in again, within its limits.', 'Enable it', () =>
                      act('enable', `${row.id} is enabled.`),
                  ),
              )
            : button(
                  'Disable…',
                  confirm(
                      `Disable ${row.id}?`,
                      'Its requests are refused with 401 from now on, on all nodes. Its limits and usage stay.',
                      'Disable it',
                      () => act('disable', `${row.id} is disabled.`),
                  ),
                  'danger',
              ),
        row.source === 'runtime'
            ? button(
                  'Delete…',
                  confirm(
                      `Delete ${row.id}?`,
                      'The key and its secrets are gone. This cannot be undone. A key that stands in the file as well cannot be deleted here.',
                      'Delete it',
                      () => take_away(row),
                  ),
                  'danger',
              )
            : null,
    ];
}

function about(row) {
    const { override } = row;
    return h(
        'dl',
        { class: 'record' },
        [
            ['Tier', row.tier ?? '–'],
            ['Group', row.group ?? 'none'],
            [
                'Stands in',
                { file: 'the file', runtime: 'the runtime layer', unknown: 'no configuration' }[row.source] ??
                    row.source,
            ],
            [
                'Last seen',
                row.last_seen
                    ? `${ago(row.last_seen, clusterNow())} (${timeOfDay(row.last_seen)})`
                    : 'not within the last hour',
            ],
            row.refused_by ? ['Last refused by', refusedByText(row.refused_by.limit, row.refused_by.value)] : null,
            override
                ? [
                      'Override',
                      [
                          overrideText(override),
                          ` ${untilText(override.until)}`,
                          override.reason ? `: ${override.reason}` : '',
                          ' ',
                          h('button', { type: 'button', class: 'small', onClick: () => endOverride(row) }, 'End it'),
                      ],
                  ]
                : null,
            row.former_secrets?.length
                ? [
                      'Former secrets',
                      row.former_secrets
                          .map((s) => `valid for another ${duration(Date.parse(s.until) - clusterNow())}`)
                          .join('; '),
                  ]
                : null,
        ]
            .filter(Boolean)
            .map(([title, text]) => h('div', { key: title }, h('dt', null, title), h('dd', null, text))),
    );
}

function body(row) {
    const levels = row.limits ?? [];
    const hour = row.last_hour ?? {};
    const minute = row.last_minute ?? {};
    return [
        card(
            'key-limits',
            'Limits',
            { hint: 'All that apply to its requests: its own, its group’s, those of models and upstreams' },
            levels.length
                ? h(
                      'ul',
                      { class: 'levels one' },
                      levels.map((level) =>
                          levelRow(level, {
                              withReset: true,
                              owner: h(
                                  'span',
                                  { class: 'owner' },
                                  badge(scopeText(level.scope), 'scope'),
                                  level.scope === 'key' ? null : h('b', { class: 'id' }, level.owner),
                              ),
                          }),
                      ),
                  )
                : !row.known
                  ? empty(
                        'This key is not configured',
                        `It is shown by a hash of its secret and has the limits of the tier ${row.tier ?? 'default'}; how full they are is not listed. `,
                        `To let it do more, raise the tier ${row.tier ?? 'default'}, which changes the limits of all such keys; or create a key with the SHA-256 of its secret, and give that a tier or limits.`,
                    )
                  : empty(
                        'Nothing limits this key',
                        'Neither it nor its tier, group or upstreams set a limit. “Edit” gives it one.',
                    ),
        ),
        card(
            'key-about',
            'About it',
            {},
            h(
                'div',
                { class: 'figures few' },
                figure(compact(minute.requests), 'requests, last minute'),
                figure(compact(minute.refused), 'refused, last minute', minute.refused ? 'refused' : ''),
                figure(compact(hour.requests), 'requests, last hour'),
                figure(compact((hour.input_tokens ?? 0) + (hour.output_tokens ?? 0)), 'tokens, last hour'),
            ),
            about(row),
        ),
        row.history?.length
            ? card(
                  'key-hour',
                  'The last hour',
                  {
                      wide: true,
                      hint: 'By minute, of all nodes; the numbers are sums of the hour. A dashed line is its own limit of a minute',
                  },
                  historyCharts(row),
                  historyTable(row.history),
              )
            : null,
        state.told ? forecastCard(state.told) : null,
        state.told ? recommendedCard(state.told) : null,
    ];
}

let timer = 0;
export const keyView = {
    title: 'Key',
    start(id) {
        Object.assign(state, { id, row: null, error: null, told: null, toldAt: 0 });
        load();
        timer = setInterval(() => !document.hidden && load(), 2000);
    },
    stop: () => clearInterval(timer),
    render() {
        const { id, row, error } = state;
        const title = h(
            'div',
            { class: 'page-head' },
            h(
                'div',
                null,
                h('p', null, h('a', { href: '#/keys' }, '← All keys')),
                h('h1', { class: 'id', tabindex: '-1' }, id),
                row ? h('p', { class: 'badges' }, keyBadges(row)) : null,
            ),
            row ? h('div', { class: 'actions' }, actions(row)) : null,
        );
        if (!row)
            return [
                title,
                h(
                    'div',
                    { class: 'card' },
                    error
                        ? isNoKey(error)
                            ? empty(
                                  'There is no such key',
                                  'It is not configured and was not seen within the last hour. Look in the list of keys, or create it there.',
                              )
                            : empty('It cannot be shown', error.message)
                        : h('p', { class: 'soft', role: 'status' }, 'Looking…'),
                ),
            ];
        return [
            title,
            error ? h('p', { class: 'problem', role: 'alert' }, `Not up to date: ${error.message}`) : null,
            h('div', { class: 'grid' }, body(row)),
        ];
    },
};
