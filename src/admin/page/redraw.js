// Views say that they have changed; the page is drawn once a frame.
let draw = () => {};
let asked = false;
export const onRedraw = (callback) => (draw = callback);
export function redraw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
        asked = false;
        draw();
    });
}
