# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecasts of the runs of a search beside reading the last value, on collections of real curves.

pool.py A4NN_PREDICT (see curves.py for the collections)

Two kinds of stream: all runs train at the same time ("none over"), or 10 runs are over before the
others begin, which alone are scored (mean of DRAWS draws).  At the same savings: each forecaster
stops a run when its expected error has been at most some tolerance twice in a row, not before 4
epochs and 10 % of them, the tolerance being such that on average 35, 50, 65 or 75 % of the epochs
are saved; reading stops all runs at that share of the epochs.  Errors in points (2.5 % of a loss);
tau is Kendall's between what each run is taken to end at and its end.
"""
import math, os, subprocess, sys
import numpy as np
from scipy.stats import kendalltau
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import curves

SAVED = (0.35, 0.5, 0.65, 0.75)
READ = (0.1, 0.2, 0.3, 0.5, 0.7)
DRAWS = int(os.environ.get("DRAWS", "3"))


def tau(a, b):
    t = kendalltau(a, b)[0]
    return t if math.isfinite(t) else 0.0


class Run:
    """What is known of a run after each epoch: value, forecast, interval, expected error, in z."""

    def __init__(self, collection, values, table):
        z = np.array([collection.z(y) for y in values])
        self.end, self.n = z[-1], len(z)
        self.last = z.copy()
        for t in range(1, self.n):
            if not math.isfinite(self.last[t]):
                self.last[t] = self.last[t - 1]
        f, lo, hi, e = (table[:, i] for i in range(4))
        said = np.flatnonzero(table[:-1, 4])
        self.stop = int(said[0]) if len(said) else -1 # by the forecaster's own rule
        if collection.loss:
            with np.errstate(all="ignore"):
                e = 40 * e / f
                f, lo, hi = -40 * np.log(f), -40 * np.log(hi), -40 * np.log(lo)
        self.forecast = np.where(np.isfinite(f), f, self.last)
        self.low, self.high = lo, hi
        self.error = np.where(np.isfinite(e), e, np.inf)

    def least(self):
        """For each epoch, the tolerance with which the run would have stopped there or before."""
        t = np.full(self.n, np.inf)
        t[1:] = np.maximum(self.error[1:], self.error[:-1])
        t[:max(3, math.ceil(0.1 * self.n) - 1)] = np.inf
        t[-1] = np.inf
        return np.minimum.accumulate(t)


def predict(program, forecaster, collection, finished, beside):
    text = "".join(curves.rows(collection, finished, beside))
    out = subprocess.run([program, "-q", "-M", forecaster, "-o", "csv"], input=text,
                         capture_output=True, text=True, check=True).stdout.splitlines()
    head = out[0].split(",")
    at = [head.index(c) for c in ("run", "epoch", "forecast", "low", "high", "expected_error", "verdict")]
    scored, tables = set(map(str, beside)), {}
    for line in out[1:]:
        f = line.split(",")
        if f[at[0]] in scored:
            tables.setdefault(f[at[0]], []).append(
                [float(f[i] or "nan") for i in at[2:6]] + [f[at[6]] == "stop"])
    return [Run(collection, collection.runs[i][1], np.array(tables[str(i)])) for i in beside]


def stops(runs, saved):
    """Epoch index at which each run stops (-1: its end), the tolerance tuned to the savings."""
    least = [r.least() for r in runs]
    tolerances = np.unique(np.concatenate([m[np.isfinite(m)] for m in least] or [[]]))
    def at(tolerance):
        return [int(np.argmax(m <= tolerance)) if m[-1] <= tolerance else -1 for m in least]
    def mean(ts):
        return np.mean([1 - (t + 1) / r.n if t >= 0 else 0 for t, r in zip(ts, runs)])
    a, b = 0, len(tolerances) - 1
    while a < b:
        c = (a + b) // 2
        a, b = (a, c) if mean(at(tolerances[c])) >= saved else (c + 1, b)
    return at(tolerances[a]) if len(tolerances) else [-1] * len(runs)


def index(run, share):
    return max(math.ceil(share * run.n - 1e-9), 1) - 1


def policy(runs):
    ends = np.array([r.end for r in runs])
    figures = []
    for saved in SAVED:
        taken = np.array([r.forecast[t] if t >= 0 else r.end
                          for t, r in zip(stops(runs, saved), runs)])
        read = np.array([r.last[index(r, 1 - saved)] for r in runs])
        ok = np.isfinite(taken) & np.isfinite(read)
        figures.append((np.abs(taken - ends)[ok].mean(), np.abs(read - ends)[ok].mean(),
                        tau(taken[ok], ends[ok]), tau(read[ok], ends[ok])))
    return np.array(figures)


def crps(run, t):
    """Continuous ranked probability score of a Laplace distribution with the 90 % interval."""
    b = max((run.high[t] - run.low[t]) / 2 / math.log(10), 1e-9)
    miss = abs(run.end - run.forecast[t])
    return miss + b * math.exp(-miss / b) - 0.75 * b


def fixed(runs):
    figures = []
    for share in READ:
        rows = []
        for r in runs:
            t = index(r, share)
            if math.isfinite(r.last[t]) and math.isfinite(r.low[t]):
                rows.append((abs(r.forecast[t] - r.end), abs(r.last[t] - r.end), crps(r, t),
                             r.low[t] - 0.01 <= r.end <= r.high[t] + 0.01, r.error[t]))
        figures.append(np.mean(rows, axis=0))
    return np.array(figures)


def measure(program, forecaster, collection, over, unseen=False):
    """Figures for the runs beside those that are over; with `unseen` these are kept from it."""
    n = len(collection.runs)
    made = []
    for draw in range(DRAWS if over else 1):
        order = np.random.default_rng(100 + draw).permutation(n)
        runs = predict(program, forecaster, collection, [] if unseen else order[:over],
                       sorted(order[over:]))
        made.append((policy(runs), fixed(runs)))
    return np.mean([m[0] for m in made], axis=0), np.mean([m[1] for m in made], axis=0)


def mean_ratio(a, b):
    """Geometric mean over the collections."""
    return np.exp(np.log(np.maximum(a, 1e-3) / np.maximum(b, 1e-3)).mean())


def show(collections, results):
    policies = np.array([r[0] for r in results])
    read = np.array([r[1] for r in results])
    cell = "  %5.2f/%-5.2f %5.2f/%-5.2f"
    print("  same savings: error / reading's, tau / reading's")
    print("  %-31s" % "" + "".join("%18d %%    " % (100 * s) for s in SAVED))
    for c, p in zip(collections, policies):
        print("  %-31s" % c.name[:31] + "".join(cell % tuple(row) for row in p))
    mean = policies.mean(axis=0)
    print("  %-31s" % "mean" + "".join("  %5.2f/%-5.2f %5.3f/%-5.3f" % tuple(row) for row in mean))
    print("  %-31s" % "error over reading's" + "".join(
        "  %5.2f (geometric %4.2f) " % (mean[i, 0] / mean[i, 1], mean_ratio(
            policies[:, i, 0], policies[:, i, 1])) for i in range(len(SAVED))))
    print("  read after a share of the epochs: error and CRPS over the last value's error; ends\n"
          "  within the 90 % interval (fewest of all collections); expected over realised error")
    for i, share in enumerate(READ):
        r = read[:, i]
        print("  %3d %%  %5.2f %5.2f   %4.1f %% (%2.0f %%)  %5.2f" % (
            100 * share, mean_ratio(r[:, 0], r[:, 1]), mean_ratio(r[:, 2], r[:, 1]),
            100 * r[:, 3].mean(), 100 * r[:, 3].min(), mean_ratio(r[:, 4], r[:, 0])))


def compare(collections, without, beside):
    """How often ten runs that are over make it worse, by more than 5 % of the error."""
    worse, cells = [], 0
    for c, a, b in zip(collections, beside, without):
        for x, y in ((a[0][:, 0], b[0][:, 0]), (a[1][:, 0], b[1][:, 0])):
            r = np.maximum(x, 1e-3) / np.maximum(y, 1e-3)
            cells += len(r)
            worse += [(v, c.name) for v in r if v > 1.05]
    print("worse by more than 5 %% with 10 runs over than without, of %d errors: %d%s" % (
        cells, len(worse), " (worst: %.2f, %s)" % max(worse) if worse else ""))


def chosen_best(taken, ends):
    """Is the run that is taken for the best one as good as the best?"""
    return ends[int(np.argmax(taken))] >= ends.max() - 1e-9


def against_published(program, collections):
    """The published rule, with its forecasts; the pool and reading at its savings; none over."""
    print("the published rule at its own savings, beside the pool and reading there:\n"
          "  %-31s %7s  %-20s %-20s %s" % ("", "saved", "error", "tau", "best run kept"))
    table = []
    for c in collections:
        every = list(range(len(c.runs)))
        rule = predict(program, "a4nn", c, [], every)
        runs = predict(program, "pool", c, [], every)
        ends = np.array([r.end for r in runs])
        saved = np.mean([1 - (r.stop + 1) / r.n for r in rule if r.stop >= 0] +
                        [0.0] * sum(r.stop < 0 for r in rule))
        rows = [np.array([r.forecast[r.stop] if r.stop >= 0 else r.end for r in rule]),
                np.array([r.forecast[t] if t >= 0 else r.end
                          for t, r in zip(stops(runs, saved), runs)]),
                np.array([r.last[index(r, 1 - saved)] for r in runs])]
        ok = np.isfinite(rows).all(axis=0)
        figures = [(np.abs(t - ends)[ok].mean(), tau(t[ok], ends[ok]), chosen_best(t[ok], ends[ok]))
                   for t in rows]
        table.append([saved] + [f[i] for i in range(3) for f in figures])
        print("  %-31s %5.1f %%  %s  %s  %s" % (
            c.name[:31], 100 * saved, " ".join("%6.2f" % f[0] for f in figures),
            " ".join("%6.3f" % f[1] for f in figures), " ".join("ny"[int(f[2])] for f in figures)))
    t = np.array(table, dtype=float)
    print("  %-31s %5.1f %%  %s  %s  %s" % (
        "mean", 100 * t[:, 0].mean(), " ".join("%6.2f" % v for v in t[:, 1:4].mean(axis=0)),
        " ".join("%6.3f" % v for v in t[:, 4:7].mean(axis=0)),
        " ".join("%d" % v for v in t[:, 7:].sum(axis=0)) + " of %d" % len(t)))
    print("  geometric mean of the errors over the published rule's: pool %.2f, reading %.2f" % (
        mean_ratio(t[:, 2], t[:, 1]), mean_ratio(t[:, 3], t[:, 1])))


def at_stops(program, collections):
    """What the rule promises: error and interval at the stop, for some tolerances; none over."""
    print("converged@pool at its stops: ends within the 90 % interval, mean error (median), saved")
    print("  %-31s" % "" + "".join("%29s" % ("tol=%g  " % t) for t in (1, 2, 4)))
    table = []
    for c in collections:
        runs, row = predict(program, "pool", c, [], list(range(len(c.runs)))), []
        for tolerance in (1, 2, 4):
            least = [r.least() for r in runs]
            at = [int(np.argmax(m <= tolerance)) if m[-1] <= tolerance else -1 for m in least]
            pairs = [(r, t) for r, t in zip(runs, at) if t >= 0]
            errors = [abs(r.forecast[t] - r.end) for r, t in pairs] or [math.nan]
            held = [r.low[t] - 0.01 <= r.end <= r.high[t] + 0.01 for r, t in pairs] or [math.nan]
            row += [100 * np.mean(held), np.mean(errors), np.median(errors),
                    100 * sum(1 - (t + 1) / r.n for r, t in pairs) / len(runs)]
        table.append(row)
        print("  %-31s" % c.name[:31] + "   %3.0f %%  %5.2f (%.2f)  %3.0f %%" * 3 % tuple(row))
    if table:
        print("  %-31s" % "mean" + "   %3.0f %%  %5.2f (%.2f)  %3.0f %%" * 3 % tuple(
            np.nanmean(table, axis=0)))


def main(program):
    collections = [c for c in curves.load() if len(c.runs) >= 12]
    for loss in (False, True):
        for over in (0, 10):
            chosen = [c for c in collections if c.loss == loss and len(c.runs) >= over + 10]
            for forecaster in ("ensemble", "pool"):
                results = [measure(program, forecaster, c, over) for c in chosen]
                print("-M %s, %s, %s" % (forecaster, "losses" if loss else "accuracies",
                                         "%d runs over" % over if over else "none over"))
                if results:
                    show(chosen, results)
            if over and results:
                compare(chosen, [measure(program, "pool", c, over, True) for c in chosen], results)
        at_stops(program, [c for c in collections if c.loss == loss])
    against_published(program, [c for c in collections if not c.loss])


if __name__ == "__main__":
    main(*sys.argv[1:])
