#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-steer beside random search, Optuna's TPE and regularised evolution, on known curves.
set -eu
cd "$(dirname "$0")"
exec "$PYTHON" -W ignore steer.py "$BUILD/bench/steer_run"
