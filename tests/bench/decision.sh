#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Processor time of one decision after an epoch: the ensemble (update, three quantiles, expected
# error) beside the published engine's curve_fit on the same prefixes, in one run; and whether a
# late epoch costs more than an early one.
set -eu
cd "$(dirname "$0")"
exec "$PYTHON" decision.py "$BUILD/bench/ensemble_run" ../data/authors.tar.xz
