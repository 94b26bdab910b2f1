#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-steer next over search spaces, beside random search and Optuna's TPE, on known functions.
set -eu
cd "$(dirname "$0")"
exec "$PYTHON" -W ignore space.py "$BUILD/bin/a4nn-steer"
