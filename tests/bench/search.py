# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules that compare runs save and cost in a search that trains one run after the other.

search.py A4NN_REPLAY (see curves.py for the collections)

ORDERS random orders of up to 100 runs of each collection of accuracies with 60 or more.  Saved:
percent of the epochs.  Regret: points by which the best run trained to its end, the one a search
would return, is below the best of all.  Means over the collections.
"""
import csv, io, os, subprocess, sys
import numpy as np
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import curves

ORDERS = int(os.environ.get("ORDERS", "4"))
EARLY = "share=1,min=1"
POLICIES = ["hopeless", "hopeless:p=0.1", "hopeless:p=0.2", "hopeless@ensemble",
            "hopeless:p=0.1@ensemble", "all:median+hopeless:p=0.1," + EARLY,
            "all:median+hopeless:p=0.2," + EARLY, "all:median+hopeless:p=0.25," + EARLY,
            "all:median+hopeless:p=0.3," + EARLY, "median", "median:warmup=6", "median:warmup=10",
            "asha", "asha:min=4,eta=1.5", "asha:min=4,eta=2", "asha:min=6,eta=1.5",
            "asha:min=6,eta=2"]


def replay(program, collection, order):
    text = "".join(curves.rows(collection, order, []))
    rules = [word for p in POLICIES for word in ("-R", p)]
    out = subprocess.run([program, "-q", "-o", "csv", "--per-run", *rules], input=text,
                         capture_output=True, text=True, check=True).stdout
    best = max(collection.runs[i][1][-1] for i in order)
    policies = {}
    for row in csv.DictReader(io.StringIO(out)):
        policies.setdefault(row["policy"], []).append(row)
    for rows in policies.values():
        whole = [float(r["final"]) for r in rows if r["stop"] == ""]
        saved = [100 - 100 * float(r["stop"]) / float(r["epochs"]) if r["stop"] else 0
                 for r in rows]
        yield np.mean(saved), best - max(whole or [float(rows[0]["final"])]), len(whole)


def main(program):
    collections = [c for c in curves.load() if not c.loss and len(c.runs) >= 60]
    table = []
    for c in collections:
        orders = [np.random.default_rng(d).permutation(len(c.runs))[:100] for d in range(ORDERS)]
        table.append(np.mean([list(replay(program, c, o)) for o in orders], axis=0))
    table = np.array(table)
    print("%-42s %7s %8s %8s %s" % ("", "saved", "regret", "largest", "runs trained to the end"))
    for k, policy in enumerate(POLICIES):
        rows = table[:, k]
        print("%-42s %5.1f %% %8.3f %8.2f %5.1f" % (
            policy, rows[:, 0].mean(), rows[:, 1].mean(), rows[:, 1].max(), rows[:, 2].mean()))
    print("(%d collections)" % len(collections))


main(*sys.argv[1:])
