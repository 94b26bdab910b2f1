# SPDX-License-Identifier: GPL-3.0-or-later
"""a4nn-watch on many growing logs.

watch.py LOGS: for logs in one folder, in a hundred folders, and looked at every second: memory
after ten epochs of each, processor time while nothing is written, and then, with 1,000 lines a
second written to logs at random, the time from before a line's write to after its observation was
read from a pipe.
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

EPOCHS, RATE, SECONDS, REST = 10, 1000, 20, 20


def cpu(pid):
    """Seconds of processor time so far."""
    with open(f"/proc/{pid}/schedstat") as f:
        return int(f.read().split()[0]) / 1e9


def memory(pid):
    """KiB now."""
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


class Reader(threading.Thread):
    """Takes the time at which each observation arrives."""

    def __init__(self, out):
        super().__init__(daemon=True)
        self.out, self.seen, self.count = out, {}, 0

    def run(self):
        for line in self.out:
            now = time.monotonic()
            cells = line.split(b",", 3)
            if len(cells) > 2:
                self.seen[cells[0], cells[1]] = now
                self.count += 1

    def wait(self, count):
        while self.count < count:
            time.sleep(0.01)


def measure(name, folder, logs, folders, options):
    random.seed(1)
    paths = []
    for i in range(logs):
        where = f"{folder}/{i % folders}" if folders > 1 else folder
        os.makedirs(where, exist_ok=True)
        paths.append(f"{where}/run{i}.csv")
        with open(paths[-1], "w") as f:
            f.write("epoch,loss,val_acc\n")
            f.writelines(f"{e},0.5,{e + i / 1e5}\n" for e in range(1, EPOCHS + 1))
    start = time.monotonic()
    watch = subprocess.Popen(["a4nn-watch", "-q", *options, folder], stdout=subprocess.PIPE)
    base = memory(watch.pid)
    reader = Reader(watch.stdout)
    reader.start()
    reader.wait(logs * EPOCHS + 1)
    begun = time.monotonic() - start
    rss = memory(watch.pid)

    before = cpu(watch.pid)
    time.sleep(REST)
    idle = (cpu(watch.pid) - before) / REST * 100

    epoch = dict.fromkeys(paths, EPOCHS)
    written = {}
    before, start = cpu(watch.pid), time.monotonic()
    for n in range(RATE * SECONDS):
        path = random.choice(paths)
        epoch[path] += 1
        run = path[len(folder) + 1:-4]
        delay = start + n / RATE - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        written[run.encode(), str(epoch[path]).encode()] = time.monotonic()
        with open(path, "a") as f:
            f.write(f"{epoch[path]},0.5,{n}\n")
    took = time.monotonic() - start
    reader.wait(logs * EPOCHS + 1 + len(written))
    busy = (cpu(watch.pid) - before) / took * 100
    late = sorted((reader.seen[key] - at) * 1000 for key, at in written.items())
    watch.terminate()
    watch.wait()
    print(f"{name:<24} {begun:7.2f} {rss / 1024:7.1f} {(rss - base) / logs * 1024:9.0f} {idle:7.3f} "
          f"{len(written) / took:8.0f} {busy:7.1f} {late[len(late) // 2]:8.2f} "
          f"{late[len(late) * 99 // 100]:8.2f} {late[-1]:8.2f}", flush=True)
    shutil.rmtree(folder)


def main():
    logs = int(sys.argv[1])
    print(f"{logs} logs of {EPOCHS} epochs; s: until all are read; MiB: memory; B/log: of it, for "
          f"each log;\nidle %, busy %: of a core; ms from write to output")
    print(f"{'':<24} {'s':>7} {'MiB':>7} {'B/log':>9} {'idle %':>7} {'lines/s':>8} {'busy %':>7} "
          f"{'median':>8} {'99th':>8} {'most':>8}")
    with tempfile.TemporaryDirectory() as top:
        measure("one folder", f"{top}/a", logs, 1, [])
        measure("100 folders", f"{top}/b", logs, 100, [])
        measure("one folder, --poll 1", f"{top}/c", logs, 1, ["--poll", "1"])


main()
