// Follows what is on its way: asks for a part of the page again, shows it where it became another,
// and stops when nothing is on its way any more, or after a minute. A status beside the part tells
// it to those who do not see it.
(() => {
    "use strict";

    const every = 1500;
    const longest = 60000;
    const patience = 5;

    function without_clocks(html) {
        return html.replace(/<time[^>]*>[^<]*<\/time>/g, ""); // how long ago it was is no news
    }

    function show(part, html) {
        const held = part.contains(document.activeElement) && document.activeElement;
        const address = held && held.getAttribute("href");
        const aside = [...part.querySelectorAll(".sc-scroll")].map((each) => each.scrollLeft);
        part.innerHTML = html;
        part.querySelectorAll(".sc-scroll").forEach((each, number) => {
            each.scrollLeft = aside[number] || 0;
        });
        if (address) {
            const same = [...part.querySelectorAll("a[href]")];
            const link = same.find((each) => each.getAttribute("href") === address);
            link?.focus({ preventScroll: true });
        }
    }

    function follow(place) {
        const part = place.querySelector("[data-follow-part]");
        const voice = place.querySelector("[role=status]");
        let shown = null;
        let end = Date.now() + longest;
        let failures = 0;

        function of_part(name) {
            return part.querySelector(`[data-follow-${name}]`);
        }

        function say() {
            const said = part.querySelector("[data-follow-said]:not([hidden])");
            const words = said ? said.textContent.trim().replace(/\s+/g, " ") : "";
            if (voice.textContent !== words) {
                voice.textContent = words;
            }
        }

        function rest(is_tired) {
            of_part("waiting").hidden = is_tired;
            of_part("tired").hidden = !is_tired;
            say();
        }

        async function ask() {
            if (!place.isConnected) {
                return;
            }
            if (document.hidden) {
                end += every; // nobody looks
                window.setTimeout(ask, every);
                return;
            }
            try {
                const answer = await fetch(place.dataset.follow, { credentials: "same-origin" });
                if (!answer.ok || answer.redirected) {
                    throw new Error(`${answer.status}`);
                }
                const html = await answer.text();
                failures = 0;
                if (without_clocks(html) !== shown) {
                    shown = without_clocks(html);
                    show(part, html);
                    say();
                }
            } catch {
                failures += 1;
            }
            if (!of_part("waiting")) {
                return;
            }
            if (failures < patience && Date.now() < end) {
                window.setTimeout(ask, every);
            } else {
                rest(true);
            }
        }

        if (!of_part("waiting")) {
            return;
        }
        rest(false);
        window.setTimeout(ask, every / 2);
    }

    function follow_all() {
        document.querySelectorAll("[data-follow]:not([data-followed])").forEach((place) => {
            place.dataset.followed = "1";
            place.addEventListener("click", (event) => {
                if (event.target.closest("[data-follow-again]")) {
                    event.preventDefault();
                    follow(place);
                }
            });
            follow(place);
        });
    }

    document.addEventListener("stockcast:shown", follow_all); // a part of the page came later
    if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", follow_all);
    } else {
        follow_all();
    }
})();
