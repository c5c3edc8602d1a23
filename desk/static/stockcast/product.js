// The product's pages. Labels are printed by a button where a script may run; without one the
// browser's own way does it. “Adjust stock” leads to its form without loading the page again.
"use strict";
for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
}
window.addEventListener("load", () => {
    const units = document.getElementById("id_adjust-units");
    if (units && units.autofocus) {
        units.scrollIntoView({ block: "center" });
    }
});
document.addEventListener("click", (event) => {
    const units = document.getElementById("id_adjust-units");
    const link = event.target.closest("a[href$='/adjust_stock/']");
    const is_plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!units || !link || !is_plain) {
        return;
    }
    document.querySelector(".sc-tabs a[href='#general']")?.click(); // it stands on the overview
    event.preventDefault();
    window.requestAnimationFrame(() => {
        units.scrollIntoView({ block: "center" });
        units.focus({ preventScroll: true });
    });
});
