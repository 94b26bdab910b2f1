#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What trainings ask of a PostgreSQL that they share, and how much of that it can do.
set -eu
cd "$(dirname "$0")"
exec bash cluster_postgres.bash
