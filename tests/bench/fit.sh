#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fits against SciPy's curve_fit on the same prefixes, and the published method's forecasts against
# those its authors logged; SciPy gets every 20th prefix unless EVERY says else (1: all, minutes).
set -eu
cd "$(dirname "$0")"
authors=$(mktemp -d)
trap 'rm -rf "$authors"' EXIT
tar -xJf ../data/authors.tar.xz -C "$authors"
"$PYTHON" fit_scipy.py "$BUILD/bench/fit_prefixes" "$authors" "${EVERY:-20}"
