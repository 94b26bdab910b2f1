# SPDX-License-Identifier: GPL-3.0-or-later
"""What a search of a space finds in so many trainings.

space.py A4NN_STEER.  SEEDS (default 5) searches of 60 trainings each, four at a time, of functions
that stand for trainings:

branin, hartmann6   two and six reals (Dixon and Szego 1978; largest: -0.398 and 3.322)
network             learning rate, layers, filters, optimiser; momentum for sgd only, dropout for
                    more than one layer; filters * layers <= 512; it has local optima
wide                20 reals, of which four matter ten times as much, and a category

Rivals: Optuna's RandomSampler, and its TPESampler with multivariate, group and constant_liar. Both
are told of what breaks the constraint as of a failure that costs nothing.
"""
import json, math, os, statistics, subprocess, sys, tempfile
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS = int(os.environ.get("SEEDS", "5"))
BUDGET, BATCH, FIRST = 60, 4, 8


def real(name, low, high, **more):
    return dict(name=name, type="real", low=low, high=high, **more)


def integer(name, low, high, **more):
    return dict(name=name, type="integer", low=low, high=high, **more)


def category(name, *values):
    return dict(name=name, type="categorical", values=list(values))


def branin(c):
    x, y = c["x"], c["y"]
    a = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return -(a * a + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10)


def hartmann6(c):
    height = [1, 1.2, 3, 3.2]
    a = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
    p = [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
         [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]
    return sum(height[i] * math.exp(-sum(a[i][j] * (c[f"x{j}"] - p[i][j] / 1e4) ** 2 for j in range(6)))
               for i in range(4))


def network(c):
    lr = math.log10(c["lr"])
    value = 90 - 3 * (lr + 2.5) ** 2 - (c["layers"] - 4) ** 2 - 2 * (math.log2(c["filters"]) - 6) ** 2
    value -= 2 if c["optimizer"] == "adam" else 10 * (c["momentum"] - 0.9) ** 2
    return value + math.sin(7 * lr) - 20 * (c.get("dropout", 0) - 0.2) ** 2


def wide(c):
    far = sum((c[f"x{i}"] - 0.3) ** 2 * (10 if i < 4 else 1) for i in range(20))
    return -far - {"a": 1, "b": 0, "c": 4}[c["k"]]


SPACES = {
    branin: {"parameters": [real("x", -5, 10), real("y", 0, 15)]},
    hartmann6: {"parameters": [real(f"x{i}", 0, 1) for i in range(6)]},
    network: {"parameters": [
        real("lr", 1e-5, 1, log=True), integer("layers", 1, 6), integer("filters", 8, 256, log=True),
        category("optimizer", "sgd", "adam"), real("momentum", 0, 0.99, step=0.01, when={"optimizer": "sgd"}),
        real("dropout", 0, 0.5, when="layers >= 2")], "constraints": ["filters * layers <= 512"]},
    wide: {"parameters": [real(f"x{i}", 0, 1) for i in range(20)] + [category("k", "a", "b", "c")]},
}


def steer(program, function, seed, folder):
    space, results = os.path.join(folder, "space.json"), os.path.join(folder, "results.jsonl")
    json.dump(SPACES[function], open(space, "w"))
    values, lines = [], []
    while len(values) < BUDGET:
        open(results, "w").writelines(lines)
        command = [program, "next", "-q", "-n", str(BATCH if lines else FIRST), "--seed", str(seed), space]
        out = subprocess.run(command + ([results] if lines else []), capture_output=True, text=True, check=True)
        for line in out.stdout.splitlines():
            p = json.loads(line)
            values.append(function(p["config"]))
            lines.append(json.dumps(dict(run=p["run"], epoch=1, value=values[-1], metric="score", mode="max",
                                         config=p["config"])) + "\n")
    return values[:BUDGET]


def ask(trial, space):
    c = {}
    for p in space["parameters"]:
        if ("when" in p and p["name"] == "momentum" and c["optimizer"] != "sgd") or \
           ("when" in p and p["name"] == "dropout" and c["layers"] < 2):
            continue
        if p["type"] == "categorical":
            c[p["name"]] = trial.suggest_categorical(p["name"], p["values"])
        elif p["type"] == "integer":
            c[p["name"]] = trial.suggest_int(p["name"], p["low"], p["high"], log=p.get("log", False))
        else:
            c[p["name"]] = trial.suggest_float(p["name"], p["low"], p["high"], log=p.get("log", False),
                                               step=p.get("step"))
    return c


def rival(sampler, function):
    study, values = optuna.create_study(direction="maximize", sampler=sampler), []
    while len(values) < BUDGET:
        trials = [study.ask() for _ in range(BATCH)]
        for trial, c in [(t, ask(t, SPACES[function])) for t in trials]:
            if function is network and c["filters"] * c["layers"] > 512:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                continue
            values.append(function(c))
            study.tell(trial, values[-1])
    return values[:BUDGET]


def main():
    methods = {
        "a4nn-steer": lambda f, seed, folder: steer(sys.argv[1], f, seed, folder),
        "tpe": lambda f, seed, folder: rival(
            optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True, constant_liar=True), f),
        "random": lambda f, seed, folder: rival(optuna.samplers.RandomSampler(seed=seed), f),
    }
    print(f"best value after so many trainings, median of {SEEDS} seeds; the worst seed at the end")
    print(f"{'function':<10} {'method':<11} {BUDGET // 4:>8} {BUDGET // 2:>8} {BUDGET:>8} {'worst':>8}")
    for function in SPACES:
        for name, method in methods.items():
            with tempfile.TemporaryDirectory() as folder:
                runs = [method(function, seed, folder) for seed in range(SEEDS)]
            at = [statistics.median(max(r[:n]) for r in runs) for n in (BUDGET // 4, BUDGET // 2, BUDGET)]
            worst = min(max(r) for r in runs)
            print(f"{function.__name__:<10} {name:<11} {at[0]:8.3f} {at[1]:8.3f} {at[2]:8.3f} {worst:8.3f}", flush=True)


main()
