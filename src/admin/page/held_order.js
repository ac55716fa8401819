// Keeps the rows of a list where they are while somebody points at it or has the focus in it, so that nothing
// moves under a pointer that is about to click.

const pointed = matchMedia('(hover: hover)');
const rowsMax = 200;

export function heldOrder(idOf) {
    let holder = null;
    let order = [];
    let known = new Map();
    const isHeld = () =>
        holder &&
        order.length < rowsMax &&
        ((pointed.matches && holder.matches(':hover')) || holder.querySelector(':focus-visible'));
    return {
        /** Properties of the element around the list. */
        holder: { mount: (node) => (holder = node), unmount: () => (holder = null) },
        rows(rows) {
            if (!isHeld()) {
                order = rows.map(idOf);
                known = new Map(rows.map((row) => [idOf(row), row]));
                return rows;
            }
            for (const row of rows) {
                if (!known.has(idOf(row))) order.push(idOf(row));
                known.set(idOf(row), row);
            }
            return order.map((id) => known.get(id));
        },
    };
}
