// Follows the runs of a list: asks once for all that are not over, shows how far they are, and stops
// asking when they are over, or after a while.
(() => {
    "use strict";

    const place = document.getElementById("runs-progress");
    const fields = ["sent", "unchanged", "skipped", "failed"];
    const patience = 5;
    let asks = 900;
    let failures = 0;

    function following() {
        return [...document.querySelectorAll("[data-run]")];
    }

    function show(bar, progress) {
        const row = bar.closest("tr");
        bar.firstElementChild.style.width = `${progress.percent}%`;
        bar.setAttribute("aria-label", `${progress.percent} %`);
        fields.forEach((name) => {
            const cell = row.querySelector(`.field-${name}`);
            if (cell) {
                cell.textContent = progress[name].toLocaleString(document.documentElement.lang);
            }
        });
        const duration = row.querySelector(".field-show_duration");
        if (duration) {
            duration.textContent = progress.duration;
        }
        if (progress.is_over) {
            bar.removeAttribute("data-run");
        }
    }

    async function ask() {
        const bars = following();
        asks -= 1;
        try {
            const ids = bars.map((bar) => bar.dataset.run).join(",");
            const answer = await fetch(`${place.dataset.url}?ids=${ids}`, {
                credentials: "same-origin",
            });
            if (!answer.ok) {
                throw new Error(`${answer.status}`);
            }
            const found = await answer.json();
            failures = 0;
            bars.filter((bar) => found[bar.dataset.run]).forEach((bar) => {
                show(bar, found[bar.dataset.run]);
            });
        } catch {
            failures += 1;
        }
        if (!following().length) {
            window.location.reload(); // once, for the final states
        } else if (failures < patience && asks > 0) {
            window.setTimeout(ask, 1000);
        }
    }

    if (place && following().length) {
        window.setTimeout(ask, 500);
    }
})();
