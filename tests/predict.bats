# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-predict: forecasts, rules and their words.
load lib

# stops RULE VALUE...: what -R RULE decides on a run with these accuracies in percent.
stops() {
    local rule=$1
    shift
    curve val_acc "$@" | a4nn-predict -q -M last -R "$rule" | decisions
}

# ---- rules on a run's own values ----

@test "predict: patience counts observations since the best one" {
    [ "$(stops patience:n=3 10 20 20 19 18)" = ....S ]
    [ "$(stops patience:n=3 10 20 20 19 21 20 19 18)" = .......S ]
    [ "$(stops patience:n=3 10 20 nan 19 18)" = ....S ]
}

@test "predict: patience wants an improvement of more than delta" {
    [ "$(stops patience:n=2,delta=2 10 11 12)" = ..S ]
    [ "$(stops patience:n=2,delta=2 10 11 12.5 13)" = .... ]
}

@test "predict: patience begins to count after start" {
    [ "$(stops patience:n=2 50 10 11 12)" = ..SS ]
    [ "$(stops patience:n=2,start=1 50 10 11 12)" = .... ]
}

@test "predict: three values in a row that are no numbers stop a run, single ones never" {
    [ "$(stops patience:n=99 10 nan nan nan 11)" = ...S. ]
    [ "$(stops patience:n=99 10 nan nan 11 nan nan 12)" = ....... ]
    [ "$(stops patience:n=99 10 inf -inf '')" = ...S ]
    [ "$(stops diverged:n=1 10 nan 11)" = .S. ]
    run -0 --separate-stderr a4nn-predict -q -M last -R patience <<< "$(curve acc 1 nan nan nan)"
    [ "$(column reason <<< "$output" | tail -n 1)" = diverged ]
}

@test "predict: no-diverged leaves them alone" {
    run -0 a4nn-predict -q -M last -R patience:n=99 -R no-diverged <<< "$(curve acc 1 nan nan nan nan)"
    [ "$(decisions <<< "$output")" = ..... ]
}

@test "predict: budget in epochs, and in seconds since the run's first observation" {
    [ "$(stops budget:epochs=3 1 2 3 4)" = ..SS ]
    printf 'run,epoch,value,metric,time\nr,1,5,acc,1000\nr,2,6,acc,1050\nr,3,7,acc,1100\n' > timed.csv
    run -0 a4nn-predict -q -M last -R budget:seconds=100 timed.csv
    [ "$(decisions <<< "$output")" = ..S ]
    run -0 a4nn-predict -q -M last -R budget:seconds=101 timed.csv
    [ "$(decisions <<< "$output")" = ... ]
}

@test "predict: the first rule that stops gives the reason" {
    curve acc 10 10 10 > run.csv
    run -0 a4nn-predict -q -M last -R patience:n=2 -R budget:epochs=2 run.csv
    [ "$(column reason <<< "$output" | paste -sd ' ')" = " budget patience" ]
}

@test "predict: --all stops where all rules say so at the same epoch, and names them" {
    curve acc 10 10 10 11 12 12 12 > run.csv
    # patience:n=2 says stop at 3 and 7, budget from 5 on
    run -0 a4nn-predict -q -M last -R patience:n=2 -R budget:epochs=5 run.csv
    [ "$(decisions <<< "$output")" = ..S.SSS ]
    run -0 a4nn-predict -q -M last --all -R patience:n=2 -R budget:epochs=5 run.csv
    [ "$(decisions <<< "$output")" = ......S ]
    [[ ${lines[-1]} == *,stop,patience+budget ]]
    run -0 a4nn-predict -q -M last --all -R budget:epochs=5 run.csv
    [ "$(column reason <<< "$output" | paste -sd ' ')" = "    budget budget budget" ]
    run -1 a4nn-predict -q -u -M last --all -R patience:n=2 -R budget:epochs=8 run.csv
    run -0 --separate-stderr a4nn-predict -o table -M last --all -R patience:n=2 -R budget:epochs=5 run.csv
    [ "$stderr" = "a4nn-predict: run 'r' can stop after epoch 7 (patience+budget)" ]
}

@test "predict: diverged suffices under --all, and is not needed" {
    curve acc 10 10 nan nan nan nan > run.csv
    run -0 a4nn-predict -q -M last --all -R patience:n=3 -R budget:epochs=6 run.csv
    [ "$(column reason <<< "$output" | paste -sd ' ')" = "    diverged patience+budget" ]
    run -0 a4nn-predict -q -M last --all -R patience:n=3 -R diverged:n=1 -R budget:epochs=6 run.csv
    [ "$(column reason <<< "$output" | paste -sd ' ')" = "  diverged diverged diverged patience+budget" ]
    run -0 a4nn-predict -q -M last --all -R patience:n=1 -R no-diverged -R budget:epochs=6 run.csv
    [ "$(column reason <<< "$output" | paste -sd ' ')" = "     patience+budget" ]
    # alone it is no "all" of nothing
    run -0 a4nn-predict -q -M last --all -R diverged:n=2 run.csv
    [ "$(column reason <<< "$output" | paste -sd ' ')" = "   diverged diverged diverged" ]
}

# ---- rules that compare ----

# Complete runs a, b of three epochs, then c.
with_peers() { # VALUES OF c
    printf '%s\n' run,epoch,value,metric a,1,10,acc a,2,20,acc a,3,30,acc b,1,20,acc b,2,30,acc b,3,40,acc
    local epoch=0 value
    for value; do
        echo "c,$((++epoch)),$value,acc"
    done
}

@test "predict: median stops what is worse than half of the complete runs, as Optuna does" {
    # medians of a and b: 15, 25, 35; c counts with its best value so far
    run -0 a4nn-predict -q -E 3 -M last -R median:startup=2 <<< "$(with_peers 12)"
    [ "$(decisions <<< "$output")" = ......S ]
    run -0 a4nn-predict -q -E 3 -M last -R median:startup=2 <<< "$(with_peers 15 25 35)"
    [ "$(decisions <<< "$output")" = ......... ]
    run -0 a4nn-predict -q -E 3 -M last -R median:startup=2 <<< "$(with_peers 26 1 30)"
    [ "$(decisions <<< "$output")" = ........S ]
    run -0 a4nn-predict -q -E 3 -M last -R median:startup=3 <<< "$(with_peers 1 1 1)"
    [ "$(decisions <<< "$output")" = ......... ]
    run -0 a4nn-predict -q -E 3 -M last -R median:startup=2,warmup=1 <<< "$(with_peers 1 1 1)"
    [ "$(decisions <<< "$output")" = .......SS ]
}

# 16 epochs, eta 4: rungs at 1, 4 and 16. A run goes on if it reaches the 75th percentile of those
# before it at the rung.
at_rung() { # NAME=EPOCH:VALUE ...
    echo run,epoch,value,metric
    local item
    for item; do
        echo "$item" | sed 's/=/,/; s/:/,/; s/$/,acc/'
    done
}

@test "predict: asha lets the best quarter at a rung go on, as Ray does" {
    at_rung a=1:50 b=1:60 c=1:55 d=1:58 e=1:58.5 > rungs.csv
    # before c: 75th percentile of 50, 60 is 57.5; d: of 50, 55, 60 is 57.5; e: of 50 55 58 60, 58.5
    run -0 a4nn-predict -q -E 16 -M last -R asha rungs.csv
    [ "$(decisions <<< "$output")" = ..S.. ]
    # between two rungs nobody is looked at, and the first observation past a rung counts there
    at_rung a=1:50 a=2:50 a=3:50 a=5:70 b=1:60 b=3:1 b=4:69 b=5:1 > rungs.csv
    run -0 a4nn-predict -q -E 16 -M last -R asha rungs.csv
    [ "$(decisions <<< "$output")" = ......S. ]
}

@test "predict: asha counts a resumed run once" {
    at_rung a=1:50 b=1:60 b=1:60 b=1:60 c=1:57.5 > rungs.csv
    run -0 a4nn-predict -q -E 16 -M last -R asha rungs.csv
    [ "$(decisions <<< "$output")" = ..... ]
}

@test "predict: percents that look like fractions at first do not mislead asha and median" {
    at_rung a=1:0.9 b=1:2 c=1:1.9 > rungs.csv
    run -0 a4nn-predict -q -E 16 -M last -R asha:eta=2 rungs.csv
    [ "$(decisions <<< "$output")" = ... ]
    printf '%s\n' run,epoch,value,metric a,1,0.8,acc a,2,0.9,acc b,1,2,acc b,2,3,acc > runs.csv
    run -0 a4nn-predict -q -E 2 -M last -R median:startup=1 runs.csv
    [ "$(decisions <<< "$output")" = .... ]
}

@test "predict: runs compare within their task and metric only" {
    printf '%s\n' run,task,epoch,value,metric a,one,1,90,acc b,two,1,10,acc c,one,1,50,acc > tasks.csv
    run -0 a4nn-predict -q -E 16 -M last -R asha tasks.csv
    [ "$(decisions <<< "$output")" = ..S ]
    printf '%s\n' run,epoch,value,metric a,1,90,acc a,2,91,acc b,1,0.5,loss b,2,0.4,loss > metrics.csv
    run -0 a4nn-predict -q -E 2 -M last -R median:startup=1 metrics.csv
    [ "$(decisions <<< "$output")" = .... ]
}

# ---- metrics, directions, scales ----

@test "predict: losses, errors, fractions and percents give the same verdicts" {
    local percent fraction error rule
    percent=$(curve val_acc 40 55 61 64 65.2 65.8 66 66.1 66.1 66.2 66.2 66.2)
    fraction=$(awk -F, -v OFS=, 'NR > 1 { $3 /= 100 } 1' <<< "$percent")
    error=$(awk -F, -v OFS=, 'NR > 1 { $3 = 100 - $3; $4 = "val_error" } 1' <<< "$percent")
    for rule in a4nn penguin patience:n=2,delta=0.15; do
        run -0 a4nn-predict -q -E 20 -R "$rule" <<< "$percent"
        [[ $(decisions <<< "$output") == *S* ]]
        [ "$(a4nn-predict -q -E 20 -R "$rule" <<< "$fraction" | decisions)" = "$(decisions <<< "$output")" ]
        [ "$(a4nn-predict -q -E 20 -R "$rule" <<< "$error" | decisions)" = "$(decisions <<< "$output")" ]
    done
    # the forecasts are in the metric's own unit
    a4nn-predict -q -E 20 <<< "$percent" | column forecast | awk '{ print $1 / 100 }' > wanted
    a4nn-predict -q -E 20 <<< "$fraction" | column forecast | awk '{ print $1 + 0 }' > got
    same_files got wanted 1e-6
    a4nn-predict -q -E 20 <<< "$percent" | column forecast | awk '{ print $1 == "" ? "" : 100 - $1 }' > wanted
    a4nn-predict -q -E 20 <<< "$error" | column forecast > got
    same_files got wanted 1e-4
}

@test "predict: a loss is minimised" {
    [ "$(curve val_loss 3 2 2 2.5 2.1 | a4nn-predict -q -M last -R patience:n=3 | decisions)" = ....S ]
    [ "$(curve foo 3 2 2 2.5 2.1 | a4nn-predict -q --min -M last -R patience:n=3 | decisions)" = ....S ]
    [ "$(curve foo 1 2 2 1.5 1.9 | a4nn-predict -q --max -M last -R patience:n=3 | decisions)" = ....S ]
}

@test "predict: a metric of unknown direction is an error and stops nothing" {
    run -2 --separate-stderr a4nn-predict -u -E 20 -M last -R patience:n=1 <<< "$(curve foo 3 3 3 3)"
    [ "$stderr" = "a4nn-predict: is a larger 'foo' better? unknown: say --max or --min" ]
    [ "$(decisions <<< "$output")" = .... ]
}

@test "predict: without a planned total there is no forecast, which is said once a run" {
    run -2 --separate-stderr a4nn-predict -u -R a4nn <<< "$(curve acc 50 50 50 50 50 50 50 50)"
    [ "$stderr" = "a4nn-predict: run 'r': how many epochs are planned is not known: no forecast (say -E)" ]
    [ "$(decisions <<< "$output")" = ........ ]
}

@test "predict: a planned total in the input holds unless -E says otherwise" {
    curve acc 40 50 55 57 58 58.5 | sed '1s/$/,epochs/; 2,$s/$/,30/' > planned.csv
    a4nn-predict -q planned.csv | column forecast > thirty
    sed 's/,30$//; 1s/,epochs//' planned.csv | a4nn-predict -q -E 30 | column forecast | cmp thirty -
    a4nn-predict -q -E 10 planned.csv | column forecast > ten
    run ! cmp -s thirty ten
    sed 's/,30$/,10/' planned.csv | a4nn-predict -q | column forecast | cmp ten -
}

@test "predict: a run without a planned total gets the one on which the others agree" {
    curve acc 40 50 55 57 58 58.5 > run.csv
    { sed -n '1s/$/,epochs/p' run.csv; echo a,1,40,acc,30; echo b,1,41,acc,30; } > others.csv
    { cat others.csv; sed -n '2,$s/$/,/p' run.csv; } > without.csv
    { cat others.csv; sed -n '2,$s/$/,30/p' run.csv; } > with.csv
    a4nn-predict -q with.csv | cut -d, -f1-4,6- > wanted
    run -0 --separate-stderr a4nn-predict without.csv
    [ "$stderr" = "a4nn-predict: run 'r': how many epochs are planned is not known: 30 assumed, as the other runs state (else say -E)" ]
    cut -d, -f1-4,6- <<< "$output" | cmp - wanted
    # an option says better, and then nothing is assumed
    a4nn-predict -E 20 without.csv > got 2> err
    [ ! -s err ]
    a4nn-predict -q -E 20 with.csv | cut -d, -f1-4,6- > wanted
    cut -d, -f1-4,6- got | cmp - wanted
    # what the run states itself counts for it, and then the others no longer agree
    { cat others.csv; sed -n '2,3s/$/,/p; 4,$s/$/,20/p' run.csv; echo s,1,50,acc,; } > late.csv
    run -2 --separate-stderr a4nn-predict late.csv
    [ "$stderr" = "a4nn-predict: run 'r': how many epochs are planned is not known: 30 assumed, as the other runs state (else say -E)
a4nn-predict: run 'r': 20 epochs are planned, no longer 30: it is judged anew
a4nn-predict: run 's': how many epochs are planned is not known: no forecast (say -E)" ]
    tail -n 2 <<< "$output" | head -n 1 | cut -d, -f6- > got
    tail -n 1 wanted | cut -d, -f5- | cmp - got
    # the words of the table count by what is assumed
    run -0 --separate-stderr a4nn-predict -o table -M last -R budget:epochs=3 without.csv
    [ "${stderr_lines[1]}" = "a4nn-predict: run 'r' can stop after epoch 3 of 30 (budget): 90 % of its epochs saved" ]
}

@test "predict: no total is assumed where the others disagree, or measure something else" {
    local header=run,task,epoch,value,metric,epochs error
    error="a4nn-predict: run 'r': how many epochs are planned is not known: no forecast (say -E)"
    run -2 --separate-stderr a4nn-predict <<< "$(printf '%s\n' $header a,,1,5,acc,30 b,,1,5,acc,31 r,,1,5,acc,)"
    [ "$stderr" = "$error" ]
    run -2 --separate-stderr a4nn-predict <<< "$(printf '%s\n' $header a,one,1,5,acc,30 r,two,1,5,acc,)"
    [ "$stderr" = "$error" ]
    run -2 --separate-stderr a4nn-predict <<< "$(printf '%s\n' $header a,one,1,5,acc,30 r,one,1,5,val_loss,)"
    [ "$stderr" = "$error" ]
    # what was assumed is taken back when they no longer agree, and assumed again when they do
    printf '%s\n' $header a,,1,5,acc,30 r,,1,40,acc, r,,2,50,acc, r,,3,55,acc, r,,4,57,acc, \
        b,,1,5,acc,31 r,,5,58,acc, a,,2,5,acc,31 r,,6,58.5,acc, > in.csv
    run -2 --separate-stderr a4nn-predict -M a4nn in.csv
    [ "$stderr" = "a4nn-predict: run 'r': how many epochs are planned is not known: 30 assumed, as the other runs state (else say -E)
$error
a4nn-predict: run 'a': 31 epochs are planned, no longer 30: it is judged anew" ]
    [ "$(column forecast <<< "$output" | awk '{ printf $1 == "" ? "." : "x" }')" = ....x...x ]
    curve acc 40 50 55 57 58 58.5 | a4nn-predict -q -E 31 -M a4nn | tail -n 1 | cut -d, -f5- > wanted
    tail -n 1 <<< "$output" | cut -d, -f7- | cmp - wanted
}

@test "predict: a run resumed with more epochs is judged anew, which is said" {
    curve acc 40 50 55 57 58 58.5 58.7 58.9 59 59.1 59.2 > run.csv
    sed '1s/$/,epochs/; 2,8s/$/,7/; 9,$s/$/,15/' run.csv > grown.csv
    sed '1s/$/,epochs/; 2,$s/$/,15/' run.csv > long.csv
    local model
    for model in a4nn ensemble; do
        run -0 --separate-stderr a4nn-predict -M $model grown.csv
        [ "$stderr" = "a4nn-predict: run 'r': 15 epochs are planned, no longer 7: it is judged anew" ]
        tail -n 4 <<< "$output" > got
        a4nn-predict -q -M $model long.csv | tail -n 4 | cmp - got
    done
    # one that has no end of it says it some times only
    { echo run,epoch,value,metric,epochs; for i in {1..40}; do echo "r,$i,50,acc,$((i + 40))"; done; } > ever.csv
    run -0 --separate-stderr a4nn-predict ever.csv
    [ "${#stderr_lines[@]}" -eq 5 ]
}

# ---- epochs ----

@test "predict: a resumed run is judged by its later values" {
    curve acc 40 50 55 57 58 58.5 59 59.1 > clean.csv
    { head -n 4 clean.csv; printf '%s\n' r,4,99,acc r,5,1,acc r,3,7,acc; tail -n 6 clean.csv; } > resumed.csv
    a4nn-predict -q -E 20 clean.csv | tail -n 5 > wanted
    a4nn-predict -q -E 20 resumed.csv | tail -n 5 | cmp - wanted
    a4nn-predict -q -E 20 -M last -R patience:n=2 <<< "$(printf '%s\n' run,epoch,value,metric \
        r,1,5,acc r,2,4,acc r,2,6,acc r,3,5,acc r,4,5,acc)" | decisions | grep -qx ....S
}

@test "predict: epochs out of order are put in order" {
    curve acc 40 50 55 57 58 58.5 59 59.1 > clean.csv
    sed -n '1,2p; 4p; 3p; 5,6p; 8p; 7p; 9p' clean.csv > mixed.csv
    a4nn-predict -q -E 20 clean.csv | tail -n 1 > wanted
    a4nn-predict -q -E 20 mixed.csv | tail -n 1 | cmp - wanted
}

# ---- -u ----

@test "predict: -u ends at the first stop with 0, with 1 if there is none, with 2 in trouble" {
    curve acc 10 20 20 20 20 20 > run.csv
    run -0 --separate-stderr a4nn-predict -u -M last -R patience:n=2 run.csv
    [ "$(decisions <<< "$output")" = ...S ]
    [ -z "$stderr" ]
    run -1 --separate-stderr a4nn-predict -u -M last -R patience:n=9 run.csv
    [ "$(decisions <<< "$output")" = ...... ]
    run -2 --separate-stderr a4nn-predict -u -M last -R patience:n=9 run.csv missing.csv
    [ "$stderr" = "a4nn-predict: cannot open 'missing.csv': No such file or directory" ]
}

@test "predict: -u looks at nothing behind the stop" {
    { curve acc 10 20 20 20; printf 'r,x,y\n{"\nr,1'; } > run.csv
    run -0 --separate-stderr a4nn-predict -u -M last -R patience:n=2 run.csv
    [ -z "$stderr" ]
    { a4nn-predict -q -o jsonl -M last -R no-diverged <(curve acc 10 20 20 20); printf 'oops\n{'; } > run.jsonl
    run -0 --separate-stderr a4nn-predict -u -M last -R patience:n=2 run.jsonl
    [ -z "$stderr" ]
}

@test "predict: -u answers each epoch at once and ends while its input still lives" {
    local tail predict epoch
    mkfifo fifo
    curve acc 10 > log.csv
    tail -n +1 -f log.csv > fifo 3>&- &
    tail=$!
    # a file is written in blocks, a pipe line by line
    { a4nn-predict -u -M last -R patience:n=2 < fifo; echo $? > status; } 3>&- | cat > answer 3>&- &
    predict=$!
    for epoch in 2 3 4; do
        wait_for grep -q "^r,$((epoch - 1)),.*,continue," answer
        echo "r,$epoch,20,acc" >> log.csv
    done
    wait "$predict"
    kill "$tail" 2> /dev/null || : # nothing else would have ended it: newer ones notice
    [ "$(cat status)" -eq 0 ]
    [ "$(decisions < answer)" = ...S ]
}

# ---- what is asked for ----

@test "predict: mistakes in -M and -R are told before any input is read" {
    run -2 --separate-stderr a4nn-predict -R patient < /dev/zero
    [ "$stderr" = "a4nn-predict: no rule 'patient'; there are: $(a4nn-predict --list |
        sed -n '/^rules/,$s/^  \([a-z][a-z0-9-]*\) .*/\1/p' | paste -sd, | sed 's/,/, /g')" ]
    run -2 --separate-stderr a4nn-predict -R patience:n=0 < /dev/zero
    [[ $stderr == "a4nn-predict: "*"n"* ]]
    run -2 --separate-stderr a4nn-predict -R patience:x=1 < /dev/zero
    [[ $stderr == "a4nn-predict: "*"x"* ]]
    run -2 --separate-stderr a4nn-predict -M oracle < /dev/zero
    [[ $stderr == "a4nn-predict: no forecaster 'oracle'; there are: "* ]]
    run -2 --separate-stderr a4nn-predict -R a4nn -R penguin < /dev/zero
    [ "$stderr" = "a4nn-predict: rules that go with the forecasters a4nn and penguin: choose one with -M" ]
    run -2 --separate-stderr a4nn-predict -E none < /dev/zero
    [[ $stderr == "a4nn-predict: "*"none"* ]]
}

@test "predict: a table puts the stop into words" {
    run -0 --separate-stderr a4nn-predict -o table -E 10 -M last -R patience:n=2 <<< "$(curve acc 10 20 20 20 20)"
    [ "$stderr" = "a4nn-predict: run 'r' can stop after epoch 4 of 10 (patience): 60 % of its epochs saved" ]
    [ "$(grep -c 'stop *patience$' <<< "$output")" -eq 2 ]
}

@test "predict: a stop that a resumed epoch took back is none for the rules that compare" {
    local first='run,epoch,value,metric\na,1,0.5,val_acc\na,2,0.4,val_acc\n'
    local rest='a,2,0.9,val_acc\na,3,0.95,val_acc\nb,1,0.3,val_acc\n'
    # shellcheck disable=SC2059 # the texts are formats
    printf "$first$rest" | a4nn-predict -q -E 3 -R patience:n=1 -R median:startup=1 > out.csv
    [[ $(tail -n 1 out.csv) == b,1,*,stop,median ]]
}

@test "predict: --max and --min together are a mistake" {
    run -2 a4nn-predict --max --min <<< ''
    [ "$output" = "a4nn-predict: --max and --min exclude each other" ]
}

@test "predict: a run whose past changes with every record is given up, another is not" {
    {
        echo run,epoch,value,metric,epochs
        seq 1000 -1 1 | sed 's/.*/x,&,0.5,val_acc,2000/'
        seq 1 9 | sed 's/.*/y,&,0.9,val_acc,2000/'
    } > in.csv
    run -2 --separate-stderr a4nn-predict -R a4nn in.csv
    [[ $stderr == *"run 'x': its past changes all the time"* ]]
    [ "${#stderr_lines[@]}" -eq 1 ]
    [ "${#lines[@]}" -eq 1010 ]
    [[ ${lines[1000]} == x,1,0.5,*,continue, ]]
    [[ ${lines[1009]} == y,9,0.9,*,stop,a4nn ]]
}

@test "predict: a log in which every second epoch comes late is judged to its end" {
    {
        echo run,epoch,value,metric,epochs
        for i in $(seq 1 2 199); do printf 'x,%d,0.9,val_acc,201\nx,%d,0.9,val_acc,201\n' $((i + 1)) "$i"; done
    } > in.csv
    run -0 a4nn-predict -q -R a4nn in.csv
    [[ ${lines[200]} == x,199,0.9,*,stop,a4nn ]]
}

@test "predict: read stops every run at its share of the epochs" {
    {
        echo run,epoch,value,metric,epochs
        seq 1 40 | sed 's/.*/x,&,0.5,val_acc,40/'
    } > in.csv
    run -0 a4nn-predict -q -R read:fraction=0.25 -u in.csv
    [[ ${lines[-1]} == x,10,0.5,*,0.5,*,stop,read ]]
    run -2 a4nn-predict -q -R read:fraction=2 in.csv
}
