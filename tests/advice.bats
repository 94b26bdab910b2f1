# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-replay --advise, --curve, --compare: on archives of which the answer is known.

load lib

# settled RUNS [COLLECTIONS]: runs of 20 epochs that begin with a peak, wander, and are final from
# epoch 6 on: reading after that is exact, whoever forecasts from what comes before is not.
settled() {
    awk -v runs="$1" -v collections="${2-1}" 'BEGIN {
        print "run,epoch,value,metric,epochs"
        for (r = 0; r < runs; r++)
            for (e = 1; e <= 20; e++) {
                value = e == 1 ? 99 : e < 6 ? (r * 37 + e * 53) % 60 : 20 + (r * 29) % 61
                print "c" r % collections "/" r "," e "," value ",val_acc,20"
            }
    }'
}

# rising RUNS: runs of 40 epochs that go the same way to ends of their own, with a little noise.
rising() {
    awk -v runs="$1" 'BEGIN {
        print "run,epoch,value,metric,epochs"
        for (r = 0; r < runs; r++)
            for (e = 1; e <= 40; e++) {
                value = 10 + (40 + (r * 29) % 41) * (1 - exp(-e / 12)) + ((r * 31 + e * 17) % 11 - 5) / 25
                print "x/" r "," e "," value ",val_acc,40"
            }
    }'
}

# cell COLUMN POLICY [SCHEME]: of CSV on standard input.
cell() {
    awk -F, -v column="$1" -v policy="$2" -v scheme="${3-runs}" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["policy"] == policy && $at["scheme"] == scheme { print $at[column] }'
}

@test "advice: reading wins where runs are final early, and that is said" {
    settled 60 > in
    run -0 --separate-stderr a4nn-replay --advise saved=60 in
    [ "${lines[-1]}" = "a4nn-predict -R read:fraction=0.4" ]
    [[ $output == *$'\nThat is no forecast: reading the last value at a fixed epoch does best here.\n'* ]]
    [[ $output == *$'\nread:fraction=0.4 saves 60.0 +- 0.0 % and errs by 0 +- 0 on the runs left out.\n'* ]]
    a4nn-replay --advise saved=60 -o csv in > advice
    [ "$(cell saved_pct read:fraction=0.4 < advice) $(cell mae read:fraction=0.4 < advice)" = "60 0" ]
    [ "$(cell tau read:fraction=0.4 < advice) $(cell regret read:fraction=0.4 < advice)" = "1 0" ]
    [ "$(awk -F, '$8 == 1 { print $5 }' advice)" = read:fraction=0.4 ]
    [ "$(cell folds read:fraction=0.4 < advice)" = 5 ]
    # beyond what is final, it errs, and the fraction is as asked
    a4nn-replay --advise saved=80 -o csv in > advice
    awk -F, '$1 == "runs" && $4 == "read" && $10 >= 80 && $12 > 5' advice | grep -q .
}

@test "advice: forecasts win where all runs go the same way" {
    rising 110 > in
    run -0 --separate-stderr a4nn-replay --advise saved=60 in
    [[ $output == *$'\nReading at a fixed epoch errs by '* ]]
    [[ $output != *"no forecast"* ]]
    [[ ${lines[-1]} == "a4nn-predict "* ]]
    [[ ${lines[-1]} != *read* ]]
    a4nn-replay --advise saved=60 -o csv in > advice
    [ "$(cell folds read:fraction=0.4 < advice) $(cell folds_behind read:fraction=0.4 < advice)" = "10 10" ]
    awk -F, 'NR > 1 && $1 == "runs" && $9 == "yes" && ($10 < 58) { exit 1 }' advice
    # the command does what was said
    read -r -a command <<< "${lines[-1]}"
    "${command[@]}" in | column verdict | grep -qx stop
}

@test "advice: an error for a goal gives the most savings within it" {
    settled 60 > in
    a4nn-replay --advise error=0.01 -o jsonl in > advice
    grep '"advised":1' advice | grep '"policy":"read:fraction=0.3"' | grep -q '"saved_pct":70,'
    grep '"rule":"asha"' advice | grep -q '"goal":"error","goal_value":0.01'
}

@test "advice: the value is chosen on other runs than those it is measured on" {
    # One run is final later than the others: who has looked at it reads later, who has not reads
    # early and errs on it.
    settled 60 | awk -F, -v OFS=, '$1 == "c0/7" && $2 > 5 && $2 < 19 { $3 = 1 } { print }' > in
    a4nn-replay --advise error=0.2 -o csv in > advice
    read -r policy saved mae <<< "$(awk -F, '$1 == "runs" && $4 == "read" { print $5, $10, $12 }' advice)"
    [ "$policy" = read:fraction=0.94 ] # epoch 19; on all runs
    a4nn-replay --no-baseline -R "$policy" -o csv in | awk -F, '$1 == "total" && $20 <= 0.2' | grep -q .
    awk -v saved="$saved" -v mae="$mae" 'BEGIN { exit !(saved > 6 && mae > 0.3) }'
}

@test "advice: collections as folds when there are three" {
    settled 60 3 > in
    a4nn-replay --advise saved=60 -o csv in > advice
    [ "$(cell mae read:fraction=0.4 collections < advice)" = 0 ]
    [ "$(cell folds read:fraction=0.4 collections < advice)" = 3 ]
    settled 60 2 > in
    a4nn-replay --advise saved=60 -o csv in > advice
    [ -z "$(cell mae read:fraction=0.4 collections < advice)" ]
}

@test "advice: order of the runs, threads and memory change nothing" {
    rising 30 > in
    { head -1 in; tail -n +2 in | sort -t, -k2,2n -s; } > mixed
    a4nn-replay --advise saved=50 -R patience:n=4+read:fraction=0.9 -o csv in > wanted
    grep -q '^runs,saved,50,patience:n=4+read:fraction=0.9,patience:n=4+read:fraction=0.9,,,' wanted
    a4nn-replay --advise saved=50 -R patience:n=4+read:fraction=0.9 -o csv -j1 -S 2K in | cmp - wanted
    # rules that compare do see another stream
    for file in in mixed; do
        a4nn-replay --advise saved=50 -o csv $file | grep -E ',(converged@ensemble|penguin|a4nn|patience|read),' > $file.out
    done
    cut -d, -f1-15 in.out > in.cut
    cut -d, -f1-15 mixed.out | cmp - in.cut
}

@test "advice: too few runs, or a goal nobody reaches, is no advice" {
    settled 19 > in
    run -1 --separate-stderr a4nn-replay --advise saved=60 in
    [ -z "$output" ]
    [ "$stderr" = "a4nn-replay: 19 runs are too few for advice: 20 are the least" ]
    settled 20 > in
    a4nn-replay --advise saved=60 in > /dev/null
    run -1 --separate-stderr a4nn-replay --advise saved=99 in
    [ "${lines[-1]}" = "No rule saves so much: no advice." ]
    for goal in 60 saved saved= saved=0 saved=100 error=-1 error=x time=3; do
        run -2 --separate-stderr a4nn-replay --advise "$goal" in
        [ "$stderr" = "a4nn-replay: --advise: not saved=PERCENT or error=POINTS: '$goal'" ]
    done
    run -2 --separate-stderr a4nn-replay --merge --advise saved=60 in
    [ "$stderr" = "a4nn-replay: --merge: the parts hold what was decided: no rules, no options about runs and metrics" ]
}

@test "curve: its points are those of the table" {
    rising 25 > in
    a4nn-replay --curve -o csv in > curve
    a4nn-replay -R converged:tol=1 -R hopeless:p=0.05 -R median:warmup=16 -R asha:min=4 -R read:fraction=0.5 -o csv in > table
    awk -F, 'NR > 1 && $4 == "policy" || $4 == "baseline" { print $1, $2, $3, $4, $11, $13, $14, $20, $21, $22, $23 }' table |
        sort > wanted
    awk -F, 'NR > 1 { print $1, $2, $4, $7, $11, $12, $13, $14, $15, $16, $17 }' curve |
        grep -E ' (converged:tol=1|hopeless:p=0.05|median:warmup=16|asha:min=4|read:fraction=0.5)@(pool|last) ' | sort > got
    [ "$(wc -l < got)" -eq 20 ]
    cmp got wanted
    # from late stops to early ones
    awk -F, '$1 == "total" && $3 == "read" && $7 == "policy" { print $11 }' curve > saved
    [ "$(wc -l < saved)" -eq 49 ]
    sort -n saved | cmp - saved
    [ "$(head -1 curve)" = scope,collection,rule,policy,parameter,value,kind,epoch,runs,judged,saved_pct,stopped_pct,error_mean,mae,tau,regret,best_kept_pct ]
    a4nn-replay --curve --no-baseline -o jsonl in > bare
    [ "$(wc -l < bare)" -eq "$(awk -F, '$7 == "policy"' curve | wc -l)" ]
}

@test "compare: the usual rules in one table" {
    rising 12 > in
    a4nn-replay --compare -R budget:epochs=7 -o csv in > got
    [ "$(awk -F, '$1 == "total" && $4 == "policy"' got | wc -l)" -eq 16 ]
    [ "$(awk -F, '$1 == "total" && $4 == "policy" { print $3 }' got | cut -d: -f1 | cut -d@ -f1 | sort -u | tr '\n' ' ')" = \
        "a4nn asha budget converged hopeless median patience penguin read " ]
}
