#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Searches with rules that compare runs: hopeless, alone and with median, beside median and asha.
set -eu
cd "$(dirname "$0")"
exec "$PYTHON" search.py "$BUILD/bin/a4nn-replay"
