# SPDX-License-Identifier: GPL-3.0-or-later
"""The ensemble against its reference on every epoch of whole collections of training curves.

ensemble_ref.py ENSEMBLE_RUN REFERENCE.py COLLECTION.csv ...

REFERENCE.py is a NumPy program with a class Engine(E, lo, hi): update(z), predict(), quantile(p,
mixture).  A collection has the columns run, epoch and metric; one whose name speaks of lstm_ptb,
vae, imdb or conformer holds losses.  Every run is followed; with EVERY=n every n-th.  Prints the
largest difference of each number; exit status 1 when one exceeds 0.02.
"""
import csv, importlib.util, math, os, subprocess, sys

LOSSES = ("lstm_ptb", "vae", "imdb", "conformer")


def load(path):
    runs = {}
    for row in csv.DictReader(open(path)):
        runs.setdefault(row["run"], []).append(float(row["metric"] or "nan"))
    loss = any(word in path for word in LOSSES)
    scale = (lambda y: -40 * math.log(y) if 0 < y < math.inf else math.nan) if loss else float
    bounds = (-1e6, 1e6) if loss else (0.0, 100.0)
    return [(*bounds, [scale(y) for y in v]) for v in runs.values()]


def reference(engine, lo, hi, z):
    e = engine(len(z), lo, hi)
    for value in z:
        e.update(value)
        if e.started:
            median, error, mixture = e.predict()
            yield median, e.quantile(0.05, mixture), e.quantile(0.95, mixture), error
        else:
            yield (math.nan,) * 4


def differences(program, engine, runs):
    text = "".join(" ".join(map(repr, [lo, hi, *z])) + "\n" for lo, hi, z in runs)
    ours = iter(subprocess.run([program], input=text, capture_output=True, text=True,
                               check=True).stdout.splitlines())
    worst, epochs = [0.0] * 4, 0
    for run in runs:
        for want in reference(engine, *run):
            got = [float(x) for x in next(ours).split()]
            epochs += 1
            for i, (a, b) in enumerate(zip(got, want)):
                if math.isnan(a) != math.isnan(b):
                    worst[i] = math.inf
                elif not math.isnan(a):
                    worst[i] = max(worst[i], abs(a - b))
    return epochs, worst


def main(program, path, *collections):
    spec = importlib.util.spec_from_file_location("reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print("%-34s %8s %9s %9s %9s %9s" % ("collection", "epochs", "median", "5 %", "95 %", "error"))
    failed = False
    for collection in collections:
        runs = load(collection)[::int(os.environ.get("EVERY", "1"))]
        epochs, worst = differences(program, module.Engine, runs)
        failed = failed or not max(worst) <= 0.02
        name = os.path.basename(collection).removesuffix(".csv")
        print("%-34s %8d" % (name, epochs), *("%9.1e" % w for w in worst), flush=True)
    return failed


sys.exit(main(*sys.argv[1:]))
