# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-log: from files, folders and archives to observations.  What each format has in it is tested
# in tests/unit; here is what a user meets.
load lib

# observed: RUN,EPOCH,VALUE of each observation on standard input.
observed() {
    cut -d, -f1-3 | tail -n +2
}

# ---- the samples ----

@test "log: every sample is recognised by itself, and read the same by its name, alone and live" {
    local file failed=
    while read -r file; do
        case $file in
        */SOURCES.md | */meta.yaml | */params/* | */tags/*) continue ;;
        esac
        status=0
        a4nn-log "$file" > by_name 2> err || status=$?
        # a learning rate schedule offers no metric; all others do
        [ "$status" -eq 0 ] || { grep -q 'choose one with -m\|record .* cut\|cut off' err || failed+=" $file"; continue; }
        [ "$(wc -l < by_name)" -gt 1 ] || failed+=" $file"
        format=$(sed -n 's/.*: \([a-z0-9-]*\) log, metric .*/\1/p' err | head -n 1)
        a4nn-log -q -f "$format" "$file" | cmp -s - by_name || failed+=" $file(-f $format)"
    done < <(find "$project_root/tests/data/log" -type f | sort)
    [ -z "$failed" ] || fail "not read:$failed"
}

# ---- metrics ----

@test "log: the validation metric is chosen, which is said, and -m and --loss choose others" {
    printf '%s\n' epoch,loss,accuracy,val_loss,val_accuracy,lr 0,1.5,0.4,1.4,0.41,0.1 1,1.2,0.5,1.3,0.49,0.1 > keras.csv
    run -0 --separate-stderr a4nn-log keras.csv
    [ "$stderr" = "a4nn-log: keras.csv: csv log, metric 'val_accuracy' (larger is better)" ]
    [ "$(observed <<< "$output" | paste -sd ' ')" = "keras,1,0.41 keras,2,0.49" ]
    run -0 --separate-stderr a4nn-log -m val_loss keras.csv
    [ "$stderr" = "a4nn-log: keras.csv: csv log, metric 'val_loss' (smaller is better)" ]
    [ "$(observed <<< "$output" | paste -sd ' ')" = "keras,1,1.4 keras,2,1.3" ]
    run -0 a4nn-log -q --loss val_loss keras.csv
    [ "$(column val_loss <<< "$output" | paste -sd ' ')" = "1.4 1.3" ]
    run -0 a4nn-log -q --loss val_loss <(cat keras.csv)
    [ "$(column val_loss <<< "$output" | paste -sd ' ')" = "1.4 1.3" ]
    run -0 --separate-stderr a4nn-log --loss foo keras.csv
    [ "${stderr_lines[1]}" = "a4nn-log: keras.csv: no number 'foo' to give as val_loss" ]
    run -0 --separate-stderr a4nn-log -q keras.csv
    [ -z "$stderr" ]
}

@test "log: an unknown metric is not guessed" {
    printf '%s\n' epoch,foo,bar 0,1,2 1,2,3 > odd.csv
    run -2 --separate-stderr a4nn-log odd.csv
    [ "$stderr" = "a4nn-log: odd.csv: no known metric among 'foo', 'bar'; choose one with -m" ]
    [ -z "$output" ]
    run -2 --separate-stderr a4nn-log -m foo odd.csv
    [ "$stderr" = "a4nn-log: odd.csv: is a larger 'foo' better? unknown: say --max or --min" ]
    run -2 --separate-stderr a4nn-log -m baz odd.csv
    [ "$stderr" = "a4nn-log: odd.csv: no metric 'baz' among: foo, bar" ]
    run -0 a4nn-log -q -m foo --min odd.csv
    [ "$(column mode <<< "$output" | sort -u)" = min ]
    # what was said travels with the stream
    [ "$(a4nn-predict -q -M last -R patience:n=1 <<< "$output" | decisions)" = .S ]
    run -0 a4nn-log -q -m foo --max odd.csv
    [ "$(a4nn-predict -q -M last -R patience:n=1 <<< "$output" | decisions)" = .. ]
}

@test "log: --list-metrics shows what there is, and its direction" {
    printf '%s\n' epoch,val_loss,val_acc,foo 0,1,2, 1,2,3,4 > log.csv
    run -0 --separate-stderr a4nn-log --list-metrics log.csv
    [ "$output" = $'log\tcsv\tval_loss\t2\tmin\nlog\tcsv\tval_acc\t2\tmax\nlog\tcsv\tfoo\t1\tunknown' ]
}

# ---- epochs ----

@test "log: epochs count from 1 whether the log's do from 0, from 1 or in fractions" {
    for first in 0 1; do
        awk -v first=$first 'BEGIN { print "epoch,val_acc"; for (e = 0; e < 3; e++) print e + first "," e }' > log.csv
        run -0 a4nn-log -q log.csv
        [ "$(column epoch <<< "$output" | paste -sd ' ')" = "1 2 3" ]
        run -0 a4nn-log -q <(cat log.csv)
        [ "$(column epoch <<< "$output" | paste -sd ' ')" = "1 2 3" ]
    done
    printf '%s\n' epoch,val_acc 0.5,1 1,2 1.5,3 > log.csv
    run -0 a4nn-log -q log.csv
    [ "$(column epoch <<< "$output" | paste -sd ' ')" = "0.5 1 1.5" ]
}

@test "log: of a resumed run the later values count, once, which is said" {
    printf '%s\n' epoch,val_acc 1,10 2,20 3,30 4,40 3,33 4,44 5,55 > log.csv
    run -0 --separate-stderr a4nn-log log.csv
    [ "$(observed <<< "$output" | paste -sd ' ')" = "log,1,10 log,2,20 log,3,33 log,4,44 log,5,55" ]
    [ "${stderr_lines[1]}" = "a4nn-log: log.csv:6: epoch 3 comes again: of repeated epochs the later value counts" ]
}

@test "log: a log of steps is numbered, live and at rest the same, also when it resumes" {
    printf '%s\n' step,val_acc 100,1 200,2 300,3 200,4 300,5 400,6 > log.csv
    run -0 a4nn-log -q log.csv
    [ "$(observed <<< "$output" | paste -sd ' ')" = "log,1,1 log,2,4 log,3,5 log,4,6" ]
    run -0 a4nn-log -q <(cat log.csv)
    [ "$(observed <<< "$output" | sed 's/^[^,]*/stdin/' | paste -sd ' ')" = "stdin,1,1 stdin,2,2 stdin,3,3 stdin,2,4 stdin,3,5 stdin,4,6" ]
    printf '%s\n' step,val_acc 100,1 200,2 300,3 150,4 250,5 > log.csv
    run -0 a4nn-log -q <(cat log.csv)
    [ "$(observed <<< "$output" | sed 's/^[^,]*/stdin/' | paste -sd ' ')" = "stdin,1,1 stdin,2,2 stdin,3,3 stdin,2,4 stdin,3,5" ]
}

@test "log: the planned total is the log's own, unless -E says otherwise" {
    printf 'Epoch %d/30\n10/10 - 1s - loss: 0.5 - val_accuracy: 0.5\n' 1 2 3 > keras.log
    run -0 a4nn-log -q keras.log
    [ "$(column epochs <<< "$output" | sort -u)" = 30 ]
    run -0 a4nn-log -q -E 99 keras.log
    [ "$(column epochs <<< "$output" | sort -u)" = 99 ]
    run -0 a4nn-predict -q -M last -R patience keras.log
    [ "$(column epochs <<< "$output" | sort -u)" = 30 ]
}

# ---- folders, archives, names ----

# A folder with logs of equal names, one bad one, and what is no log at all.
make_folder() {
    mkdir -p runs/a runs/b/c runs/.hidden runs/empty
    printf '%s\n' epoch,val_acc 0,10 1,11 > runs/a/metrics.csv
    printf '%s\n' epoch,val_acc 0,20 1,21 > runs/b/metrics.csv
    printf '%s\n' epoch,val_acc 0,30 x,y 1,31 > runs/b/c/metrics.csv
    printf '%s\n' epoch,val_acc 0,40 > runs/.hidden/metrics.csv
    echo "no log" > runs/README
    : > runs/nothing
}
folder_observed="a,1,10 a,2,11 b,1,20 b,2,21 b/c,1,30 b/c,2,31"

@test "log: a folder is read all through; what is bad is named and the rest read" {
    make_folder
    run -2 --separate-stderr a4nn-log -q runs
    [ "$(observed <<< "$output" | sort | paste -sd ' ')" = "$folder_observed" ]
    [ "$stderr" = "a4nn-log: runs/b/c/metrics.csv:3: epoch is not a number: 'x'" ]
    run -2 --separate-stderr a4nn-log -q runs/
    [ "$(observed <<< "$output" | sort | paste -sd ' ')" = "$folder_observed" ]
}

@test "log: an archive of any kind gives what its folder gives" {
    make_folder
    # each member's name begins with the folder's
    wanted=$(tr ' ' '\n' <<< "$folder_observed" | sed 's/^/runs\//' | paste -sd ' ')
    tar cf runs.tar runs
    gzip < runs.tar > runs.tar.gz
    xz < runs.tar > runs.tar.xz
    zstd -q < runs.tar > runs.tar.zst
    zip -qr runs.zip runs
    for archive in runs.tar runs.tar.gz runs.tar.xz runs.tar.zst runs.zip; do
        run -2 --separate-stderr a4nn-log -q $archive
        [ "$(observed <<< "$output" | sort | paste -sd ' ')" = "$wanted" ]
        [ "$stderr" = "a4nn-log: $archive:runs/b/c/metrics.csv:3: epoch is not a number: 'x'" ]
        run -2 --separate-stderr a4nn-log -q < $archive
        [ "$(observed <<< "$output" | sort | paste -sd ' ')" = "$wanted" ]
    done
    gzip < runs/a/metrics.csv > alone.csv.gz
    xz < runs/a/metrics.csv > alone.csv.xz
    zstd -q < runs/a/metrics.csv > alone.csv.zst
    for file in alone.csv.*; do
        run -0 a4nn-log -q "$file"
        [ "$(observed <<< "$output" | paste -sd ' ')" = "alone,1,10 alone,2,11" ]
    done
}

@test "log: a damaged archive is named, and what could be read of it counts" {
    make_folder
    tar cz runs > whole.tgz
    for n in 1 2 3 10 50 100 200 $(($(wc -c < whole.tgz) - 5)); do
        head -c "$n" whole.tgz > cut.tgz
        run -2 --separate-stderr a4nn-log -q cut.tgz
        [[ $stderr == *cut.tgz* ]]
    done
    printf 'PK\003\004 not a zip' > bad.zip
    run -2 --separate-stderr a4nn-log -q bad.zip runs/a
    [[ $stderr == "a4nn-log: cannot read 'bad.zip'"* ]]
    [ "$(observed <<< "$output" | wc -l)" -eq 2 ]
}

@test "log: runs of equal names are told apart" {
    make_folder
    run -0 a4nn-log -q runs/a/metrics.csv runs/b/metrics.csv
    [ "$(observed <<< "$output" | cut -d, -f1 | uniq | paste -sd ' ')" = "a b" ]
    run -0 a4nn-log -q runs/a/metrics.csv runs/a/metrics.csv runs/a/metrics.csv runs/a/metrics.csv
    [ "$(observed <<< "$output" | cut -d, -f1 | uniq | sort -u | wc -l)" -eq 4 ]
    run -0 a4nn-log -q -r given runs/a/metrics.csv
    [ "$(observed <<< "$output" | cut -d, -f1 | uniq | paste -sd ' ')" = "given" ]
    run -0 a4nn-log -q -r given runs/a/metrics.csv runs/b/metrics.csv
    [ "$(observed <<< "$output" | cut -d, -f1 | uniq | paste -sd ' ')" = "given given#2" ]
}

@test "log: a log that has no name of its own is named by its folder or archive" {
    make_folder
    (cd runs/a && tar czf ../../exp9.tgz metrics.csv && zip -q ../../exp8.zip metrics.csv)
    run -0 a4nn-log -q runs/a runs/a/ ./runs/b/../a exp9.tgz exp8.zip
    [ "$(observed <<< "$output" | cut -d, -f1 | uniq | paste -sd ' ')" = "a a#2 a#3 exp9.tgz exp8.zip" ]
    cd runs/a
    run -0 a4nn-log -q .
    [ "$(observed <<< "$output" | cut -d, -f1 | uniq | paste -sd ' ')" = metrics ]
}

@test "log: a folder without logs, or without files, says so" {
    mkdir -p none/some
    run -1 --separate-stderr a4nn-log none
    [ "$stderr" = "a4nn-log: no file to read" ]
    echo text > none/some/file
    run -2 --separate-stderr a4nn-log none
    [ "$stderr" = "a4nn-log: no training log among 1 file" ]
    echo text > none/another
    run -2 --separate-stderr a4nn-log none
    [ "$stderr" = "a4nn-log: no training log among 2 files" ]
}

@test "log: a run folder of Weights & Biases: what holds no curve is said to, what was printed is read" {
    local summary='{"val_acc": 0.9, "epoch": 9, "_step": 9, "_runtime": 52.6, "_wandb": {"runtime": 52}}'
    local why="wandb's summary has one value of each metric, which is no curve; export the history as JSON lines"
    mkdir -p run/files
    echo "$summary" > run/files/wandb-summary.json
    printf '%s\n' _wandb: '  value:' '    python_version: 3.9' lr: '  value: 0.001' > run/files/config.yaml
    echo numpy==1.26.4 > run/files/requirements.txt
    run -2 --separate-stderr a4nn-log -q run/files/wandb-summary.json
    [ "$stderr" = "a4nn-log: run/files/wandb-summary.json: $why" ]
    [ -z "$output" ]
    run -2 --separate-stderr a4nn-log -q - <<< "$summary"
    [ "$stderr" = "a4nn-log: -: $why" ]
    run -2 --separate-stderr a4nn-log run
    [ "$stderr" = "a4nn-log: run/files/wandb-summary.json: $why
a4nn-log: no training log among 3 files" ]
    printf 'Epoch %d/2 val_acc=0.%d\n' 1 5 2 6 > run/files/output.log
    run -0 --separate-stderr a4nn-log -q run
    [ -z "$stderr" ]
    [ "$(observed <<< "$output" | paste -sd ' ')" = "files,1,0.5 files,2,0.6" ] || fail "$output"
    printf ':W&B\341\276\0' > run/run-x.wandb
    run -2 --separate-stderr a4nn-log -q run
    [ "$stderr" = "a4nn-log: run/run-x.wandb: wandb's binary run files are not read; export the history as JSON lines" ]
    [ "$(observed <<< "$output" | wc -l)" -eq 2 ]
    # the first row of a history has the counters, but not what is in a summary alone
    run -0 --separate-stderr a4nn-log -q - <<< '{"val_acc": 0.9, "_step": 0, "_runtime": 5.5}'
    [ "$(observed <<< "$output" | wc -l)" -eq 1 ]
    # a summary of many lines, said once
    jq . <<< "$summary" > run/files/wandb-summary.json
    run -0 --separate-stderr a4nn-watch --until-idle 0.3 run/files
    [ "$(observed <<< "$output" | wc -l)" -eq 2 ]
    [ "$(grep summary <<< "$stderr")" = "a4nn-watch: run/files/wandb-summary.json: $why" ] || fail "$stderr"
}

@test "log: what is no log is named, and the others are read" {
    make_folder
    seq 30000 | gzip | tail -c +30 > random
    head -c 1000 /dev/zero > zeros
    run -2 --separate-stderr a4nn-log -q random zeros missing runs/README runs/a runs/nothing
    [ "$(observed <<< "$output" | paste -sd ' ')" = "a,1,10 a,2,11" ]
    [ "$stderr" = "a4nn-log: random: no known kind of training log (a4nn-log --list-formats lists them)
a4nn-log: zeros: no known kind of training log (a4nn-log --list-formats lists them)
a4nn-log: cannot open 'missing': No such file or directory
a4nn-log: runs/README: no known kind of training log (a4nn-log --list-formats lists them)" ]
}

@test "log: names of folders cannot lead out, as they lead nowhere" {
    mkdir -p in
    printf '%s\n' epoch,val_acc 0,10 > in/x.csv
    (cd in && tar cPf ../evil.tar ./../in/x.csv)
    run -0 a4nn-log -q evil.tar
    [ "$(observed <<< "$output" | wc -l)" -eq 1 ]
    ln -s . in/loop
    ln -s ../in in/again
    run -0 a4nn-log -q in
    [ "$(observed <<< "$output" | wc -l)" -eq 1 ]
}

# ---- any bytes ----

@test "log: each sample cut off, with zeros, in lines of another system ends with a status of ours" {
    local file size n
    for file in keras.csv katib.jsonl records.json trainer_state.json keras-bars.log optuna.db \
        tensorboard/version_0/events.out.tfevents.1785441960.squirrels-iMac.local.1798.4; do
        file=$(data "log/$file")
        size=$(wc -c < "$file")
        for ((n = 0; n < size; n += size / 40 + 1)); do
            head -c "$n" "$file" > "${file##*/}"
            run a4nn-log "${file##*/}"
            [ "$status" -le 2 ]
            { cat "${file##*/}"; printf '\0\0\0'; tail -c +$((n + 4)) "$file"; } > zeros
            run a4nn-log zeros
            [ "$status" -le 2 ]
        done
    done
}

@test "log: line ends and codings of a log do not matter" {
    for log in keras.csv katib.jsonl trainer_state.json pytorch-imagenet.log; do
        a4nn-log -q -r r "$(data "log/$log")" > wanted
        [ "$(wc -l < wanted)" -gt 1 ]
        sed 's/$/\r/' "$(data "log/$log")" > "$log"
        a4nn-log -q -r r "$log" | cmp - wanted
        for code in UTF-16 UTF-16LE UTF-16BE; do
            iconv -f UTF-8 -t $code "$(data "log/$log")" > "$log"
            a4nn-log -q -r r "$log" | cmp - wanted
        done
        { printf '\xef\xbb\xbf'; cat "$(data "log/$log")"; } > "$log"
        a4nn-log -q -r r "$log" | cmp - wanted
    done
}

@test "log: a line of 10 MB does no harm to those beside it" {
    { printf 'Epoch 1/3\nval_accuracy: 0.5\n'; head -c 10000000 /dev/zero | tr '\0' x
        printf '\nEpoch 2/3\nval_accuracy: 0.6\n'; } > long.log
    run a4nn-log -q long.log
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ]
    [ "$(observed <<< "$output" | grep -c '^long,[12],0.[56]$')" -eq 2 ]
    { echo epoch,val_acc; echo 0,1; head -c 10000000 /dev/zero | tr '\0' x; echo ,3; echo 1,2; } > long.csv
    run -2 --separate-stderr a4nn-log -q long.csv
    [ "$(observed <<< "$output" | paste -sd ' ')" = "long,1,1 long,2,2" ]
    [[ $stderr == "a4nn-log: long.csv:3: "* ]]
}

@test "log: a plain console log that grows is read while it does" {
    mkfifo log
    (a4nn-predict -q -R read:fraction=0.06 -u < log > verdict.csv; echo $? > status) 3>&- &
    exec 4> log
    printf 'Epoch %d/50 train_loss=0.3 val_acc=0.9\n' 1 2 3 >&4
    wait_for test -s status # though the log is still open
    exec 4>&-
    [ "$(cat status)" -eq 0 ]
    [[ $(tail -n 1 verdict.csv) == stdin,3,0.9,*,stop,read ]]
}

@test "log: the first line of a live log does not make its test metric a last result" {
    mkfifo log
    (a4nn-log -q < log | cat > out.csv) 3>&- &
    exec 4> log
    printf '[1]\ttrain-auc:0.6\ttest-auc:0.65\n' >&4
    wait_for grep -q ^stdin,1, out.csv
    printf '[%d]\ttrain-auc:0.6\ttest-auc:0.65\n' 2 3 >&4
    exec 4>&-
    wait
    [ "$(tail -n +2 out.csv | cut -d, -f2,3,4)" = "$(printf '%d,0.65,test-auc\n' 1 2 3)" ]
}
