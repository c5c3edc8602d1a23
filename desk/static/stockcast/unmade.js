// An adjustment that was typed and not made is not lost by saving the page around it.
"use strict";
document.addEventListener(
    "submit",
    (event) => {
        const units = document.getElementById("id_adjust-units");
        const warning = document.getElementById("adjust-unmade");
        if (!units || !warning || event.target.id !== "product_form") return;
        warning.hidden = !units.value.trim();
        if (warning.hidden) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        warning.scrollIntoView({ block: "center" });
        units.focus({ preventScroll: true });
    },
    true,
);
