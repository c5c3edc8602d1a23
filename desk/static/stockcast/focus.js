// Puts the cursor where the page says: the theme hides its content while it starts, and what is
// hidden then, the browser does not focus by itself.
window.addEventListener("load", () => {
    "use strict";

    const field = document.querySelector("#content [autofocus]");
    if (field && (document.activeElement === document.body || !document.activeElement)) {
        field.focus({ preventScroll: true });
    }
});
