#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates a checkpoint of train.py: evaluate.py [--data FOLDER] [--val-samples N] CHECKPOINT

Prints `val_loss=... val_acc=...`, which a4nn-validate takes.
"""
import argparse

import torch

import network

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("checkpoint")
parser.add_argument("--data", default=network.DATA)
parser.add_argument("--val-samples", type=int, default=2000)
args = parser.parse_args()
torch.set_num_threads(1)
state = torch.load(args.checkpoint)
model = network.build(state["config"])
model.load_state_dict(state["model"])
loss, accuracy = network.evaluate(model, *network.load(args.data, "t10k", args.val_samples))
print(f"val_loss={loss:.6f} val_acc={accuracy:.4f}")
