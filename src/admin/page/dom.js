// Describes the page as plain values and makes the document follow them, so that focus, scroll positions and
// what stands in fields survive an update a second. Text only ever becomes text nodes.

const svgTags = new Set(['svg', 'path', 'rect', 'circle', 'line', 'g', 'polyline']);
const asProperty = new Set(['value', 'checked', 'disabled', 'selected', 'indeterminate', 'open']);

/** An element as a value: h('a', {href: '#/'}, 'text'). null, false and true among the children are left out. */
export function h(tag, props, ...children) {
    return {
        tag,
        props: props ?? {},
        children: children.flat(Infinity).filter((c) => c !== null && c !== undefined && typeof c !== 'boolean'),
    };
}

const isText = (description) => typeof description !== 'object';
const keyOf = (description, index) =>
    isText(description) ? `#text${index}` : `${description.tag}#${description.props.key ?? `at${index}`}`;

function setProperty(node, name, value, before) {
    if (name === 'key' || name === 'mount' || name === 'update' || name === 'unmount' || name === 'opaque') return;
    if (name.startsWith('on')) {
        node[name.toLowerCase()] = value ?? null;
    } else if (name === 'style') {
        for (const property of Object.keys({ ...before, ...value }))
            if (value?.[property] !== before?.[property]) node.style.setProperty(property, value?.[property] ?? '');
    } else if (asProperty.has(name)) {
        node[name] = value ?? (name === 'value' ? '' : false);
    } else if (value === null || value === undefined || value === false) {
        node.removeAttribute(name);
    } else {
        node.setAttribute(name, value === true ? '' : String(value));
    }
}

function create(description) {
    if (isText(description)) return document.createTextNode(String(description));
    const { tag, props, children } = description;
    const node = svgTags.has(tag)
        ? document.createElementNS('http://www.w3.org/2000/svg', tag)
        : document.createElement(tag);
    for (const [name, value] of Object.entries(props)) if (name !== 'value') setProperty(node, name, value);
    if (!props.opaque) patchChildren(node, children);
    if ('value' in props) setProperty(node, 'value', props.value); // behind a select's options
    props.mount?.(node);
    return node;
}

function patch(node, before, now) {
    if (isText(now)) {
        if (String(before) !== String(now)) node.data = String(now);
        return;
    }
    for (const name of Object.keys({ ...before.props, ...now.props }))
        if (name !== 'value' && before.props[name] !== now.props[name])
            setProperty(node, name, now.props[name], before.props[name]);
    if (!now.props.opaque) patchChildren(node, now.children);
    if (before.props.value !== now.props.value) setProperty(node, 'value', now.props.value);
    now.props.update?.(node);
}

function forget(entry) {
    if (isText(entry.description)) return;
    for (const child of entry.node.weirChildren ?? []) forget(child);
    entry.description.props.unmount?.(entry.node);
}

function patchChildren(parent, descriptions) {
    const old = new Map((parent.weirChildren ?? []).map((entry) => [entry.key, entry]));
    const entries = [];
    const seen = new Set();
    descriptions.forEach((description, index) => {
        let key = keyOf(description, index);
        while (seen.has(key)) key += '+';
        seen.add(key);
        const entry = old.get(key);
        if (entry) {
            old.delete(key);
            patch(entry.node, entry.description, description);
            entry.description = description;
            entries.push(entry);
        } else {
            entries.push({ key, description, node: null });
        }
    });
    for (const entry of old.values()) {
        forget(entry);
        entry.node.remove();
    }
    let at = parent.firstChild;
    for (const entry of entries) {
        if (entry.node && entry.node === at) {
            at = at.nextSibling;
            continue;
        }
        entry.node ??= create(entry.description);
        parent.insertBefore(entry.node, at);
    }
    parent.weirChildren = entries;
}

/** Makes the children of a node be as described. */
export function render(parent, ...descriptions) {
    const focused = document.activeElement;
    patchChildren(parent, h('', null, ...descriptions).children);
    // What was moved has lost its focus.
    if (
        focused &&
        focused !== document.body &&
        focused !== document.activeElement &&
        focused.isConnected &&
        parent.contains(focused)
    )
        focused.focus({ preventScroll: true });
}
