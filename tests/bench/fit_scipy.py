#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the fits of liba4nn with SciPy's curve_fit on the same prefixes.

usage: fit_scipy.py FIT_PREFIXES AUTHORS_DIR [EVERY]

FIT_PREFIXES is the program built from fit_prefixes.c.  AUTHORS_DIR holds 1gpu_*_training_data.csv
(TauferLab/Reproducibility_A4NN_ICPP23) and 2021_*.txt (the sample models of TauferLab/PENGUIN).
EVERY thins the prefixes given to SciPy, which needs minutes for all of them (1, the default).

Exit status 1 when a bar is missed.
"""

import csv
import glob
import math
import os
import subprocess
import sys
import time
import warnings

import numpy as np
from scipy.optimize import curve_fit

BOUNDS = ([0.5, 1, 0], [200, np.inf, np.inf])
PENGUIN_START = [10, 1.001, 100]
# Where a curve goes through all points, rss is rounding; below this share of sum(y^2) all is equal.
PERFECT = 1e-9

missed = 0


def bar(text, reached):
    global missed
    missed += not reached
    print(f"{'ok    ' if reached else 'MISSED'} {text}")


def penguin(x, a, b, c):
    return a - b ** (c - x)


def ours(program, curves, fewest, at, start=None, repeat=1):
    """{(curve, points): (parameters, rss, forecast)}, fits per second"""
    text = "\n".join("".join(f"{x!r} {y!r}\n" for x, y in c) for c in curves)
    args = [program, "penguin", str(fewest), str(at), str(repeat)]
    if start:
        args.append(",".join(map(str, start)))
    done = subprocess.run(args, input=text, capture_output=True, text=True, check=True)
    *lines, total = done.stdout.splitlines()
    fits = {}
    for line in lines:
        index, points, _, *numbers = line.split()
        numbers = [float(v) for v in numbers]
        fits[int(index), int(points)] = (numbers[:3], numbers[4], numbers[5])
    _, count, seconds = total.split()
    return fits, int(count) / float(seconds)


def read_cifar(folder):
    """The samples by name, with x = 1, 2, ... half epochs."""
    curves = {}
    for path in sorted(glob.glob(os.path.join(folder, "2021_*.txt"))):
        with open(path, encoding="utf-8") as lines:
            rows = [line.split() for line in lines][1:]
        curves[os.path.basename(path)] = [(2 * float(r[0]), float(r[3])) for r in rows]
    return curves


def read_workflow(folder):
    """Curves with x = 0, 1, ..., and the forecasts logged with them."""
    curves, logged = [], []
    for path in sorted(glob.glob(os.path.join(folder, "1gpu_*_training_data.csv"))):
        with open(path, encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if row["epoch"] == "0":
                    curves.append([])
                    logged.append([])
                curves[-1].append((float(row["epoch"]), float(row["val_accs"])))
                logged[-1].append(float(row["predictions"]))
    return curves, logged


def settled(window):
    middle = sorted(window)[1]
    return len(window) == 3 and all(abs(v - middle) <= 0.5 for v in window)


def stop_workflow(forecasts):
    for end in range(3, len(forecasts) + 1):
        window = forecasts[end - 3 : end]
        if all(0 <= v <= 100 for v in window) and settled(window):
            return end
    return None


def stop_penguin(fits, index, length):
    """(points, parameters, forecast) at the stop of the rule in PENGUIN's code"""
    window = []
    for n in range(2, length + 1):
        par, _, forecast = fits[index, n]
        if not math.isfinite(forecast):
            continue
        window = [] if par[0] >= 199.99 else (window + [forecast])[-3:]
        if len(window) == 3 and settled(window) and 0 < forecast <= 100:
            return n, par, forecast
    return None


def compare_cifar(program, curves):
    documented = {
        "2021_02_15_13_56_59_917381.txt": (3.0, 1.1887354),
        "2021_02_15_13_55_26_539263.txt": (4.0, 25.712058),
        "2021_02_15_14_01_32_105932.txt": (8.5, 22.819695),
    }
    fits, _ = ours(program, list(curves.values()), 2, 40, PENGUIN_START)
    for index, (name, curve) in enumerate(curves.items()):
        points, _, forecast = stop_penguin(fits, index, len(curve))
        epoch, wanted = documented[name]
        bar(f"{name}: stop at epoch {points / 2}, forecast {forecast:.7f} (theirs {epoch}, {wanted})",
            points / 2 == epoch and abs(forecast - wanted) < 1e-3)


def compare_logged(program, curves, logged):
    fits, _ = ours(program, curves, 4, 25)
    finite = agree = not_lower = same_stop = 0
    for i, curve in enumerate(curves):
        forecasts = [math.inf] * 3 + [fits[i, n][2] for n in range(4, len(curve) + 1)]
        same_stop += stop_workflow(forecasts) == stop_workflow(logged[i])
        for n in range(4, len(curve) + 1):
            theirs = logged[i][n - 1]
            if not math.isfinite(theirs):
                continue
            finite += 1
            if abs(theirs - fits[i, n][2]) <= 0.05:
                agree += 1
                continue
            rss = refit(curve[:n], theirs)
            not_lower += not fits[i, n][1] <= rss
            print(f"       run {i} after {n}: logged {theirs:.4f} (rss {rss:.9g}), "
                  f"ours {fits[i, n][2]:.4f} (rss {fits[i, n][1]:.9g})")
    bar(f"forecasts within 0.05 of the logged: {agree} of {finite}, {agree / finite:.2%}",
        agree >= 0.94 * finite)
    bar(f"other forecasts whose rss is not lower than theirs: {not_lower}", not_lower == 0)
    bar(f"runs with the same stop: {same_stop} of {len(curves)}", same_stop >= 0.9 * len(curves))


def refit(points, forecast):
    """SciPy's rss from the default start, as logged; the least rss with that forecast if its
    answer is another today"""
    x, y = np.array(points).T
    try:
        par, _ = curve_fit(penguin, x, y, bounds=BOUNDS)
        if abs(penguin(25, *par) - forecast) <= 0.05:
            return float(np.sum((penguin(x, *par) - y) ** 2))
    except RuntimeError:
        pass
    best = math.inf
    for k in np.geomspace(1e-6, 30, 4000):
        # a - B u(25) is the forecast, which leaves B
        v = np.exp(-25 * k) - np.exp(-k * x)
        most = (BOUNDS[1][0] - forecast) * np.exp(min(25 * k, 500))
        if most < 1:
            continue
        b = min(max((v @ (y - forecast)) / (v @ v) if v @ v > 0 else 1, 1), most)
        best = min(best, float(np.sum((forecast + b * v - y) ** 2)))
    return best


def compare_rss(label, program, curves, fewest, start, every):
    fits, _ = ours(program, curves, fewest, 25)
    x_y = [np.array(c).T for c in curves]
    count = worse = failed = better = 0
    spent = 0.0
    for number, (i, n) in enumerate(fits):
        if number % every:
            continue
        x, y = x_y[i][0][:n], x_y[i][1][:n]
        count += 1
        begin = time.process_time()
        try:
            par, _ = curve_fit(penguin, x, y, p0=start, bounds=BOUNDS)
        except RuntimeError:
            par = None
        spent += time.process_time() - begin
        if par is None:
            failed += 1
            worse += not math.isfinite(fits[i, n][1])
            continue
        rss, floor = float(np.sum((penguin(x, *par) - y) ** 2)), PERFECT * float(y @ y)
        worse += fits[i, n][1] > rss * (1 + 1e-6) + floor * (rss < floor)
        better += fits[i, n][1] < rss * (1 - 1e-6) - floor
    bar(f"{label}, start {start}: {count} prefixes, worse than SciPy on {worse}, better on "
        f"{better}; SciPy raised on {failed}", worse == 0)
    return count / spent


def main():
    warnings.simplefilter("ignore")
    program, folder = sys.argv[1:3]
    every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    cifar = read_cifar(folder)
    curves, logged = read_workflow(folder)
    compare_cifar(program, cifar)
    compare_logged(program, curves, logged)
    for start in (None, PENGUIN_START):
        compare_rss("CIFAR samples", program, list(cifar.values()), 2, start, 1)
    theirs = compare_rss("workflow runs", program, curves, 4, None, every)
    compare_rss("workflow runs", program, curves, 4, PENGUIN_START, every)
    _, speed = ours(program, curves, 4, 25, repeat=10)
    bar(f"{speed:.0f} fits/s against SciPy's {theirs:.1f}: {speed / theirs:.0f} times", speed >= 300 * theirs)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
