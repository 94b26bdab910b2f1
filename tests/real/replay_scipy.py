# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of a4nn-replay by other means: replay_scipy.py OBSERVATIONS VERDICTS FORECASTER.

OBSERVATIONS and VERDICTS are CSV streams, the latter from a4nn-predict; all runs have the planned
number of epochs.  Writes `collection,kind,...` with the columns below, for one policy.  Everything
is brute force: the baseline looks at every pair of neighbouring epochs, ranks come from SciPy.
"""
import csv
import sys

import numpy as np
from scipy.stats import kendalltau

COLUMNS = ["saved_pct", "factor", "stopped_pct", "error_mean", "error_median", "error_p95",
           "within_0.5_pct", "within_1_pct", "within_2_pct", "mae", "tau", "regret"]


def read(path):
    runs = {}
    for row in csv.DictReader(open(path)):
        runs.setdefault(row["run"], []).append(row)
    return runs


def ranks(value, final):
    tau = kendalltau(value, final)[0]
    chosen = final[value == value.max()]
    return (0 if np.isnan(tau) else tau), (final.max() - chosen).mean()


def quantile(values, weights, q):
    """Linear between values whose positions are the middles of their weights."""
    order = np.lexsort((weights, values))
    v, w = values[order], weights[order]
    at = np.concatenate([[0], np.cumsum((w[1:] + w[:-1]) / 2)])
    return np.interp(q * at[-1], at, v)


def figures(parts):
    """parts: (weight, trained, used, value, final, stopped) of one collection, as arrays."""
    trained = sum(w * t.sum() for w, t, u, v, f, s in parts)
    used = sum(w * u.sum() for w, t, u, v, f, s in parts)
    runs = sum(w * len(t) for w, t, u, v, f, s in parts)
    errors = np.concatenate([abs(v - f)[s] for w, t, u, v, f, s in parts])
    weights = np.concatenate([np.full(s.sum(), w) for w, t, u, v, f, s in parts])
    rank = sum(w * np.array(ranks(v, f)) for w, t, u, v, f, s in parts)
    if len(parts) == 1:  # where no weights are needed, NumPy's own
        middle, p95 = np.quantile(errors, [0.5, 0.95])
    else:
        middle, p95 = quantile(errors, weights, 0.5), quantile(errors, weights, 0.95)
    within = [100 * (weights * (errors <= limit)).sum() / weights.sum() for limit in (0.5, 1, 2)]
    return [100 * (1 - used / trained), trained / used, 100 * weights.sum() / runs,
            (weights * errors).sum() / weights.sum(), middle, p95, *within,
            (weights * errors).sum() / runs, *rank]


def decide(rows):
    for row in rows[:-1]:
        if row["verdict"] == "stop":
            forecast = row["forecast"] or row["value"]
            return float(row["epoch"]), float(forecast), True
    return float(rows[-1]["epoch"]), float(rows[-1]["value"]), False


def reading(curves, k):
    """All runs read at their k-th observation; used, value, stopped."""
    return (np.array([c[k][0] for c in curves]), np.array([c[k][1] for c in curves]),
            np.full(len(curves), k < len(curves[0]) - 1))


def baseline(curves, trained, final, target):
    for k in range(len(curves[0]) - 1):
        low, high = reading(curves, k), reading(curves, k + 1)
        if low[0].sum() <= target <= high[0].sum():
            w = (target - low[0].sum()) / (high[0].sum() - low[0].sum())
            parts = [(1 - w, trained, low[0], low[1], final, low[2]),
                     (w, trained, high[0], high[1], final, high[2])]
            return figures([p for p in parts if p[0] > 0])
    raise ValueError("no reading at these savings")


def main():
    observations, verdicts = read(sys.argv[1]), read(sys.argv[2])
    print("collection,kind," + ",".join(COLUMNS))
    for name in sorted({run.split("/")[0] for run in observations}):
        names = [run for run in observations if run.split("/")[0] == name]
        curves = [[(float(r["epoch"]), float(r["value"])) for r in observations[n]] for n in names]
        trained = np.array([c[-1][0] for c in curves])
        final = np.array([c[-1][1] for c in curves])
        used, value, stopped = map(np.array, zip(*[decide(verdicts[n]) for n in names]))
        rows = {"policy": figures([(1, trained, used, value, final, stopped)]),
                "baseline": baseline(curves, trained, final, used.sum())}
        for kind, row in rows.items():
            print(f"{name},{kind}," + ",".join(f"{x:.9g}" for x in row))


main()
