#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# progress.sh GENERATION: a line on how far the search has come that A4NN_HISTORY keeps.
a4nn-history runs -t fashion-mnist -o csv |
    awk -F , -v g="$1" 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
        { n++; epochs += $c["last_epoch"] } $c["status"] == "complete" && $c["last_value"] > best { best = $c["last_value"] }
        END { printf "generation %d: %d networks, %d epochs, best %.2f %%\n", g, n, epochs, best }'
