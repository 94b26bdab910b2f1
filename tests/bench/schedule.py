# SPDX-License-Identifier: GPL-3.0-or-later
"""schedule.py FOLDER: see schedule.sh."""
import csv, io, json, math, os, subprocess, sys

from scipy.stats import kendalltau

from curves import LOSSES

SHARES = 0.1, 0.2, 0.3, 0.5, 0.7
TOLERANCES = 1, 2
# file, schedule as its source describes it, and which of its runs that holds for
COLLECTIONS = [
    ("baker_deep_resnets_tinyimagenet", "step:35,70,105", None),
    ("adabelief_cifar10", "step:150", None),
    ("adabound_cifar10", "step:150", None),
    ("wrn_cifar10_logs", "step:60,120,160@0.2", None),
    ("baker_metaqnn_cifar10", "step:5,10,15", None),
    ("adabelief_lstm_ptb", "step:100,145", None),
    ("fashion_mnist_cnn", "step:10,20", "step"),
    ("fashion_mnist_cnn", "cosine", "cosine"),
    ("fashion_mnist_cnn", "const", "const"),
    ("deepobs_cifar10_3c3d", "const", None),
    ("deepobs_fmnist_2c2d", "const", None),
]


def load(folder, name, sched):
    """Runs as lists of (epoch, value)."""
    path = os.path.join(folder, name + ".csv")
    wanted = None
    if sched is not None:
        meta = os.path.join(folder, os.pardir, "meta", name + ".jsonl")
        if not os.path.exists(meta):
            return None
        wanted = {str(m["run"]) for m in map(json.loads, open(meta)) if m["sched"] == sched}
    if not os.path.exists(path):
        return None
    runs = {}
    for row in csv.DictReader(open(path)):
        if wanted is None or row["run"] in wanted:
            runs.setdefault(row["run"], []).append((float(row["epoch"]), float(row["metric"])))
    return runs


def predict(forecaster, runs, metric, *options):
    """Of each run a list of (epoch, forecast, low, high, expected error, stops) in the metric."""
    text = "run,epoch,value,metric,epochs\n" + "".join(
        f"{run},{epoch!r},{value!r},{metric},{curve[-1][0]!r}\n"
        for run, curve in runs.items() for epoch, value in curve)
    out = subprocess.run(["a4nn-predict", "-q", "-M", forecaster, "-o", "csv", *options],
                         input=text, capture_output=True, text=True, check=True).stdout
    answers = {run: [] for run in runs}
    for row in csv.DictReader(io.StringIO(out)):
        answers[row["run"]].append(tuple(
            float(row[k] or "nan") for k in ("epoch", "forecast", "low", "high", "expected_error"))
            + (row["verdict"] == "stop",))
    return answers


def z(loss, value):
    return -40 * math.log(value) if loss else value


def compare(values, finals, loss):
    errors = [abs(z(loss, v) - z(loss, f)) for v, f in zip(values, finals)]
    return sum(errors) / len(errors), kendalltau(values, finals).statistic


def at_share(runs, answers, share, loss):
    """MAE, tau and coverage of the forecasts at this share of the epochs; and of the last value."""
    last, forecast, finals, covered = [], [], [], 0
    for run, curve in runs.items():
        i = max(j for j, (epoch, _) in enumerate(curve) if j == 0 or epoch <= share * curve[-1][0])
        _, value, low, high, *_ = answers[run][i]
        last.append(curve[i][1])
        forecast.append(value)
        finals.append(curve[-1][1])
        covered += low <= finals[-1] <= high
    return compare(last, finals, loss), compare(forecast, finals, loss), 100 * covered / len(runs)


def stopped(runs, answers, loss):
    """Percent of epochs saved, and mean error over all runs, those not stopped without any."""
    saved = error = 0
    for run, curve in runs.items():
        stop = next((a for a in answers[run] if a[5]), None)
        if stop is not None and stop[0] < curve[-1][0]:
            saved += 1 - stop[0] / curve[-1][0]
            error += abs(z(loss, stop[1]) - z(loss, curve[-1][1]))
    return 100 * saved / len(runs), error / len(runs)


def table(forecaster, name, spec, runs):
    loss = any(word in name for word in LOSSES)
    metric = "val_loss" if loss else "val_acc"
    runs = {run: c for run, c in runs.items() if all(math.isfinite(v) for _, v in c)}
    rule = [["-R", f"converged:tol={tol}"] for tol in TOLERANCES]
    without = [predict(forecaster, runs, metric, *r) for r in rule]
    informed = [predict(forecaster, runs, metric, "--schedule", spec, *r) for r in rule]
    ratios = []
    print(f"{name}, {len(runs)} runs, {spec}, {forecaster}")
    print("    epochs   MAE: last  without     with    tau: last  without     with   "
          "in 90 %: without     with")
    for share in SHARES:
        (last, last_tau), (plain, plain_tau), plain_cover = at_share(runs, without[0], share, loss)
        _, (known, known_tau), cover = at_share(runs, informed[0], share, loss)
        ratios.append((known + 0.02) / (plain + 0.02))
        print(f"    {100 * share:4.0f} % {last:12.2f} {plain:8.2f} {known:8.2f} {last_tau:12.3f} "
              f"{plain_tau:8.3f} {known_tau:8.3f} {plain_cover:18.0f} {cover:8.0f}")
    for tol, a, b in zip(TOLERANCES, without, informed):
        print("    converged:tol=%g saves %.1f %% at an error of %.2f without, %.1f %% at %.2f with"
              % (tol, *stopped(runs, a, loss), *stopped(runs, b, loss)))
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def measure(folder, forecaster):
    found = {}
    for name, spec, sched in COLLECTIONS:
        runs = load(folder, name, sched)
        if runs is not None:
            title = name + (" " + sched if sched else "")
            found[title] = table(forecaster, name, spec, runs), "step" in spec
    if not found:
        return False
    print(f"{forecaster}: MAE with / without the schedule, geometric mean of the shares:")
    for name, (ratio, _) in found.items():
        print(f"    {name:40s} {ratio:.2f}")
    drops = [math.log(ratio) for ratio, steps in found.values() if steps]
    if drops:
        print(f"    {'mean of those with drops':40s} {math.exp(sum(drops) / len(drops)):.2f}")
    return True


def main(folder):
    if not all([measure(folder, forecaster) for forecaster in ("ensemble", "pool")]):
        print("no collections: name the folder of their CSV files (run, epoch, metric) in "
              "A4NN_CURVES")


main(*sys.argv[1:])
