/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page of a publication.  It reads no network: scripts beside it call a4nn.run, a4nn.tasks and
 * a4nn.curves with what there is.  Names and configurations are texts of strangers, which only ever
 * become text nodes and attributes.
 */
"use strict";

const a4nn = (() => {
    const PAGE = 50;
    const COLUMNS = 10; /* of configurations, at most */
    const SVG = "http://www.w3.org/2000/svg";

    const runs = [];
    const curves = new Map(); /* by number of the run */
    const loading = new Map(); /* by number of the file */
    let tasks = [], chunks = [], total = 0;

    /* ---- small things ---- */

    const id = (name) => document.getElementById(name);

    const fill = (node, attributes, children) => {
        for (const [name, value] of Object.entries(attributes))
            if (name === "on")
                for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
            else if (value !== null && value !== undefined && value !== false)
                node.setAttribute(name, value === true ? "" : value);
        node.append(...children.flat().filter((c) => c !== null && c !== undefined));
        return node;
    };
    const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
    const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

    /* "inf" and null stand for what JSON has no number for. */
    const number = (v) => (v === null ? NaN : v === "inf" ? Infinity : v === "-inf" ? -Infinity : v);
    const finite = (v) => Number.isFinite(v);

    const show = (v, digits = 5) => {
        if (v === null || v === undefined || Number.isNaN(v)) return "";
        if (!finite(v)) return v < 0 ? "-\u221e" : "\u221e";
        if (Number.isInteger(v) && Math.abs(v) < 1e15) return String(v);
        const a = Math.abs(v);
        if (a >= 1e6 || a < 1e-4) return v.toExponential(digits - 2).replace(/\.?0+e/, "e");
        return String(Number(v.toPrecision(digits)));
    };

    const plural = (n, one, many) => `${n} ${n === 1 ? one : many}`;
    const named = (text, otherwise) => (text === "" ? otherwise : text);
    const taskName = (t) => named(t.name, "unnamed task");
    const metricName = (t) => named(t.metric, "value");
    const say = (text) => { id("said").textContent = text; };

    /* ---- what the data call ---- */

    const run = ([task, name, status, reason, numbers, config]) => {
        const [epochs, observations, last, value, best, at, forecast, low, high, stop] = numbers.map(number);
        runs.push({
            number: runs.length + 1, task, name, status: status || "open", reason: reason || "",
            config: new Map(Object.entries(config || {})),
            epochs, observations, last, value, best, at, forecast, low, high, stop, text: null,
        });
    };

    const takeTasks = (all) => {
        chunks = all.chunks;
        total = all.runs;
        tasks = all.tasks.map(([name, metric, mode, numbers, pictured], index) => {
            const [epochs, count, complete, stopped, failed, best] = numbers.map(number);
            return { index, name, metric, mode, epochs, runs: count, complete, stopped, failed, best, pictured };
        });
    };

    const takeCurves = (first, list) => {
        list.forEach(([metrics, guesses, facts], i) => {
            const series = new Map();
            for (const [name, step, epoch, value] of metrics)
                series.set(name, { step, points: epoch.map((e, k) => [e, number(value[k])]) });
            curves.set(first + i, {
                series, facts,
                guesses: guesses.map(([numbers, stop, reason]) => {
                    const [epoch, forecast, low, high, beat] = numbers.map(number);
                    return { epoch, forecast, low, high, beat, stop: stop === 1, reason };
                }),
            });
        });
    };

    /* The curves of a run, from the file that has them. */
    const fetchCurves = (n) => {
        let file = 0;
        if (curves.has(n)) return Promise.resolve(curves.get(n));
        while (file + 1 < chunks.length && chunks[file + 1] <= n) file++;
        if (!loading.has(file))
            loading.set(file, new Promise((resolve, reject) => {
                const name = `page/curves-${String(file + 1).padStart(5, "0")}.js`;
                document.head.append(h("script", {
                    src: name,
                    on: { load: resolve, error: () => { loading.delete(file); reject(new Error(`${name} could not be read`)); } },
                }));
            }));
        return loading.get(file).then(() => curves.get(n));
    };

    /* ---- axes ---- */

    /* Round numbers between two bounds, about `count` of them. */
    const ticks = (low, high, count) => {
        const raw = (high - low) / Math.max(count, 1), power = 10 ** Math.floor(Math.log10(raw));
        const step = [1, 2, 5, 10].map((m) => m * power).find((v) => v >= raw * 0.7) || 10 * power;
        const list = [];
        for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && list.length < 50; i++)
            list.push(Number((i * step).toPrecision(12)));
        return list;
    };

    const bounds = (values) => {
        let low = Infinity, high = -Infinity;
        for (const v of values)
            if (finite(v)) {
                low = Math.min(low, v);
                high = Math.max(high, v);
            }
        if (low > high) return [0, 1];
        const margin = high > low ? (high - low) * 0.06 : Math.abs(high) * 0.05 || 1;
        return [low - margin, high + margin];
    };

    const frame = (width, height, [x0, x1], [y0, y1], bare, top = bare ? 8 : 24) => {
        const left = bare ? 6 : 56, right = bare ? 6 : 16, bottom = bare ? 6 : 40;
        return {
            width, height, left, right: width - right, top, bottom: height - bottom, x0, x1, y0, y1,
            x: (v) => left + ((v - x0) / (x1 - x0)) * (width - left - right),
            y: (v) => height - bottom - ((v - y0) / (y1 - y0)) * (height - top - bottom),
        };
    };

    const axes = (f, xTitle, yTitle) => {
        const g = s("g", { "aria-hidden": "true" });
        for (const v of ticks(f.y0, f.y1, Math.max(3, (f.bottom - f.top) / 50)))
            g.append(s("line", { class: "grid", x1: f.left, x2: f.right, y1: f.y(v), y2: f.y(v) }),
                s("text", { x: f.left - 8, y: f.y(v) + 4, "text-anchor": "end" }, show(v, 4)));
        for (const v of ticks(f.x0, f.x1, Math.max(2, (f.right - f.left) / 80)))
            g.append(s("line", { class: "axis", x1: f.x(v), x2: f.x(v), y1: f.bottom, y2: f.bottom + 5 }),
                s("text", { x: f.x(v), y: f.bottom + 19, "text-anchor": "middle" }, show(v, 4)));
        g.append(s("line", { class: "axis", x1: f.left, x2: f.right, y1: f.bottom, y2: f.bottom }),
            s("text", { class: "strong", x: f.right, y: f.bottom + 35, "text-anchor": "end" }, xTitle),
            s("text", { class: "strong", x: 8, y: 13 }, yTitle));
        return g;
    };

    const fixed = (v) => String(Math.round(v * 10) / 10);

    /* Lines through finite points; what is not finite interrupts them. */
    const path = (f, points) => {
        let d = "", pen = false;
        for (const [x, y] of points)
            if (finite(y)) {
                d += `${pen ? "L" : "M"}${fixed(f.x(x))} ${fixed(f.y(y))}`;
                pen = true;
            } else pen = false;
        return d;
    };

    const clip = (f, name) => s("clipPath", { id: name },
        s("rect", { x: f.left, y: f.top - 6, width: Math.max(f.right - f.left, 0), height: f.bottom - f.top + 6 }));

    /* Draws again whenever there is another width to fill. */
    const responsive = (box, draw) => {
        let width = 0;
        const redraw = () => {
            const now = Math.floor(box.clientWidth);
            if (now > 0 && now !== width) {
                width = now;
                box.replaceChildren(draw(width));
            }
        };
        new ResizeObserver(redraw).observe(box);
        requestAnimationFrame(redraw);
        return box;
    };

    let labels = 0;
    const picture = (width, height, title, text, ...children) => {
        const name = `chart-${++labels}`;
        return s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-labelledby": `${name} ${name}-text` },
            s("title", { id: name }, title), s("desc", { id: `${name}-text` }, text), ...children);
    };

    /* ---- all curves of a task ---- */

    const taskText = (t) => `${plural(t.runs, "run", "runs")}: ${t.complete} complete, ${t.stopped} stopped, ${t.failed} failed`
        + (finite(t.best) ? `; the best complete one ended at ${show(t.best)}.` : ".");

    const taskPicture = (t, height, bare) => {
        const list = t.pictured.map(([n, epoch, value]) => ({ n, points: epoch.map((e, i) => [e, number(value[i])]) }));
        const xs = list.flatMap((c) => c.points.map((p) => p[0])), ys = list.flatMap((c) => c.points.map((p) => p[1]));
        const last = Math.max(...(xs.length ? [xs.reduce((a, b) => Math.max(a, b))] : [1]), finite(t.epochs) ? t.epochs : 0);
        const sorted = ys.filter(finite).sort((a, b) => a - b);
        /* one run that went astray must not make all others a line */
        const range = bounds([sorted[Math.floor(sorted.length * 0.02)], sorted[Math.ceil(sorted.length * 0.98) - 1]]);
        return responsive(h("div"), (width) => {
            const f = frame(width, height, [0, last || 1], range, bare), name = `clip-${++labels}`;
            const lines = list.map((c) => s("path", {
                class: `many ${runs[c.n - 1] ? runs[c.n - 1].status : ""}`, d: path(f, c.points), "clip-path": `url(#${name})`,
            }));
            return picture(width, height, `Learning curves of ${taskName(t)}`,
                `${plural(list.length, "curve", "curves")} of ${metricName(t)} over ${show(last)} epochs. ${taskText(t)}`,
                clip(f, name), bare ? null : axes(f, "epoch", metricName(t)), ...lines);
        });
    };

    const shares = (t) => h("div", { class: "shares", "aria-hidden": "true" },
        ["complete", "stopped", "failed"].filter((k) => t[k] > 0).map((k) => {
            const bar = h("span", { class: k });
            bar.style.width = `${(100 * t[k]) / t.runs}%`;
            return bar;
        }));

    const statusLegend = () => h("ul", { class: "legend", "aria-label": "Colours" },
        [["complete", "complete"], ["stopped", "stopped early"], ["failed", "failed"], ["open", "open or released"]].map(([kind, text]) =>
            h("li", {}, s("svg", { "aria-hidden": "true", viewBox: "0 0 28 12" },
                s("line", { class: `many ${kind}`, x1: 1, x2: 27, y1: 6, y2: 6, "stroke-width": 3, style: "opacity:1" })), text)));

    const better = (t) => (t.mode === "max" ? ", larger is better" : t.mode === "min" ? ", smaller is better" : "");

    const card = (t) => h("article", { class: "card" },
        t.pictured.length ? h("figure", {}, taskPicture(t, 130, true)) : null,
        h("div", {},
            h("h3", {}, h("a", { href: `#/task/${t.index + 1}` }, taskName(t))),
            h("p", {}, `${metricName(t)}${better(t)}${finite(t.epochs) ? `, ${show(t.epochs)} epochs` : ""}`),
            shares(t), h("p", { class: "counts" }, taskText(t))));

    const wholeTask = (t) => h("div", { class: "whole" },
        h("p", {}, h("a", { href: "#/" }, "All tasks")),
        h("h3", {}, taskName(t)),
        h("p", { class: "hint" }, `${metricName(t)}${better(t)}. ${taskText(t)}`),
        t.pictured.length
            ? h("figure", { class: "panel" }, taskPicture(t, 360, false), statusLegend(),
                h("figcaption", {}, t.pictured.length < t.runs ? `${t.pictured.length} of the ${t.runs} curves, from all over the task.` : "Every curve of the task."))
            : null);

    const drawTasks = (chosen) => {
        const MOST = 60;
        const shown = chosen ? [chosen] : tasks.slice(0, MOST);
        id("tasks-heading").textContent = chosen ? "Task" : "Tasks";
        id("tasks").replaceChildren(...(chosen ? [wholeTask(chosen)] : shown.map(card)),
            ...(!chosen && tasks.length > MOST ? [h("p", { class: "whole hint" }, `And ${tasks.length - MOST} more: choose one below.`)] : []));
    };

    /* ---- the table of runs ---- */

    const badge = (status) => h("span", { class: `badge ${status}` }, status);

    const interval = (r) => (finite(r.forecast)
        ? [show(r.forecast, 4), finite(r.low) && finite(r.high) ? h("span", { class: "interval" }, ` (${show(r.low, 4)}\u2013${show(r.high, 4)})`) : null]
        : []);

    const columns = [
        { title: "Run", text: true, get: (r) => r.name, cell: (r) => h("a", { href: `#/run/${r.number}` }, named(r.name, "unnamed")) },
        { title: "Task", text: true, wide: true, get: (r) => taskName(tasks[r.task]), cell: (r) => taskName(tasks[r.task]) },
        { title: "Status", text: true, get: (r) => r.status, cell: (r) => badge(r.status) },
        { title: "Last value", get: (r) => r.value, cell: (r) => show(r.value) },
        { title: "Best value", wide: true, get: (r) => r.best, cell: (r) => show(r.best) },
        { title: "Epochs", get: (r) => r.last, cell: (r) => (finite(r.epochs) ? `${show(r.last)} of ${show(r.epochs)}` : show(r.last)) },
        { title: "Forecast", wide: true, get: (r) => r.forecast, cell: interval },
        { title: "Rule", text: true, wide: true, get: (r) => r.reason, cell: (r) => r.reason },
    ];

    const plain = (v) => (typeof v === "object" ? JSON.stringify(v) : typeof v === "number" ? show(v, 6) : String(v));

    const known = (v, otherwise) => (v === undefined || v === null ? otherwise : v);

    /* The members of configurations that differ between runs. */
    const addConfigColumns = () => {
        const seen = new Map();
        for (const r of runs)
            for (const [name, value] of r.config) {
                if (value === null || typeof value === "object") continue;
                const before = seen.get(name);
                if (before === undefined) seen.set(name, { first: value, varies: false, text: typeof value !== "number" });
                else {
                    before.varies = before.varies || before.first !== value;
                    before.text = before.text || typeof value !== "number";
                }
            }
        for (const [name, what] of seen)
            if (what.varies && columns.length < 8 + COLUMNS)
                columns.push({
                    title: name, text: what.text, wide: true, config: true,
                    get: (r) => known(r.config.get(name), what.text ? "" : NaN),
                    cell: (r) => plain(known(r.config.get(name), "")),
                });
    };

    const table = { sort: -1, down: false, first: 0, rows: [] };

    /* "90..95", ">90", "adam": what a cell must be like. */
    const condition = (text) => {
        const t = text.trim();
        const range = /^(-?[\d.]+(?:e[-+]?\d+)?)\s*\.\.\s*(-?[\d.]+(?:e[-+]?\d+)?)$/i.exec(t);
        const compare = /^(<=|>=|<|>|=)\s*(-?(?:[\d.]+(?:e[-+]?\d+)?|inf))$/i.exec(t);
        if (t === "") return null;
        if (range) return (v) => v >= Number(range[1]) && v <= Number(range[2]);
        if (compare) {
            const bound = /inf$/i.test(compare[2]) ? (compare[2][0] === "-" ? -Infinity : Infinity) : Number(compare[2]);
            return {
                "<": (v) => v < bound, "<=": (v) => v <= bound, ">": (v) => v > bound, ">=": (v) => v >= bound, "=": (v) => Number(v) === bound,
            }[compare[1]];
        }
        const part = t.toLowerCase();
        return (v) => (typeof v === "number" ? show(v, 6) : String(v)).toLowerCase().includes(part);
    };

    const searchable = (r) => {
        if (r.text === null) r.text = `${r.name}\n${taskName(tasks[r.task])}\n${r.reason}\n${JSON.stringify([...r.config])}`.toLowerCase();
        return r.text;
    };

    const compareRuns = (a, b) => {
        const column = columns[table.sort], x = column.get(a), y = column.get(b);
        const noX = column.text ? x === "" : Number.isNaN(x), noY = column.text ? y === "" : Number.isNaN(y);
        let order = 0;
        if (noX || noY) return noX - noY || a.number - b.number; /* what is not known comes last either way */
        if (column.text) order = String(x).localeCompare(String(y), "en", { numeric: true });
        else order = x < y ? -1 : x > y ? 1 : 0;
        return (table.down ? -order : order) || a.number - b.number;
    };

    const select = () => {
        const words = id("search").value.toLowerCase().split(/\s+/).filter((w) => w !== "");
        const task = id("task").value, status = id("status").value;
        const conditions = [...document.querySelectorAll("#by-column input")]
            .map((input) => [columns[Number(input.dataset.column)], condition(input.value)]).filter(([, met]) => met !== null);
        table.rows = runs.filter((r) => (task === "" || r.task === Number(task)) && (status === "" || r.status === status)
            && words.every((w) => searchable(r).includes(w)) && conditions.every(([column, met]) => met(column.get(r))));
        if (table.sort >= 0) table.rows.sort(compareRuns);
    };

    /* Columns of text are as wide as nearly all of it is, within reason, before lines are broken. */
    const measure = () => {
        for (const c of columns.filter((one) => one.text)) {
            const lengths = runs.map((r) => String(c.get(r)).length).sort((a, b) => a - b);
            c.width = Math.min(22, lengths[Math.floor(lengths.length * 0.95)] || 0);
        }
    };

    const row = (r) => h("tr", {}, columns.map((c, i) =>
        h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: [c.text ? "" : "number", c.wide ? "wide" : ""].join(" ").trim() || null }, c.cell(r))));

    const drawRows = () => {
        const body = document.querySelector("#runs tbody"), rows = table.rows.slice(table.first, table.first + PAGE);
        body.replaceChildren(...(rows.length ? rows.map(row) : [h("tr", {}, h("td", { class: "empty", colspan: columns.length }, "No run meets this."))]));
        id("page").textContent = table.rows.length ? `${table.first + 1}\u2013${table.first + rows.length} of ${table.rows.length}` : "";
        id("previous").disabled = table.first === 0;
        id("next").disabled = table.first + PAGE >= table.rows.length;
        document.querySelector(".pages").hidden = table.rows.length <= PAGE;
    };

    const drawHead = () => {
        columns.forEach((c, i) => {
            const cell = document.querySelectorAll("#runs thead th")[i], on = table.sort === i;
            if (on) cell.setAttribute("aria-sort", table.down ? "descending" : "ascending");
            else cell.removeAttribute("aria-sort");
            cell.querySelector(".arrow").textContent = on ? (table.down ? "\u25be" : "\u25b4") : "";
        });
    };

    const update = () => {
        table.first = 0;
        select();
        drawRows();
        id("found").textContent = table.rows.length === runs.length ? plural(runs.length, "run", "runs") : `${table.rows.length} of ${plural(runs.length, "run", "runs")}`;
    };

    const sortBy = (i) => {
        if (table.sort !== i) {
            table.sort = i;
            table.down = false;
        } else table.down = !table.down;
        drawHead();
        update();
        say(`Sorted by ${columns[i].title}, ${table.down ? "descending" : "ascending"}`);
    };

    const turn = (by) => {
        table.first += by;
        drawRows();
        say(`Runs ${id("page").textContent}`);
    };

    const buildTable = () => {
        measure();
        const count = new Map();
        for (const r of runs) count.set(r.status, (count.get(r.status) || 0) + 1);
        document.querySelector("#runs thead").append(h("tr", {}, columns.map((c, i) =>
            h("th", { scope: "col", style: c.text ? `min-width: calc(${c.width}ch + 1.5rem)` : null, class: [c.text ? "" : "number", c.wide ? "wide" : ""].join(" ").trim() || null },
                h("button", { type: "button", on: { click: () => sortBy(i) } }, c.title, h("span", { class: "arrow", "aria-hidden": "true" }))))));
        id("task").append(h("option", { value: "" }, "all"), ...tasks.map((t) => h("option", { value: t.index }, `${taskName(t)}, ${metricName(t)}`)));
        id("status").append(h("option", { value: "" }, "all"), ...[...count].sort().map(([name, n]) => h("option", { value: name }, `${name} (${n})`)));
        id("by-column").append(...columns.map((c, i) => h("div", { class: "field" },
            h("label", { for: `column-${i}` }, c.title),
            h("input", { id: `column-${i}`, type: "text", "data-column": i, autocomplete: "off", spellcheck: "false", "aria-describedby": "filter-hint" }))));
        id("filter").addEventListener("input", update);
        id("filter").addEventListener("submit", (event) => event.preventDefault());
        id("filter").addEventListener("reset", () => setTimeout(() => { update(); say("Filters cleared"); }));
        id("previous").addEventListener("click", () => turn(-PAGE));
        id("next").addEventListener("click", () => turn(PAGE));
    };

    /* ---- one run ---- */

    const nearest = (list, epoch, get) => {
        let best = null;
        for (const item of list)
            if (best === null || Math.abs(get(item) - epoch) < Math.abs(get(best) - epoch)) best = item;
        return best;
    };

    const runText = (r, t, series, stop) => {
        const values = series.points.filter(([, v]) => finite(v)), parts = [];
        if (values.length) {
            const [e0, v0] = values[0], [e1, v1] = values[values.length - 1];
            parts.push(values.length > 1 ? `${metricName(t)} went from ${show(v0)} after epoch ${show(e0)} to ${show(v1)} after epoch ${show(e1)}.`
                : `${metricName(t)} was ${show(v0)} after epoch ${show(e0)}.`);
        }
        if (series.points.length > values.length) parts.push(`It had no finite value after ${plural(series.points.length - values.length, "epoch", "epochs")}.`);
        if (stop) parts.push(`The verdict was to stop after epoch ${show(stop.epoch)}${stop.reason ? ` (${stop.reason})` : ""}.`);
        if (finite(r.forecast))
            parts.push(`The forecast after epoch ${show(r.at)} of the value after the last planned epoch was ${show(r.forecast)}`
                + (finite(r.low) && finite(r.high) ? `, with 90 % between ${show(r.low)} and ${show(r.high)}.` : "."));
        return parts.join(" ");
    };

    const bandPath = (f, guesses) => {
        const list = guesses.filter((g) => finite(g.low) && finite(g.high));
        if (list.length < 2) return "";
        return `${list.map((g, i) => `${i ? "L" : "M"}${fixed(f.x(g.epoch))} ${fixed(f.y(g.high))}`).join("")}${
            list.reverse().map((g) => `L${fixed(f.x(g.epoch))} ${fixed(f.y(g.low))}`).join("")}Z`;
    };

    const endMark = (f, r) => {
        if (!finite(r.forecast) || !finite(r.epochs)) return [];
        const x = f.x(r.epochs), whisker = finite(r.low) && finite(r.high);
        return [
            whisker ? s("path", { class: "whisker", fill: "none", d: `M${x} ${f.y(r.low)}V${f.y(r.high)}M${x - 5} ${f.y(r.low)}h10M${x - 5} ${f.y(r.high)}h10` }) : null,
            s("circle", { class: "end", cx: x, cy: f.y(r.forecast), r: 4.5 }),
        ];
    };

    const stopMark = (f, stop) => {
        if (!stop) return [];
        const x = f.x(stop.epoch), late = x > (f.left + f.right) / 2;
        return [
            s("line", { class: "stop", x1: x, x2: x, y1: f.top - 6, y2: f.bottom }),
            s("text", { class: "stop-text", x: x + (late ? 4 : -4), y: f.top - 10, "text-anchor": late ? "end" : "start" },
                `stop${stop.reason ? `: ${stop.reason}` : ""}`),
        ];
    };

    const mainChart = (r, t, series, data, stop, probe) => {
        const wanted = data.guesses.filter((g) => finite(g.forecast));
        /* what early forecasts did not know would flatten the curve */
        const range = bounds([...series.points.map((p) => p[1]), r.forecast, r.low, r.high, ...wanted.slice(Math.floor(wanted.length / 3)).map((g) => g.forecast)]);
        const last = Math.max(series.points.reduce((m, p) => Math.max(m, p[0]), 0), finite(r.epochs) ? r.epochs : 0) || 1;
        const first = Math.min(0, series.points.reduce((m, p) => Math.min(m, p[0]), 0));
        return responsive(h("div"), (width) => {
            const height = Math.max(240, Math.min(440, Math.round(width * 0.5))), f = frame(width, height, [first, last], range, false, 42);
            const name = `clip-${++labels}`, hair = s("g", { "aria-hidden": "true" });
            const lost = series.points.filter(([, v]) => !finite(v)).map(([e]) =>
                s("path", { class: "lost", d: `M${f.x(e) - 3.5} ${f.bottom - 10}l7 7m0 -7l-7 7` }));
            const dots = series.points.length <= 80 ? series.points.filter(([, v]) => finite(v)).map(([e, v]) => s("circle", { class: "dot", cx: fixed(f.x(e)), cy: fixed(f.y(v)), r: 2.5 })) : [];
            const svg = picture(width, height, `${metricName(t)} of ${named(r.name, "this run")} over its epochs`, runText(r, t, series, stop),
                clip(f, name), axes(f, "epoch", metricName(t)),
                finite(r.epochs) && r.epochs <= last ? s("line", { class: "planned", x1: f.x(r.epochs), x2: f.x(r.epochs), y1: f.top, y2: f.bottom }) : null,
                s("g", { "clip-path": `url(#${name})` }, s("path", { class: "band", d: bandPath(f, data.guesses) }),
                    s("path", { class: "guess", d: path(f, data.guesses.map((g) => [g.epoch, g.forecast])) }),
                    s("path", { class: "curve", d: path(f, series.points) }), ...dots),
                ...lost, ...stopMark(f, stop), ...endMark(f, r), hair);
            probe.draw = (point, guess) => hair.replaceChildren(
                s("line", { class: "hair", x1: f.x(point[0]), x2: f.x(point[0]), y1: f.top, y2: f.bottom }),
                ...(finite(point[1]) ? [s("circle", { class: "dot", cx: f.x(point[0]), cy: f.y(point[1]), r: 5 })] : []),
                ...(guess && finite(guess.forecast) && guess.forecast >= f.y0 && guess.forecast <= f.y1 ? [s("circle", { class: "end", cx: f.x(point[0]), cy: f.y(guess.forecast), r: 4.5 })] : []));
            svg.addEventListener("pointermove", (event) => {
                const box = svg.getBoundingClientRect(), x = ((event.clientX - box.left) / box.width) * width;
                probe.at(first + ((x - f.left) / (f.right - f.left)) * (last - first));
            });
            if (probe.last !== null) probe.draw(...probe.last);
            return svg;
        });
    };

    /* A slider along the epochs, which says what was measured and forecast there. */
    const makeProbe = (series, data) => {
        const points = series.points, probe = { draw: () => {}, last: null };
        const output = h("output", { for: "probe" }, "Move along the epochs to read the values.");
        const input = h("input", { id: "probe", type: "range", min: 0, max: Math.max(points.length - 1, 0), step: 1, value: Math.max(points.length - 1, 0) });
        const set = (i) => {
            const [epoch, value] = points[i], guess = nearest(data.guesses.filter((g) => g.epoch === epoch), epoch, (g) => g.epoch);
            probe.last = [points[i], guess];
            output.textContent = `After epoch ${show(epoch)}: ${finite(value) ? show(value) : "no finite value"}`
                + (guess && finite(guess.forecast) ? `; forecast ${show(guess.forecast)}${finite(guess.low) && finite(guess.high) ? ` (90 %: ${show(guess.low)} to ${show(guess.high)})` : ""}` : "")
                + (guess && guess.stop ? `; verdict: stop${guess.reason ? ` (${guess.reason})` : ""}` : "");
            input.setAttribute("aria-valuetext", output.textContent);
            probe.draw(...probe.last);
        };
        input.addEventListener("input", () => set(Number(input.value)));
        probe.at = (epoch) => {
            const point = nearest(points, epoch, (p) => p[0]);
            if (point === null) return;
            input.value = String(points.indexOf(point));
            set(points.indexOf(point));
        };
        probe.box = h("div", { class: "probe" }, h("label", { for: "probe" }, "Epoch"), input, output);
        return probe;
    };

    const chartLegend = (data, stop, lost) => {
        const mark = (...children) => s("svg", { "aria-hidden": "true", viewBox: "0 0 28 12" }, ...children);
        const list = [[mark(s("path", { class: "curve", d: "M1 6H27" })), "measured"]];
        if (lost) list.push([mark(s("path", { class: "lost", d: "M10 2l8 8m0 -8l-8 8" })), "no finite value"]);
        if (data.guesses.some((g) => finite(g.forecast)))
            list.push([mark(s("path", { class: "guess", d: "M1 6H27" })), "forecast of the last value, after each epoch"]);
        if (data.guesses.some((g) => finite(g.low)))
            list.push([mark(s("rect", { class: "band", x: 1, y: 0, width: 26, height: 12 })), "its 90 % interval"]);
        if (data.guesses.some((g) => finite(g.forecast)))
            list.push([mark(s("path", { class: "whisker", d: "M14 0V12M9 0h10M9 12h10" }), s("circle", { class: "end", cx: 14, cy: 6, r: 3 })), stop ? "forecast at the stop" : "latest forecast"]);
        if (stop) list.push([mark(s("path", { class: "stop", d: "M14 0V12" })), "verdict: stop"]);
        return h("ul", { class: "legend", "aria-label": "What the lines are" }, list.map(([sign, text]) => h("li", {}, sign, text)));
    };

    const smallChart = (name, series) => {
        const range = bounds(series.points.map((p) => p[1])), values = series.points.filter(([, v]) => finite(v));
        const last = series.points.reduce((m, p) => Math.max(m, p[0]), 0) || 1, first = Math.min(0, series.points.reduce((m, p) => Math.min(m, p[0]), 0));
        return h("figure", { class: "panel" }, h("h4", {}, name), responsive(h("div"), (width) => {
            const f = frame(width, 170, [first, last], range, false);
            return picture(width, 170, `${name} over the epochs`, values.length
                ? `From ${show(values[0][1])} after epoch ${show(values[0][0])} to ${show(values[values.length - 1][1])} after epoch ${show(values[values.length - 1][0])}.` : "No finite value.",
                axes(f, "epoch", ""), s("path", { class: "curve", d: path(f, series.points) }),
                ...(values.length === 1 ? [s("circle", { class: "dot", cx: f.x(values[0][0]), cy: f.y(values[0][1]), r: 3 })] : []));
        }));
    };

    const factText = (name, value) => {
        if ((name === "started" || name === "ended") && finite(value) && Math.abs(value) < 8e12) return new Date(value * 1000).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
        if (name === "max_rss_bytes" && finite(value)) return `${show(value / 2 ** 20, 4)} MiB`;
        if (/_seconds$/.test(name) && finite(value)) return `${show(value, 4)} s`;
        if (name === "command" && Array.isArray(value)) return value.map((w) => (/^[-\w./=:,+@%]+$/.test(w) ? w : `'${String(w).replace(/'/g, "'\\''")}'`)).join(" ");
        return typeof value === "object" ? JSON.stringify(value) : typeof value === "number" ? show(value, 8) : String(value);
    };

    const pairs = (title, list) => (list.length
        ? h("section", {}, h("h3", {}, title), h("table", {}, h("tbody", {}, list.map(([name, text]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, text))))))
        : null);

    const valueTable = (t, series, data) => {
        const guesses = new Map(data.guesses.map((g) => [g.epoch, g])), head = ["epoch", metricName(t)], some = data.guesses.length > 0;
        if (some) head.push("forecast", "low", "high", "verdict");
        return h("details", {}, h("summary", {}, "The values of this curve as a table"),
            h("div", { class: "scroll", role: "region", "aria-label": "Values", tabindex: 0 }, h("table", {},
                h("caption", { class: "hidden" }, "Values and forecasts after each epoch"),
                h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col", class: name === "verdict" ? null : "number" }, name)))),
                h("tbody", {}, series.points.map(([epoch, value]) => {
                    const g = guesses.get(epoch), cells = [finite(value) ? show(value, 8) : "no finite value"];
                    if (some) cells.push(...(g ? [show(g.forecast, 8), show(g.low, 8), show(g.high, 8)] : ["", "", ""]));
                    return h("tr", {}, h("th", { scope: "row", class: "number" }, show(epoch)), cells.map((c) => h("td", { class: "number" }, c)),
                        some ? h("td", {}, g && g.stop ? `stop ${g.reason || ""}` : "") : null);
                })))));
    };

    const around = (r) => {
        const rows = table.rows.includes(r) ? table.rows : runs, at = rows.indexOf(r);
        const link = (other, text) => (other ? h("a", { href: `#/run/${other.number}` }, `${text}: ${named(other.name, "unnamed")}`) : h("span"));
        return h("nav", { class: "around", "aria-label": "Other runs" }, link(rows[at - 1], "Previous"), link(rows[at + 1], "Next"));
    };

    const trail = (r, t) => h("nav", { class: "trail", "aria-label": "Where this is" }, h("ol", {},
        h("li", {}, h("a", { href: "#/" }, "All runs")), h("li", {}, h("a", { href: `#/task/${r.task + 1}` }, taskName(t))),
        h("li", { "aria-current": "page" }, named(r.name, "unnamed"))));

    const drawRun = (r, t, data) => {
        const series = data.series.get(t.metric) || { step: 1, points: [] }, stop = data.guesses.find((g) => g.stop);
        const probe = makeProbe(series, data), others = [...data.series].filter(([name]) => name !== t.metric);
        const lost = series.points.some(([, v]) => !finite(v));
        id("run").append(
            series.points.length ? h("figure", { class: "panel" }, mainChart(r, t, series, data, stop, probe), chartLegend(data, stop, lost), probe.box,
                h("figcaption", {}, runText(r, t, series, stop), series.step > 1 ? ` The picture has every ${series.step}th observation; observations.csv has all.` : "")) : null,
            series.points.length ? valueTable(t, series, data) : "",
            ...(others.length ? [h("h3", {}, "Other metrics"), h("div", { class: "small-charts" }, others.map(([name, of]) => smallChart(name, of)))] : []),
            h("div", { class: "columns" },
                pairs("Configuration", [...r.config].map(([name, v]) => [name, v === null ? "null" : typeof v === "object" ? JSON.stringify(v, null, 1) : typeof v === "number" ? show(v, 12) : String(v)])),
                pairs("Facts", Object.entries(data.facts).map(([name, v]) => [name.replace(/_/g, " "), factText(name, v)]))),
            around(r));
    };

    const openRun = (r) => {
        const t = tasks[r.task], box = id("run"), heading = h("h2", { tabindex: -1 }, named(r.name, "unnamed"), " ");
        box.dataset.number = r.number;
        box.replaceChildren(trail(r, t), heading,
            h("p", {}, badge(r.status), ` ${finite(r.epochs) ? `${show(r.last)} of ${show(r.epochs)} epochs` : plural(r.observations, "observation", "observations")}`
                + `${finite(r.value) ? `, last ${metricName(t)} ${show(r.value)}` : ""}${finite(r.best) ? `, best ${show(r.best)}` : ""}`));
        heading.focus();
        fetchCurves(r.number).then((data) => {
            if (box.dataset.number === String(r.number)) drawRun(r, t, data);
        }).catch((error) => box.append(h("p", { class: "note", role: "alert" }, `The curves cannot be shown: ${error.message}.`)));
    };

    /* ---- where we are ---- */

    const title = document.title;
    let back = null; /* the run that was looked at last */

    const route = (begin) => {
        const [, kind, text] = /^#\/(?:(run|task)\/(\d+))?$/.exec(location.hash) || [];
        const r = kind === "run" ? runs[Number(text) - 1] : undefined, t = kind === "task" ? tasks[Number(text) - 1] : undefined;
        id("overview").hidden = r !== undefined;
        id("run").hidden = r === undefined;
        document.body.classList.toggle("deep", r !== undefined);
        document.title = r ? `${named(r.name, "unnamed")} \u2013 ${title}` : t ? `${taskName(t)} \u2013 ${title}` : title;
        if (r) {
            back = r.number;
            openRun(r);
            window.scrollTo(0, 0);
            return;
        }
        delete id("run").dataset.number;
        drawTasks(t);
        if (begin !== true || t) {
            id("task").value = t ? String(t.index) : "";
            update();
        }
        if (begin === true) return;
        const link = !t && back !== null ? document.querySelector(`#runs a[href="#/run/${back}"]`) : null;
        if (link) link.focus();
        else id("tasks-heading").focus();
        back = null;
    };

    const start = () => {
        addConfigColumns();
        buildTable();
        drawHead();
        update();
        if (total > runs.length) id("runs-heading").textContent = `Runs (the first ${runs.length} of ${total})`;
        window.addEventListener("hashchange", route);
        /* not by the address, which says where we are */
        document.querySelector(".skip").addEventListener("click", (event) => {
            event.preventDefault();
            id("main").focus();
        });
        route(true);
        document.documentElement.dataset.ready = "yes";
    };
    document.addEventListener("DOMContentLoaded", start);

    return { run, tasks: takeTasks, curves: takeCurves };
})();
