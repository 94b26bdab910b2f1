# SPDX-License-Identifier: GPL-3.0-or-later
# The learning rate in logs: which number it is, and of which epoch.
load lib

# rates FILE...: epoch and rate of each observation.
rates() {
    a4nn-log -q -o jsonl "$@" |
        sed -E 's/,"config":.*//; s/.*"epoch":([^,]*),.*"lr":([^,}]*).*/\1 \2/; s/^\{.*"epoch":([^,]*),.*/\1 -/'
}

@test "rates: what frameworks call it, and where they state it" {
    [ "$(rates "$(data log/torch7-nin.log)" | tail -n 1)" = '10 0.1' ]
    [ "$(rates "$(data log/keras.csv)" | head -n 1)" = '1 0.001' ]
    [ "$(rates "$(data log/timm-summary.csv)" | tail -n 1)" = '3 0.002' ]
    [ "$(rates "$(data log/ultralytics-v8.csv)" | tail -n 1)" = '2 0.001' ]
    [ "$(rates "$(data log/ultralytics-v5.csv)" | tail -n 1)" = '3 0.04' ]
    [ "$(rates "$(data log/hf-trainer.log)" | tail -n 1)" = '3 1.6e-05' ]
    [ "$(rates "$(data log/mmcv.log)" | head -n 1)" = '1 0.0091' ]
    [ "$(rates "$(data log/mmengine.log)" | tail -n 1)" = '3 0.01' ]
    [ "$(rates "$(data log/deit.txt)" | sed -n 3p)" = '3 0.0006008000000000089' ]
    [ "$(rates "$(data log/ray-result.json)" | head -n 1)" = '1 0.0005000000237487257' ]
}

@test "rates: names that are the rate, and names that only sound like it" {
    local name
    for name in lr LR learning_rate learningRate 'Learning Rate' lr-Adam lr-Adam/pg1 lr/pg0 x/lr0 \
        train/lr train_lr cur_lr optim.lr lr0; do
        printf '%s\n' "epoch,val_acc,$name" 1,50,0.1 2,60,0.01 > in.csv
        [ "$(rates in.csv)" = $'1 0.1\n2 0.01' ] || fail "$name"
    done
    for name in config/lr lr_decay base_lr initial_lr lr_scheduler lr_scale params.lr lrf flr \
        learning_rate_step rate learning rate_learning; do
        printf '%s\n' "epoch,val_acc,$name" 1,50,0.1 2,60,0.01 > in.csv
        [ "$(rates in.csv)" = $'1 -\n2 -' ] || fail "$name"
    done
    printf '%s\n' epoch,val_acc,x/lr0,x/lr1,lr 1,50,7,8,0.1 2,60,7,8,0.01 > in.csv
    [ "$(rates in.csv)" = $'1 0.1\n2 0.01' ] # the surest
    printf '%s\n' epoch,val_acc,lr/pg1,lr/pg2 1,50,0.1,8 2,60,0.01,9 > in.csv
    [ "$(rates in.csv)" = $'1 0.1\n2 0.01' ] # else the first
}

@test "rates: the last one stated no later than the value" {
    printf '{"epoch":%s,"step":%s,"%s":%s}\n' 1 10 lr 0.1 1 20 lr 0.2 1 20 val_acc 50 \
        2 30 lr 0.3 2 35 val_acc 60 2 40 lr 0.4 3 60 val_acc 70 > in.jsonl
    [ "$(rates in.jsonl)" = $'1 0.2\n2 0.3\n3 0.4' ]
    printf '{"epoch":1,"val_acc":50}\n{"epoch":2,"val_acc":60}\n{"epoch":2,"lr":0.1}\n' > in.jsonl
    [ "$(rates in.jsonl)" = $'1 -\n2 0.1' ]
    echo '{"val_acc": [50, 60, 70], "lr": [0.1, 0.02, 0.003]}' > history.json
    [ "$(rates history.json)" = $'1 0.1\n2 0.02\n3 0.003' ]
}

@test "rates: of a table as it grows the same as when it is read" {
    printf '%s\n' epoch,val_acc,lr 1,50,0.1 2,60,0.01 3,70,0.001 > in.csv
    rates in.csv > wanted
    rates < in.csv | diff - wanted
    rates "$(data log/timm-summary.csv)" > wanted
    rates < "$(data log/timm-summary.csv)" | diff - wanted
}

@test "rates: a column when the first run has them, and a note when it has not" {
    printf '%s\n' epoch,val_acc,lr 1,50,0.1 > with.csv
    printf '%s\n' epoch,val_acc 1,50 > without.csv
    run -0 --separate-stderr a4nn-log with.csv without.csv
    assert_line --index 0 run,epoch,value,metric,mode,epochs,time,lr
    assert_line --index 2 without,1,50,val_acc,,,,
    run -0 --separate-stderr a4nn-log without.csv with.csv
    assert_line --index 0 run,epoch,value,metric,mode,epochs,time
    assert_regex "$stderr" "learning rates are left out, from run 'with' on: the first has none"
    run -0 --separate-stderr a4nn-log -o jsonl without.csv with.csv
    assert_line --index 1 --partial '"lr":0.1'
    refute_regex "$stderr" 'left out'
}

@test "rates: a drop in a log makes the forecasts behind it surer" {
    awk 'BEGIN { print "epoch,val_acc,lr"; for (i = 1; i <= 100; i++)
        print i "," 80 - 40 * exp(-i / 5) + (i > 60 ? 4 : 0) + (i > 60 ? .1 : .8) * sin(13.37 * i * i) \
            "," (i > 60 ? 0.01 : 0.1) }' > log.csv
    cut -d, -f1,2 log.csv > plain.csv
    a4nn-predict -q -E 100 -M ensemble -o csv log.csv | column expected_error > lr
    a4nn-predict -q -E 100 -M ensemble -o csv plain.csv | column expected_error > plain
    diff <(head -n 60 lr) <(head -n 60 plain)
    awk 'NR == FNR { plain[FNR] = $1; next } FNR == 62 { exit !($1 < plain[FNR] / 2) }' plain lr
}
