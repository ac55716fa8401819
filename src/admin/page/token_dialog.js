// Asks for the admin token, once; the tab keeps it.
import { get, keepToken, token } from './api.js';
import { openDialog, say } from './dialog.js';
import { h } from './dom.js';

let open = null;

export function askForToken({ reason = '', done }) {
    if (open) return;
    const state = { value: '' };
    open = openDialog({
        title: 'Admin token',
        onClose: () => (open = null),
        content: (dialog) =>
            h(
                'form',
                { onSubmit: (event) => (event.preventDefault(), dialog.run(enter)) },
                h(
                    'p',
                    null,
                    reason ||
                        'This node asks for its admin token. It stays in this tab, and is forgotten when you close it.',
                ),
                h(
                    'label',
                    { class: 'field' },
                    h('span', null, 'Token'),
                    h('input', {
                        type: 'password',
                        autocomplete: 'current-password',
                        required: true,
                        'data-first': true,
                        value: state.value,
                        onInput: (event) => (state.value = event.target.value.trim()),
                    }),
                ),
                h(
                    'div',
                    { class: 'actions' },
                    h(
                        'button',
                        { class: 'primary', disabled: dialog.busy },
                        dialog.busy ? 'Asking the node…' : 'Use it',
                    ),
                ),
            ),
    });
    async function enter() {
        const before = token();
        keepToken(state.value);
        try {
            await get('admin/figures');
        } catch (error) {
            keepToken(before);
            if (error.status === 401) error.message = 'The node does not know this token.';
            throw error;
        }
        open?.close();
        say('The node knows this token.');
        done();
    }
}
