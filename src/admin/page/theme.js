// Light or dark, as the system says or as the reader chose; before anything is painted, so it is no module.
(() => {
    const root = document.documentElement;
    const system = matchMedia('(prefers-color-scheme: dark)');
    const kept = () => {
        try {
            return localStorage.getItem('weir-theme');
        } catch {
            return null;
        }
    };
    const show = (choice) => {
        if (choice === 'light' || choice === 'dark') root.dataset.theme = choice;
        else delete root.dataset.theme;
        root.dataset.colors = root.dataset.theme ?? (system.matches ? 'dark' : 'light');
        dispatchEvent(new Event('weir-theme'));
    };
    globalThis.weirTheme = {
        current: () => root.dataset.colors,
        toggle() {
            const choice = root.dataset.colors === 'dark' ? 'light' : 'dark';
            try {
                // What the system says anyway needs no note.
                if ((choice === 'dark') === system.matches) localStorage.removeItem('weir-theme');
                else localStorage.setItem('weir-theme', choice);
            } catch {
                // Then it lasts as long as the page.
            }
            show(choice);
        },
    };
    system.addEventListener('change', () => show(kept()));
    show(kept());
})();
