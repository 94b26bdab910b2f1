# SPDX-License-Identifier: GPL-3.0-or-later
"""What complete runs of the past teach the forecaster, right ones and wrong ones.

history.py HISTORY_RUN A4NN_PREDICT (see curves.py for the collections)

Every scored run is forecast as if it were alone, with K runs that are over as its history.  The
right ones are drawn from the rest of its collection (mean of DRAWS draws, at most MOST runs
scored); the wrong ones are runs of another collection of the same kind of metric, given under the
name of the run's own task.  Figures as in pool.py: errors over those of the forecaster without a
history (geometric means over the collections), Kendall's tau with the final order.
"""
import math, os, subprocess, sys, tempfile
import numpy as np
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import curves, pool

DRAWS = int(os.environ.get("DRAWS", "3"))
MOST = int(os.environ.get("MOST", "60"))
PAST = (10, 30, 100)
LEAST = 0.01 # errors below this, in points, are all the same


def predict(program, collection, scored, past, of=None, forecaster="pool"):
    """The scored runs of a collection, with these runs of another (or the same) as the past."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.writelines(curves.rows(of or collection, past, []))
        file.flush()
        text = "".join(curves.rows(collection, scored, []))
        out = subprocess.run([program, forecaster, file.name], input=text, capture_output=True,
                             text=True, check=True).stdout.splitlines()
    head = out[0].split(",")
    at = [head.index(c) for c in
          ("run", "forecast", "low", "high", "expected_error", "verdict")]
    tables = {}
    for line in out[1:]:
        f = line.split(",")
        tables.setdefault(f[at[0]], []).append(
            [float(f[i] or "nan") for i in at[1:5]] + [f[at[5]] == "stop"])
    return [pool.Run(collection, collection.runs[i][1], np.array(tables[str(i)])) for i in scored]


def figures(runs):
    """Errors and tau at each savings, of the forecaster; at each share: error and coverage."""
    p, f = pool.policy(runs), pool.fixed(runs)
    return np.concatenate([p[:, 0], p[:, 2], f[:, 0], f[:, 3]])


def reading(runs):
    p, f = pool.policy(runs), pool.fixed(runs)
    return np.concatenate([p[:, 1], p[:, 3], f[:, 1], f[:, 3] * np.nan])


S, R = len(pool.SAVED), len(pool.READ)
ERROR = list(range(S)) + list(range(2 * S, 2 * S + R))


def ratio(a, b):
    return np.exp(np.log(np.maximum(a, LEAST) / np.maximum(b, LEAST)).mean(axis=0))


def line(name, figure, base):
    """Means over the collections."""
    r = ratio(figure[:, ERROR], base[:, ERROR])
    print("  %-22s" % name + "".join(" %5.2f" % v for v in r[:S]) + "  " +
          "".join(" %5.3f" % v for v in figure[:, S:2 * S].mean(axis=0)) + "  " +
          "".join(" %5.2f" % v for v in r[S:]) + "   " +
          "".join(" %3.0f" % (100 * v) for v in figure[:, 2 * S + R:].mean(axis=0)))


def order(collection, draw):
    return np.random.default_rng(100 + draw).permutation(len(collection.runs))


def right(program, collections):
    print("with a history of the same task: error over that without, at the same savings; tau\n"
          "there; error over that without after a share of the epochs; ends within the interval\n"
          "  %-22s" % "" + "".join(" %4.0f%%" % (100 * s) for s in pool.SAVED) * 2 + "   " +
          "".join(" %4.0f%%" % (100 * s) for s in pool.READ))
    worse = []
    for k in PAST:
        chosen = [c for c in collections if len(c.runs) >= min(k, 10) + 10]
        rows = {"without": [], "reading": [], "with": []}
        for c in chosen:
            made = {name: [] for name in rows}
            for draw in range(DRAWS):
                o = order(c, draw)
                n = min(k, len(o) - 10)
                scored = sorted(o[n:n + MOST])
                alone = predict(program, c, scored, [])
                made["without"].append(figures(alone))
                made["reading"].append(reading(alone))
                made["with"].append(figures(predict(program, c, scored, o[:n])))
            for name in rows:
                rows[name].append(np.mean(made[name], axis=0))
        base = np.array(rows["without"])
        for name in rows:
            line("%s, K = %d" % (name, k), np.array(rows[name]), base)
        with_it = np.array(rows["with"])
        cells = np.maximum(with_it[:, ERROR], LEAST) / np.maximum(base[:, ERROR], LEAST)
        worse += [(cells[i, :S].mean(), c.name, k) for i, c in enumerate(chosen)]
        print("    larger than 1.05: %d of %d; collections, at the savings: %s" % (
            (cells > 1.05).sum(), cells.size, ", ".join(
                "%s %.2f" % (c.name[:20], cells[i, :S].mean()) for i, c in enumerate(chosen))))


def wrong(program, collections):
    table, pairs, alone = [], [], {}
    for c in collections:
        scored = sorted(order(c, 50)[:40])
        alone[c.name] = figures(predict(program, c, scored, []))
        for other in collections:
            if other is c or other.loss != c.loss:
                continue
            past = order(other, 60)[:30]
            table.append((figures(predict(program, c, scored, past, other)), alone[c.name]))
            pairs.append((other.name, c.name))
    if not table:
        return
    print("with the history of another task under the same name, K = 30: error over that without,\n"
          "at the same savings and after a share of the epochs")
    with_it, base = np.array([t[0] for t in table]), np.array([t[1] for t in table])
    cells = np.maximum(with_it[:, ERROR], LEAST) / np.maximum(base[:, ERROR], LEAST)
    for name, row in (("geometric mean", ratio(with_it[:, ERROR], base[:, ERROR])),
                      ("mean", cells.mean(axis=0)), ("9 of 10 pairs below",
                                                     np.quantile(cells, 0.9, axis=0))):
        print("  %-22s" % name + "".join(" %5.2f" % v for v in row[:S]) + "  " +
              "".join(" %5.2f" % v for v in row[S:]))
    mean = cells[:, :S].mean(axis=1)
    for i in np.argsort(-mean)[:5]:
        print("  worst: %.2f  %s given for %s" % (mean[i], *pairs[i]))
    print("  (%d pairs)" % len(pairs))


def published(program, predict_program, collections):
    """The published rule at its own savings, beside the forecaster with and without history."""
    rows = []
    for c in collections:
        o = order(c, 0)
        n = min(30, len(o) - 10)
        scored = sorted(o[n:n + MOST])
        rule = pool.predict(predict_program, "a4nn", c, [], scored)
        saved = np.mean([1 - (r.stop + 1) / r.n if r.stop >= 0 else 0 for r in rule])
        runs = [predict(program, c, scored, o[:n]), predict(program, c, scored, [])]
        ends = np.array([r.end for r in rule])
        taken = [np.array([r.forecast[r.stop] if r.stop >= 0 else r.end for r in rule])]
        for made in runs:
            taken.append(np.array([r.forecast[t] if t >= 0 else r.end
                                   for t, r in zip(pool.stops(made, saved), made)]))
        taken.append(np.array([r.last[pool.index(r, 1 - saved)] for r in rule]))
        ok = np.isfinite(taken).all(axis=0)
        rows.append([saved] + [np.abs(t - ends)[ok].mean() for t in taken] +
                    [pool.tau(t[ok], ends[ok]) for t in taken])
    t = np.array(rows)
    print("at the published rule's savings (%.0f %%), K = 30: error of the rule %.2f, with history "
          "%.2f,\n  without %.2f, reading %.2f; tau %.3f %.3f %.3f %.3f; geometric means over the "
          "rule's %.2f %.2f %.2f" % (100 * t[:, 0].mean(), *t[:, 1:].mean(axis=0), *(
              pool.mean_ratio(t[:, i], t[:, 1]) for i in (2, 3, 4))))


def main(program, predict_program):
    subprocess.run([program, "-t", "10000", "50"], check=True)
    collections = [c for c in curves.load() if len(c.runs) >= 20]
    for loss in (False, True):
        chosen = [c for c in collections if c.loss == loss]
        if chosen:
            print("== " + ("losses" if loss else "accuracies") + ": %d collections" % len(chosen))
            right(program, chosen)
            wrong(program, chosen)
    published(program, predict_program, [c for c in collections if not c.loss])


if __name__ == "__main__":
    main(*sys.argv[1:])
