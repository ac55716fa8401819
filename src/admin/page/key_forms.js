// Dialogs about a key: create it, edit it, give it another secret.
import { change, get } from './api.js';
import { copyText } from './copy.js';
import { openDialog, say, warningOf } from './dialog.js';
import { h } from './dom.js';
import { duration, timeOfDay } from './format.js';
import { documentOf, editable, limitsEditor } from './limits_editor.js';
import { keyPatch, notTaken } from './limits.js';

const path = (id) => `admin/keys/${encodeURIComponent(id)}`;

async function choices() {
    const [tiers, groups] = await Promise.all([get('admin/tiers'), get('admin/groups')]);
    return { tiers: tiers.tiers.map((t) => t.name), groups: groups.groups.map((g) => g.name) };
}

const select = (title, value, options, onChange, none) =>
    h(
        'label',
        { class: 'field grow' },
        h('span', null, title),
        h(
            'select',
            { value, onChange: (event) => onChange(event.target.value) },
            none ? h('option', { value: '', key: '', selected: !value }, none) : null,
            [...new Set([...options, ...(value ? [value] : [])])].map((name) =>
                h('option', { value: name, key: name, selected: name === value }, name),
            ),
        ),
    );

const buttons = (dialog, doIt) =>
    h(
        'div',
        { class: 'actions' },
        h('button', { class: 'primary', disabled: dialog.busy }, dialog.busy ? 'One moment…' : doIt),
        h('button', { type: 'button', onClick: dialog.close }, 'Cancel'),
    );

function members(state, changed) {
    return [
        h(
            'div',
            { class: 'row' },
            select('Tier', state.tier, state.tiers, (tier) => ((state.tier = tier), changed())),
            select('Group', state.group, state.groups, (group) => ((state.group = group), changed()), 'none'),
        ),
        limitsEditor(state.limits, changed),
    ];
}

/** A secret, this once. */
function secretShown(dialog, secret, more) {
    return [
        h('p', null, 'This is the secret. It is shown this once: weir keeps only its SHA-256.'),
        h(
            'div',
            { class: 'secret' },
            h('code', { id: 'secret', tabindex: '0', 'aria-label': 'The secret' }, secret),
            h(
                'button',
                {
                    type: 'button',
                    class: 'primary',
                    'data-first': true,
                    onClick: async () =>
                        dialog.tell(
                            (await copyText(secret))
                                ? 'The secret is on the clipboard.'
                                : 'The browser did not let the page copy it: select it by hand.',
                        ),
                },
                'Copy',
            ),
        ),
        more,
        h('div', { class: 'actions' }, h('button', { type: 'button', onClick: dialog.close }, 'I have kept it')),
    ];
}

/** ofUnknown: for a key that is in use and not configured: its secret is with whoever uses it. */
export function createDialog({ ofUnknown = false } = {}) {
    const state = {
        id: '',
        tier: '',
        group: '',
        limits: [],
        tiers: [],
        groups: [],
        own: ofUnknown,
        sha256: '',
        made: null,
    };
    const dialog = openDialog({
        title: 'Create a key',
        onClose: () => state.made && (location.hash = `#/keys/${encodeURIComponent(state.made.id)}`),
        content: (self) =>
            state.made
                ? state.made.secret
                    ? secretShown(self, state.made.secret, null)
                    : [
                          h('p', null, `${state.made.id} is there.`),
                          h(
                              'div',
                              { class: 'actions' },
                              h('button', { type: 'button', 'data-first': true, onClick: self.close }, 'Go to it'),
                          ),
                      ]
                : h(
                      'form',
                      { onSubmit: (event) => (event.preventDefault(), self.run(create)) },
                      h(
                          'label',
                          { class: 'field' },
                          h('span', null, 'Id (stands in logs and here; no secret)'),
                          h('input', {
                              type: 'text',
                              required: true,
                              maxlength: '128',
                              autocomplete: 'off',
                              'data-first': true,
                              placeholder: 'acme-web',
                              value: state.id,
                              onInput: (event) => (state.id = event.target.value.trim()),
                          }),
                      ),
                      members(state, self.redraw),
                      h(
                          'fieldset',
                          null,
                          h('legend', null, 'Secret'),
                          ...[
                              [false, 'Let weir make one'],
                              [true, 'I have one: here is its SHA-256'],
                          ].map(([own, text]) =>
                              h(
                                  'label',
                                  { class: 'choice', key: text },
                                  h('input', {
                                      type: 'radio',
                                      name: 'own',
                                      checked: state.own === own,
                                      onChange: () => ((state.own = own), self.redraw()),
                                  }),
                                  h('span', null, text),
                              ),
                          ),
                          state.own
                              ? h(
                                    'label',
                                    { class: 'field', key: 'sha' },
                                    h('span', null, 'SHA-256 of the secret, in hex'),
                                    h('input', {
                                        type: 'text',
                                        required: true,
                                        pattern: '[0-9a-fA-F]{64}',
                                        title: '64 hexadecimal digits',
                                        autocomplete: 'off',
                                        value: state.sha256,
                                        onInput: (event) => (state.sha256 = event.target.value.trim()),
                                    }),
                                )
                              : null,
                      ),
                      buttons(self, 'Create'),
                  ),
    });
    async function create() {
        const body = {
            id: state.id,
            ...(state.tier ? { tier: state.tier } : {}),
            ...(state.group ? { group: state.group } : {}),
            ...(state.limits.length ? { limits: documentOf(state.limits) } : {}),
            ...(state.own ? { secret_sha256: state.sha256 } : {}),
        };
        state.made = await change('POST', 'admin/keys', body);
        dialog.title = state.made.secret ? `${state.made.id}: keep its secret` : 'Created';
        say(`${state.made.id} was created.${warningOf(state.made)}`);
    }
    dialog
        .run(async () => {
            Object.assign(state, await choices());
            state.tier = state.tiers.includes('default') ? 'default' : (state.tiers[0] ?? '');
        })
        .then(() => dialog.node.querySelector('[data-first]')?.focus());
}

/** `row` is the answer of GET /admin/keys/ID. */
export function editDialog(row, done) {
    const state = { tiers: [], groups: [] };
    const take = (from) =>
        Object.assign(state, {
            document: from.document ?? {},
            version: from.version,
            tier: from.document?.tier ?? from.tier ?? '',
            group: from.document?.group ?? from.group ?? '',
            limits: editable(from.document?.limits),
        });
    take(row);
    const dialog = openDialog({
        title: `Edit ${row.id}`,
        content: (self) =>
            h(
                'form',
                { onSubmit: (event) => (event.preventDefault(), self.run(() => save(state.version))) },
                self.error?.status === 412
                    ? h(
                          'div',
                          { class: 'actions' },
                          h(
                              'button',
                              { type: 'button', onClick: () => self.run(async () => take(await get(path(row.id)))) },
                              'Take the new state',
                          ),
                          h(
                              'button',
                              { type: 'button', class: 'danger', onClick: () => self.run(() => save(undefined)) },
                              'Save mine all the same',
                          ),
                      )
                    : null,
                members(state, self.redraw),
                buttons(self, 'Save'),
            ),
    });
    async function save(version) {
        const wanted = {
            tier: state.tier || undefined,
            group: state.group || undefined,
            limits: documentOf(state.limits),
        };
        const patch = keyPatch(state.document, wanted);
        if (patch) {
            const answer = await change('PATCH', path(row.id), patch, version);
            say(`${row.id} was changed: ${Object.keys(patch).join(', ')}.${warningOf(answer)}`);
            const left = notTaken(wanted, (await get(path(row.id))).document ?? {});
            if (left.length)
                say(
                    `The file says something else about the ${left.join(' and the ')} of ${row.id}. It can be replaced here, but only the file can take it back.`,
                    { kind: 'bad' },
                );
        }
        dialog.close();
        done?.();
    }
    dialog.run(async () => Object.assign(state, await choices()));
}

const overlaps = [
    [0, 'ends at once'],
    [3600, 'stays valid for an hour'],
    [86400, 'stays valid for a day'],
    [604800, 'stays valid for a week'],
    [2678400, 'stays valid for 31 days'],
];

export function rotateDialog(row, done) {
    const state = { overlap: '86400', answer: null };
    const dialog = openDialog({
        title: `Rotate the secret of ${row.id}`,
        onClose: () => state.answer && done?.(),
        content: (self) =>
            state.answer
                ? secretShown(
                      self,
                      state.answer.secret,
                      h(
                          'p',
                          { class: 'soft' },
                          Date.parse(state.answer.former_valid_until) > Date.now()
                              ? `The former one is valid until ${timeOfDay(state.answer.former_valid_until, { seconds: false })} (${duration(Date.parse(state.answer.former_valid_until) - Date.now())}).`
                              : 'The former one is valid no more.',
                      ),
                  )
                : h(
                      'form',
                      { onSubmit: (event) => (event.preventDefault(), self.run(rotate)) },
                      h(
                          'p',
                          null,
                          'weir makes a new secret. Clients may go on with the former one for a while, so that nobody is locked out meanwhile.',
                      ),
                      h(
                          'label',
                          { class: 'field' },
                          h('span', null, 'The former secret'),
                          h(
                              'select',
                              {
                                  value: state.overlap,
                                  'data-first': true,
                                  onChange: (event) => (state.overlap = event.target.value),
                              },
                              overlaps.map(([s, text]) =>
                                  h(
                                      'option',
                                      { value: String(s), key: s, selected: String(s) === state.overlap },
                                      text,
                                  ),
                              ),
                          ),
                      ),
                      buttons(self, 'Rotate'),
                  ),
    });
    async function rotate() {
        state.answer = await change(
            'POST',
            `${path(row.id)}/rotate`,
            { overlap_s: Number(state.overlap) },
            row.version,
        );
        dialog.title = `${row.id}: keep its new secret`;
        say(`${row.id} has a new secret.${warningOf(state.answer)}`);
    }
}
