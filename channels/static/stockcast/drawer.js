// Opens the explanation of a row beside the list. Without this script the same links lead to its page.
document.addEventListener("DOMContentLoaded", () => {
    "use strict";

    const drawer = document.getElementById("sc-drawer");
    const table = document.getElementById("result_list");
    if (!drawer || !table) {
        return;
    }
    const body = drawer.querySelector("[data-body]");
    const whole = drawer.querySelector("[data-page]");

    async function show(address) {
        const url = new URL(address, window.location.href);
        const past = new URLSearchParams(window.location.search).get("as_of");
        url.searchParams.delete("_changelist_filters");
        if (past) {
            url.searchParams.set("as_of", past);
        }
        whole.href = url.href;
        url.searchParams.set("drawer", "1");
        drawer.setAttribute("aria-busy", "true");
        if (!drawer.open) {
            body.replaceChildren();
            drawer.showModal(); // Esc closes it, and the focus goes back to the row
        }
        try {
            const answer = await fetch(url, { credentials: "same-origin" });
            if (!answer.ok || answer.redirected) {
                throw new Error(`${answer.status}`);
            }
            body.innerHTML = await answer.text();
            document.dispatchEvent(new Event("stockcast:shown"));
        } catch {
            window.location.assign(whole.href);
        } finally {
            drawer.removeAttribute("aria-busy");
        }
    }

    function isPlain(event) {
        return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    }

    table.addEventListener("click", (event) => {
        const row = event.target.closest("tr.data-row");
        const link = row && row.querySelector("th a[href], td a[href]");
        const other = event.target.closest("a, button, input, label, select");
        if (!link || !isPlain(event) || (other && other !== link)) {
            return;
        }
        if (!other && String(window.getSelection())) {
            return; // somebody is copying a number
        }
        event.preventDefault();
        link.focus();
        show(link.href);
    });

    drawer.addEventListener("click", (event) => {
        const link = event.target.closest("a[data-drawer]");
        if (link && isPlain(event)) {
            event.preventDefault();
            show(link.href);
        } else if (event.target === drawer || event.target.closest("[data-close]")) {
            drawer.close();
        }
    });
});
