// The first view: the five questions of an operator, in their order.
import { h } from './dom.js';
import { duration } from './format.js';
import { fullCard } from './fullness.js';
import { live } from './live.js';
import { recentCard } from './recent.js';
import { refusedCard } from './refusals.js';
import { fastCard } from './speed.js';
import { wellCard } from './well.js';

export const overview = {
    title: 'Overview',
    render() {
        const { figures } = live;
        if (!figures) return waiting();
        return [
            h('h1', { class: 'sr', tabindex: '-1' }, 'Overview'),
            h(
                'div',
                { class: 'grid' },
                wellCard(figures),
                refusedCard(figures),
                fullCard(figures),
                fastCard(figures),
                recentCard(figures),
            ),
        ];
    },
};

export function waiting() {
    const lost = live.status === 'lost';
    return h(
        'div',
        { class: 'grid' },
        h(
            'section',
            { class: 'card wide' },
            h('h1', { tabindex: '-1' }, lost ? 'No figures yet' : 'Waiting for the first figures'),
            h(
                'p',
                { class: 'soft' },
                lost
                    ? `The node cannot be reached, or does not send figures. ${live.reason}`
                    : 'They come once a second.',
                lost ? ` The next attempt is in ${duration(live.retryAt - Date.now())}.` : '',
            ),
        ),
    );
}
