#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What users' folders hold besides a fresh run: resumed trainings, further consoles, warnings.

load lib

# reads ARGUMENT...: what a4nn-log makes of them, as "run epoch value" and the total if planned.
reads() {
    run --separate-stderr a4nn-log "$@"
    output=$(printf '%s\n' "$output" | awk -F, 'NR > 1 {
        print $1, $2, $3 ($6 == "" ? "" : " of " $6) }')
}

@test "a training resumed into a new file goes on counting from 0 where its header is sure" {
    printf '%s\n' epoch,accuracy,loss,val_accuracy,val_loss 3,.5,1,.6,1 4,.5,1,.7,1 > keras.csv
    reads keras.csv
    assert_output "$(printf '%s\n' 'keras 4 0.6' 'keras 5 0.7')"
    assert_regex "$stderr" 'keras-csv log'
    printf '%s\n' epoch,loss,lr,mae,val_loss,val_mae 3,1,.1,2,1,2 4,1,.1,2,1,1.5 > lr.csv
    reads -m val_mae lr.csv
    assert_output "$(printf '%s\n' 'lr 4 2' 'lr 5 1.5')"
    printf '%s\n' epoch,train_loss,valid_loss,accuracy,time 3,1,1,.6,00:01 4,1,1,.7,00:01 > fast.csv
    reads fast.csv
    assert_output "$(printf '%s\n' 'fast 4 0.6' 'fast 5 0.7')"
    printf '%s\n' epoch,step,train_loss,val_acc 3,49,1, 3,49,,.6 4,99,1, 4,99,,.7 > lightning.csv
    reads lightning.csv
    assert_output "$(printf '%s\n' 'lightning 4 0.6' 'lightning 5 0.7')"
    printf '%s\n' epoch,train_loss,eval_loss,eval_top1,eval_top5,lr 3,1,1,60,80,.1 4,1,1,70,80,.1 \
        > timm.csv
    reads timm.csv
    assert_output "$(printf '%s\n' 'timm 4 60' 'timm 5 70')"
    printf '{"train_lr":0.1,"train_loss":1,"test_acc1":%s,"epoch":%s,"n_parameters":5}\n' 60 3 70 4 \
        > deit.txt
    reads deit.txt
    assert_output "$(printf '%s\n' 'deit 4 60' 'deit 5 70')"
}

@test "a table that anybody may have written counts as it says" {
    printf '%s\n' epoch,loss,val_loss 3,2,1 4,2,.5 > own.csv
    reads own.csv
    assert_output "$(printf '%s\n' 'own 3 1' 'own 4 0.5')"
    printf '%s\n' epoch,loss,accuracy,val_loss,val_accuracy 1,2,.1,1,.2 2,2,.2,.5,.3 > unsorted.csv
    reads unsorted.csv
    assert_output "$(printf '%s\n' 'unsorted 1 0.2' 'unsorted 2 0.3')"
    printf '%s\n' epoch,step,train_loss,val_acc 1,10,1,.2 2,20,1,.3 > both.csv
    reads both.csv
    assert_output "$(printf '%s\n' 'both 1 0.2' 'both 2 0.3')"
    printf '%s\n' epoch,train_loss,valid_loss,accuracy,time 1,2,1,.1,5 2,2,.5,.2,5 > seconds.csv
    reads seconds.csv
    assert_output "$(printf '%s\n' 'seconds 1 0.1' 'seconds 2 0.2')"
}

@test "fit: a curve that leaves nothing has no aicc" {
    curve acc 2 4 6 8 10 12 14 16 > line.csv
    run -0 --separate-stderr a4nn-fit -o jsonl --all-models line.csv
    run -0 jq -r 'select(.rss == 0) | .aicc' <<< "$output"
    assert_regex "$output" '^null'
    refute_output --regexp 'inf|[0-9]'
}

@test "validation numbers whose names say no quantity are named, not passed over" {
    printf 'Epoch: %03d, Loss: 0.5, Train: 0.99, Val: 0.%d, Test: 0.80\n' 1 78 2 79 > pyg.log
    reads pyg.log
    assert_output "$(printf '%s\n' 'pyg 1 0.5' 'pyg 2 0.5')"
    assert_equal "$(tail -n 1 <<< "$stderr")" "a4nn-log: pyg.log: 'Loss' is measured on the\
 training data; not known which way is better: Val, Test; say '-m Val --max' or '--min'"
    reads -m Val --max pyg.log
    assert_output "$(printf '%s\n' 'pyg 1 0.78' 'pyg 2 0.79')"
    printf 'Epoch: %d, Loss: 0.5, Val time: 3, Best val: 0.7\n' 1 2 > none.log
    reads none.log
    assert_equal "$(tail -n 1 <<< "$stderr")" \
        "a4nn-log: none.log: no validation metric: 'Loss' is measured on the training data"
}

@test "timm's console: the average of the last validation, of averaged weights if there are some" {
    reads "$(data log/timm.log)"
    assert_success
    assert_output "$(printf '%s\n' 'timm 1 1.5 of 5' 'timm 2 18 of 5' 'timm 3 30 of 5')"
    assert_regex "$stderr" "timm-console log, metric 'test/Acc@1'"
    # without them, from a resumed run, and cut off within a validation
    grep -v EMA "$(data log/timm.log)" | sed 's/^Train: 0/Train: 7/; s/^Train: 1/Train: 8/
        s/^Train: 2/Train: 9/; s/^[TS]/INFO:train:&/' | sed '/24\/24.*33.250/,$d' > cut.log
    reads cut.log
    assert_output "$(printf '%s\n' 'cut 8 1.2 of 5' 'cut 9 20.5 of 5')"
}

@test "a note on a run of several files names the file its line is in" {
    mkdir -p mlruns/0/0123456789abcdef0123456789abcdef/metrics
    cd mlruns/0/0123456789abcdef0123456789abcdef || return
    printf '1708208368539 0.%d %d\n' 1 0 2 1 3 2 > metrics/train_acc
    printf '1708208368539 0.%d %d\n' 1 0 2 1 9 1 > metrics/val_acc
    cd - > /dev/null || return
    reads mlruns
    assert_output --partial ' 2 0.9'
    assert_regex "$stderr" '/metrics/val_acc:3: epoch 1 comes again'
}

@test "Lightning's last word says how many epochs were planned" {
    # shellcheck disable=SC2016 # backquotes as Lightning writes them
    local last='`Trainer.fit` stopped: `max_epochs=2` reached.'
    bar='Epoch %d: 100%%|####| 10/10 [00:01<00:00, 9.5it/s, v_num=0, val_acc=0.%d]\n'
    # shellcheck disable=SC2059 # the format is a line
    printf "$bar" 0 1 1 2 > bars.log
    cp bars.log glued.log
    echo "$last" >> bars.log
    sed -i "\$s/\$/$last/" glued.log
    reads bars.log glued.log
    assert_output "$(printf '%s of 2\n' 'bars 1 0.1' 'bars 2 0.2' 'glued 1 0.1' 'glued 2 0.2')"
}
