// Is it well? The verdict, the rates, and the state of store, nodes and upstreams.
import { h } from './dom.js';
import { compact, timeOfDay } from './format.js';
import { nodeKind, storeState, upstreamState, verdict } from './health.js';
import { lastSeconds, live } from './live.js';
import { card, figure } from './parts.js';

const since = (time) => (time ? `since ${timeOfDay(time, { seconds: false })}` : '');
const chip = (kind, name, text, note) =>
    h(
        'li',
        { class: `chip ${kind}`, key: name },
        h('i', { class: 'dot', 'aria-hidden': 'true' }),
        h('b', null, name),
        h('span', null, text),
        note ? h('small', null, note) : null,
    );

export function wellCard(figures) {
    const known = verdict(figures, lastSeconds(), live.gone);
    const isOld = live.status === 'lost' || live.status === 'unauthorized';
    const { kind, title, remarks } = isOld
        ? {
              kind: 'unknown',
              title: `Unknown since ${timeOfDay(live.receivedAt)}: what follows was so then`,
              remarks: known.remarks,
          }
        : known;
    const store = storeState(figures.store);
    const { rates } = figures;
    const nodes = figures.nodes.slice(0, 12);
    const upstreams = figures.upstreams.slice(0, 12);
    return card(
        'well',
        'Is it well?',
        { wide: true },
        h(
            'div',
            { class: `verdict ${kind}` },
            h('i', { class: 'dot', 'aria-hidden': 'true' }),
            h('strong', null, title),
        ),
        remarks.length
            ? h(
                  'ul',
                  { class: 'remarks' },
                  remarks.map((r) => h('li', { class: r.kind, key: r.text }, r.text)),
              )
            : null,
        h(
            'div',
            { class: 'figures' },
            figure(compact(rates.requests), 'requests a second'),
            figure(compact(rates.admitted), 'admitted'),
            figure(compact(rates.refused), 'refused', rates.refused > 0 ? 'refused' : ''),
            figures.waiting > 0 || rates.waited > 0
                ? [
                      figure(compact(figures.waiting), 'wait for room now'),
                      figure(compact(rates.waited), 'served after waiting'),
                  ]
                : null,
            figure(compact(rates.errors), 'errors', rates.errors > 0 ? 'failed' : ''),
            figure(compact(rates.input_tokens), 'input tokens a second'),
            figure(compact(rates.output_tokens), 'output tokens a second'),
        ),
        h(
            'div',
            { class: 'states' },
            h(
                'div',
                null,
                h('h3', null, 'Store'),
                h(
                    'ul',
                    { class: 'chips' },
                    chip(
                        store.kind,
                        store.title,
                        store.text,
                        [store.server, since(store.since)].filter(Boolean).join(' · '),
                    ),
                ),
            ),
            h(
                'div',
                null,
                h(
                    'h3',
                    null,
                    `Nodes ${figures.nodes.filter((n) => n.ready && !n.draining).length} of ${figures.nodes.length} ready`,
                ),
                h(
                    'ul',
                    { class: 'chips' },
                    nodes.map((node) =>
                        chip(
                            nodeKind(node),
                            node.name,
                            node.draining ? 'draining' : node.ready ? 'ready' : 'not ready',
                            since(node.mode_since ?? node.started),
                        ),
                    ),
                    figures.nodes.length > nodes.length
                        ? h('li', null, h('a', { href: '#/cluster' }, 'all nodes'))
                        : null,
                ),
            ),
            h(
                'div',
                null,
                h(
                    'h3',
                    null,
                    `Upstreams ${figures.upstreams.filter((u) => u.healthy).length} of ${figures.upstreams.length} healthy`,
                ),
                h(
                    'ul',
                    { class: 'chips' },
                    upstreams.map((upstream) => {
                        const { kind, word } = upstreamState(upstream);
                        const errors =
                            upstream.errors_per_s > 0 ? `${compact(upstream.errors_per_s)} errors/s` : '';
                        return chip(
                            kind,
                            upstream.name,
                            [word, `${compact(upstream.answers_per_s)} answers/s`, errors].filter(Boolean).join(', '),
                            since(upstream.since),
                        );
                    }),
                ),
            ),
        ),
    );
}
