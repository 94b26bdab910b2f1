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

# numbers [DATABASE]: everything that was observed.
numbers() {
    sqlite3 "${1-$A4NN_HISTORY}" "SELECT run.name, metric.name, epoch, value FROM observation
        JOIN run ON run.id = run JOIN metric ON metric.id = observation.metric ORDER BY run.name, metric.name, epoch"
}

@test "keep: of logs every number is kept, and the output is what it is without" {
    local file logs
    logs=$(data log)
    a4nn-predict -q -t x -o jsonl "$logs" > wanted 2> err || true
    a4nn-predict -q -H -t x -o jsonl "$logs" 2> err | cmp - wanted
    a4nn-history import -q -H imported.db -t x "$logs" 2> err || true
    numbers imported.db > all
    numbers | diff - all
    [ "$(cut -d '|' -f 2 all | sort -u | wc -l)" -gt 150 ]
    # live, where a number behind the last value is still to come
    for file in keras.csv keras-verbose2.log pytorch-mnist.log deit.txt torch7-nin.log; do
        A4NN_HISTORY=$BATS_TEST_TMPDIR/$file.db
        a4nn-predict -q -E 300 -t x -r r -o jsonl < "$logs/$file" > wanted
        a4nn-predict -q -H -E 300 -t x -r r -o jsonl < "$logs/$file" | cmp - wanted
        a4nn-history import -q -E 300 -H "$file.whole.db" -r r -t x "$logs/$file"
        numbers "$file.whole.db" > all
        numbers | diff - all
    done
    printf 'Epoch 1/2 - val_acc: 0.5\nEpoch 2/2 - val_acc: 0.6\nTest accuracy: 0.25\n' > late.log
    A4NN_HISTORY=$BATS_TEST_TMPDIR/late.db
    a4nn-predict -q -t x -r r < late.log > wanted
    a4nn-predict -q -H -t x -r r < late.log | cmp - wanted
    [ "$(numbers | grep -v val_acc)" = 'r|Test_accuracy|2.0|0.25' ]
    # a stream keeps what it has of its own
    a4nn-log -q --all-metrics -o jsonl -r r late.log > stream.jsonl
    a4nn-predict -q -o jsonl stream.jsonl > wanted
    a4nn-predict -q -H -o jsonl stream.jsonl | cmp - wanted
    grep -q Test_accuracy wanted
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
    # that they are in the database now changes nothing for those that are replayed
    [ "$(a4nn-history list -o csv | column runs)" = 50 ]
    a4nn-replay -q -H -o csv -c nas --no-baseline new.csv | cmp - with
    a4nn-replay -q -H -o csv -c nas --no-baseline < new.csv | cmp - with
    [ "$(a4nn-history list -o csv | column runs)" = 50 ]
    # other runs of their names do teach
    sed 's/,val_acc,/1,val_acc,/' new.csv > other.csv
    a4nn-history import -q -t nas other.csv
    a4nn-replay -q -H -o csv -c nas --no-baseline new.csv > again
    run ! cmp -s again with
    run -0 --separate-stderr a4nn-replay -H -c unknown new.csv
    [[ $stderr == *"the history has no complete run of these tasks and metrics"* ]]
}

# rows: all that the database holds.
rows() { sqlite3 "$A4NN_HISTORY" .dump | sort; }

@test "keep: a replay brings its runs in as import does, and what its policy decided" {
    a4nn-replay -q -H --per-run -o csv -c nas new.csv > decided
    a4nn-history export | jq -r 'select(.verdict == "stop") | "\(.run) \(.epoch) \(.forecast) \(.reason)"' | sort > kept
    awk -F, 'NR > 1 && $5 != "" { print $2, $5, $7, $10 }' decided | sort > wanted
    same_files kept wanted 1e-8
    [ -s kept ]
    sqlite3 "$A4NN_HISTORY" 'DELETE FROM forecast'
    rows > replayed
    A4NN_HISTORY=$BATS_TEST_TMPDIR/imported.db
    a4nn-history import -q -t nas new.csv
    rows | diff - replayed
    # again, and with another policy: what was decided first stays
    a4nn-replay -q -H -R patience:n=3 -R median -o csv -c nas new.csv > /dev/null
    rows > once
    a4nn-replay -q -H -R patience:n=5 -o csv -c nas new.csv > /dev/null
    a4nn-replay -q -H --compare -o csv -c nas new.csv > /dev/null
    rows | cmp - once
    [ "$(sqlite3 "$A4NN_HISTORY" 'SELECT DISTINCT reason FROM forecast')" = patience ]
    run -0 a4nn-history check
}

@test "keep: a replay keeps every metric and the configuration of a log, and is the same without" {
    a4nn-replay -q -o csv "$(data authors-1e16.csv)" -E 25 > without
    a4nn-replay -q -H -o csv "$(data authors-1e16.csv)" -E 25 | cmp - without
    rows > replayed
    [ "$(a4nn-history runs -w 'task = "" and flops > 0 and config' -o jsonl | wc -l)" -gt 10 ]
    sqlite3 "$A4NN_HISTORY" 'DELETE FROM forecast'
    rows > replayed
    A4NN_HISTORY=$BATS_TEST_TMPDIR/imported.db
    a4nn-history import -q -E 25 "$(data authors-1e16.csv)"
    sqlite3 "$A4NN_HISTORY" 'DELETE FROM forecast'
    rows | diff - replayed
}

@test "keep: one run in two tasks does not teach itself, nor does one whose epochs are out of order" {
    # 5 complete runs in each of two tasks, of the same names, once as they are, once turned round
    awk -v OFS=, 'BEGIN {
        print "run", "task", "epoch", "value", "metric", "epochs"
        for (t = 1; t <= 2; t++) for (r = 1; r <= 12; r++) for (e = 20; e >= 1; e--)
            print r, "t" t, e, 90 - r - 40 * exp(-e / (2 + t)), "acc", 20
    }' > turned.csv
    { head -n 1 turned.csv; tail -n +2 turned.csv | tac; } > order.csv
    local file
    for file in turned order; do
        rm -f "$A4NN_HISTORY"*
        a4nn-replay -q --per-run -o csv "$file.csv" > without
        a4nn-replay -q --per-run -H -o csv "$file.csv" | cmp - without
        a4nn-replay -q --per-run -H -o csv "$file.csv" | cmp - without
    done
}

@test "keep: a run does not teach itself under another name" {
    a4nn-history import -q -t nas past.csv
    a4nn-replay -q --no-keep -H -o csv -c nas --no-baseline new.csv > with
    cp "$A4NN_HISTORY" copy.db
    awk -F, 'NR == 1 || $2 <= 20' new.csv | sed 's/,30$/,20/' > part.csv
    a4nn-replay -q --no-keep -Hcopy.db -o csv -c nas --no-baseline part.csv > of_part
    a4nn-predict -q -Hcopy.db -t nas new.csv > forecasts
    # an archive of which they are a part calls them otherwise
    sed '2,$s/^/lab\//' new.csv > renamed.csv
    a4nn-history import -q -t nas renamed.csv
    [ "$(a4nn-history runs -w 'run ~ "^lab/"' -o csv | wc -l)" = 31 ]
    a4nn-replay -q --no-keep -H -o csv -c nas --no-baseline new.csv | cmp - with
    a4nn-replay -q --no-keep -H -o csv -c nas --no-baseline < new.csv | cmp - with
    a4nn-predict -q -H -t nas new.csv | cmp - forecasts
    # one that went on for longer than what is replayed is the same run
    a4nn-replay -q --no-keep -H -o csv -c nas --no-baseline part.csv | cmp - of_part
}

@test "keep: a replay of more runs than are looked at learns from what lies behind them" {
    a4nn-history import -q -t nas past.csv
    awk -v OFS=, 'BEGIN {
        srand(1)
        print "run", "epoch", "value", "metric", "epochs"
        for (r = 1; r <= 1500; r++) { end = 60 + 30 * rand(); for (e = 1; e <= 8; e++)
            print "s" r, e, end - 40 * exp(-e / 2) + rand(), "val_acc", 8 }
    }' > many.csv
    a4nn-replay -q --no-baseline -o csv -c nas -M pool many.csv > without
    a4nn-replay -q --no-baseline -o csv -c nas -M pool -H many.csv > with
    run ! cmp -s without with
    a4nn-replay -q --no-baseline -o csv -c nas -M pool -H many.csv | cmp - with
}

@test "keep: a replay that may only read, or can only read" {
    run -2 a4nn-replay -H/dev/null/x new.csv
    [ "$output" = "a4nn-replay: cannot open '/dev/null/x': Not a directory" ]
    run -2 a4nn-replay --no-keep new.csv
    [ "$output" = "a4nn-replay: --no-keep goes with --history" ]
    run -2 a4nn-replay -q -H --no-keep new.csv
    [[ $output == "a4nn-replay: cannot open '$A4NN_HISTORY': "* ]]
    a4nn-history import -q -t nas past.csv
    a4nn-replay -q -H --no-keep -c nas -o csv new.csv > with
    [ "$(a4nn-history list -o csv | column runs)" = 20 ]
    # locked: the table comes, and that nothing is kept is trouble
    mkfifo lock
    sqlite3 "$A4NN_HISTORY" < lock > locked 3>&- &
    exec 5> lock
    echo 'BEGIN IMMEDIATE; SELECT 1;' >&5
    wait_for [ -s locked ]
    A4NN_HISTORY_PATIENCE=0.1 run -2 --separate-stderr a4nn-replay -q -H -c nas -o csv new.csv
    [ "$output" = "$(cat with)" ]
    [ "$stderr" = "a4nn-replay: the runs are not kept: '$A4NN_HISTORY' has been locked for longer than 0.1 seconds" ]
    exec 5>&-
    wait
    # a file that may be read only
    sqlite3 "$A4NN_HISTORY" 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
    mkdir closed
    cp "$A4NN_HISTORY" closed/h.db
    chmod 444 closed/h.db
    chmod 555 closed
    run -2 --separate-stderr "${bound[@]}" a4nn-replay -q -Hclosed/h.db -c nas -o csv new.csv
    chmod u+w closed
    [ "$output" = "$(cat with)" ]
    [ "$stderr" = "a4nn-replay: the runs are not kept: cannot open 'closed/h.db': Permission denied" ]
}
