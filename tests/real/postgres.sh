#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What every store of the model database has to do, done by PostgreSQL; as TAP.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=tests/real/postgres.bash
. real/postgres.bash
pg_start
trap pg_stop EXIT
STORE=postgres bats --tap --print-output-on-failure history.bats history_faults.bats
