// The nodes, what lies over the file, and the configuration in force with where each value came from.
import { change, get, targetPath } from './api.js';
import { confirmDialog, errorBox, openDialog, say, warningOf } from './dialog.js';
import { h } from './dom.js';
import { ago, duration, timeOfDay, whole } from './format.js';
import { nodeKind } from './health.js';
import { overrideText } from './limits.js';
import { clusterNow, live } from './live.js';
import { badge, card, empty, table } from './parts.js';
import { redraw } from './redraw.js';
import { untilText } from './until.js';

const state = { overrides: null, version: null, config: null, error: null, filter: '' };

async function load() {
    try {
        const [overrides, config] = await Promise.all([get('admin/overrides'), get('admin/config')]);
        Object.assign(state, { overrides: overrides.overrides, version: overrides.version, config, error: null });
    } catch (error) {
        state.error = error;
    }
    redraw();
}

const since = (time) => (time ? ago(time, clusterNow()).replace(' ago', '') : '–');

function nodesCard({ nodes, node: own }, gone) {
    const hashes = nodes.map((n) => n.config_hash);
    const usual = [...hashes].sort(
        (a, b) => hashes.filter((x) => x === b).length - hashes.filter((x) => x === a).length,
    )[0];
    const columns = [
        {
            title: 'Node',
            class: 'grow',
            cell: (n) => [
                h('b', { class: 'id' }, n.name),
                n.name === own ? badge('answers here', 'scope') : null,
                h('div', { class: 'soft break' }, [n.host, n.listen].filter(Boolean).join(' · ')),
            ],
        },
        {
            title: 'State',
            cell: (n) => [
                badge(n.draining ? 'draining' : n.ready ? 'ready' : 'not ready', nodeKind(n)),
                n.remark ? h('div', { class: 'soft' }, n.remark) : null,
            ],
        },
        { title: 'Counts in', cell: (n) => [n.mode, h('div', { class: 'soft' }, `for ${since(n.mode_since)}`)] },
        { title: 'Up', class: 'number', cell: (n) => since(n.started) },
        { title: 'Version', cell: (n) => n.version },
        {
            title: 'Configuration',
            cell: (n) => [
                h('code', null, String(n.config_hash).slice(0, 12)),
                n.config_hash === usual ? null : badge('differs', 'warn'),
                h('div', { class: 'soft' }, `runtime layer ${n.runtime_version ?? '–'}`),
            ],
        },
        { title: 'Heard of', class: 'number', cell: (n) => (n.age_ms < 1500 ? 'now' : `${duration(n.age_ms)} ago`) },
    ];
    return card(
        'nodes',
        'Cluster',
        { first: true, wide: true, hint: 'Every node that shares this store; figures come once a second' },
        gone.length
            ? h(
                  'ul',
                  { class: 'remarks' },
                  gone.map((n) =>
                      h(
                          'li',
                          { class: 'warn', key: n.name },
                          `${n.name} (${n.host} · ${n.listen}) is gone; it was last heard of at ${timeOfDay(n.at)}.`,
                      ),
                  ),
              )
            : null,
        table({ caption: 'Nodes', columns, rows: nodes, keyOf: (n) => n.name }),
    );
}

function end(override) {
    confirmDialog({
        title: `End the override of ${override.target}?`,
        text: 'The limits that lie below it apply again at once. What was used stays counted.',
        doIt: 'End it',
        action: () => change('DELETE', `admin/overrides/${targetPath(override.target)}`, undefined, state.version),
        done: (answer) => (say(`The override of ${override.target} has ended.${warningOf(answer)}`), load()),
    });
}
function overridesCard() {
    const columns = [
        {
            title: 'Target',
            class: 'grow',
            cell: (o) =>
                o.target.startsWith('key/')
                    ? h('a', { class: 'id', href: `#/keys/${encodeURIComponent(o.target.slice(4))}` }, o.target)
                    : h('b', { class: 'id' }, o.target),
        },
        { title: 'Limits', cell: (o) => overrideText(o) },
        { title: 'How long', cell: (o) => untilText(o.until) },
        { title: 'Reason', class: 'grow', cell: (o) => o.reason || '–' },
        {
            title: 'Action',
            hidden: true,
            class: 'end',
            cell: (o) =>
                h(
                    'button',
                    {
                        type: 'button',
                        class: 'small',
                        'aria-label': `End the override of ${o.target}`,
                        onClick: () => end(o),
                    },
                    'End…',
                ),
        },
    ];
    return card(
        'overrides',
        'Overrides in force',
        { wide: true, hint: 'Limits that were raised or lowered for a while' },
        !state.overrides
            ? h('p', { class: 'soft' }, state.error ? state.error.message : 'Looking…')
            : state.overrides.length
              ? table({ caption: 'Overrides', columns, rows: state.overrides, keyOf: (o) => o.target })
              : empty('No override lies over any limit', '“Raise” beside a key that is refused makes one.'),
    );
}

function reload() {
    const result = { notes: null };
    const dialog = openDialog({
        title: 'Reload the file',
        content: (self) =>
            result.notes
                ? [
                      h(
                          'p',
                          null,
                          result.notes.length
                              ? 'The file is in force, but for what only a restart brings:'
                              : 'The file is in force.',
                      ),
                      h(
                          'ul',
                          null,
                          result.notes.map((n) => h('li', { key: n.path }, h('code', null, n.path), ' ', n.message)),
                      ),
                      h('div', { class: 'actions' }, h('button', { type: 'button', onClick: self.close }, 'Close')),
                  ]
                : [
                      h(
                          'p',
                          null,
                          'This node reads its configuration file, the secrets and the certificates again. A file with mistakes changes nothing.',
                      ),
                      h(
                          'div',
                          { class: 'actions' },
                          h(
                              'button',
                              {
                                  type: 'button',
                                  class: 'primary',
                                  'data-first': true,
                                  disabled: self.busy,
                                  onClick: () =>
                                      self.run(async () => {
                                          result.notes = (await change('POST', 'admin/reload', {})).notes ?? [];
                                          say('The file was read again.');
                                          load();
                                      }),
                              },
                              'Reload',
                          ),
                          h('button', { type: 'button', onClick: self.close }, 'Cancel'),
                      ),
                  ],
    });
    return dialog;
}

const valueText = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
function configCard() {
    const { config } = state;
    const words = state.filter.toLowerCase().split(/\s+/);
    const rows = (config?.settings ?? []).filter((s) =>
        words.every((word) => `${s.path} ${valueText(s.value)} ${s.origin}`.toLowerCase().includes(word)),
    );
    const columns = [
        { title: 'Setting', class: 'grow', cell: (s) => h('code', { class: 'break' }, s.path) },
        { title: 'Value', class: 'grow', cell: (s) => h('span', { class: 'break' }, valueText(s.value)) },
        { title: 'From', cell: (s) => badge(s.origin, 'scope') },
    ];
    const remarks = [
        ...(config?.warnings ?? []),
        ...(config?.runtime?.ignored ?? []).map((m) => ({
            path: m.path,
            message: `of the runtime layer, not in force: ${m.message}`,
        })),
    ];
    return card(
        'config',
        'Configuration',
        {
            wide: true,
            hint: config
                ? `${config.hash} · runtime layer version ${config.runtime?.version ?? config.version}`
                : 'What is in force on the node that answers',
            aside: h('button', { type: 'button', onClick: reload }, 'Reload the file…'),
        },
        remarks.length
            ? h(
                  'ul',
                  { class: 'remarks' },
                  remarks.map((m) =>
                      h('li', { class: 'warn', key: m.path + m.message }, h('code', null, m.path), ' ', m.message),
                  ),
              )
            : null,
        !config
            ? h('p', { class: 'soft' }, state.error ? '' : 'Looking…')
            : [
                  h(
                      'div',
                      { class: 'tools' },
                      h(
                          'label',
                          { class: 'field grow' },
                          h('span', { class: 'sr' }, 'Filter settings'),
                          h('input', {
                              type: 'search',
                              placeholder: 'Filter: path, value, file, runtime…',
                              value: state.filter,
                              onInput: (event) => ((state.filter = event.target.value), redraw()),
                          }),
                      ),
                  ),
                  rows.length
                      ? h(
                            'div',
                            { class: 'limited', tabindex: '0', role: 'region', 'aria-label': 'Settings' },
                            table({
                                caption: 'Settings in force',
                                columns,
                                rows: rows.slice(0, 300),
                                keyOf: (s) => s.path,
                            }),
                        )
                      : empty('No setting matches', 'Take something out of the filter.'),
                  rows.length > 300
                      ? h('p', { class: 'soft' }, `The first 300 of ${whole(rows.length)}: filter to see others.`)
                      : null,
              ],
    );
}

let timer = 0;
export const clusterView = {
    title: 'Cluster',
    start() {
        load();
        timer = setInterval(() => !document.hidden && load(), 5000);
    },
    stop: () => clearInterval(timer),
    render() {
        const { figures } = live;
        return h(
            'div',
            { class: 'grid' },
            figures
                ? nodesCard(figures, live.gone)
                : card(
                      'nodes',
                      'Cluster',
                      { first: true, wide: true },
                      h('p', { class: 'soft' }, 'Waiting for the first figures…'),
                  ),
            state.error ? h('div', { class: 'wide' }, errorBox(state.error)) : null,
            overridesCard(),
            configCard(),
        );
    },
};
