#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Logs as frameworks print them, read as a new user would: what must come out is written beside.

load lib

# reads ARGUMENT... : what a4nn-log makes of them, as "run epoch value" and the planned total if any.
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
