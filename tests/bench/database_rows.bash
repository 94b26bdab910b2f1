# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154 # tmp is the caller's
# What database.sh and database_postgres.bash share: measuring, and the rows of their table.

# seconds COMMAND...: of wall-clock time.
seconds() {
    "$PYTHON" usage.py "$@" 2> "$tmp/usage" > "$tmp/out" || { cat "$tmp/usage" >&2 && exit 1; }
    awk '{ print $1 }' "$tmp/usage"
}

answers() {
    list=$(seconds a4nn-history list)
    runs=$(seconds a4nn-history runs -w 'last_value > 99')
    show=$(seconds a4nn-history show run0000007)
    similar=$(seconds a4nn-history similar run0000007)
    check=$(seconds a4nn-history check)
}

row() { # store, runs, import's seconds, the yardstick's, bytes
    echo "$1 $2 $3 $4 $5 $list $runs $show $similar $check" | awk -v epochs="$EPOCHS" '{
        rows = $2 * epochs
        printf "%-10s %8d %10.0f %10.0f %6.2f %9.0f %7.2f %7.2f %7.2f %7.2f %7.2f\n",
            $1, $2, rows / $3, rows / $4, $4 / $3, $5 / $2, $6, $7, $8, $9, $10 }'
}
