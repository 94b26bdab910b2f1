# SPDX-License-Identifier: GPL-3.0-or-later
# examples/nas-fashion-mnist: a whole architecture search by one script.
# shellcheck disable=SC2016 # scripts are for inner shells
load ../lib
load search

setup() {
    mark_processes
    unset A4NN_HISTORY A4NN_RUN A4NN_CONFIG
}

teardown() { kill_left; }

runs() { a4nn-history runs -H S/history.db -o csv "$@"; }

@test "search: proposals, trainings, what was learned, a picture, a package" {
    pretend nas-fashion-mnist
    run -0 --separate-stderr env GENERATIONS=5 SIZE=4 JOBS=4 EPOCHS=10 PAUSE=0.25 nas-fashion-mnist/search.sh S
    [ "${#lines[@]}" -eq 5 ]
    [[ ${lines[4]} == "generation 5: 20 networks, "*" epochs, best "*" %" ]]
    [ "$(runs | column run | sort -u | wc -l)" -eq 20 ]
    [ "$(runs | column status | sort | uniq -c | awk '{ print $2 }' | paste -sd ' ')" = "complete stopped" ]
    # it learned where to look: the second half is better than what fills the space
    runs > runs.csv
    mean() { jq -r .run "$@" | grep -F -f - runs.csv | cut -d, -f 1- > some; head -n 1 runs.csv | cat - some | column best_value | awk '{ s += $1 } END { print s / NR }'; }
    awk -v a="$(mean S/generation-1.jsonl)" -v b="$(mean S/generation-5.jsonl)" 'BEGIN { exit !(b > a + 2) }'
    [[ $(jq -r .why S/generation-1.jsonl | head -n 1) == "to fill the space:"* ]]
    [[ $(jq -r .why S/generation-5.jsonl | head -n 1) == *best* ]]
    grep -q '^lr ' S/explained.txt
    grep -q '<svg' S/curves.svg
    [ -s S/package/index.html ]
    a4nn-history check -H S/history.db
    # nothing is left to do
    run -0 --separate-stderr env GENERATIONS=5 SIZE=4 EPOCHS=10 nas-fashion-mnist/search.sh S
    [ "$(runs | column run | sort -u | wc -l)" -eq 20 ]
}

@test "search: killed at any point, it goes on, and ends as one that was not" {
    local i pid
    pretend nas-fashion-mnist
    export GENERATIONS=3 SIZE=3 EPOCHS=10 PAUSE=0.02
    for i in 0.2 0.5 0.7 1 1.3; do
        setsid nas-fashion-mnist/search.sh S > out 2>&1 &
        pid=$!
        sleep $i
        kill -KILL -- -$pid 2> /dev/null || :
        wait $pid 2> /dev/null || :
        wait_for flock -n S/lock true
    done
    run -0 --separate-stderr nas-fashion-mnist/search.sh S
    [[ ${lines[2]} == "generation 3: 9 networks, "* ]]
    [ "$(cat S/generation-?.jsonl | jq -r .run | sort -u | wc -l)" -eq 9 ]
    diff <(cat S/generation-?.jsonl | jq -r .run | sort) <(runs | column run | sort)
    [ "$(runs | column status | grep -cx -e complete -e stopped)" -eq 9 ]
    a4nn-history check -H S/history.db
    # a second one at the same time is refused
    exec 8> S/lock
    flock -n 8
    run -1 --separate-stderr nas-fashion-mnist/search.sh S
    [ "$stderr" = "search.sh: trainings of an earlier search are running in S" ]
    exec 8>&-
}

@test "search: real networks" {
    run -0 --separate-stderr env GENERATIONS=2 SIZE=3 EPOCHS=3 SAMPLES=500 "$project_root/examples/nas-fashion-mnist/search.sh" S
    [[ ${lines[1]} == "generation 2: 6 networks, "* ]]
    [ "$(runs | column status | sort -u)" = complete ]
    [ "$(runs -w 'checkpoint ~ "ckpt"' | column run | wc -l)" -eq 6 ]
    awk -v best="${lines[1]##*best }" 'BEGIN { exit !(best + 0 > 15) }'
}
