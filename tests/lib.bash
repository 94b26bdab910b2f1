# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What every test file loads: the built commands first on PATH, the C locale, an empty folder of
# its own to work in, and the helpers below.  From tests/ `load lib`, from tests/real `load ../lib`.

bats_require_minimum_version 1.8.0

project_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BUILD=${BUILD:-$project_root/build}
# The system's Python is the one its packages (NumPy, SciPy) belong to.
PYTHON=${PYTHON:-/usr/bin/python3}
PATH=$BUILD/bin:$PATH
LC_ALL=C
# `script` and `split` give their commands to the user's shell
SHELL=/bin/sh
export project_root BUILD PYTHON PATH LC_ALL SHELL
# what the commands would ask the user's environment, the batch job around the tests included
unset "${!A4NN_@}" "${!SLURM_@}" NO_COLOR CDPATH SOURCE_DATE_EPOCH
umask 022
# no test touches the user's own model database
export XDG_DATA_HOME=${BATS_TEST_TMPDIR-/nowhere}/.data

export BATS_LIB_PATH=${BATS_LIB_PATH:-/usr/lib/bats:/usr/local/lib:/opt/homebrew/lib:/usr/lib}
bats_load_library bats-support
bats_load_library bats-assert

[ -z "${BATS_TEST_TMPDIR-}" ] || cd "$BATS_TEST_TMPDIR" || exit 1

# The path of a file in tests/data.
data() {
    [ -e "$project_root/tests/data/$1" ] || fail "no tests/data/$1" || return 1
    printf '%s\n' "$project_root/tests/data/$1"
}

# same_files GOT WANTED [TOLERANCE]: the same text, except that two numbers in the same place may
# differ by TOLERANCE * max(1, |wanted|) (default 0: in how they are written only).
same_files() {
    local difference
    cmp -s "$1" "$2" && return 0
    difference=$(awk -v tolerance="${3:-0}" -f "$project_root/tests/same.awk" "$1" "$2") && return 0
    printf '%s\n' "$difference"
    diff -u "$2" "$1" | head -50
    fail "differs from $2 by more than ${3:-0}"
}

# same WANTED [TOLERANCE]: compares what `run` put into $output with a file.
same() {
    printf '%s' "${output:+$output$'\n'}" > "$BATS_TEST_TMPDIR/.output"
    same_files "$BATS_TEST_TMPDIR/.output" "$1" "${2:-0}"
}

# column NAME: the cells of that column of a CSV without quotes on standard input, one a line.
column() {
    awk -F, -v name="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; if (!at) exit 1; next }
        { print $at }'
}

# decisions: the verdicts of a CSV on standard input in one word, "." to continue, "S" to stop.
decisions() {
    column verdict | sed 's/^continue$/./; s/^stop$/S/' | tr -d '\n'
}

# curve METRIC VALUE...: a stream of one run "r" with these values at epochs 1, 2, 3, ...
curve() {
    local metric=$1 epoch=0 value
    shift
    echo run,epoch,value,metric
    for value; do
        echo "r,$((++epoch)),$value,$metric"
    done
}

# piped STATUSES PIPELINE: runs a pipeline and fails unless its members end with just these
# statuses ("0 141 0").  Leaves their common standard output in $output and error in $stderr.
piped() {
    local statuses
    output=$(bash -c "$2"$'\nprintf "%s" "${PIPESTATUS[*]}" > "$0"' "$BATS_TEST_TMPDIR/.statuses" \
        2> "$BATS_TEST_TMPDIR/.stderr") || true
    stderr=$(< "$BATS_TEST_TMPDIR/.stderr")
    statuses=$(< "$BATS_TEST_TMPDIR/.statuses")
    [ "$statuses" = "$1" ] || fail "statuses '$statuses', not '$1', of: $2
$output
$stderr"
}

# "${bound[@]}" COMMAND...: as somebody whom permissions bind, as they do not bind root.
bound=(env)
# shellcheck disable=SC2034 # in the tests
[ "$EUID" -ne 0 ] || bound=(setpriv '--bounding-set=-dac_override,-dac_read_search')

# wait_for COMMAND...: polls until it succeeds; gives up after 30 seconds, which no test relies on.
wait_for() {
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        "$@" && return 0
        sleep 0.05
    done
    fail "never came true: $*"
}

# running PID: there is such a process; a zombie does not count, as who reaps it is not our business.
running() {
    local state
    state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2> /dev/null) || return 1
    [ "$state" != Z ]
}

# For a teardown: ends all whose PIDs are lines of the file `started`.
kill_started() {
    local pid
    while read -r pid; do
        kill -KILL "$pid" 2> /dev/null || :
    done < started
}

# All that a test starts from here on can be found by `left`.
mark_processes() { export A4NN_TEST_MARK=$BATS_TEST_TMPDIR; }

# The marked processes, zombies apart.  All of grep comes first, as it has the mark itself.
left() {
    local entries entry pid
    mapfile -t entries < <(grep -lsxz "A4NN_TEST_MARK=$BATS_TEST_TMPDIR" /proc/[0-9]*/environ; echo /0)
    for entry in "${entries[@]}"; do
        pid=${entry//[!0-9]/}
        ! grep -qs '^State:	[^ZX]' "/proc/$pid/status" || echo "$pid"
    done
}

none_left() { [ -z "$(left)" ]; }

# For a teardown: ends all that is left.
kill_left() {
    local pid
    for pid in $(left); do
        kill -KILL "$pid" || true
    done
}

# make_script FILE: what is on standard input, as a script.
make_script() {
    { echo '#!/bin/bash'; cat; } > "$1"
    chmod +x "$1"
}

# script_epochs LAST: the script `epochs FROM TO`, a training that prints an epoch of LAST a line.
script_epochs() {
    make_script epochs << END
for ((e = \$1; e <= \$2; e++)); do
    awk -v e=\$e 'BEGIN { printf "Epoch %d/$1 - loss: %.4f - val_acc: %.4f\n", e, 2 / e, 0.9 - 0.5 / e ^ 2 }'
done
END
}

# started COMMAND...: in the background, once it has made the file `ready`; its number goes to $pid.
started() {
    rm -f ready
    env --default-signal "$@" > out 2> err < /dev/null 3>&- &
    pid=$!
    wait_for test -e ready
}

# ended STATUS: waits for what was started.
ended() {
    local status=0
    wait "$pid" || status=$?
    [ "$status" -eq "$1" ] || fail "status $status, not $1: $(cat err)"
}
