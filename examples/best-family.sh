#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# best-family.sh LOG [...]: which family of curves describes each run best?  By the corrected
# Akaike criterion, which charges for parameters; the difference to the runner-up says how clearly.
set -eu

a4nn-fit -q --all-models -o csv "$@" |
    awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["fit"] == "ok" && $column["aicc"] != "" {
            print $column["run"], $column["aicc"], $column["family"] }' |
    LC_ALL=C sort -k 1,1 -k 2,2g |
    awk '$1 != run { run = $1; best = $2; printf "%s%s %s", end, $1, $3; end = "\n"; second = 0; next }
        !second { second = 1; printf ", %.2f better than %s", $2 - best, $3 }
        END { print "" }'
