// Names what the theme leaves nameless for screen readers: inputs in the cells of tables, named by
// their column, and searchable choices, named by the label of the choice that they stand for. Labels
// of columns, which a phone shows in each cell, begin with a capital.
(() => {
    const named = (element) =>
        element.getAttribute("aria-label") || element.getAttribute("aria-labelledby") || (element.labels && element.labels.length);

    const nameCells = (within) => {
        for (const cell of within.querySelectorAll("td[data-label], div[data-label]")) {
            // On a phone each cell bears its column's label: a sentence's beginning.
            const { label } = cell.dataset;
            if (label && label[0] !== label[0].toUpperCase()) cell.dataset.label = label[0].toUpperCase() + label.slice(1);
            for (const input of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
                if (!named(input)) input.setAttribute("aria-label", cell.dataset.label);
            }
        }
    };

    const nameChoices = (within) => {
        for (const box of within.querySelectorAll(".select2-container")) {
            const choice = box.previousElementSibling;
            if (!choice || choice.tagName !== "SELECT") continue;
            const label = choice.getAttribute("aria-label") || (choice.labels && choice.labels[0] && choice.labels[0].textContent.trim());
            if (!label) continue;
            for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
                part.removeAttribute("aria-labelledby");
                part.setAttribute("aria-label", label);
            }
        }
    };

    const nameAll = (within) => {
        nameCells(within);
        nameChoices(within);
    };

    // Rows and searchable choices come at their own time, some long after the page.
    const watch = new MutationObserver((changes) => {
        if (changes.some((change) => change.addedNodes.length)) nameAll(document);
    });
    document.addEventListener("DOMContentLoaded", () => {
        nameAll(document);
        watch.observe(document.body, { childList: true, subtree: true });
    });
})();
