// Fills a sheet by scanning or typing; templates/admin/stockcast/scan.html tells the contract.
// What the page's own lines bear is counted without asking the server; other codes are looked up.
(() => {
    "use strict";

    const PREFIX = "stockcast.scan|";
    const SWIFT = 50; // ms from key to key on average: a scanner's, not a person's
    const HALT = 200; // ms: what follows after such a pause is another word
    const SHORTEST = 4; // letters and digits of a code; a number typed at a line is shorter
    const PAUSE = 400; // ms: a scanner that ends with two Enters must not send the sheet
    const HISTORY = 300;

    const memory = {
        read(name) {
            try {
                return JSON.parse(window.localStorage.getItem(name));
            } catch {
                return null;
            }
        },
        write(name, value) {
            try {
                window.localStorage.setItem(name, JSON.stringify(value));
            } catch {
                // A full or forbidden store: the page itself still holds everything.
            }
        },
        forget(name) {
            try {
                window.localStorage.removeItem(name);
            } catch {
                // Nothing was kept.
            }
        },
    };

    // The page that follows a sheet that was carried out names its key.
    const sent = document.querySelector("[data-scan-sent]");
    if (sent) {
        let names = [];
        try {
            names = Object.keys(window.localStorage);
        } catch {
            // Nothing was kept.
        }
        names.filter((name) => name.startsWith(PREFIX)).forEach((name) => {
            if (memory.read(name)?.key === sent.dataset.scanSent) {
                memory.forget(name);
            }
        });
    }

    document.querySelectorAll("[data-print]").forEach((button) => {
        button.addEventListener("click", () => window.print());
    });

    // Keys that nothing else waits for are the scanner's; the key itself goes where the focus is.
    // First of all listeners: a code that begins like a shortcut of the page is still a code.
    const DEAF = "a, button, summary, input[type=radio], input[type=checkbox]";

    function serve(field) {
        field.focus({ preventScroll: true });
        window.addEventListener("keydown", (event) => {
            const isPage = [document.body, document.documentElement].includes(event.target);
            const isDeaf = event.target.matches(DEAF) && event.key !== " "; // the space presses it
            const isPlain = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
            if (isPlain && (isPage || isDeaf)) {
                event.stopImmediatePropagation();
                field.focus();
            }
        }, true);
    }
    document.querySelectorAll("[data-scan-first]").forEach(serve);

    const root = document.querySelector("[data-scan]");
    if (!root) {
        return;
    }
    const data = JSON.parse(document.getElementById("scan-data").textContent);
    const words = data.words;
    const store = PREFIX + data.storage;
    const form = root.closest("form");
    const input = document.getElementById("scan-code");
    const body = document.getElementById("scan-rows");
    const template = document.getElementById("scan-row").content.firstElementChild;
    const last = document.getElementById("scan-last");
    const unsent = document.getElementById("scan-unsent");
    const total = document.getElementById("scan-total");
    const bar = document.getElementById("scan-bar");
    const undoButton = document.getElementById("scan-undo");
    const forgetButton = document.getElementById("scan-forget");
    const sendButton = root.querySelector(".sc-scan-send");

    const lines = new Map();
    const byBarcode = new Map();
    const bySku = new Map();
    let state = { key: data.key, scans: 0, units: {}, info: {}, history: [], submitted: false };
    let armedAt = 0;
    let scannedAt = 0;
    let queue = Promise.resolve();

    // As the page's language writes it; what is no number, as it is.
    const written = (value) =>
        typeof value === "number" ? value.toLocaleString(document.documentElement.lang) : value;

    const say = (text, values) =>
        text.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? written(values[name]) : whole));

    // ---- lines

    const index = (map, code, line) => {
        if (code) {
            map.set(code, [...(map.get(code) || []), line]);
        }
    };

    function addLine([id, sku, name, barcode, expected, done, now, was, note, start = ""]) {
        const old = lines.get(String(id));
        if (old) {
            return old;
        }
        const line = { id: String(id), sku, name, barcode, expected, done, was, note, start, row: null };
        line.now = now || start;
        lines.set(line.id, line);
        index(byBarcode, barcode, line);
        index(bySku, sku.toUpperCase(), line);
        return line;
    }

    const describe = (line) => [
        line.id, line.sku, line.name, line.barcode, line.expected, line.done, "", line.was, line.note, line.start,
    ];
    const isNumber = (text) => /^\d{1,9}$/.test(text);
    const unitsOf = (line) => (isNumber(line.now) ? Number(line.now) : 0);
    const leftOf = (line) =>
        line.expected === null ? null : line.expected - line.done - unitsOf(line);

    function differenceOf(line) {
        if (line.expected === null || !isNumber(line.now)) {
            return "–";
        }
        const difference = unitsOf(line) - line.expected;
        return (difference > 0 ? "+" : "") + written(difference).replace("-", "−");
    }

    function rowOf(line) {
        if (line.row) {
            return line.row;
        }
        const row = template.cloneNode(true);
        row.dataset.line = line.id;
        const show = { sku: line.sku, name: line.name, note: line.note, expected: line.expected ?? "–", done: line.done };
        Object.entries(show).forEach(([part, text]) => {
            const cell = row.querySelector(`[data-is=${part}]`);
            if (cell) {
                cell.textContent = written(text);
            }
        });
        const field = row.querySelector("input");
        field.name = `line_${line.id}`;
        field.setAttribute("aria-label", `${words.now}: ${line.sku}`);
        body.prepend(row);
        document.getElementById("scan-empty").hidden = true;
        line.row = row;
        return row;
    }

    function draw(line) {
        const row = rowOf(line);
        const left = leftOf(line);
        const field = row.querySelector("input");
        if (field.value !== line.now) {
            field.value = line.now;
        }
        const isBad = line.now !== "" && !isNumber(line.now);
        field.setAttribute("aria-invalid", String(isBad || (left !== null && left < 0 && data.isLimited)));
        const cell = row.querySelector("[data-is=left]");
        if (cell) {
            cell.textContent = data.isCount ? differenceOf(line) : written(left ?? "–");
        }
        row.classList.toggle("is-done", left === 0 && (!data.isCount || line.now !== ""));
        row.classList.toggle("is-over", left !== null && left < 0 && data.isLimited);
        row.classList.toggle("is-touched", line.id in state.units);
    }

    function drawTotals() {
        let now = 0;
        let expected = 0;
        let done = 0;
        let touched = 0;
        let over = 0;
        let isTold = false;
        lines.forEach((line) => {
            now += unitsOf(line);
            touched += line.id in state.units ? 1 : 0;
            done += line.done;
            if (line.expected !== null && !data.isCount) {
                isTold = true;
                expected += line.expected;
                over += data.isLimited ? Math.max(0, -leftOf(line)) : 0;
            }
        });
        const isOf = isTold && expected > 0;
        const text = over && isOf ? words.totalOver : isOf ? words.totalOf : words.total;
        total.textContent = say(text, { now: isOf ? now + done : now, expected, over, lines: touched });
        total.classList.toggle("sc-bad", over > 0);
        if (bar) {
            // What is too many at one line fills no other.
            bar.style.width = expected ? `${Math.min(100, (100 * (now + done - over)) / expected)}%` : "0";
            bar.parentElement.classList.toggle("is-danger", over > 0);
        }
        const isKept = Object.keys(state.units).length > 0;
        unsent.hidden = forgetButton.hidden = !isKept;
        unsent.textContent = isKept ? say(words.unsent, { scans: state.scans }) : "";
        undoButton.disabled = state.history.length === 0;
        return { now, touched };
    }

    // ---- what a person sees and hears

    const switches = { sound: "scan-sound", keyboard: "scan-keyboard" };
    const isOn = (name) => document.getElementById(switches[name]).checked;
    let audio = null;

    function beep(isGood) {
        if (!isOn("sound")) {
            return;
        }
        try {
            audio = audio || new AudioContext();
            const gain = audio.createGain();
            gain.gain.value = 0.08;
            gain.connect(audio.destination);
            const tone = audio.createOscillator();
            tone.type = isGood ? "sine" : "square";
            tone.frequency.value = isGood ? 1320 : 196;
            tone.connect(gain);
            tone.start();
            tone.stop(audio.currentTime + (isGood ? 0.07 : 0.35));
        } catch {
            // No sound here: colour, sign and words say the same.
        }
        if (!isGood && navigator.vibrate && navigator.userActivation?.hasBeenActive) {
            navigator.vibrate(200);
        }
    }

    const ICONS = { good: "check_circle", bad: "error", calm: "barcode_scanner" };

    function tell(mood, title, text, count = "") {
        last.className = `sc-scan-last is-${mood}`;
        last.firstElementChild.textContent = ICONS[mood];
        last.querySelector("strong").textContent = title;
        last.querySelector(".sc-scan-said > span").textContent = text;
        last.lastElementChild.textContent = count;
        if (mood === "good") {
            document.getElementById("scan-refused")?.remove(); // it went on since
        }
        if (mood !== "calm") {
            beep(mood === "good");
        }
    }

    function mark(line) {
        body.querySelector(".is-last")?.classList.remove("is-last");
        line.row.classList.add("is-last");
        line.row.scrollIntoView({ block: "nearest" });
    }

    // Of an item on several lines, all of them together.
    function tellItem(found) {
        const now = found.reduce((sum, line) => sum + line.done + unitsOf(line), 0);
        const expected = found.reduce((sum, line) => sum + (line.expected ?? NaN), 0);
        const count = Number.isNaN(expected) ? written(now) : `${written(now)}/${written(expected)}`;
        tell("good", found[0].sku, found[0].name, count);
    }

    // ---- what is kept

    let isForgotten = false;
    function keep() {
        if (isForgotten) {
            return; // nor is what comes in until the page is gone
        }
        if (Object.keys(state.units).length) {
            memory.write(store, state);
        } else {
            memory.forget(store);
        }
    }

    function set(line, text) {
        line.now = text;
        if (text === "" || (text === line.start && !data.isRefused)) {
            delete state.units[line.id];
            delete state.info[line.id];
        } else {
            state.units[line.id] = text;
            state.info[line.id] = describe(line);
        }
        draw(line);
    }

    function change(line, before, text) {
        state.history.push([line.id, before]);
        state.history = state.history.slice(-HISTORY);
        set(line, text);
    }

    function undo() {
        const step = state.history.pop();
        if (!step) {
            tell("bad", "", words.nothingToUndo);
            return;
        }
        // A scan that filled several lines is one step, so all of it goes.
        const parts = Array.isArray(step[0]) ? step : [step];
        parts.reverse().forEach(([id, before]) => lines.has(id) && set(lines.get(id), before));
        state.scans = Math.max(0, state.scans - 1);
        const line = lines.get(parts[0][0]);
        keep();
        drawTotals();
        if (line) {
            mark(line);
            tell("calm", line.sku, say(words.undone, { sku: line.sku, now: unitsOf(line) }));
        }
    }

    function restore(kept) {
        state = { ...state, ...kept };
        if (data.isRefused) {
            state.key = data.key; // the server says under which key to go on
            state.submitted = false;
        }
        Object.entries(state.units).forEach(([id, text]) => {
            const line = lines.get(id) || addLine(state.info[id] || [id, id, "", "", 0, 0, "", "", ""]);
            line.now = text;
            if (!data.isRefused && state.info[id]) {
                line.was = state.info[id][7]; // what the person saw when counting
            }
            state.info[id] = describe(line);
            draw(line);
        });
        keep();
        form.elements.key.value = state.key;
        if (!data.isRefused) {
            tell("calm", "", say(words.restored, { scans: state.scans }));
        }
        drawTotals();
    }

    const asking = (question) =>
        `${data.lookup}${data.lookup.includes("?") ? "&" : "?"}${new URLSearchParams(question)}`;

    async function wasSent(key) {
        if (!data.lookup) {
            return false;
        }
        try {
            const answer = await fetch(asking({ sent: key }));
            return (await answer.json()).isSent === true;
        } catch {
            return false;
        }
    }

    async function recall() {
        const kept = memory.read(store);
        if (!kept || !kept.units || !Object.keys(kept.units).length) {
            return;
        }
        // After an answer that never came, it is not known here whether the sheet was carried out.
        if (!data.isRefused && kept.submitted && (await wasSent(kept.key))) {
            memory.forget(store);
            tell("calm", "", words.alreadySent);
            return;
        }
        restore(kept);
    }

    // ---- codes

    // As inventory/scanning.py does.
    function candidates(code) {
        const bare = code.trim().replace(/^\][A-Za-z]\d/, "").trim();
        const found = [bare];
        const element = /^(?:\(01\)|01)(\d{14})(?=$|\D|\d{2})/.exec(bare);
        if (element) {
            found.push(element[1]);
        }
        [...found].filter((each) => /^\d{8,14}$/.test(each)).forEach((each) => {
            const short = each.replace(/^0+/, "");
            [13, 12, 14, 8].filter((size) => short.length <= size)
                .forEach((size) => found.push(short.padStart(size, "0")));
        });
        return found;
    }

    function findHere(code) {
        const wanted = candidates(code);
        const barcode = wanted.find((each) => byBarcode.has(each));
        return barcode ? byBarcode.get(barcode) : bySku.get(wanted[0].toUpperCase()) || [];
    }

    async function findThere(code) {
        if (!data.lookup) {
            return { refused: say(words.foreign, { code }) };
        }
        try {
            const answer = await fetch(asking({ code }));
            return await answer.json();
        } catch {
            return { refused: say(words.offline, { code }) };
        }
    }

    function count(found, units, code) {
        if (new Set(found.map((line) => line.sku)).size > 1) {
            tell("bad", code, say(words.several, { code }));
            return;
        }
        if (!data.isLimited) {
            put(found, [units, ...found.slice(1).map(() => 0)]);
            return;
        }
        let rest = units;
        const shares = found.map((line) => {
            const left = leftOf(line);
            const share = left === null ? rest : Math.max(0, Math.min(rest, left));
            rest -= share;
            return share;
        });
        if (rest > 0) {
            const left = found.reduce((sum, line) => sum + Math.max(0, leftOf(line)), 0);
            rowOf(found[0]);
            mark(found[0]);
            tell("bad", found[0].sku, say(words.over, { sku: found[0].sku, left }));
            return;
        }
        put(found, shares);
    }

    function put(found, shares) {
        const parts = [];
        let line = found[0];
        found.forEach((each, position) => {
            if (shares[position] > 0) {
                parts.push([each.id, each.now]);
                set(each, String(unitsOf(each) + shares[position]));
                line = each;
            }
        });
        state.history = [...state.history, parts.length === 1 ? parts[0] : parts].slice(-HISTORY);
        state.scans += 1;
        keep();
        drawTotals();
        mark(line);
        tellItem(found);
    }

    async function scan(text) {
        scannedAt = performance.now();
        let code = text.trim();
        let units = 1;
        let found = findHere(code);
        const several = /^(\d{1,6})\s*\*\s*(.+)$/.exec(code);
        if (!found.length && several && Number(several[1]) > 0) {
            [units, code] = [Number(several[1]), several[2]];
            found = findHere(code);
        }
        if (!found.length) {
            const answer = await findThere(code);
            if (!answer.line) {
                tell("bad", code.slice(0, 40), answer.refused || say(words.offline, { code }));
                return;
            }
            found = [addLine(answer.line)];
        }
        count(found, units, code);
    }

    // ---- the end

    function send() {
        if (form.requestSubmit) {
            form.requestSubmit(sendButton);
        } else {
            sendButton.click();
        }
    }

    function finish() {
        const now = performance.now();
        if (now - scannedAt < PAUSE) {
            return;
        }
        const sums = drawTotals();
        if (!sums.touched) {
            tell("bad", "", words.nothingYet);
            return;
        }
        if (armedAt && now - armedAt > PAUSE) {
            send();
            return;
        }
        if (!armedAt) {
            armedAt = now;
            tell("calm", "", say(words.again, { units: sums.now, lines: sums.touched }));
        }
    }

    function take(text) {
        release(); // what was typed before a scan is before it
        const code = text.trim();
        if (!code) {
            finish();
            return;
        }
        armedAt = 0;
        if (code.toUpperCase() === "STOCKCAST-DONE") {
            queue = queue.then(send);
        } else if (code.toUpperCase() === "STOCKCAST-UNDO") {
            queue = queue.then(undo);
        } else {
            queue = queue.then(() => scan(code)); // in the order in which they were scanned
        }
    }

    input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
            event.preventDefault();
            const text = input.value;
            input.value = "";
            take(text);
        } else if (event.key === "Backspace" && input.value === "") {
            event.preventDefault();
            armedAt = 0;
            queue = queue.then(undo);
        } else if (event.key === "Escape") {
            input.value = "";
            armedAt = 0;
        }
    });

    // A number typed at a line; a code scanned into it by mistake is counted as a scan.
    const isLine = (field) => field.matches("input[name^=line_]");
    const lineOf = (field) => lines.get(field.closest("tr").dataset.line);
    const isCode = (text) => text !== "" && (!isNumber(text) || findHere(text).length > 0 || text.length > 6);

    function leave(field) {
        const line = lineOf(field);
        const text = field.value.trim();
        if (text === line.now) {
            return;
        }
        field.value = text;
        change(line, line.now, text);
        state.scans += 1;
        keep();
        drawTotals();
        mark(line);
        const left = leftOf(line);
        if (text !== "" && !isNumber(text)) {
            tell("bad", line.sku, say(words.number, { sku: line.sku }));
        } else if (data.isLimited && left !== null && left < 0) {
            tell("bad", line.sku, say(words.over, { sku: line.sku, left: left + unitsOf(line) }));
        } else {
            tellItem([line]);
        }
    }

    // What is told of a number moves the page. While a button of the mouse or a finger is down, that
    // would take away what it pressed, and no click came of it: the number waits until the click, and
    // is there before anything that the click does. No page is told how every press ends, so it waits
    // for nothing else: neither for the menu of the other button, nor for a hand that left the window.
    let isPressed = false;
    let typed = [];
    function release() {
        isPressed = false;
        const fields = typed;
        typed = [];
        fields.forEach(leave);
    }
    window.addEventListener("mousedown", (event) => {
        release();
        isPressed = event.button === 0; // no other button clicks
    }, true);
    ["mouseup", "dragend"].forEach((name) => {
        window.addEventListener(name, () => window.setTimeout(release), true); // where no click comes
    });
    ["click", "contextmenu", "pointercancel", "keydown", "visibilitychange", "pagehide"].forEach((name) => {
        window.addEventListener(name, release, true);
    });
    window.addEventListener("mousemove", (event) => event.buttons || release()); // let go outside
    window.addEventListener("blur", release); // let go elsewhere

    body.addEventListener("focusin", (event) => {
        if (isLine(event.target)) {
            event.target.select();
        }
    });
    body.addEventListener("keydown", (event) => {
        if (!isLine(event.target)) {
            return;
        }
        const line = lineOf(event.target);
        if (event.key === "Enter") {
            event.preventDefault();
            const text = event.target.value.trim();
            if (text !== line.now && isCode(text)) {
                event.target.value = line.now;
                input.focus();
                take(text);
            } else {
                leave(event.target);
                input.focus();
            }
        } else if (event.key === "Escape") {
            event.target.value = line.now;
            input.focus();
        }
    });
    body.addEventListener("change", (event) => {
        if (!isLine(event.target)) {
            return;
        }
        armedAt = 0;
        if (isPressed) {
            typed.push(event.target);
        } else {
            leave(event.target);
        }
    });

    serve(input);

    // A scan into another field: the field becomes as it was, and the code is counted.
    let burst = null;
    const isScanned = ({ code, since }, now) =>
        code.length >= SHORTEST && (now - since) / code.length < SWIFT;
    window.addEventListener("keydown", (event) => {
        const field = event.target;
        if (field === input || !("value" in field)) {
            burst = null;
            return;
        }
        const isOn = burst?.field === field && event.timeStamp - burst.at < HALT;
        if (event.key === "Enter" && isOn && isScanned(burst, event.timeStamp)) {
            event.preventDefault();
            event.stopImmediatePropagation();
            field.value = burst.before;
            if (isLine(field)) {
                leave(field);
            }
            input.focus();
            take(burst.code);
            burst = null;
        } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
            burst = isOn ? burst : { field, before: field.value, code: "", since: event.timeStamp };
            burst.code += event.key;
            burst.at = event.timeStamp;
        } else if (event.key !== "Shift") {
            burst = null;
        }
    }, true);

    // Choices are not the end of a sheet: Enter on one never sends, and after a tap the scanner is
    // heard again. Arrow keys go from choice to choice undisturbed.
    form.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches("input, select")) {
            event.preventDefault();
            input.focus({ preventScroll: true });
        }
    });
    form.addEventListener("change", () => {
        armedAt = 0;
    });
    form.addEventListener("click", (event) => {
        const isTap = event.detail > 0 && event.target.closest("label, button, input[type=radio], input[type=checkbox]");
        if (isTap && !event.defaultPrevented) {
            window.setTimeout(() => input.focus({ preventScroll: true })); // after the label's own
        }
    });
    root.addEventListener("click", (event) => {
        if (!event.target.closest("input, button, a, label, select")) {
            input.focus({ preventScroll: true });
        }
    });
    undoButton.addEventListener("click", () => {
        queue = queue.then(undo);
        input.focus();
    });
    forgetButton.addEventListener("click", () => {
        if (window.confirm(forgetButton.dataset.ask)) {
            isForgotten = true;
            memory.forget(store);
            window.location.assign(window.location.pathname + window.location.search);
        }
    });

    Object.entries(switches).forEach(([name, id]) => {
        const box = document.getElementById(id);
        box.checked = memory.read(`stockcast.${name}`) !== false;
        const apply = () => {
            input.inputMode = isOn("keyboard") ? "text" : "none";
        };
        apply();
        box.addEventListener("change", () => {
            memory.write(`stockcast.${name}`, box.checked);
            apply();
            input.focus();
        });
    });

    form.addEventListener("submit", () => {
        release();
        const touched = [...lines.values()].filter((line) => line.id in state.units);
        form.elements.lines.value = JSON.stringify(Object.fromEntries(touched.map((line) => [line.id, line.now])));
        form.elements.was.value = JSON.stringify(
            Object.fromEntries(touched.filter((line) => line.was).map((line) => [line.id, line.was])),
        );
        body.querySelectorAll("input").forEach((field) => {
            field.disabled = true; // they are all in the two fields above
        });
        if (touched.length) {
            state.submitted = true;
            keep();
        }
        tell("calm", "", words.sending);
    });
    window.addEventListener("pageshow", (event) => {
        if (event.persisted) {
            window.location.reload(); // came back by the Back button: show what is true now
        }
    });

    data.lines.forEach((line) => addLine(line));
    body.querySelectorAll("tr").forEach((row) => {
        const line = lines.get(row.dataset.line);
        if (line) {
            line.row = row;
            // What a refused page brings back counts as not sent, as it is.
            if (data.isRefused && line.now !== line.start) {
                state.units[line.id] = line.now;
                state.info[line.id] = describe(line);
            }
            draw(line);
        }
    });
    if (data.isRefused) {
        document.getElementById("scan-refused")?.scrollIntoView({ block: "nearest" });
    }
    drawTotals();
    recall().finally(() => {
        root.dataset.ready = "1";
        input.focus({ preventScroll: true });
    });
})();
