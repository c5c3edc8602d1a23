// Follows what is on its way: asks for a part of the page again, shows it where it became another,
// and stops when nothing becomes another by itself any more. It asks less and less often, and gives
// up after some minutes. A status beside the part tells it to those who do not see it.
(() => {
    "use strict";

    const soonest = 1500;
    const latest = 20000;
    const brisk = 20000; // so long it asks as often as it can
    const slower = 1.4;
    const longest = 300000;
    const patience = 5;
    const hour = 3600;
    const ticking = 5000;

    function without_clocks(html) {
        return html.replace(/<time[^>]*>[^<]*<\/time>/g, ""); // how long ago it was is no news
    }

    function count_on(part) {
        // How long ago it was, from the age that the server wrote, whatever this clock says.
        const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en");
        part.querySelectorAll("time[data-ago]").forEach((each) => {
            each.seenAt ??= performance.now();
            const passed = Math.round((performance.now() - each.seenAt) / 1000);
            const age = Number(each.dataset.ago) + passed;
            if (passed < 1 || age < 1 || age >= hour) {
                return;
            }
            const [number, unit] = age < 60 ? [age, "second"] : [Math.floor(age / 60), "minute"];
            each.textContent = words.format(-number, unit);
        });
    }

    function refresh(part, html) {
        // Nothing but its clocks became another.
        const news = document.createElement("template");
        news.innerHTML = html;
        const clocks = news.content.querySelectorAll("time");
        const shown = part.querySelectorAll("time");
        if (clocks.length === shown.length) {
            shown.forEach((each, number) => each.replaceWith(clocks[number].cloneNode(true)));
        }
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
        const began = Date.now();
        let end = began + longest;
        let every = soonest;
        let failures = 0;
        let sent = 0;

        function of_part(name) {
            return part.querySelector(`[data-follow-${name}]`);
        }

        function say() {
            const said = [...part.querySelectorAll("[data-follow-said]:not([hidden])")];
            const words = said.map((each) => each.textContent.trim().replace(/\s+/g, " ")).join(" ");
            if (voice.textContent !== words) {
                voice.textContent = words;
            }
        }

        function rest(is_tired) {
            const waiting = of_part("waiting");
            const tired = of_part("tired");
            if (waiting) {
                waiting.hidden = is_tired;
            }
            if (tired) {
                tired.hidden = !is_tired;
            }
            say();
        }

        function address() {
            sent = Math.max(sent, Number(of_part("waiting")?.dataset.followWaiting || 0));
            return sent ? `${place.dataset.follow}&sent=${sent}` : place.dataset.follow;
        }

        function later() {
            if (Date.now() - began > brisk) {
                every = Math.min(every * slower, latest);
            }
            window.setTimeout(ask, every);
        }

        async function ask() {
            if (!place.isConnected) {
                return;
            }
            if (document.hidden) {
                end += soonest; // nobody looks
                window.setTimeout(ask, soonest);
                return;
            }
            try {
                const answer = await fetch(address(), { credentials: "same-origin" });
                if (!answer.ok || answer.redirected) {
                    throw new Error(`${answer.status}`);
                }
                const html = await answer.text();
                failures = 0;
                if (without_clocks(html) !== shown) {
                    shown = without_clocks(html);
                    show(part, html);
                    say();
                } else {
                    refresh(part, html);
                }
            } catch {
                failures += 1;
            }
            if (!of_part("on")) {
                return;
            }
            if (failures < patience && Date.now() < end) {
                later();
            } else {
                rest(true);
            }
        }

        if (!of_part("on")) {
            return;
        }
        rest(false);
        window.setTimeout(ask, soonest / 2);
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
            count_on(place);
            const clock = window.setInterval(() => {
                if (place.isConnected) {
                    count_on(place);
                } else {
                    window.clearInterval(clock);
                }
            }, ticking);
        });
    }

    document.addEventListener("stockcast:shown", follow_all); // a part of the page came later
    if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", follow_all);
    } else {
        follow_all();
    }
})();
