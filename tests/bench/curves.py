# SPDX-License-Identifier: GPL-3.0-or-later
"""Collections of whole training curves, as the benchmarks use them.

They are the files in the folder that A4NN_CURVES names, without it those of tests/data.  A
collection is a CSV file with the columns run, epoch and metric, one row an epoch.  One whose name
speaks of lstm_ptb, vae, imdb or conformer holds losses (smaller is better), others hold percent.
"""
import csv, io, math, os, random, tarfile

LOSSES = ("lstm_ptb", "vae", "imdb", "conformer")


class Collection:
    """name, loss, runs: [(name, [value, ...]), ...]; runs without a finite end are left out."""

    def __init__(self, name, loss, runs):
        self.name, self.loss, self.runs = name, loss, runs

    def z(self, y):
        """Larger is better, a unit is a point of accuracy or 2.5 % of a loss."""
        if not self.loss:
            return y
        return -40 * math.log(y) if 0 < y < math.inf else math.nan


def of_file(name, file, most):
    """The collections of a file: one, or for the authors' three noise levels one each; at most so
    many runs of each, drawn once and for all."""
    runs = {}
    for row in csv.DictReader(file):
        runs.setdefault(row["run"], []).append(float(row["metric"] or "nan"))
    loss = any(word in name for word in LOSSES)
    groups = {}
    for run, values in runs.items():
        task = name + "_" + run.split("_")[1] if name == "a4nn_full" else name
        groups.setdefault(task, []).append((run, values))
    for task, members in groups.items():
        c = Collection(task, loss, members)
        c.runs = [m for m in members if math.isfinite(c.z(m[1][-1]))]
        if len(c.runs) > most:
            c.runs = sorted(random.Random(task).sample(c.runs, most))
        yield c


def of_authors(name, file, most):
    """An archive of the method's authors: every run begins with epoch 0 again."""
    runs = []
    for row in csv.DictReader(file):
        if row["epoch"] == "0":
            runs.append(("%03d" % len(runs), []))
        runs[-1][1].append(float(row["val_accs"]))
    yield Collection("authors_" + name.split("_")[1], False, runs[:most])


def load(most=150):
    folder, made = os.environ.get("A4NN_CURVES"), []
    if folder:
        for name in sorted(os.listdir(folder)):
            if name.endswith(".csv"):
                made += of_file(name[:-4], open(os.path.join(folder, name)), most)
        return made
    data = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
    for archive, reader in (("authors.tar.xz", of_authors), ("curves.tar.xz", of_file)):
        with tarfile.open(os.path.join(data, archive)) as tar:
            for name in sorted(tar.getnames()):
                if name.endswith(".csv"):
                    file = io.TextIOWrapper(tar.extractfile(name))
                    made += reader(os.path.basename(name)[:-4], file, most)
    return made


def rows(collection, finished, beside):
    """Rows of a stream: runs that are over, one after the other, then those that train at the same
    time, epoch by epoch."""
    metric = "val_loss" if collection.loss else "val_acc"
    yield "run,epoch,value,metric,epochs,task\n"
    line = "%d,%d,%r," + metric + ",%d,t\n"
    for i in finished:
        values = collection.runs[i][1]
        for t, y in enumerate(values):
            yield line % (i, t + 1, y, len(values))
    for t in range(max((len(collection.runs[i][1]) for i in beside), default=0)):
        for i in beside:
            values = collection.runs[i][1]
            if t < len(values):
                yield line % (i, t + 1, values[t], len(values))
