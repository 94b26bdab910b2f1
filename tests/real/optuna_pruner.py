# SPDX-License-Identifier: GPL-3.0-or-later
"""Optuna's MedianPruner on random curves: optuna_pruner.py SEED RUNS EPOCHS MODE STARTUP WARMUP INTERVAL MIN.

Trains nothing: each trial reports a random curve, with a value missing or not a number here and
there, until the pruner stops it.  Writes the stream of what was reported, and behind each record
in the unknown column `pruned` whether Optuna would stop there.
"""
import math
import random
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
seed, runs, epochs = (int(a) for a in sys.argv[1:4])
mode = sys.argv[4]
startup, warmup, interval, least = (int(a) for a in sys.argv[5:9])
chance = random.Random(seed)


def curve():
    top, rate = chance.uniform(20, 90), chance.uniform(0.5, 5)
    values = [top * (1 - math.exp(-e / rate)) + chance.uniform(-5, 5) for e in range(1, epochs + 1)]
    return values if mode == "max" else [100 - v for v in values]


def train(number, trial):
    value = None
    for epoch, v in enumerate(curve(), start=1):
        if epoch not in (1, epochs) and chance.random() < 0.05:
            continue
        if epoch not in (1, epochs) and chance.random() < 0.05:
            v = math.nan
        trial.report(v, epoch - 1)
        pruned = trial.should_prune()
        print(f"run{number},{epoch},{v!r},{epochs},{int(pruned)}")
        if pruned:
            raise optuna.TrialPruned()
        value = v
    return value


print("run,epoch,value,epochs,pruned")
pruner = optuna.pruners.MedianPruner(startup, warmup, interval, n_min_trials=least)
study = optuna.create_study(direction=mode + "imize", pruner=pruner,
                            sampler=optuna.samplers.RandomSampler(seed=seed))
for n in range(runs):
    study.optimize(lambda trial: train(n, trial), n_trials=1)
