// Dialogs, and the short words about what an action did. The browser's own <dialog> keeps the focus inside and
// gives it back.
import { h, render } from './dom.js';

let count = 0;

/**
 * Opens a dialog: `content(dialog)` describes what stands below its title, and is asked again by
 * dialog.redraw(). dialog.busy is true while run() waits for an answer.
 */
export function openDialog({ title, content, onClose, wide = false, isAlert = false }) {
    const node = document.createElement('dialog');
    const id = `dialog${++count}`;
    const dialog = { title, busy: false, error: null, told: '', node, redraw, close: () => node.close(), run, tell };
    /** Says something in the dialog itself: what lies behind it is out of reach meanwhile. */
    function tell(text) {
        dialog.told = text;
        redraw();
    }
    function redraw() {
        if (!node.isConnected) return;
        render(
            node,
            h(
                'div',
                { class: 'dialog-head' },
                h('h2', { id }, dialog.title),
                h(
                    'button',
                    { class: 'quiet icon', type: 'button', 'aria-label': 'Close', onClick: () => node.close() },
                    '×',
                ),
            ),
            h(
                'div',
                { class: 'dialog-body' },
                dialog.error ? errorBox(dialog.error) : null,
                content(dialog),
                h('p', { class: 'told', role: 'status', key: 'told' }, dialog.told),
            ),
        );
    }
    /** Does something that may fail; what failed stands in the dialog. */
    async function run(action) {
        if (dialog.busy) return;
        dialog.busy = true;
        dialog.error = null;
        redraw();
        try {
            await action();
        } catch (error) {
            dialog.error = error;
        }
        dialog.busy = false;
        redraw();
        if (dialog.error) node.querySelector('.problem')?.focus();
    }
    node.className = wide ? 'wide' : '';
    node.setAttribute('aria-labelledby', id);
    if (isAlert) node.setAttribute('role', 'alertdialog');
    node.addEventListener('close', () => {
        node.remove();
        onClose?.();
    });
    // A click beside it closes it, unless it would lose what was typed.
    node.addEventListener('mousedown', (event) => event.target === node && !node.querySelector('form') && node.close());
    document.body.append(node);
    redraw();
    node.showModal();
    node.querySelector('[data-first]')?.focus();
    node.scrollTop = 0; // what is long is read from its start, wherever the focus is
    return dialog;
}

export function errorBox(error) {
    const conflict = error.status === 412;
    return h(
        'div',
        { class: 'problem', role: 'alert', tabindex: '-1' },
        h(
            'strong',
            null,
            conflict
                ? 'Somebody else was faster. '
                : error.status === 403
                  ? 'This token may only read. '
                  : 'Not done. ',
        ),
        error.message,
        error.retryAfterS ? ` Try again in ${error.retryAfterS} s.` : '',
        error.mistakes?.length
            ? h(
                  'ul',
                  null,
                  error.mistakes.map((m) => h('li', null, h('code', null, m.path), ' ', m.message)),
              )
            : null,
    );
}

/** Asks before something that hurts. `action` may throw. */
export function confirmDialog({ title, text, doIt, action, done }) {
    openDialog({
        title,
        isAlert: true,
        content: (dialog) => [
            h('p', null, text),
            h(
                'div',
                { class: 'actions' },
                h(
                    'button',
                    {
                        type: 'button',
                        class: 'danger',
                        disabled: dialog.busy,
                        onClick: () =>
                            dialog.run(async () => {
                                const answer = await action();
                                dialog.close();
                                done?.(answer);
                            }),
                    },
                    doIt,
                ),
                h('button', { type: 'button', 'data-first': true, onClick: dialog.close }, 'Cancel'),
            ),
        ],
    });
}

// --- what an action did

const notes = [];
function showNotes() {
    render(
        document.getElementById('notes'),
        ...notes.map((note) =>
            h(
                'div',
                { class: `note ${note.kind}`, key: note.id },
                h('span', null, note.text),
                note.undo
                    ? h('button', { type: 'button', class: 'small', onClick: () => (drop(note), note.undo()) }, 'Undo')
                    : null,
                h(
                    'button',
                    { type: 'button', class: 'quiet icon', 'aria-label': 'Dismiss', onClick: () => drop(note) },
                    '×',
                ),
            ),
        ),
    );
}
function drop(note) {
    const at = notes.indexOf(note);
    if (at >= 0) notes.splice(at, 1);
    showNotes();
}

/** Says it on the page and to screen readers. What can be undone stays until it is dismissed. */
export function say(text, { kind = 'good', undo } = {}) {
    const note = { id: ++count, text, kind, undo };
    notes.push(note);
    while (notes.length > 4) notes.shift();
    showNotes();
    if (!undo && kind === 'good') setTimeout(() => drop(note), 8000);
}
/** What a change answered, beside what it did. */
export const warningOf = (answer) =>
    answer?.warning ? ` ${answer.warning}` : answer?.durable === false ? ' It does not survive a restart.' : '';
