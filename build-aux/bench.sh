#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# bench.sh FILE.sh ...: runs the benchmarks, each of which prints its own table.  BUILD is absolute.
set -u
PATH=$BUILD/bin:$PATH
PYTHON=${PYTHON:-/usr/bin/python3}
export PATH PYTHON BUILD LC_ALL=C
status=0
[ $# -ne 0 ] || echo "bench: there is nothing to measure yet"
for file in "$@"; do
    echo "== $file"
    sh "$file" < /dev/null || {
        echo "bench: $file FAILED" >&2
        status=1
    }
done
exit $status
