# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-history similar: which runs are most like one, and why.

load lib

setup() {
    export A4NN_HISTORY=$BATS_TEST_TMPDIR/history.db
}

# run NAME TASK CONFIG VALUE...: a run of these values, with its configuration, in JSON Lines.
run_of() {
    local name=$1 task=$2 config=$3 epoch=0 value
    shift 3
    for value; do
        echo "{\"run\":\"$name\",\"task\":\"$task\",\"epoch\":$((++epoch)),\"value\":$value,\"metric\":\"val_acc\",\"epochs\":3,\"config\":$config}"
    done
}

archive() {
    run_of a one '{"lr":0.1,"opt":"sgd","net":{"depth":4}}' 10 20 30
    run_of b one '{"lr":0.1,"opt":"sgd","net":{"depth":4}}' 20 30 40
    run_of c one '{"lr":0.001,"opt":"sgd","net":{"depth":4}}' 10 20 30
    run_of d two '{"lr":0.0001,"opt":"adam","net":{"depth":8}}' 10 20 90
    run_of e two null 10 20 30
}

@test "similar: by configuration and by curve, the nearest first, with the reasons" {
    archive | a4nn-history add -q
    run -0 a4nn-history similar -o csv a
    # Last values go from 30 to 90: 10 apart is a sixth of the range.  Rates go over three
    # magnitudes, of which c is two away: a third is left.  What only one of two has counts as different.
    same - <<'END'
similarity,config_similarity,curve_similarity,task,metric,run,status,last_value,why
0.916666667,1,0.833333333,one,val_acc,b,complete,40,same configuration; curves 17 % of the range apart over 3 epochs
0.888888889,0.777777778,1,one,val_acc,c,complete,30,lr 0.001 not 0.1; curves 0 % of the range apart over 3 epochs
0.5,0,1,two,val_acc,e,complete,30,"lr missing not 0.1, opt missing not sgd, net.depth missing not 4; curves 0 % of the range apart over 3 epochs"
0.333333333,0,0.666666667,two,val_acc,d,complete,90,"lr 0.0001 not 0.1, opt adam not sgd, net.depth 8 not 4; curves 33 % of the range apart over 3 epochs"
END
}

@test "similar: of one task, so many, and by number" {
    archive | a4nn-history add -q
    run -0 a4nn-history similar -o csv -t two -n 1 a
    [ "$(column run <<< "$output" | paste -sd ' ')" = e ]
    run -0 a4nn-history similar -o csv -n 2 '#3'
    [ "$(column run <<< "$output" | paste -sd ' ')" = "a b" ]
}

@test "similar: no such run, no other run, and a name that many have" {
    run_of a one '{}' 1 2 3 | a4nn-history add -q
    run -1 --separate-stderr a4nn-history similar x
    [ "$stderr" = "a4nn-history: no run 'x'" ]
    # what an archive has put behind a folder's name is told
    run_of f/x one '{}' 1 2 3 | a4nn-history add -q
    run -1 --separate-stderr a4nn-history similar x
    [ "$stderr" = "a4nn-history: no run 'x', but 'f/x'" ]
    run_of g/x two '{}' 1 2 4 | a4nn-history add -q
    run_of yx two '{}' 1 2 5 | a4nn-history add -q
    run -1 --separate-stderr a4nn-history show x
    [ "$stderr" = "a4nn-history: no run 'x', but 2 behind a folder's name, the first 'f/x'" ]
    rm "$A4NN_HISTORY"*
    run_of a one '{}' 1 2 3 | a4nn-history add -q
    run -1 --separate-stderr a4nn-history similar a
    [ "$stderr" = "a4nn-history: no other run to compare 'a' with" ]
    run -1 --separate-stderr a4nn-history similar -t two a
    [ "$stderr" = "a4nn-history: no other run to compare 'a' with in that task" ]
    run -1 a4nn-history similar -q a
    [ -z "$output" ]
    run_of a two '{}' 1 2 3 | a4nn-history add -q
    run -2 a4nn-history similar a
    [ "$output" = "a4nn-history: 2 runs are named 'a': say which by #id (the first is #1)" ]
}

@test "similar: tasks, by metric, total, members, levels and shape" {
    local i
    # of ten runs each; b is a with half the epochs, c ends elsewhere, d rises late
    for i in 1 2 3 4 5 6 7 8 9 10; do
        tasks_run() { # task, epochs, end, shape, configuration
            awk -v t="$1" -v n="$2" -v end="$3" -v p="$4" -v i=$i -v config="$5" 'BEGIN {
                for (e = 1; e <= n; e++)
                    printf "{\"run\":\"%s%d\",\"task\":\"%s\",\"epoch\":%d,\"value\":%.4f,\"metric\":\"val_acc\",\"epochs\":%d,\"config\":%s}\n",
                        t, i, t, e, (end + i) * (e / n) ^ p, n, config }'
        }
        tasks_run a 20 50 0.2 '{"lr":0.1,"opt":"sgd"}'
        tasks_run b 10 50 0.2 '{"lr":0.1,"opt":"sgd"}'
        tasks_run c 20 80 0.2 '{"lr":0.1,"depth":3}'
        tasks_run d 20 50 3 '{"width":7}'
    done > runs.jsonl
    a4nn-history add -q runs.jsonl
    sed 's/"task":"a"/"task":"loss"/; s/val_acc/val_loss/' runs.jsonl | grep '"task":"loss"' | a4nn-history add -q
    run -0 a4nn-history similar -o jsonl --tasks a
    jq -s -e 'map(.task) == ["b", "d", "c"] or map(.task) == ["b", "c", "d"]' <<< "$output" # not the loss
    jq -s -e 'map({(.task): .}) | add
        | .b.epochs_similarity == 0 and .b.members_similarity == 1 and .b.levels_similarity == 1
        and .c.epochs_similarity == 1 and (.c.members_similarity - 1 / 3 | fabs < 1e-6)
        and .c.levels_similarity < 0.3 and .c.shape_similarity > 0.98
        and .d.levels_similarity == 1 and .d.members_similarity == 0 and .d.shape_similarity < 0.7' <<< "$output"
    run -0 a4nn-history similar -o csv -n 1 --tasks c
    [ "$(column task <<< "$output")" = a ]
    run -1 --separate-stderr a4nn-history similar --tasks loss
    [ "$stderr" = "a4nn-history: no other task to compare 'loss' with: none whose metric has the same direction" ]
    [ -z "$output" ]
    run -1 a4nn-history similar -q --tasks loss
    [ -z "$output" ]
    run -2 a4nn-history similar --tasks x
    [ "$output" = "a4nn-history: no task 'x'" ]
    a4nn-history list -o csv > list.csv
    echo '{"run":"r","task":"a","epoch":1,"value":0.3,"metric":"val_top5"}' | a4nn-history add -q
    run -2 a4nn-history similar --tasks a
    [ "$output" = "a4nn-history: task 'a' has several metrics: say which" ]
    run -0 a4nn-history similar -m val_acc --tasks a
}
