// Labels are printed by a button where a script may run; without one the browser's own way does it.
"use strict";
for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
}
