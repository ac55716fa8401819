// The button that raises a limit: an override of a key, its tier, its group or an upstream, with an end and a
// reason. It says what happened, and can be undone.
import { change, get, targetPath } from './api.js';
import { openDialog, say, warningOf } from './dialog.js';
import { h } from './dom.js';
import { compact, limitParts, limitText, whatText, whole } from './format.js';
import { createDialog } from './key_forms.js';
import { listOfLimits, raisedLimits } from './limits.js';
import { untilDefault, untilField, untilText, untilTime } from './until.js';

const titleOfTier = (tier, keys, known) =>
    known === false
        ? `Each key that is not configured, and those of the tier ${tier}`
        : `Each key of the tier ${tier}${keys === undefined ? '' : ` (${whole(keys)} ${keys === 1 ? 'key' : 'keys'})`}`;

/** What can be raised for a key: [{target, title, levels}]; levels: the limits that the target sets. */
function targetsOf({ key, known, tier }, levels, tiers) {
    const own = levels.filter((level) => level.scope === 'key');
    const ofTier = tiers.find((t) => t.name === tier);
    const keysOfTier = ofTier?.keys;
    const tierLevels = ofTier
        ? listOfLimits(ofTier.document?.limits).map((entry) => ({ scope: 'key', ...entry }))
        : own;
    const targets = [];
    if (key && known)
        targets.push({ target: `key/${key}`, title: `This key alone: ${key}`, scope: 'key', levels: own });
    if (tier)
        targets.push({
            target: `tier/${tier}`,
            title: titleOfTier(tier, keysOfTier, known),
            scope: 'key',
            levels: tierLevels,
        });
    for (const scope of ['group', 'upstream'])
        for (const owner of new Set(levels.filter((l) => l.scope === scope).map((l) => l.owner)))
            targets.push({
                target: `${scope}/${owner}`,
                title: `The whole ${scope} ${owner}`,
                scope,
                levels: levels.filter((l) => l.scope === scope && l.owner === owner),
            });
    return targets;
}

async function load(subject) {
    const [row, overrides, tiers] = await Promise.all([
        subject.key
            ? get(`admin/keys/${encodeURIComponent(subject.key)}`).catch((error) =>
                  error.status === 404 ? {} : Promise.reject(error),
              )
            : {},
        get('admin/overrides'),
        get('admin/tiers').catch(() => ({ tiers: [] })),
    ]);
    const levels = row.limits ?? subject.levels ?? [];
    const targets =
        subject.targets ??
        targetsOf(
            { key: subject.key, known: row.known ?? subject.known, tier: row.tier ?? subject.tier },
            levels,
            tiers.tiers,
        );
    return { targets, overrides: overrides.overrides ?? [], version: overrides.version };
}

function firstChoice(subject, targets) {
    const { scope, dimension, window } = limitParts(subject.limit);
    // Of a key's limits on models only its tier's override raises any.
    const isOfTier = (t) => t.target.startsWith('tier/');
    const chosen = targets.find((t) => (scope === 'model' ? isOfTier(t) : t.scope === scope)) ?? targets[0];
    const level = chosen?.levels.find((l) => l.dimension === dimension && l.window === window) ?? chosen?.levels[0];
    return {
        target: chosen?.target,
        level: level && `${level.dimension}/${level.window}`,
        mode: scope === 'model' || !level ? 'factor' : 'limit',
    };
}
const twice = (limit) => (limit > 0 ? limit * 2 : 1);

function bodyOf(state) {
    const target = state.targets.find((t) => t.target === state.target);
    const until = untilTime(state.until);
    const common = {
        target: state.target,
        ...(until ? { until } : {}),
        ...(state.reason.trim() ? { reason: state.reason.trim() } : {}),
    };
    if (state.mode === 'factor') return { ...common, factor: Number(state.factor) };
    const [dimension, window] = state.level.split('/');
    const existing = state.overrides.find((o) => o.target === state.target);
    return {
        ...common,
        limits: raisedLimits({ levels: target.levels, dimension, window, limit: Number(state.limit), existing }),
    };
}

/** What a factor reaches differs: limits on models are the tier's. */
const reachOf = (target) =>
    ({ key: ', but not those on models,', tier: ', those on models included,' })[String(target).split('/')[0]] ?? '';

function sentence(state) {
    const until = untilTime(state.until);
    if (state.mode === 'factor')
        return `Every limit of ${state.target}${reachOf(state.target)} is multiplied by ${state.factor || '…'} ${untilText(until)}.`;
    const level = levelOf(state);
    if (!level) return '';
    return `${state.target.startsWith('tier/') ? 'Each key of ' : ''}${state.target} may use ${state.limit === '' ? '…' : whole(Number(state.limit))} ${whatText(level.dimension, level.window)} ${untilText(until)}; now it is ${whole(level.limit)}.`;
}
function levelOf(state) {
    const target = state.targets.find((t) => t.target === state.target);
    return target?.levels.find((l) => `${l.dimension}/${l.window}` === state.level);
}

async function undo(state, before) {
    try {
        if (before) {
            const { target, limits, factor, until, reason } = before;
            await change(
                'POST',
                'admin/overrides',
                JSON.parse(
                    JSON.stringify({ target, limits, factor, until: until ?? undefined, reason: reason ?? undefined }),
                ),
            );
        } else {
            await change('DELETE', `admin/overrides/${targetPath(state.target)}`);
        }
        say(`Undone: ${state.target} has the limits again that it had before.`);
    } catch (error) {
        say(`Could not be undone: ${error.message}`, { kind: 'bad' });
    }
}

async function apply(dialog, state, force) {
    const body = bodyOf(state);
    const before = state.overrides.find((o) => o.target === state.target);
    const what = sentence(state);
    const answer = await change('POST', 'admin/overrides', body, force ? undefined : state.version);
    dialog.close();
    say(`Raised. ${what}${warningOf(answer)}`, { undo: () => undo(state, before) });
    state.done?.();
}

const radio = (state, name, value, text, changed) =>
    h(
        'label',
        { class: 'choice', key: value },
        h('input', {
            type: 'radio',
            name,
            value,
            checked: state[name] === value,
            onChange: () => ((state[name] = value), changed()),
        }),
        h('span', null, text),
    );

function form(dialog, state) {
    const target = state.targets.find((t) => t.target === state.target);
    const existing = state.overrides.find((o) => o.target === state.target);
    const retarget = () => {
        if (!levelOf(state)) {
            const first = target && state.targets.find((t) => t.target === state.target).levels[0];
            state.level = first ? `${first.dimension}/${first.window}` : undefined;
            if (!first) state.mode = 'factor';
        }
        const level = levelOf(state);
        if (level) state.limit = String(twice(level.limit));
        dialog.redraw();
    };
    return h(
        'form',
        { onSubmit: (event) => (event.preventDefault(), dialog.run(() => apply(dialog, state, false))) },
        dialog.error?.status === 412
            ? h(
                  'div',
                  { class: 'actions' },
                  h(
                      'button',
                      { type: 'button', onClick: () => dialog.run(() => reload(state)) },
                      'Look at the new state',
                  ),
                  h(
                      'button',
                      { type: 'button', class: 'danger', onClick: () => dialog.run(() => apply(dialog, state, true)) },
                      'Do it all the same',
                  ),
              )
            : null,
        h(
            'fieldset',
            null,
            h('legend', null, 'For whom'),
            state.targets.map((t) => radio(state, 'target', t.target, t.title, retarget)),
        ),
        h(
            'fieldset',
            null,
            h('legend', null, 'How far'),
            target?.levels.length ? radio(state, 'mode', 'limit', 'A new limit', dialog.redraw) : null,
            radio(state, 'mode', 'factor', 'Multiply every limit', dialog.redraw),
        ),
        state.mode === 'limit' && target
            ? h(
                  'div',
                  { class: 'row', key: 'limit' },
                  h(
                      'label',
                      { class: 'field grow' },
                      h('span', null, 'Limit'),
                      h(
                          'select',
                          { value: state.level, onChange: (event) => ((state.level = event.target.value), retarget()) },
                          target.levels.map((l) =>
                              h(
                                  'option',
                                  {
                                      key: `${l.dimension}/${l.window}`,
                                      value: `${l.dimension}/${l.window}`,
                                      selected: `${l.dimension}/${l.window}` === state.level,
                                  },
                                  `${whatText(l.dimension, l.window)}, now ${whole(l.limit)}`,
                              ),
                          ),
                      ),
                  ),
                  h(
                      'label',
                      { class: 'field' },
                      h('span', null, 'New limit'),
                      h('input', {
                          type: 'number',
                          min: '0',
                          max: '1000000000000',
                          step: '1',
                          required: true,
                          'data-first': true,
                          value: state.limit,
                          onInput: (event) => ((state.limit = event.target.value), dialog.redraw()),
                      }),
                  ),
              )
            : h(
                  'label',
                  { class: 'field', key: 'factor' },
                  h('span', null, 'Factor'),
                  h('input', {
                      type: 'number',
                      min: '0.001',
                      max: '1000',
                      step: 'any',
                      required: true,
                      value: state.factor,
                      onInput: (event) => ((state.factor = event.target.value), dialog.redraw()),
                  }),
              ),
        untilField(state.until, dialog.redraw),
        h(
            'label',
            { class: 'field' },
            h('span', null, 'Reason (for the log and for whoever asks)'),
            h('input', {
                type: 'text',
                maxlength: '200',
                placeholder: 'Launch day',
                value: state.reason,
                onInput: (event) => (state.reason = event.target.value),
            }),
        ),
        existing
            ? h(
                  'p',
                  { class: 'soft' },
                  `This replaces the override that stands there${existing.factor ? ` (× ${existing.factor})` : ''} ${untilText(existing.until)}${existing.reason ? `: ${existing.reason}` : ''}.`,
              )
            : null,
        h('p', { class: 'preview', 'aria-live': 'polite' }, sentence(state)),
        missesModel(state)
            ? h(
                  'p',
                  { class: 'problem', key: 'misses' },
                  'This does not reach the limit that refuses the key: limits on models are raised by a factor for the tier.',
              )
            : null,
        h(
            'div',
            { class: 'actions' },
            h('button', { class: 'primary', disabled: dialog.busy }, dialog.busy ? 'Raising…' : 'Raise'),
            h('button', { type: 'button', onClick: dialog.close }, 'Cancel'),
        ),
    );
}

const missesModel = ({ subject, target, mode }) =>
    limitParts(subject.limit).scope === 'model' && !(mode === 'factor' && String(target).startsWith('tier/'));

async function reload(state) {
    const { overrides, targets, version } = await load(state.subject);
    Object.assign(state, { overrides, targets, version });
}

/** subject: {key, known, tier, limit: "key/output_tokens/1m", limitValue, refused} or {targets}. */
export function raiseDialog(subject, done) {
    const state = { subject, done, targets: null, until: untilDefault(), factor: '2', reason: '', limit: '' };
    const dialog = openDialog({
        title: subject.key ? `Raise a limit of ${subject.key}` : 'Raise a limit',
        content: (self) => [
            subject.limit
                ? h(
                      'p',
                      null,
                      `${subject.key} ${subject.refused ? `was refused ${whole(subject.refused)} times within the last minute` : 'was refused'} by `,
                      h('strong', null, limitText(subject.limit)),
                      limitParts(subject.limit).scope === 'model' ? ' of a key on a model' : '',
                      subject.limitValue ? `, limit ${compact(subject.limitValue)}.` : '.',
                  )
                : null,
            subject.known === false
                ? h(
                      'p',
                      null,
                      'No configuration names this key, so it has no limit of its own to raise. ',
                      'Raise the tier that all such keys have, or give it one: ',
                      h(
                          'button',
                          {
                              type: 'button',
                              class: 'link',
                              onClick: () => (self.close(), createDialog({ ofUnknown: true })),
                          },
                          'create a key',
                      ),
                      ' with the SHA-256 of its secret.',
                  )
                : null,
            state.targets
                ? state.targets.length
                    ? form(self, state)
                    : h('p', null, 'Nothing here can be raised: no tier, group or upstream sets a limit of this key.')
                : h('p', { class: 'soft', role: 'status' }, self.error ? '' : 'Looking at its limits…'),
        ],
    });
    dialog
        .run(async () => {
            await reload(state);
            Object.assign(state, firstChoice(subject, state.targets));
            const level = levelOf(state);
            state.limit = level ? String(twice(level.limit)) : '';
        })
        .then(() => dialog.node.querySelector('[data-first]')?.select?.());
}
