#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What runs of one search teach about each other: pool and ensemble beside reading the last value.
set -eu
cd "$(dirname "$0")"
exec "$PYTHON" pool.py "$BUILD/bin/a4nn-predict"
