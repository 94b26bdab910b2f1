#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Logs as frameworks print them, read as a new user would: what must come out is written beside.

load lib

# reads ARGUMENT...: what a4nn-log makes of them, as "run epoch value" and the total if planned.
reads() {
    run --separate-stderr a4nn-log "$@"
    output=$(printf '%s\n' "$output" | awk -F, 'NR > 1 {
        print $1, $2, $3 ($6 == "" ? "" : " of " $6) }')
}

@test "a shorter second training in one table leaves nothing of the first" {
    printf '%s\n' epoch,train_loss,valid_loss,accuracy,time \
        0,1,1,0.1,00:01 1,1,1,0.2,00:01 2,1,1,0.3,00:01 3,1,1,0.4,00:01 \
        epoch,train_loss,valid_loss,accuracy,time 0,1,1,0.5,00:01 1,1,1,0.6,00:01 > tuned.csv
    reads tuned.csv
    assert_success
    assert_output "$(printf '%s\n' 'tuned 1 0.5' 'tuned 2 0.6')"
    assert_equal "$(grep -c 'tuned.csv:7: epoch 0 comes again' <<< "$stderr")" 1
}

@test "an epoch trained again after a crash is noted; one that is only said again is not" {
    printf '%s\n' epoch,val_acc 1,0.1 2,0.2 2,0.25 3,0.3 > again.csv
    reads again.csv
    assert_output "$(printf '%s\n' 'again 1 0.1' 'again 2 0.25' 'again 3 0.3')"
    assert_regex "$stderr" 'again.csv:4: epoch 2 comes again'
    printf '%s\n' epoch,val_acc 1,0.1 2,0.2 3,0.3 1,0.1 > said.csv
    reads said.csv
    assert_output "$(printf '%s\n' 'said 1 0.1' 'said 2 0.2' 'said 3 0.3')"
    [[ $stderr != *'comes again'* ]]
}

@test "several validations in an epoch are its fractions" {
    printf '%s\n' epoch,step,train_loss,val_acc 0,49,0.9, 0,49,,0.1 0,99,0.8, 0,99,,0.2 \
        1,149,0.7, 1,149,,0.3 1,199,0.6, 1,199,,0.4 2,249,,0.5 > metrics.csv
    reads metrics.csv
    assert_success
    assert_output "$(printf '%s\n' 'metrics 0.5 0.1' 'metrics 1 0.2' 'metrics 1.5 0.3' \
        'metrics 2 0.4' 'metrics 2.5 0.5')"
}

@test "the language model example: validation, not the perplexity of a batch" {
    cat > words.log << 'LOG'
| epoch   1 |   200/ 2983 batches | lr 20.00 | ms/batch 10.00 | loss  7.60 | ppl  2066.00
-----------------------------------------------------------------------------------------
| end of epoch   1 | time: 30.00s | valid loss  5.45 | valid ppl   233.10
-----------------------------------------------------------------------------------------
| epoch   2 |   200/ 2983 batches | lr 20.00 | ms/batch 10.00 | loss  5.60 | ppl   466.00
-----------------------------------------------------------------------------------------
| end of epoch   2 | time: 30.00s | valid loss  5.25 | valid ppl   190.20
-----------------------------------------------------------------------------------------
| End of training | test loss  5.11 | test ppl   165.00
LOG
    reads words.log
    assert_output "$(printf '%s\n' 'words 1 233.1' 'words 2 190.2')"
    assert_regex "$stderr" "metric 'valid_ppl' \(smaller is better\)"
}

@test "Katib's logger and its metricName lines" {
    for epoch in 1 2; do
        echo "2024-05-01T12:00:0${epoch}Z INFO     Train Epoch: $epoch [0/60000 (0%)]	loss=2.3"
        echo "{metricName: accuracy, metricValue: 0.9$epoch};{metricName: loss, metricValue: 0.3}"
    done > named.log
    reads named.log
    assert_output "$(printf '%s\n' 'named 1 0.91' 'named 2 0.92')"
    for epoch in 1 2; do
        echo "2024-05-01T12:00:0${epoch}Z INFO  epoch $epoch:"
        echo "2024-05-01T12:00:0${epoch}Z INFO  accuracy=0.9$epoch"
    done > leveled.log
    reads leveled.log
    assert_output "$(printf '%s\n' 'leveled 1 0.91' 'leveled 2 0.92')"
}

@test "nnU-Net's text log: the mean over the classes that have a value" {
    for epoch in 0 1; do
        printf '%s\n' '' "Epoch $epoch" 'Current learning rate: 0.01' 'train_loss -0.1' \
            "val_loss -0.1$epoch" "Pseudo dice [0.5, nan, 0.${epoch}]" 'Epoch time: 50.1 s' |
            sed 's/^/2024-05-01 12:00:00.123456: /'
    done > fold.txt
    reads fold.txt
    assert_output "$(printf '%s\n' 'fold 1 0.25' 'fold 2 0.3')"
    reads -m val_loss fold.txt
    assert_output "$(printf '%s\n' 'fold 1 -0.1' 'fold 2 -0.11')"
}

@test "of several numbered sets of a boosting tool the last is judged" {
    printf '[%d]\tvalidation_0-auc:0.9%d\tvalidation_1-auc:0.8%d\n' 0 0 0 1 1 1 > boost.log
    reads boost.log
    assert_output "$(printf '%s\n' 'boost 1 0.8' 'boost 2 0.81')"
    printf "[%d]\tcv_agg's valid auc: 0.8%d + 0.01\n" 1 1 2 2 > cv.log
    reads cv.log
    assert_output "$(printf '%s\n' 'cv 1 0.81' 'cv 2 0.82')"
}

@test "timm resumed into a folder of its own goes on counting" {
    mkdir resumed
    printf '%s\n' epoch,train_loss,eval_loss,eval_top1,eval_top5,lr 3,6,5,13.5,33,0.1 \
        4,6,5,14.5,34,0.1 > resumed/summary.csv
    reads resumed/summary.csv
    assert_output "$(printf '%s\n' 'resumed 4 13.5' 'resumed 5 14.5')"
    reads resumed
    assert_output "$(printf '%s\n' 'resumed 4 13.5' 'resumed 5 14.5')"
}

@test "what a framework writes twice of a training is one run" {
    mkdir -p ray/trial hf/checkpoint-2 hf/checkpoint-4 mm/vis_data
    printf '{"val_acc":0.%d,"training_iteration":%d,"time_total_s":1.0}\n' 1 1 2 2 \
        > ray/trial/result.json
    printf '%s\r\n' val_acc,training_iteration,time_total_s 0.1,1,1.0 0.2,2,1.0 \
        > ray/trial/progress.csv
    echo '{"lr": 0.1}' > ray/trial/params.json
    reads ray
    assert_success
    assert_output "$(printf '%s\n' 'trial 1 0.1' 'trial 2 0.2')"

    record='{"epoch":%d.0,"eval_accuracy":0.%d,"step":%d}'
    # shellcheck disable=SC2059 # the format is a record
    printf "{\"log_history\":[$record]}" 1 1 2 > hf/checkpoint-2/trainer_state.json
    # shellcheck disable=SC2059
    printf "{\"log_history\":[$record,$record]}" 1 1 2 2 2 4 > hf/checkpoint-4/trainer_state.json
    reads hf
    assert_output "$(printf '%s\n' 'hf 1 0.1' 'hf 2 0.2')"

    for epoch in 1 2; do
        echo "{\"loss\":1.0,\"data_time\":0.1,\"time\":0.3,\"epoch\":$epoch,\"iter\":$epoch," \
            "\"step\":$epoch}"
        echo "{\"accuracy/top1\":5$epoch.0,\"data_time\":0.1,\"time\":0.2,\"step\":$epoch}"
    done | tee mm/vis_data/scalars.json > mm/vis_data/20240101_000000.json
    reads mm
    assert_output "$(printf '%s\n' 'mm 1 51' 'mm 2 52')"
}

@test "fairseq: the part of the data in the first column speaks for the line" {
    for epoch in 1 2; do
        sed 's/^/2024-05-01 10:00:00 | INFO | /' << LOG
valid | epoch 00$epoch | valid on 'valid' subset | loss 8.2 | ppl 2$epoch.5 | num_updates 100
train | epoch 00$epoch | loss 7.1 | ppl 1$epoch.5 | num_updates 100
LOG
    done > fairseq.log
    reads fairseq.log
    assert_output "$(printf '%s\n' 'fairseq 1 21.5' 'fairseq 2 22.5')"
    assert_regex "$stderr" "metric 'valid_ppl'"
}

@test "results and settings beside a log are no runs" {
    mkdir -p out
    printf '%s\n' epoch,val_acc 1,0.1 2,0.2 > out/log.csv
    printf '%s\n' '{' '    "epoch": 2.0,' '    "eval_accuracy": 0.2' '}' > out/eval_results.json
    echo '{"lr": 0.1}' > out/params.json
    reads out
    assert_success
    assert_output "$(printf '%s\n' 'out 1 0.1' 'out 2 0.2')"
}

@test "a budget of seconds is counted from the run's first observation, resumed or not" {
    printf '%s\n' run,epoch,value,metric,time r,1,0.5,val_acc,0 r,2,0.6,val_acc,60 \
        r,2,0.61,val_acc,70 r,3,0.62,val_acc,101 r,4,0.63,val_acc,171 > resumed.csv
    run --separate-stderr a4nn-predict -E 9 -R budget:seconds=100 resumed.csv
    assert_success
    assert_equal "$(decisions <<< "$output")" ...SS
}
