# SPDX-License-Identifier: GPL-3.0-or-later
"""cluster.py WRITERS SECONDS: that many `a4nn-history add --pass`, each with a run of its own, which
gets its next epoch (four numbers and a forecast) when the last one has come back, which is when it
is committed.  Prints epochs, rows and transactions per second, the median and the 95th percentile
of the milliseconds an epoch took, and the memory of the server per connection in MB.
"""
import os
import selectors
import subprocess
import sys
import time


def query(sql):
    return float(subprocess.run(["psql", "-AtX", "-c", sql, os.environ["A4NN_HISTORY"]], check=True,
                                capture_output=True, text=True).stdout)


def record(run, e):
    return ('{"run":"run%d","task":"bench","epoch":%d,"value":%.4f,"metric":"val_acc","mode":"max","epochs":100000,'
            '"train_loss":%.4f,"val_loss":%.4f,"lr":0.01,"forecast":80,"low":79,"high":81,"expected_error":0.5,'
            '"verdict":"continue"}\n' % (run, e, 80 - 50 / e, 2 / e, 2.1 / e)).encode()


def pss():
    """Of all server processes of a connection, in MB: each page divided by those that share it."""
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid) as f:
                if not f.read().startswith("postgres: %s " % os.environ["PGUSER"]):
                    continue
            with open("/proc/%s/smaps_rollup" % pid) as f:
                total += sum(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except OSError:
            pass
    return total / 1024


class Writer:
    def __init__(self, number):
        self.number, self.epoch = number, 0
        self.process = subprocess.Popen(["a4nn-history", "add", "-q", "--pass"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)

    def send(self):
        self.epoch += 1
        self.since = time.monotonic()
        self.process.stdin.write(record(self.number, self.epoch))


def main():
    count, seconds = int(sys.argv[1]), float(sys.argv[2])
    commits = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    selector = selectors.DefaultSelector()
    writers = [Writer(i) for i in range(count)]
    for w in writers:
        selector.register(w.process.stdout, selectors.EVENT_READ, w)
        w.send()
    for w in writers:  # all are connected
        w.process.stdout.readline()
    time.sleep(1.5)
    committed, begun, took = query(commits), time.monotonic(), []
    for w in writers:
        w.send()
    while time.monotonic() < begun + seconds:
        for key, _ in selector.select(1):
            key.fileobj.read(65536)
            took.append(time.monotonic() - key.data.since)
            key.data.send()
    elapsed, memory = time.monotonic() - begun, pss()
    for w in writers:
        w.process.stdin.close()
        w.process.stdout.read()
        if w.process.wait() != 0:
            sys.exit("a writer failed")
    time.sleep(1.5)
    # what was under way at the end was committed later
    transactions = (query(commits) - committed - 1) * len(took) / (len(took) + count)
    rows = sum(w.epoch for w in writers)
    stored = query("SELECT count(*) FROM observation WHERE metric = (SELECT id FROM metric WHERE name = 'val_acc')")
    if stored != rows:
        sys.exit("%d epochs were written, %d are there" % (rows, stored))
    took.sort()
    print(len(took) / elapsed, 5 * len(took) / elapsed, transactions / elapsed, 1000 * took[len(took) // 2],
          1000 * took[len(took) * 95 // 100], memory / count)


main()
