#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-watch on 10,000 logs: memory, processor time at rest, time from write to output.
set -eu
exec "$PYTHON" "$(dirname "$0")/watch.py" "${LOGS:-10000}"
