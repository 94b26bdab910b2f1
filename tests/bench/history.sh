#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What complete runs of the past teach the forecaster: right ones, and wrong ones under their name.
set -eu
cd "$(dirname "$0")"
exec "$PYTHON" history.py "$BUILD/bench/history_run" "$BUILD/bin/a4nn-predict"
