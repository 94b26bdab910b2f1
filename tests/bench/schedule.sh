#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What it is worth to know the learning rate's schedule: forecasts with --schedule and without on
# collections of training curves whose schedules are known.  A4NN_CURVES names their folder, the
# configuration of some lying in ../meta beside it; without it there is nothing to measure.
set -eu
cd "$(dirname "$0")"
exec "$PYTHON" schedule.py "${A4NN_CURVES:-/nonexistent}"
