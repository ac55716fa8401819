// Puts text on the clipboard, also where the page is not served over TLS and the browser's own way is shut.
export async function copyText(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const field = document.createElement('textarea');
        field.value = text;
        field.className = 'sr';
        (document.querySelector('dialog[open]') ?? document.body).append(field);
        const focused = document.activeElement;
        field.select();
        const copied = document.execCommand('copy');
        field.remove();
        focused?.focus();
        return copied;
    }
}
