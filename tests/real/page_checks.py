# SPDX-License-Identifier: GPL-3.0-or-later
"""page_checks.py CHECK FOLDER...: one check of the web page of a publication, in Chromium."""

import json
import sys

from browser import Browser

VIEWS = ("#/", "#/task/1", "#/run/1", "#/run/2")


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"{got!r}, not {wanted!r}")


def quiet(browser):
    equal(browser.console, [])
    equal([r for r in browser.requests if not r.startswith(("file:", "data:"))], [])


def view(browser, place):
    browser.go(place)
    if "/run/" in place:
        browser.until("document.querySelector('#run figure svg') && document.querySelector('#run .around')")
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    browser.settle()


def cells(browser, column):
    return browser.run("[...document.querySelectorAll('#runs tbody tr')].map((r) => r.children[%d].textContent)" % column)


def column(browser, title):
    titles = browser.run("[...document.querySelectorAll('#runs thead th')].map((h) => h.textContent.replace(/[^ -~]/g, ''))")
    return titles.index(title)


def enter(browser, selector, text):
    """Types into a field, as a user does."""
    browser.run("""(() => { const e = document.querySelector(%s), d = e.closest('details');
        if (d) d.open = true;
        e.focus(); e.select(); })()""" % json.dumps(selector))
    if text:
        browser.type(text)
    else:
        browser.key("Delete")


def choose(browser, name, value):
    browser.run(f"(() => {{ const s = document.getElementById({json.dumps(name)}); s.value = {json.dumps(value)};"
                f" s.dispatchEvent(new Event('input', {{bubbles: true}})); }})()")


def found(browser):
    return browser.run("document.getElementById('found').textContent")


def loads(folder):
    with Browser() as b:
        b.open(folder)
        for place in VIEWS:
            view(b, place)
        b.until("document.querySelectorAll('#run svg[role=img]').length > 0")
        quiet(b)
        for name in ("page.css", "page.js", "runs.js", "tasks.js", "curves-00001.js"):
            if not any(r.endswith("/page/" + name) for r in b.requests):
                raise AssertionError("not loaded: " + name)


def sorts(folder):
    with Browser() as b:
        b.open(folder)
        at = column(b, "Last value")
        click = f"document.querySelectorAll('#runs thead button')[{at}].click()"
        aria = f"document.querySelectorAll('#runs thead th')[{at}].getAttribute('aria-sort')"
        equal(b.run(aria), None)
        b.run(click)
        equal(b.run(aria), "ascending")
        up = cells(b, at)
        numbers = [float(v) for v in up if v]
        equal(numbers, sorted(numbers))
        if len(set(numbers)) < 10:
            raise AssertionError("nothing to sort")
        b.run(click)
        equal(b.run(aria), "descending")
        down = [float(v) for v in cells(b, at) if v]
        equal(down, sorted(down, reverse=True))
        equal(b.run("document.querySelectorAll('[aria-sort]').length"), 1)
        equal(b.run("document.getElementById('said').textContent"), "Sorted by Last value, descending")
        # what diverged at the end has no last value, and comes last either way
        choose(b, "status", "failed")
        last = cells(b, at)
        b.run(click)
        equal([v == "" for v in last], [False, True])
        equal([v == "" for v in cells(b, at)], [False, True])


def filters(folder):
    with Browser() as b:
        b.open(folder)
        everything = found(b)
        equal(everything, "62 runs")
        enter(b, "#search", "adam")
        names = found(b)
        equal(names, "19 of 62 runs")
        enter(b, "#search", "adam r1")
        equal(found(b), "3 of 62 runs")
        enter(b, "#search", "")
        choose(b, "task", "1")
        equal(found(b), "2 of 62 runs")
        choose(b, "task", "")
        choose(b, "status", "stopped")
        equal(found(b), "1 of 62 runs")
        equal(cells(b, column(b, "Status")), ["stopped"])
        choose(b, "status", "")
        lr = "#column-%d" % column(b, "lr")
        for text, wanted in ((">=0.05", 13), ("<0.05", 47), ("=0.0099", 1), ("0.01..0.03", 22), (">1", 0)):
            enter(b, lr, text)
            equal(found(b), f"{wanted} of 62 runs")
        equal(b.run("document.querySelector('#runs tbody').textContent"), "No run meets this.")
        b.run("document.querySelector('#filter button[type=reset]').click()")
        b.until("document.getElementById('found').textContent === '62 runs'")
        # page after page
        equal(len(cells(b, 0)), 50)
        b.run("document.getElementById('next').click()")
        equal(len(cells(b, 0)), 12)
        equal(b.run("document.getElementById('next').disabled && !document.getElementById('previous').disabled"), True)
        # a task's own view
        view(b, "#/task/2")
        equal(found(b), "2 of 62 runs")
        equal(b.run("document.querySelectorAll('#tasks svg path.many').length"), 2)
        quiet(b)


def shows(folder):
    with Browser() as b:
        b.open(folder)
        view(b, "#/run/1")
        equal(b.run("document.querySelector('#run h2').textContent.trim()"), "r01")
        equal(b.run("document.querySelector('#run .badge').textContent"), "stopped")
        text = b.run("document.querySelector('#run figure svg desc').textContent")
        wanted = ("accuracy went from 20 after epoch 1 to 60 after epoch 5. The verdict was to stop after epoch 5 (converged)."
                  " The forecast after epoch 5 of the value after the last planned epoch was 63, with 90 % between 61.5 and 65.")
        equal(text, wanted)
        equal(b.run("document.querySelector('#run figcaption').textContent.trim()"), wanted)
        chart = "document.querySelector('#run figure svg')."
        # five points on one line, in their order, below each other's height
        points = b.run(chart + "querySelector('path.curve').getAttribute('d')").replace("M", "L").split("L")[1:]
        equal(len(points), 5)
        xy = [tuple(map(float, p.split())) for p in points]
        equal([x for x, _ in xy], sorted(x for x, _ in xy))
        equal([y for _, y in xy], sorted((y for _, y in xy), reverse=True))
        # the stop stands where epoch 5 is
        stop = float(b.run(chart + "querySelector('line.stop').getAttribute('x1')"))
        if abs(stop - xy[-1][0]) > 0.1:
            raise AssertionError(f"the stop is at {stop}, epoch 5 at {xy[-1][0]}")
        equal(b.run(chart + "querySelector('text.stop-text').textContent"), "stop: converged")
        equal(len(b.run(chart + "querySelector('path.guess').getAttribute('d')").replace("M", "L").split("L")[1:]), 4)
        equal(b.run(chart + "querySelector('path.band').getAttribute('d')").endswith("Z"), True)
        equal(b.run(chart + "querySelectorAll('path.whisker, circle.end').length >= 2"), True)
        # other metrics, the configuration, the facts, the values
        equal(b.run("[...document.querySelectorAll('#run h4')].map((h) => h.textContent)"), ["loss"])
        facts = b.run("[...document.querySelectorAll('#run .columns tr')].map((r) => [...r.children].map((c) => c.textContent))")
        for pair in (["lr", "0.1"], ["optimizer", "sgd"], ["status", "stopped"], ["stop reason", "converged"],
                     ["seed", "7"], ["wall seconds", "12.5 s"], ["started", "2023-11-14 22:13:20 UTC"]):
            if pair not in facts:
                raise AssertionError(f"{pair} is not in {facts}")
        rows = b.run("[...document.querySelectorAll('#run details tbody tr')].map((r) => [...r.children].map((c) => c.textContent))")
        equal(rows[0], ["1", "20", "", "", "", ""])
        equal(rows[4], ["5", "60", "63", "61.5", "65", "stop converged"])
        # a run that diverged
        view(b, "#/run/2")
        equal(b.run("document.querySelectorAll('#run figure .lost').length >= 2"), True)
        equal("no finite value after 2 epochs" in b.run("document.querySelector('#run figcaption').textContent"), True)
        # another width, another picture
        view(b, "#/run/1")
        b.size(400, 800)
        b.until("Number(document.querySelector('#run figure svg').getAttribute('width')) < 400")
        # there and back
        b.run("document.querySelector('#run .around a').click()")
        b.until("document.querySelector('#run h2').textContent.trim() === 'r02'")
        view(b, "#/run/99999")
        equal(b.run("document.getElementById('overview').hidden"), False)
        quiet(b)


def keyboard(folder):
    active = "document.activeElement"
    with Browser() as b:
        b.open(folder)
        b.key("Tab")
        equal(b.run(active + ".textContent"), "Skip to the content")
        equal(b.run(active + ".getBoundingClientRect().left >= 0"), True)
        b.key("Enter")
        b.settle()
        equal(b.run(active + ".id + location.hash"), "main")
        equal(b.run("document.getElementById('overview').hidden"), False)

        def tab_to(condition):
            for _ in range(200):
                if b.run(f"(() => {{ const e = document.activeElement; return {condition}; }})()"):
                    return
                b.key("Tab")
            raise AssertionError("no Tab leads to " + condition)

        # everything that can be reached shows that it was
        tab_to("e.tagName === 'A' && e.getAttribute('href') === '#/task/1'")
        equal(b.run(f"getComputedStyle({active}).outlineStyle"), "solid")
        tab_to("e.id === 'search'")
        b.type("r0")
        equal(found(b).startswith("9 of"), True)
        tab_to("e.closest('#runs thead') && e.textContent.startsWith('Best value')")
        equal(b.run(f"getComputedStyle({active}).outlineStyle"), "solid")
        b.key("Enter")
        equal(b.run(f"{active}.closest('th').getAttribute('aria-sort')"), "ascending")
        b.key(" ", code="Space")
        equal(b.run(f"{active}.closest('th').getAttribute('aria-sort')"), "descending")
        tab_to("e.closest('#runs tbody') && e.textContent === 'r01'")
        b.key("Enter")
        b.until("document.querySelector('#run .around')")
        equal(b.run(f"{active}.tagName + {active}.textContent.trim()"), "H2r01")
        equal(b.run("document.title").startswith("r01 "), True)
        tab_to("e.id === 'probe'")
        b.key("ArrowLeft")
        equal(b.run("document.querySelector('.probe output').textContent"),
              "After epoch 4: 55; forecast 62 (90 %: 60 to 66)")
        equal(b.run(f"{active}.getAttribute('aria-valuetext')"), "After epoch 4: 55; forecast 62 (90 %: 60 to 66)")
        b.run("history.back()")
        b.until("!document.getElementById('overview').hidden")
        b.settle()
        equal(b.run(active + ".textContent"), "r01")  # where one was
        quiet(b)


def narrow(folder):
    with Browser(360, 740) as b:
        b.open(folder)
        for place in VIEWS:
            view(b, place)
            equal(b.run("[document.documentElement.scrollWidth, document.body.scrollWidth]"), [360, 360])
            # what is to be pressed is large enough for a finger (WCAG 2.2, 2.5.8; links in text apart)
            small = b.run("""[...document.querySelectorAll('button, input, select, summary')]
                .filter((e) => e.offsetParent !== null).filter((e) => { const r = e.getBoundingClientRect();
                return r.width < 24 || r.height < 24; }).map((e) => e.outerHTML.slice(0, 80))""")
            equal(small, [])


CONTRAST = """(() => {
    const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return m.length > 3 ? m : [...m, 1]; };
    const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
    const light = ([r, g, b]) => { const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
        return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
    const ground = (e) => { const stack = []; for (; e; e = e.parentElement) stack.push(parse(getComputedStyle(e).backgroundColor));
        return stack.reverse().reduce((below, c) => over(c, below), [255, 255, 255, 1]); };
    const bad = [];
    let seen = 0;
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const e = walk.currentNode.parentElement, style = getComputedStyle(e);
        if (!walk.currentNode.textContent.trim() || !e.getClientRects().length || e.closest('script, noscript, title, desc, .hidden, option')) continue;
        const back = ground(e), fore = over(parse(e.closest('svg') ? style.fill : style.color), back);
        const [a, b] = [light(fore), light(back)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
        seen++;
        if (ratio < 4.5) bad.push([walk.currentNode.textContent.trim().slice(0, 30), ratio.toFixed(2)]);
    }
    return [seen, bad.slice(0, 5)];
})()"""


def contrast(folder):
    for dark in (False, True):
        with Browser(dark=dark) as b:
            b.open(folder)
            for place in VIEWS:
                view(b, place)
                seen, bad = b.run(CONTRAST)
                equal(bad, [])
                if seen < 50:
                    raise AssertionError(f"only {seen} texts at {place}")
            # the check sees what it should
            b.run("document.querySelector('#run p').style.color = 'rgb(120, 120, 120)'")
            if not b.run(CONTRAST)[1]:
                raise AssertionError("grey on white is not found")


ROLES = {"button", "link", "textbox", "searchbox", "combobox", "slider", "checkbox", "listbox", "DisclosureTriangle",
         "region", "navigation", "image", "img", "table", "figure"}


def named(folder):
    with Browser() as b:
        b.open(folder)
        for place in VIEWS:
            view(b, place)
            count = 0
            for node in b.call("Accessibility.getFullAXTree")["nodes"]:
                role = node.get("role", {}).get("value")
                if node.get("ignored") or role not in ROLES or role in ("figure", "table"):
                    continue
                count += 1
                if not node.get("name", {}).get("value", "").strip():
                    raise AssertionError(f"a {role} without a name at {place}: {json.dumps(node)[:400]}")
            if count < 20:
                raise AssertionError(f"only {count} at {place}")
            # headings without gaps, labels for fields, headers for cells, one h1 and one main
            equal(b.run("""(() => { const bad = []; let last = 1;
                const levels = [...document.querySelectorAll('h1, h2, h3, h4')].filter((e) => e.offsetParent !== null);
                for (const e of levels) { const l = Number(e.tagName[1]); if (l > last + 1) bad.push(e.outerHTML.slice(0, 80)); last = l; }
                for (const e of document.querySelectorAll('input, select')) if (!e.labels.length) bad.push(e.outerHTML.slice(0, 80));
                for (const e of document.querySelectorAll('th')) if (!e.scope) bad.push(e.outerHTML.slice(0, 80));
                const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
                if (new Set(ids).size !== ids.length) bad.push('an id comes twice');
                if (document.querySelectorAll('h1').length !== 1 || document.querySelectorAll('main').length !== 1) bad.push('h1, main');
                if (document.documentElement.lang !== 'en') bad.push('lang');
                return bad; })()"""), [])


def hostile(folder):
    with Browser(360, 740) as b:
        b.open(folder)
        b.until("document.querySelectorAll('#runs tbody tr').length > 0")
        runs = len(cells(b, 0))
        for place in ["#/"] + [f"#/task/{i + 1}" for i in range(4)] + [f"#/run/{i + 1}" for i in range(runs)]:
            view(b, place)
            equal(b.run("document.querySelectorAll('img, iframe, object, embed, b, main script').length"), 0)
            equal(b.run("window.hurt"), None)
            equal(b.run("document.documentElement.scrollWidth"), 360)
        view(b, "#/run/1")
        equal(b.run("document.querySelector('#run h2').textContent.trim()"), "</script><script>window.hurt = 1</script>")
        text = b.run("document.querySelector('#run').textContent")
        for part in ("<img src=x onerror=\"window.hurt = 1\">", "constructor", "__proto__"):
            if part not in text:
                raise AssertionError(f"{part} is not shown")
        equal(b.run("document.title").startswith("</script><script>window.hurt = 1</script>"), True)
        quiet(b)


def many(folder):
    with Browser() as b:
        b.open(folder)
        equal(found(b), "10000 runs")
        enter(b, "#search", "r0777")
        equal(found(b), "10 of 10000 runs")
        enter(b, "#search", "")
        b.run("document.querySelectorAll('#runs thead button')[0].click()")
        b.run("document.querySelectorAll('#runs thead button')[0].click()")
        equal(cells(b, 0)[0], "r09999")
        equal(b.run("document.querySelectorAll('#tasks path.many').length"), 150)
        view(b, "#/run/10000")
        equal(b.run("document.querySelector('#run h2').textContent.trim()"), "r09999")
        view(b, "#/run/1")
        quiet(b)


def prints(folder):
    with Browser(dark=True) as b:
        b.open(folder)
        b.call("Emulation.setEmulatedMedia", media="print", features=[])
        for place in VIEWS:
            view(b, place)
            equal(b.run("[...document.querySelectorAll('#filter, .pages, .probe, .skip, .around')].filter((e) => e.offsetParent !== null).length"), 0)
            equal(b.run("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        equal(len(b.call("Page.printToPDF")["data"]) > 10000, True)


def lost(folder):
    """A file of curves that is not there is said, and the rest goes on."""
    with Browser() as b:
        b.open(folder)
        b.go("#/run/1")
        b.until("document.querySelector('#run [role=alert]')")
        equal(b.run("document.querySelector('#run [role=alert]').textContent"),
              "The curves cannot be shown: page/curves-00001.js could not be read.")
        view(b, "#/")
        equal(found(b), "62 runs")


if __name__ == "__main__":
    try:
        globals()[sys.argv[1]](*sys.argv[2:])
    except (AssertionError, RuntimeError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
