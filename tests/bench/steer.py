# SPDX-License-Identifier: GPL-3.0-or-later
"""How many trainings a search needs until it has found one of the best 1 % of its candidates.

steer.py STEER_RUN A4NN_PREDICT (see steer.sh).  Candidates whose whole curves are known: a folder with curves/
and meta/ that A4NN_COLLECTIONS names.  SEEDS (default 10) searches each.  Rivals:

random     a random order (2,000 of them)
evolution  regularised evolution (Real et al. 2019): population 20, tournaments of 5; a mutant is
           the untried candidate nearest to its parent, one parameter counting 1 if it is different
           (numbers: by their share of the range)
tpe        Optuna's TPESampler over the parameters: numbers as floats (logarithms where they are
           positive and span a factor of 10), all else as categories; the untried candidate nearest
           to what it asks for is trained and told to it in its place

Sequences of layers are told to the rivals as counts of layers and means of their arguments.

Then epochs: of steer with each training stopped by the rule `converged`, by its own curve alone
(-M ensemble), whose forecast is all that is learned of it.  The network that is found is trained to
its end.  Beside it random search with full trainings.
"""
import csv, json, math, os, subprocess, sys, tempfile
import numpy as np

SEEDS = int(os.environ.get("SEEDS", "10"))
FOLDER = os.environ.get("A4NN_COLLECTIONS")
NAMES = ["baker_metaqnn_cifar10", "taskset_imdb_rnn", "deepobs_cifar10_3c3d", "deepobs_fmnist_2c2d",
         "a4nn_full", "fashion_mnist_cnn"]
LOSSES = ("imdb",)


def value_of(cell):
    try:
        return json.loads(cell)
    except ValueError:
        return cell


def metas(name):
    path = os.path.join(FOLDER, "meta", name)
    if os.path.exists(path + ".jsonl"):
        for line in open(path + ".jsonl"):
            yield json.loads(line)
    else:
        for row in csv.DictReader(open(path + ".csv")):
            yield {k: v if k in ("run", "net") else value_of(v) for k, v in row.items() if v != ""}


def curves_of(name):
    curves = {}
    for row in csv.DictReader(open(os.path.join(FOLDER, "curves", name + ".csv"))):
        curves.setdefault(row["run"], []).append(float(row["metric"] or "nan"))
    return curves


def collections():
    """name -> [(configuration, final value, larger being better, curve)]; the authors' noise levels and
    the first seed of DeepOBS, whose others repeat the best, are collections of their own."""
    made = {}
    for name in NAMES:
        curves, sign = curves_of(name), -1 if any(w in name for w in LOSSES) else 1
        for meta in metas(name):
            run, kind = str(meta.pop("run")), name
            if run not in curves or meta.get("random_seed", 42) != 42:
                continue
            meta.pop("random_seed", None)
            if name == "a4nn_full":
                kind = meta.pop("noise")
                meta.pop("arch")
            made.setdefault(kind, []).append((meta, sign * curves[run][-1], curves[run]))
    made.pop("1gpu_1e16", None)  # a tenth of its networks reach 100 %
    return made


def good(values):
    finite = np.where(np.isfinite(values), values, -np.inf)
    return finite >= np.sort(finite)[-math.ceil(len(finite) / 100)]


def flatten(config, prefix=""):
    for k, v in config.items() if isinstance(config, dict) else enumerate(config):
        if isinstance(v, (dict, list)):
            yield from flatten(v, "%s%s." % (prefix, k))
        else:
            yield "%s%s" % (prefix, k), v


def sequence(text):
    """Counts of tokens, and the mean of their arguments, of "[C(64,3,1), P(2,2)]"."""
    tokens, out = [t.split("(") for t in text.strip("[]").replace(" ", "").split("),")], {}
    for head, arguments in tokens:
        out["n_" + head] = out.get("n_" + head, 0) + 1
        for i, a in enumerate(arguments.strip(")").split(",")):
            out.setdefault("%s_%d" % (head, i), []).append(float(a))
    return {k: v if k[:2] == "n_" else float(np.mean(v)) for k, v in out.items()}


class Space:
    """Parameters of all candidates: numbers in 0..1 (NaN: none) or levels."""

    def __init__(self, configs):
        rows = []
        for c in configs:
            c = dict(c)
            if "net" in c:
                c["net"] = sequence(c["net"])
            rows.append(dict(flatten(c)))
        self.names = sorted({k for r in rows for k in r})
        self.columns = [self.column([r.get(k) for r in rows]) for k in self.names]
        keep = [i for i, (_, x) in enumerate(self.columns) if len({str(v) for v in x}) > 1]
        self.names = [self.names[i] for i in keep]
        self.columns = [self.columns[i] for i in keep]

    @staticmethod
    def column(values):
        if all(v is None or isinstance(v, (int, float)) for v in values):
            x = np.array([np.nan if v is None else float(v) for v in values])
            if np.nanmin(x) > 0 and np.nanmax(x) / np.nanmin(x) >= 10:
                x = np.log(x)
            span = np.nanmax(x) - np.nanmin(x)
            return True, (x - np.nanmin(x)) / (span if span > 0 else 1)
        return False, np.array([str(v) for v in values])

    def distances(self, wanted):
        total = 0
        for (number, x), w in zip(self.columns, wanted):
            total = total + (np.where(np.isnan(x), 0.5, abs(x - w)) if number else 1.0 * (x != w))
        return total

    def of(self, i):
        return [0.5 if number and np.isnan(x[i]) else x[i] for number, x in self.columns]


def nearest(distance, tried, rng):
    d = np.where(tried, np.inf, distance + 1e-9 * rng.random(len(distance)))
    return int(np.argmin(d))


def evolution(space, values, seed):
    rng, tried, order = np.random.default_rng(seed), np.zeros(len(values), bool), []
    is_good, y = good(values), np.where(np.isfinite(values), values, -np.inf)
    while True:
        if len(order) < 20:
            i = int(rng.choice(np.flatnonzero(~tried)))
        else:
            parents = rng.choice(order[-20:], 5, replace=False)
            i = nearest(space.distances(space.of(parents[np.argmax(y[parents])])), tried, rng)
        order.append(i)
        tried[i] = True
        if is_good[i]:
            return order


def tpe(space, values, seed):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize",
                                sampler=optuna.samplers.TPESampler(seed=seed, multivariate=True,
                                                                   warn_independent_sampling=False))
    dist = {n: optuna.distributions.FloatDistribution(0, 1) if number else
            optuna.distributions.CategoricalDistribution(sorted(set(x)))
            for n, (number, x) in zip(space.names, space.columns)}
    rng, tried, order = np.random.default_rng(seed), np.zeros(len(values), bool), []
    is_good, worst = good(values), np.nanmin(np.where(np.isfinite(values), values, np.nan))
    while True:
        asked = study.ask(dist)
        i = nearest(space.distances([asked.params[n] for n in space.names]), tried, rng)
        order.append(i)
        tried[i] = True
        if is_good[i]:
            return order
        study.add_trial(optuna.trial.create_trial(
            params={n: v if isinstance(v, str) else float(v)
                    for n, v in zip(space.names, space.of(i))},
            distributions=dist, value=float(values[i]) if math.isfinite(values[i]) else worst))
        study.tell(asked, state=optuna.trial.TrialState.FAIL)


def stops(predict, candidates, loss):
    """For each candidate epochs trained, and forecast and its sd where it is stopped."""
    text, whole = ["run,epoch,value,metric,epochs\n"], [len(c) for _, _, c in candidates]
    for i, (_, _, curve) in enumerate(candidates):
        text += ["%d,%d,%r,%s,%d\n" % (i, e + 1, v, "val_loss" if loss else "val_acc", len(curve))
                 for e, v in enumerate(curve)]
    out = subprocess.run([predict, "-q", "-M", "ensemble", "-R", "converged", "-o", "csv"],
                         input="".join(text), capture_output=True, text=True, check=True).stdout
    found = [(n, None, 0) for n in whole]
    for row in csv.DictReader(out.splitlines()):
        i, e = int(row["run"]), int(row["epoch"])
        if row["verdict"] == "stop" and e < found[i][0]:
            f = float(row["forecast"] or "nan")
            sd = (float(row["high"] or "nan") - float(row["low"] or "nan")) / 3.29
            found[i] = (e, (-f if loss else f) if math.isfinite(f) else math.nan,
                        sd if math.isfinite(sd) else 0)
    return found


def ours(program, candidates, batch, told=None):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as f:
        for i, (config, y, _) in enumerate(candidates):
            line = {"config": config, "value": y if math.isfinite(y) else None}
            if told and told[i][1] is not None:
                failed = not math.isfinite(told[i][1])
                line.update(forecast="nan" if failed else told[i][1], sd=told[i][2])
            f.write(json.dumps(line) + "\n")
        f.flush()
        out = subprocess.run([program, f.name, str(SEEDS), str(batch)], capture_output=True,
                             text=True, check=True).stdout
    return [[int(i) for i in line.split()] for line in out.splitlines()]


def epochs_of(orders, told, whole):
    """Of each search: the trainings as they are stopped, the last to its end."""
    return [sum(told[i][0] for i in o[:-1]) + whole for o in orders]


def main(program, predict):
    if not FOLDER:
        print("A4NN_COLLECTIONS is not set: nothing to measure on")
        return
    print("trainings until one of the best 1 %% is found, median of %d seeds" % SEEDS)
    head = ("", "of", "random", "tpe", "evolution", "steer", "by four", "stopped", "epochs", "random")
    print("%-22s %5s %6s %6s %9s %6s %7s %7s %7s %7s" % head)
    ratios = []
    for name, candidates in collections().items():
        values = np.array([y for _, y, _ in candidates])
        space, is_good = Space([c for c, _, _ in candidates]), good(values)
        told = stops(predict, candidates, any(w in name for w in LOSSES))
        whole = max(len(c) for _, _, c in candidates)
        rand = [int(np.argmax(is_good[np.random.default_rng(s).permutation(len(values))])) + 1
                for s in range(2000)]
        rivals = [[len(f(space, values, s)) for s in range(SEEDS)] for f in RIVALS]
        orders = [ours(program, candidates, 1), ours(program, candidates, 4),
                  ours(program, candidates, 1, told)]
        row = [np.median(x) for x in [rand] + rivals + [[len(o) for o in os] for os in orders]]
        row = [x / row[0] for x in row[1:]], row, [np.median(epochs_of(orders[2], told, whole)),
                                                   row[0] * whole]
        ratios.append(row[0] + [row[2][0] / row[2][1]])
        print("%-22s %5d %6.0f %6.1f %9.1f %6.1f %7.1f %7.1f %7.0f %7.0f" % (
            name, len(values), *row[1], *row[2]), flush=True)
    print("%-22s %5s %6s %6.2f %9.2f %6.2f %7.2f %7.2f %7.2f" % (
        "share of random", "", "", *np.exp(np.log(ratios).mean(axis=0))))


RIVALS = (tpe, evolution)
main(*sys.argv[1:])
