// How full are we? Used against limit, and tokens a second as estimated and as they turned out.
import { lastMinutes, timeChart } from './charts.js';
import { h } from './dom.js';
import { compact, scopeText } from './format.js';
import { heldOrder } from './held_order.js';
import { live } from './live.js';
import { badge, card, empty, levelRow, ownerOf } from './parts.js';
import { redraw } from './redraw.js';

const scopes = [
    ['', 'All'],
    ['group', 'Groups'],
    ['upstream', 'Upstreams'],
    ['key', 'Keys'],
    ['model', 'Keys on models'],
];
const full = { scope: '', all: false, few: 18 };
const heldLevels = heldOrder((level) => `${level.scope}/${level.owner}/${level.name}`);

export function fullCard(figures) {
    const window = lastMinutes(live);
    const { rates } = figures;
    const levels = heldLevels.rows(figures.limits).filter((level) => !full.scope || level.scope === full.scope);
    const choices = scopes.filter(
        ([scope]) => !scope || scope === full.scope || figures.limits.some((l) => l.scope === scope),
    );
    const shown = full.all ? levels : levels.slice(0, full.few);
    const ownerShown = (level) => h('span', { class: 'owner' }, badge(scopeText(level.scope), 'scope'), ownerOf(level));
    const series = [
        {
            label: 'input',
            color: '--input',
            points: window.pointsOf((f) => f.rates.input_tokens),
            now: rates.input_tokens,
        },
        {
            label: 'input, estimated',
            color: '--input',
            dash: [4, 3],
            points: window.pointsOf((f) => f.rates.estimated_input_tokens),
            now: rates.estimated_input_tokens,
        },
        {
            label: 'output',
            color: '--output',
            points: window.pointsOf((f) => f.rates.output_tokens),
            now: rates.output_tokens,
        },
        {
            label: 'output, reserved',
            color: '--output',
            dash: [4, 3],
            points: window.pointsOf((f) => f.rates.reserved_output_tokens),
            now: rates.reserved_output_tokens,
        },
    ];
    return card(
        'full',
        'How full are we?',
        {
            wide: true,
            hint: 'Used of each limit within its window, the fullest first; tokens a second, as estimated and as they turned out',
            aside:
                choices.length < 3
                    ? null
                    : h(
                          'div',
                          { class: 'segments', role: 'group', 'aria-label': 'Whose limits' },
                          choices.map(([scope, text]) =>
                              h(
                                  'button',
                                  {
                                      type: 'button',
                                      key: scope,
                                      'aria-pressed': String(full.scope === scope),
                                      onClick: () => ((full.scope = scope), redraw()),
                                  },
                                  text,
                              ),
                          ),
                      ),
        },
        h(
            'div',
            { class: 'split wide-left' },
            h(
                'div',
                { ...heldLevels.holder },
                levels.length
                    ? h(
                          'ul',
                          { class: 'levels' },
                          shown.map((level) => levelRow(level, { owner: ownerShown(level) })),
                      )
                    : live.history.length < 3
                      ? h('p', { class: 'soft', role: 'status' }, 'Looking…') // a node reads them from when somebody asks
                      : empty(
                            'No limit is in use',
                            'As soon as requests are counted against a limit, it shows here. Limits are set on tiers, groups, keys and upstreams.',
                        ),
                levels.length > full.few
                    ? h(
                          'button',
                          { type: 'button', class: 'small', onClick: () => ((full.all = !full.all), redraw()) },
                          full.all ? `Show the fullest ${full.few}` : `Show all ${levels.length}`,
                      )
                    : null,
            ),
            h(
                'div',
                { class: 'stays' },
                h('h3', null, 'Tokens a second'),
                timeChart({
                    key: 'tokens',
                    ...window,
                    series,
                    unit: '/s',
                    label: `Tokens a second over the last five minutes: now ${compact(rates.input_tokens)} in and ${compact(rates.output_tokens)} out`,
                }),
            ),
        ),
    );
}
