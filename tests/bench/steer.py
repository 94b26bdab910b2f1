# SPDX-License-Identifier: GPL-3.0-or-later
"""How many trainings a search needs until it has found one of the best 1 % of its candidates.

steer.py STEER_RUN (see steer.sh).  Candidates whose whole curves are known: a folder with curves/ and
meta/ that A4NN_COLLECTIONS names.  SEEDS (default 10) searches each.  Rivals:

random     a random order (2,000 of them)
evolution  regularised evolution (Real et al. 2019): population 20, tournaments of 5; a mutant is
           the untried candidate nearest to its parent, one parameter counting 1 if it is different
           (numbers: by their share of the range)
tpe        Optuna's TPESampler over the parameters: numbers as floats (logarithms where they are
           positive and span a factor of 10), all else as categories; the untried candidate nearest
           to what it asks for is trained and told to it in its place

Sequences of layers are told to the rivals as counts of layers and means of their arguments.

Then epochs, with each training stopped by the rule that STOP below names, as a user has it who
types

    a4nn-watch runs/ | a4nn-predict -R hopeless:startup=1 | a4nn-stop ...

and trains one after the other what "a4nn-steer next --candidates FILE" says of what that wrote.  All
that is learned of a stopped training is its forecast and interval, and a network counts as found
only when it has been trained to its end.  Beside it random search with full trainings.

Then trainings until one of the best 5 % is found, without and with what a random half of the
candidates of another task came to ("a4nn-steer next -H -t TASK"); with these values dealt out at
random; and with the best of them given to the worst.

Then, where the FLOPs or the parameters of the candidates are known, what the trainings cost until one
of the best 1 % is found, as a share of what random search spends, without and with "a4nn-steer next
--cost": full trainings, an epoch costing as many units as the network has FLOPs or parameters.
"""
import csv, json, math, os, subprocess, sys, tempfile
import numpy as np

SEEDS = int(os.environ.get("SEEDS", "10"))
FOLDER = os.environ.get("A4NN_COLLECTIONS")
NAMES = ["baker_metaqnn_cifar10", "taskset_imdb_rnn", "deepobs_cifar10_3c3d", "deepobs_fmnist_2c2d",
         "a4nn_full", "fashion_mnist_cnn"]
LOSSES = ("imdb",)
STOP = "hopeless:startup=1"
PAIRS = [("deepobs_cifar10_3c3d", "deepobs_fmnist_2c2d"),
         ("deepobs_fmnist_2c2d", "deepobs_cifar10_3c3d"), ("1gpu_1e14", "1gpu_1e15"),
         ("1gpu_1e15", "1gpu_1e14")]


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


def cost_of(config):
    """Of an epoch, in whatever unit."""
    return next((float(config[k]) for k in ("flops", "num_params") if k in config), 1.0)


def write(name, candidates, f):
    loss = any(w in name for w in LOSSES)
    for config, _, curve in candidates:
        f.write(json.dumps({"config": config, "metric": "val_loss" if loss else "val_acc",
                            "mode": "min" if loss else "max", "cost": cost_of(config),
                            "curve": [v if math.isfinite(v) else None for v in curve]}) + "\n")
    f.flush()


def ours(program, name, candidates, *options, kin=None):
    """Medians of the trainings and the epochs of a search, how many of the best were stopped, and
    what the epochs cost."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as f, \
            tempfile.NamedTemporaryFile("w", suffix=".jsonl") as k:
        write(name, candidates, f)
        if kin:
            write(name, kin, k)
        out = subprocess.run([program, *options, *(["-k", k.name] if kin else []), f.name,
                              str(SEEDS)], capture_output=True, text=True, check=True).stdout
    return np.median([[float(x) for x in line.split()] for line in out.splitlines()], axis=0)


def misled(kin, reverse):
    """What a similar task came to, given to other configurations."""
    order = sorted(range(len(kin)), key=lambda i: kin[i][1] if math.isfinite(kin[i][1]) else -math.inf)
    other = order[::-1] if reverse else list(np.random.default_rng(1).permutation(order))
    return [(kin[j][0], kin[i][1], kin[i][2]) for i, j in zip(order, other)]


def warm(program, known):
    print("\ntrainings until one of the best 5 %% is found, median of %d seeds" % SEEDS)
    print("%-22s %-22s %6s %6s %9s %9s" % ("", "by", "cold", "warm", "at random", "reversed"))
    ratios = []
    for name, by in PAIRS:
        if name not in known or by not in known:
            continue
        row = [ours(program, name, known[name], "-g", "5", kin=kin)[0] for kin in
               (None, known[by], misled(known[by], False), misled(known[by], True))]
        ratios.append([x / row[0] for x in row[1:]])
        print("%-22s %-22s %6.1f %6.1f %9.1f %9.1f" % (name, by, *row), flush=True)
    if ratios:
        print("%-45s %6s %6.2f %9.2f %9.2f" % ("share of cold", "",
                                               *np.exp(np.log(ratios).mean(axis=0))))


def thrift(program, known):
    print("\ncost until one of the best 1 %% is found, share of random search's, median of %d seeds" % SEEDS)
    print("%-22s %9s %9s %9s %9s" % ("", "without", "with", "trainings", "with"))
    ratios = []
    for name, candidates in known.items():
        costs = np.array([cost_of(c) for c, _, _ in candidates])
        if costs.max() == costs.min():
            continue
        is_good, epochs = good(np.array([y for _, y, _ in candidates])), len(candidates[0][2])
        rand = []
        for s in range(2000):
            order = np.random.default_rng(s).permutation(len(costs))
            rand.append(costs[order[:np.argmax(is_good[order]) + 1]].sum() * epochs)
        rows = [ours(program, name, candidates, *o) for o in ((), ("-c",))]
        ratios.append([row[3] / np.median(rand) for row in rows])
        print("%-22s %9.2f %9.2f %9.1f %9.1f" % (name, *ratios[-1], rows[0][0], rows[1][0]), flush=True)
    if ratios:
        print("%-22s %9.2f %9.2f" % ("geometric mean", *np.exp(np.log(ratios).mean(axis=0))))


def main(program):
    if not FOLDER:
        print("A4NN_COLLECTIONS is not set: nothing to measure on")
        return
    print("trainings until one of the best 1 %% is found, median of %d seeds" % SEEDS)
    head = ("", "of", "random", "tpe", "evolution", "steer", "by four", "stopped", "epochs", "random")
    print("%-22s %5s %6s %6s %9s %6s %7s %7s %7s %7s" % head)
    ratios, known = [], collections()
    for name, candidates in known.items():
        values = np.array([y for _, y, _ in candidates])
        space, is_good = Space([c for c, _, _ in candidates]), good(values)
        whole = max(len(c) for _, _, c in candidates)
        rand = np.median([int(np.argmax(is_good[np.random.default_rng(s).permutation(len(values))]))
                          + 1 for s in range(2000)])
        rivals = [np.median([len(f(space, values, s)) for s in range(SEEDS)]) for f in RIVALS]
        one, four, stopped = (ours(program, name, candidates, *o)
                              for o in (("-b", "1"), ("-b", "4"), ("-R", STOP)))
        row = [*rivals, one[0], four[0], stopped[0]]
        ratios.append([x / rand for x in row] + [stopped[1] / (rand * whole)])
        print("%-22s %5d %6.0f %6.1f %9.1f %6.1f %7.1f %7.1f %7.0f %7.0f" % (
            name, len(values), rand, *row, stopped[1], rand * whole), flush=True)
    print("%-22s %5s %6s %6.2f %9.2f %6.2f %7.2f %7.2f %7.2f" % (
        "share of random", "", "", *np.exp(np.log(ratios).mean(axis=0))))
    warm(program, known)
    thrift(program, known)


RIVALS = (tpe, evolution)
main(*sys.argv[1:])
