# SPDX-License-Identifier: GPL-3.0-or-later
"""decision.py ENSEMBLE_RUN AUTHORS.tar.xz: see decision.sh.  Exit status 1 below 1,000 times."""
import csv, io, subprocess, sys, tarfile, time, warnings

import numpy as np
from scipy.optimize import curve_fit

BOUNDS = ([0.5, 1, 0], [200, np.inf, np.inf])


def runs_of(path):
    with tarfile.open(path) as tar:
        for member in sorted(tar.getnames()):
            if not member.endswith(".csv"):
                continue
            rows = csv.DictReader(io.TextIOWrapper(tar.extractfile(member)))
            run = []
            for row in rows:
                if row["epoch"] == "0" and run:
                    yield run
                    run = []
                run.append(float(row["val_accs"]))
            yield run


def ours(program, runs):
    """Microseconds a decision, as the program prints them; the best of five."""
    text = "".join("0 100 " + " ".join(map(repr, run)) + "\n" for run in runs)
    return min(float(subprocess.run([program, "-t"], input=text, capture_output=True, text=True,
                                    check=True).stdout.split()[0]) for _ in range(5))


def theirs(runs):
    begun, fits = time.process_time(), 0
    for run in runs:
        y = np.array(run)
        for n in range(4, len(y) + 1):
            fits += 1
            try:
                curve_fit(lambda x, a, b, c: a - b ** (c - x), np.arange(n), y[:n], bounds=BOUNDS)
            except RuntimeError:
                pass
    return 1e6 * (time.process_time() - begun) / fits


warnings.simplefilter("ignore")
program, path = sys.argv[1:]
runs = list(runs_of(path))
decision, fit = ours(program, runs), theirs(runs[::20])
# the same number of decisions in runs of 5 epochs and in runs of 500
tiled = [(run * 20)[:500] for run in runs]
short = ours(program, [run[i:i + 5] for run in tiled for i in range(0, 500, 5)])
long = ours(program, tiled)
print(f"ensemble {decision:.1f} us a decision, curve_fit {fit:.0f} us: {fit / decision:.0f} times")
print(f"in runs of 5 epochs {short:.1f} us, of 500 {long:.1f} us: {long / short:.2f} times")
sys.exit(fit < 1000 * decision)
