# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-steer next: a search that begins with what similar tasks came to.

load lib

# candidates: 63, c1 ... c63: 21 rates from 1e-5 to 1 for each of three optimisers.
candidates() {
    awk 'BEGIN { split("sgd adam rms", opt, " "); for (o = 1; o <= 3; o++) for (i = 0; i <= 20; i++)
        printf "{\"run\":\"c%d\",\"config\":{\"lr\":%.6g,\"opt\":\"%s\"}}\n", ++n, 10 ^ (-5 + i / 4), opt[o] }'
}

# results TASK BEST SIGN [RUN ...]: complete runs of these candidates, or of all; adam at the rate of
# number BEST of 0 ... 20 is best (SIGN 1) or worst (-1).
results() {
    local task=$1 best=$2 sign=$3
    shift 3
    awk -v task="$task" -v best="$best" -v sign="$sign" -v only=" $* " 'BEGIN {
        split("sgd adam rms", opt, " ")
        for (o = 1; o <= 3; o++) for (i = 0; i <= 20; i++) {
            n++
            if (only ~ /[^ ]/ && index(only, " c" n " ") == 0) continue
            printf "{\"run\":\"%s-c%d\",\"task\":\"%s\",\"epoch\":2,\"value\":%.4g,\"metric\":\"val_acc\",\"epochs\":2,\"config\":{\"lr\":%.6g,\"opt\":\"%s\"}}\n",
                task, n, task, 50 + sign * (40 - (i - best) ^ 2 / 4 - 8 * (o != 2)), 10 ^ (-5 + i / 4), opt[o]
        } }'
}

names() { sed 's/.*"run":"\([^"]*\)".*/\1/'; }

setup() {
    export A4NN_HISTORY=$BATS_TEST_TMPDIR/history.db
    candidates > list
}

@test "next: the first proposal is what did well in a similar task" {
    results old 8 1 | a4nn-history add -q
    run -0 --separate-stderr a4nn-steer next -H -t new -n 3 --candidates list
    [ -z "$stderr" ]
    # adam, c22 ... c42, near c30
    [[ $(printf '%s\n' "$output" | names | tr '\n' ' ') =~ ^(c(29|30|31)\ ){3}$ ]]
    [[ ${lines[0]} == *'"predicted":null,"low":null,"high":null,"why":"should do well, by 63 runs of similar tasks and 0 of this one"}' ]]
    # the fourth is anything
    run -0 a4nn-steer next -H -t new -n 4 --candidates list
    [[ ${lines[3]} == *'"why":"at random: one in 4, in case similar tasks mislead"}' ]]
    # not without the task's name, nor without a history
    run -0 a4nn-steer next -t new --candidates list
    [[ $output == *'"why":"at random: 0 of 5 results that a model needs"}' ]]
}

@test "next: the task's own results outweigh a similar one that misleads" {
    results old 16 1 | a4nn-history add -q
    results new 4 1 c1 c6 c11 c16 c21 c22 c24 c28 c32 c37 c42 c43 c48 c53 c58 c63 | a4nn-history add -q
    run -0 --separate-stderr a4nn-steer next -H -t new -n 2 --candidates list
    [ -z "$stderr" ]
    # best here is c26, there c38
    [[ $(printf '%s\n' "$output" | names | tr '\n' ' ') =~ ^(c(25|26|27)\ ){2}$ ]]
    [[ ${lines[0]} =~ '"why":"'.*'; 63 runs of similar tasks count '[0-9]+' %"}'$ ]]
}

@test "next: the more alike a similar task turns out, the more it counts" {
    local own=(c1 c4 c6 c11 c16 c21 c22 c28 c32 c37 c42 c43 c48 c53 c58 c63) share=()
    for sign in 1 -1; do
        rm -f "$A4NN_HISTORY"*
        { results old 8 "$sign"; results new 8 1 "${own[@]}"; } | a4nn-history add -q
        run -0 a4nn-steer next -H -t new --candidates list
        [[ $output =~ tasks\ count\ ([0-9]+)\ % ]]
        share+=("${BASH_REMATCH[1]}")
    done
    [ "${share[0]}" -gt 80 ]
    [ "${share[1]}" -lt 40 ]
}

@test "next: no interval passes what the metric can reach" {
    # all near 100 % or 0 %, some far away
    awk 'BEGIN { for (i = 1; i <= 12; i++)
        printf "{\"run\":\"c%d\",\"epoch\":1,\"value\":%s,\"metric\":\"val_acc\"}\n", 5 * i, (i % 3 ? 99.9 : 30) + i / 150 }' > high
    run -0 a4nn-steer next -o csv -n 40 --candidates list high
    [ "$(awk -F, 'NR > 1 && $4 > max { max = $4 } END { print max }' <<< "$output")" = 100 ]
    sed 's/val_acc/val_error/' high | awk -F'"value":' '{ split($2, v, ","); sub(/"value":[0-9.]+/, "\"value\":" 100 - v[1]); print }' > low
    run -0 a4nn-steer next -o csv -n 40 --min --candidates list low
    [ "$(awk -F, 'NR > 1 && (min == "" || $3 < min) { min = $3 } END { print min + 0 }' <<< "$output")" = 0 ]
}
