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
    run -1 a4nn-history similar a
    [ -z "$output" ]
    run_of a two '{}' 1 2 3 | a4nn-history add -q
    run -2 a4nn-history similar a
    [ "$output" = "a4nn-history: 2 runs are named 'a': say which by #id (the first is #1)" ]
}
