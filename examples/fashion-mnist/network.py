# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks, their optimisers and the data, shared by train.py and evaluate.py."""
import gzip
import json
import math
import os

import numpy as np
import torch
from torch import nn

DATA = "/usr/share/datasets/fashion-mnist"

DEFAULTS = {
    "layers": 2,  # convolutions
    "filters": 8,  # of the first; twice as many in each that follows a pooling
    "kernel": 3,
    "pooling": "max",  # max, average or none, after each convolution
    "batch_norm": True,
    "dropout": 0.0,  # before the last layer
    "optimiser": "sgd",  # sgd (with momentum 0.9), adam or rmsprop
    "lr": 0.05,
    "schedule": "constant",  # constant, step (a tenth from 2/3 of the epochs on) or cosine
    "batch": 64,
}


def configuration(text):
    """From a file or JSON text; what is not said is as in DEFAULTS."""
    if os.path.exists(text):
        with open(text) as file:
            text = file.read()
    given = json.loads(text)
    unknown = set(given) - set(DEFAULTS)
    if unknown:
        raise SystemExit(f"unknown in the configuration: {', '.join(sorted(unknown))}")
    return {**DEFAULTS, **given}


def build(config):
    pools = {"max": nn.MaxPool2d, "average": nn.AvgPool2d, "none": None}
    parts, channels, side, filters = [], 1, 28, config["filters"]
    for _ in range(config["layers"]):
        parts.append(nn.Conv2d(channels, filters, config["kernel"], padding=config["kernel"] // 2))
        side += 2 * (config["kernel"] // 2) - config["kernel"] + 1
        if config["batch_norm"]:
            parts.append(nn.BatchNorm2d(filters))
        parts.append(nn.ReLU())
        channels = filters
        pool = pools[config["pooling"]]
        if pool is not None and side >= 4:
            parts.append(pool(2))
            side //= 2
            filters *= 2
    parts.append(nn.Flatten())
    if config["dropout"] > 0:
        parts.append(nn.Dropout(config["dropout"]))
    parts.append(nn.Linear(channels * side * side, 10))
    return nn.Sequential(*parts)


def optimiser(config, model):
    kinds = {"sgd": lambda p: torch.optim.SGD(p, lr=config["lr"], momentum=0.9),
             "adam": lambda p: torch.optim.Adam(p, lr=config["lr"]),
             "rmsprop": lambda p: torch.optim.RMSprop(p, lr=config["lr"])}
    return kinds[config["optimiser"]](model.parameters())


def set_rate(optim, config, epochs, done):
    """The learning rate when `done` of the planned epochs are over."""
    factors = {"constant": 1.0, "step": 0.1 if done >= epochs * 2 / 3 else 1.0,
               "cosine": 0.5 * (1 + math.cos(math.pi * min(done / epochs, 1)))}
    for group in optim.param_groups:
        group["lr"] = config["lr"] * factors[config["schedule"]]


def load(folder, part, count):
    """The first `count` images of a part (train or t10k) and their labels."""
    def read(kind, header):
        with gzip.open(os.path.join(folder, f"{part}-{kind}-ubyte.gz")) as file:
            return np.frombuffer(file.read()[header:], np.uint8)
    labels = read("labels-idx1", 8)[:count]
    images = read("images-idx3", 16)[:28 * 28 * count].reshape(-1, 1, 28, 28)
    return (torch.from_numpy(images.astype(np.float32) / 255 - 0.286),
            torch.from_numpy(labels.astype(np.int64)))


def evaluate(model, images, labels):
    """Mean loss, and the share that is right in percent."""
    loss, right = 0.0, 0
    model.eval()
    with torch.no_grad():
        for at in range(0, len(images), 500):
            out = model(images[at:at + 500])
            loss += nn.functional.cross_entropy(out, labels[at:at + 500], reduction="sum").item()
            right += (out.argmax(1) == labels[at:at + 500]).sum().item()
    return loss / len(images), 100 * right / len(images)
