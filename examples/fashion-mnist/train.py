#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a small convolutional network on Fashion-MNIST, as a configuration in JSON describes it.

    train.py [options] [FOLDER]

FOLDER gets log.csv (epoch,train_loss,val_loss,val_acc,lr) and ckpt/epoch-N.pt after each epoch.
A checkpoint is written beside its place and then moved there.  USR1 ends the training in good
order: after the batch at hand it writes ckpt/stopped.pt and exits with 0.  --resume goes on from
the newest checkpoint, in the middle of an epoch too, and the log ends up as if nothing had
happened: the order of the samples and all random numbers depend on seed and epoch alone.

Needs PyTorch and NumPy; the data are those of Debian's package dataset-fashion-mnist.
"""
import argparse
import csv
import json
import os
import random
import signal
import sys

import torch

import network

FIELDS = ["epoch", "train_loss", "val_loss", "val_acc", "lr"]
stop_asked = False


def ask_stop(number, frame):
    global stop_asked
    stop_asked = True


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", default=os.environ.get("A4NN_RUN"),
                        help="where log and checkpoints go (default: $A4NN_RUN)")
    parser.add_argument("--config", default=os.environ.get("A4NN_CONFIG", "{}"),
                        help="JSON text, or a file with it (default: $A4NN_CONFIG): %s" % json.dumps(network.DEFAULTS))
    parser.add_argument("--data", default=network.DATA, help="folder with the data (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=10, help="(default: %(default)s)")
    parser.add_argument("--no-validation", action="store_true", help="leave that to evaluate.py")
    parser.add_argument("--resume", action="store_true", help="go on from the newest checkpoint, if there is one")
    parser.add_argument("--samples", type=int, default=10000, help="images to train on (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--val-samples", type=int, default=2000, help="images to validate on (default: %(default)s)")
    args = parser.parse_args()
    if not args.folder:
        parser.error("a folder is needed, or A4NN_RUN")
    return args


def newest(folder):
    """The newest checkpoint: one made on demand is newer than that of the last epoch."""
    stopped = os.path.join(folder, "stopped.pt")
    if os.path.exists(stopped):
        return stopped
    names = [n for n in os.listdir(folder) if n.startswith("epoch-") and n.endswith(".pt")]
    if not names:
        return None
    return os.path.join(folder, max(names, key=lambda n: int(n[6:-3])))


class Training:
    def __init__(self, args):
        self.args = args
        self.config = network.configuration(args.config)
        torch.manual_seed(args.seed)
        self.model = network.build(self.config)
        self.optimiser = network.optimiser(self.config, self.model)
        self.images, self.labels = network.load(args.data, "train", args.samples)
        self.val = network.load(args.data, "t10k", args.val_samples)
        self.epoch = 1  # at work on
        self.batch = 0  # next of it
        self.loss = 0.0  # sum over its samples so far
        self.log = os.path.join(args.folder, "log.csv")
        self.ckpt = os.path.join(args.folder, "ckpt")

    def save(self, name):
        path = os.path.join(self.ckpt, name)
        state = {"config": self.config, "seed": self.args.seed, "samples": self.args.samples,
                 "epochs": self.args.epochs, "epoch": self.epoch, "batch": self.batch, "loss": self.loss,
                 "model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(),
                 "random": torch.get_rng_state()}
        with open(path + ".tmp", "wb") as out:
            torch.save(state, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(path + ".tmp", path)

    def resume(self):
        path = newest(self.ckpt)
        if path is None:
            return
        state = torch.load(path)
        for name in ("config", "seed", "samples"):
            mine = self.config if name == "config" else getattr(self.args, name)
            if state[name] != mine:
                sys.exit(f"{path}: made with another {name}: {state[name]}")
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.batch, self.loss = state["epoch"], state["batch"], state["loss"]
        torch.set_rng_state(state["random"])
        self.cut_log()

    def cut_log(self):
        """Rows of epochs that will be trained again, after a crash, and a half-written one."""
        with open(self.log, newline="") as log:
            lines = log.readlines()
        keep = [line for n, line in enumerate(lines)
                if line.endswith("\n") and (n == 0 or int(line.split(",")[0]) < self.epoch)]
        with open(self.log + ".tmp", "w", newline="") as log:
            log.writelines(keep)
        os.replace(self.log + ".tmp", self.log)

    def begin(self):
        os.makedirs(self.ckpt, exist_ok=True)
        if self.args.resume and os.path.exists(self.log):
            self.resume()
            return
        for name in os.listdir(self.ckpt):
            os.remove(os.path.join(self.ckpt, name))
        with open(self.log, "w", newline="") as log:
            csv.writer(log, lineterminator="\n").writerow(FIELDS)

    def train_epoch(self):
        """True when the epoch is complete, False when it was to stop."""
        size = self.config["batch"]
        order = list(range(len(self.images)))
        random.Random(f"{self.args.seed} {self.epoch}").shuffle(order)
        if self.batch == 0:
            torch.manual_seed(self.args.seed * 1000003 + self.epoch)  # what dropout draws
        self.model.train()
        for at in range(self.batch * size, len(order), size):
            chosen = order[at:at + size]
            network.set_rate(self.optimiser, self.config, self.args.epochs,
                             self.epoch - 1 + at / len(order))
            self.optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(self.model(self.images[chosen]), self.labels[chosen])
            loss.backward()
            self.optimiser.step()
            self.loss += loss.item() * len(chosen)
            self.batch += 1
            if stop_asked and at + size < len(order):
                return False
        return True

    def report(self):
        row = [self.epoch, f"{self.loss / len(self.images):.6f}", "", "", f"{self.optimiser.param_groups[0]['lr']:.6g}"]
        if not self.args.no_validation:
            loss, accuracy = network.evaluate(self.model, *self.val)
            row[2:4] = f"{loss:.6f}", f"{accuracy:.4f}"
        with open(self.log, "a", newline="") as log:
            csv.writer(log, lineterminator="\n").writerow(row)
        shown = " ".join(f"{name}={value}" for name, value in zip(FIELDS[1:], row[1:]) if value != "")
        print(f"Epoch {self.epoch}/{self.args.epochs} {shown}", flush=True)

    def run(self):
        self.begin()
        while self.epoch <= self.args.epochs and not stop_asked:
            if not self.train_epoch():
                break
            self.report()
            done, self.epoch, self.batch, self.loss = self.epoch, self.epoch + 1, 0, 0.0
            self.save(f"epoch-{done}.pt")
            stopped = os.path.join(self.ckpt, "stopped.pt")
            if os.path.exists(stopped):
                os.remove(stopped)
        if stop_asked:
            self.save("stopped.pt")
            print(f"stopped in epoch {self.epoch}, before batch {self.batch + 1}", flush=True)


def main():
    signal.signal(signal.SIGUSR1, ask_stop)
    args = options()
    torch.set_num_threads(args.threads)
    Training(args).run()


if __name__ == "__main__":
    main()
