# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-predict -H: what the model database teaches, and what is kept in it.

load lib

# The first twenty runs of a collection are the past, the next thirty the stream.
setup() {
    export A4NN_HISTORY=$BATS_TEST_TMPDIR/history.db
    tar xf "$(data curves.tar.xz)" fashion_mnist_cnn.csv
    awk -F, -v OFS=, '
        NR == 1 { print "run,epoch,value,metric,epochs"; next }
        { sub(/^/, "net", $1); print $1, $2, $3, "val_acc", 30 }' fashion_mnist_cnn.csv > all.csv
    runs=$(tail -n +2 all.csv | cut -d, -f1 | uniq)
    pick "$(head -n 20 <<< "$runs")" > past.csv
    pick "$(sed -n 21,50p <<< "$runs")" > new.csv
}

# pick NAMES: these runs of all.csv.
pick() {
    awk -F, 'NR == FNR { take[$1] = 1; next } FNR == 1 || $1 in take' <(echo "$1") all.csv
}

# of_new: of a forecast stream those of the new runs.
of_new() {
    awk -F, 'NR == FNR { take[$1] = 1; next } FNR == 1 || $1 in take' new.csv -
}

@test "keep: the stream is in the database, with its forecasts and verdicts" {
    run -0 a4nn-predict -q -H -t nas new.csv
    [ "$output" = "$(a4nn-predict -q -t nas new.csv)" ] # nothing was there to learn from
    a4nn-history export -o csv > kept.csv
    a4nn-predict -q -t nas -o jsonl new.csv | jq -r '[.run, .epoch, .value, .forecast, .verdict] | @csv' | sort > wanted
    a4nn-history export | jq -r '[.run, .epoch, .value, .forecast, .verdict] | @csv' | sort | diff - wanted
    run -0 a4nn-history list -o csv
    [ "$(column task <<< "$output") $(column runs <<< "$output") $(column complete <<< "$output")" = "nas 30 30" ]
    run -0 a4nn-history check
}

@test "keep: complete runs of the task teach, from a file and from a pipe alike" {
    a4nn-history import -q -t nas past.csv
    a4nn-predict -q -t nas new.csv > without
    a4nn-predict -q -H -t nas new.csv > with
    run ! cmp -s with without
    # as if they had come before in the stream
    { cat past.csv; tail -n +2 new.csv; } | a4nn-predict -q -t nas | of_new > stream
    [ "$(wc -l < stream)" = "$(wc -l < with)" ]
    # the error at a third of the way, over the runs: what came before helps
    error() {
        awk -F, -v at="$2" '
            NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
            $c["epoch"] == 10 { f[$1] = $c[at] }
            $c["epoch"] == 30 && $1 in f { d = f[$1] - $c["value"]; s += d < 0 ? -d : d; n++ }
            END { printf "%d %.4f\n", n, s / n }' "$1"
    }
    read -r n helped <<< "$(error with forecast)"
    read -r _ alone <<< "$(error without forecast)"
    read -r _ reading <<< "$(error with value)"
    echo "error: helped $helped, alone $alone, reading $reading"
    [ "$n" = 30 ]
    awk -v a="$helped" -v b="$alone" -v c="$reading" 'BEGIN { exit !(a < b && b < c) }'
    # what was kept changes nothing, as these runs themselves do not teach
    a4nn-predict -q -H -t nas new.csv | cmp - with
    rm -f "$A4NN_HISTORY"*
    a4nn-history import -q -t nas past.csv
    a4nn-predict -q -H -t nas < new.csv | cmp - with
}

@test "keep: what was said of all runs is kept of each" {
    curve score 50 60 | a4nn-predict -q -H -t nas -E 2 --min > /dev/null
    run -0 a4nn-history runs -o jsonl
    [ "$(jq -c '[.epochs, .mode, .status]' <<< "$output")" = '[2,"min","complete"]' ]
}

@test "keep: another task teaches nothing, nor does one without a name" {
    a4nn-history import -q -t other past.csv
    a4nn-predict -q -t nas new.csv > without
    a4nn-predict -q -H -t nas new.csv | cmp - without
    a4nn-history import -q past.csv
    run -0 --separate-stderr a4nn-predict -H new.csv
    [ "$(wc -l <<< "$stderr")" = 1 ]
    [ "$stderr" = "a4nn-predict: the runs have no task: all is kept, nothing is learned from the history (-t)" ]
    [ "$output" = "$(a4nn-predict -q new.csv)" ]
}

@test "keep: a run that has taught and comes after all is told" {
    a4nn-history import -q -t nas past.csv
    pick "$(sed -n 21p <<< "$runs")" > two.csv
    pick "$(head -n 1 <<< "$runs")" | tail -n +2 >> two.csv
    run -0 --separate-stderr a4nn-predict -H -t nas < two.csv
    [ "$stderr" = "a4nn-predict: run '$(head -n 1 <<< "$runs")' is complete in the history, from which its forecast has learned" ]
    run -0 --separate-stderr a4nn-predict -H -t nas two.csv
    [ -z "$stderr" ]
}

@test "keep: a database that is locked holds no verdict up" {
    a4nn-history import -q -t nas past.csv
    mkfifo lock
    sqlite3 "$A4NN_HISTORY" < lock > locked 3>&- &
    exec 5> lock
    echo 'BEGIN IMMEDIATE; SELECT 1;' >&5
    wait_for [ -s locked ]
    # all verdicts are there before the lock goes
    all_there() { [ "$(wc -l < out)" = 51 ]; }
    told() { grep -q 'the history has to wait' err; }
    : > out
    { head -n 51 new.csv; wait_for all_there; wait_for told; echo 'COMMIT;' >&5; } 5>&5 |
        a4nn-predict -H -t nas 2> err | cat > out
    exec 5>&-
    wait
    [ "$(wc -l < out)" = 51 ]
    [[ $(cat err) == *"a4nn-predict: the history has to wait: '$A4NN_HISTORY' has been locked for longer than 1 seconds"* ]]
    [ "$(a4nn-history export -o csv | of_new | tail -n +2 | wc -l)" = 50 ]
}

@test "keep: no database can be made there" {
    run -2 a4nn-predict -H/dev/null/x new.csv
    [[ $output == "a4nn-predict: cannot open '/dev/null/x': Not a directory" ]]
}

@test "keep: a replay learns from the database, but not from the runs it replays" {
    a4nn-replay -q -o csv -c nas --no-baseline new.csv > without
    a4nn-history import -q -t nas past.csv
    a4nn-replay -q -H -o csv -c nas --no-baseline new.csv > with
    echo "saved: with $(column saved_pct < with), without $(column saved_pct < without)"
    awk -v a="$(column saved_pct < with)" -v b="$(column saved_pct < without)" 'BEGIN { exit !(a > b) }'
    # being in the database changes nothing for those that are replayed
    a4nn-history import -q -t nas new.csv
    a4nn-replay -q -H -o csv -c nas --no-baseline new.csv | cmp - with
    # other runs of their names do teach
    sed 's/,val_acc,/1,val_acc,/' new.csv > other.csv
    a4nn-history import -q -t nas other.csv
    a4nn-replay -q -H -o csv -c nas --no-baseline new.csv > again
    run ! cmp -s again with
    run -2 a4nn-replay -H/dev/null/x new.csv
    [ "$output" = "a4nn-replay: cannot open '/dev/null/x': Not a directory" ]
    run -0 --separate-stderr a4nn-replay -H -c unknown new.csv
    [[ $stderr == *"the history has no complete run of these tasks and metrics"* ]]
}
