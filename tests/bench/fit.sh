#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fits against SciPy's curve_fit on the same prefixes; SciPy gets every 20th unless EVERY says else.
# AUTHORS is the folder of the published method's training histories (see fit_scipy.py).
set -eu
cd "$(dirname "$0")"
authors=${AUTHORS:-../data/authors}
[ -d "$authors" ] || {
    echo "fit.sh: no folder '$authors'; set AUTHORS to the one that has the histories" >&2
    exit 1
}
exec "$PYTHON" fit_scipy.py "$BUILD/bench/fit_prefixes" "$authors" "${EVERY:-20}"
