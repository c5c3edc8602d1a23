// Follows a run: asks for its progress every second and shows it, and stops asking when it is over.
(() => {
    "use strict";

    const card = document.getElementById("run-progress");
    if (!card || !card.dataset.url) {
        return;
    }
    const bar = card.querySelector(".sc-bar");
    const patience = 5;
    let failures = 0;

    function show(progress) {
        card.querySelectorAll("[data-field]").forEach((element) => {
            const value = progress[element.dataset.field];
            const is_number = typeof value === "number";
            element.textContent = is_number ? value.toLocaleString(document.documentElement.lang) : value;
        });
        bar.setAttribute("aria-valuenow", progress.percent);
        bar.firstElementChild.style.width = `${progress.percent}%`;
    }

    async function ask() {
        try {
            const answer = await fetch(card.dataset.url, { credentials: "same-origin" });
            if (!answer.ok) {
                throw new Error(`${answer.status}`);
            }
            const progress = await answer.json();
            failures = 0;
            show(progress);
            if (progress.is_over) {
                window.location.reload(); // once, for the final state and its logs
                return;
            }
        } catch {
            failures += 1;
            if (failures >= patience) {
                return;
            }
        }
        window.setTimeout(ask, 1000);
    }

    window.setTimeout(ask, 500);
})();
