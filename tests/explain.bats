# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-predict --explain: what a verdict rests on.
load lib

# CSV rows of a rising run of 30 epochs: name, metric, awk expression of the accuracy a in [0, 1].
rows() { # NAME METRIC EXPRESSION
    awk -v name="$1" -v metric="$2" 'BEGIN {
        for (i = 1; i <= 30; i++) {
            a = 0.9 - 0.5 * exp(-i / 4) + 0.004 * sin(13 * i)
            printf "%s,%d,%.12g,%s,30\n", name, i, '"$3"', metric
        }
    }'
}

header=run,epoch,value,metric,epochs

# Compares the explanations of x at each epoch with the answers, and the conditions of each of the
# ${rules[@]} with what it says; how many answers there are among all rules goes to $minds.
conditions_and_verdicts() { # NAME.csv without .csv ...
    local file at
    for file; do
        a4nn-predict -q -M ensemble "${rules[@]}" -o jsonl "$file.csv" > "$file.answers"
        for at in {1..30}; do
            a4nn-predict -q -M ensemble "${rules[@]}" --explain x --at "$at" -o jsonl "$file.csv"
        done > "$file.explained"
        jq -c 'select(.run == "x") | [.epoch, .forecast, .low, .high, .p_beat, .verdict, .reason]' "$file.answers" > wanted
        jq -c '[.epoch, .forecast, .low, .high, .p_beat, .verdict, .reason]' "$file.explained" | cmp - wanted
        jq -e -s 'all(.[] | .verdict as $verdict | .reason as $reason | .rules |
            (any(.[]; .stop) == ($verdict == "stop"))
            and ($verdict != "stop" or ([.[] | select(.stop)][0].name == $reason))
            and all(.[]; .needs as $needs | .stop == ([.conditions[].holds] |
                if $needs == "any" then any else all end)); .)' "$file.explained"
    done
    # none of the rules should always, or never, be of one mind
    minds=$(for file; do cat "$file.explained"; done |
        jq -s -c '[.[].rules | to_entries[] | [.key, .value.stop]] | unique | length')
}

@test "explain: the conditions of every rule hold just when it says stop" {
    {
        echo $header
        rows good val_acc 'a' && rows better val_acc 'a + 0.04' && rows fair val_acc 'a - 0.02'
        rows x val_acc '(i > 24 ? "nan" : a - (i > 12) * 0.3)'
    } > acc.csv
    { awk -F, -v OFS=, -v CONVFMT=%.12g 'NR > 1 { $3 = 1 - $3; $4 = "val_error" } 1' acc.csv; } > error.csv
    { awk -F, -v OFS=, -v CONVFMT=%.12g 'NR > 1 { $3 = 3 - 2 * $3; $4 = "val_loss" } 1' acc.csv; } > loss.csv
    rules=(-R 'converged:tol=3,n=3' -R a4nn:lo=5 -R penguin:t=1% -R 'patience:n=4,delta=0.5,start=3'
        -R 'patience:n=3,on=forecast,delta=1' -R budget:epochs=20 -R read:fraction=0.3 -R asha:eta=1.5
        -R diverged:n=2)
    conditions_and_verdicts acc error loss
    [ "$minds" -eq 18 ]
    # these need runs that are complete
    sed -i 's/,nan,/,0.5,/' acc.csv error.csv
    rules=(-R hopeless:startup=1 -R 'hopeless:target=0.8,min=7,share=50' -R 'median:startup=2,warmup=3,interval=2'
        -R no-diverged)
    conditions_and_verdicts acc
    rules[3]='hopeless:target=0.2,min=7,share=50'
    conditions_and_verdicts error
    [ "$minds" -eq 6 ]
}

@test "explain: the first stop, whatever came after it" {
    { echo $header; rows x val_acc a; rows y val_acc 'a - 0.1'; } > in.csv
    local stop
    stop=$(a4nn-predict -q -M ensemble in.csv | awk -F, '$1 == "x" && / *,stop,/ { print $2; exit }')
    run -0 --separate-stderr a4nn-predict -M ensemble --explain x in.csv
    [ -z "$stderr" ]
    [[ ${lines[0]} == "run 'x': val_acc "*" after epoch $stop of 30 ($stop observations)" ]]
    [ "${lines[1]}" = "verdict         stop, by converged: the first stop, which is the decision" ]
    printf '%s\n' "$output" > all
    head -n $((stop + 1)) in.csv | a4nn-predict -M ensemble --explain x | cmp - all
    a4nn-predict -M ensemble --explain x --at "$stop" in.csv | cmp - all
    # one epoch before there is none; then the newest counts, and so it does where none ever comes
    head -n "$stop" in.csv | a4nn-predict -M ensemble --explain x > before
    grep -qx "verdict         continue" before
    a4nn-predict -M ensemble --explain x --at $((stop - 1)) in.csv | cmp - before
    a4nn-predict -M ensemble --explain x --at $((stop + 3)) in.csv > after
    grep -q "^verdict .*; the first stop, which is the decision, was at epoch $stop$" after
    run -0 a4nn-predict -M ensemble -R patience:n=30 --explain x in.csv
    [[ ${lines[0]} == *" after epoch 30 of 30 "* ]]
}

@test "explain: what the forecast is made of adds up" {
    { echo $header; rows x val_acc a; } > in.csv
    a4nn-predict -M ensemble --explain x --at 7 -o jsonl in.csv > out.json
    jq -e '([.parts[].weight] | add) as $w | ([.sources[].variance] | add) as $v
        | $w > 0.999999 and $w < 1.000001 and ($v / .variance - 1 | fabs) < 1e-6
        and ([.parts[].weight] | . == (sort | reverse)) and .unit == "points"
        and (.parts | length) == 14 and (.expected_error * 100 - .relative_error | fabs) < 1e-9' out.json
    # fractions, percent and error rates are made of the same
    awk -F, -v OFS=, -v CONVFMT=%.12g 'NR > 1 { $3 *= 100 } 1' in.csv | a4nn-predict -M ensemble --explain x --at 7 -o jsonl > percent.json
    awk -F, -v OFS=, -v CONVFMT=%.12g 'NR > 1 { $3 = 1 - $3; $4 = "err" } 1' in.csv |
        a4nn-predict -M ensemble --explain x --at 7 -o jsonl > error.json
    # shellcheck disable=SC2016 # variables of jq
    local what='[.parts[] | .weight, .forecast * $a + $b, .sd * $c], .variance, [.sources[].variance] | tostring'
    for file in "out 100 0 100" "percent 1 0 1" "error -100 100 100"; do
        # shellcheck disable=SC2086 # four words
        set -- $file
        jq -r --argjson a "$2" --argjson b "$3" --argjson c "$4" "$what" "$1.json" | tr -d '[]' | tr ',' '\n' > "$1.numbers"
        same_files "$1.numbers" out.numbers 1e-6
    done
}

@test "explain: forecasters that cannot say what they are made of, say the rest" {
    { echo $header; rows x val_acc a; } > in.csv
    run -0 a4nn-predict -M a4nn --explain x in.csv
    [[ $output == *$'\n'"forecast        0."*" (a4nn)"$'\n'* ]]
    [[ $output == *"a4nn: stop, first stop at epoch "* ]]
    [[ $output == *"diverged: continue"* ]]
    [[ $output != *variance* ]]
    run -0 a4nn-predict -M last -R 'budget:epochs=9,seconds=5' --explain x in.csv
    [[ $output == *"budget:epochs=9,seconds=5: stop, first stop at epoch 9 (needs one of these)
  yes  9 >= 9     epoch
  no   not known  seconds: time since the first observation"* ]]
}

@test "explain: a resumed run is explained as it went on" {
    { echo $header; rows x val_acc a; } > whole.csv
    { sed -n '1,12p' whole.csv; echo x,5,0.1,val_acc,30; sed -n '6,$p' whole.csv; } > resumed.csv
    a4nn-predict -M ensemble --explain x whole.csv > wanted
    a4nn-predict -M ensemble --explain x resumed.csv | cmp - wanted
    # a stop that was taken back by another past is none
    { cat whole.csv; printf '%s\n' x,3,0.2,val_acc,30 x,4,0.3,val_acc,30; } > back.csv
    run -0 a4nn-predict -M ensemble --explain x back.csv
    [[ ${lines[0]} == *" after epoch 4 of 30 (4 observations)" ]]
    [ "${lines[1]}" = "verdict         continue" ]
}

@test "explain: asha tells of the rung at hand, not of one from before a resumption" {
    { echo $header; printf '%s\n' a,1,0.1,val_acc,64 a,2,0.2,val_acc,64 a,4,0.3,val_acc,64 \
        x,1,0.5,val_acc,64 x,2,0.6,val_acc,64 x,3,0.7,val_acc,64 x,5,0.7,val_acc,64 x,3,0.1,val_acc,64; } > in.csv
    a4nn-predict -q -R asha:eta=2 --explain x -o jsonl in.csv > out.json
    jq -e '.epoch == 3 and .verdict == "continue" and .rules[0].conditions[0].value == 0 and
        .rules[0].conditions[1] == {what: "value, worse than that of the best that came to the rung",
            value: 0.1, relation: "<", limit: null, unit: "", holds: false}' out.json
    { cat in.csv; echo x,4,0.1,val_acc,64; } | a4nn-predict -q -R asha:eta=2 --explain x -o jsonl > out.json
    jq -e '.epoch == 4 and .verdict == "stop" and .rules[0].conditions[1].limit == 0.3' out.json
}

@test "explain: every task and metric of the name, and no other" {
    {
        echo run,task,epoch,value,metric,epochs
        printf 'x,%s,1,0.5,%s,9\n' one val_acc two val_acc two val_loss
        printf 'x@2,one,1,0.5,val_acc,9\nx\\u001b[2J,one,1,0.5,val_acc,9\n'
    } > in.csv
    run -0 a4nn-predict -M last --explain x in.csv
    [ "$(grep -c '^run ' <<< "$output")" -eq 3 ]
    [ "${lines[0]}" = "run 'x', task 'one': val_acc 0.5 after epoch 1 of 9 (1 observation)" ]
    [ "$(a4nn-predict -M last --explain x -o jsonl in.csv | jq -s length)" -eq 3 ]
    run -0 a4nn-predict -M last --explain x@2 in.csv
    [ "$(grep -c '^run ' <<< "$output")" -eq 1 ]
    printf 'run,epoch,value,metric\n\033[2J,1,0.5,acc\n' > evil.csv
    run -0 a4nn-predict -M last --explain $'\033[2J' evil.csv
    [[ ${lines[0]} == "run '\\x1b[2J': acc 0.5 after epoch 1 (1 observation)" ]]
}

@test "explain: rules that must all stop" {
    { echo $header; rows x val_acc a; } > in.csv
    run -0 a4nn-predict -M ensemble --all -R converged -R budget:epochs=23 --explain x in.csv
    [[ ${lines[0]} == *" after epoch 23 of 30 "* ]]
    [ "${lines[1]}" = "verdict         stop, by converged+budget: the first stop, which is the decision" ]
    [[ $output == *$'\n'"rules           all must stop at the same epoch, diverged may alone"$'\n'* ]]
    a4nn-predict -M ensemble --all -R converged -R budget:epochs=23 --explain x -o jsonl in.csv |
        jq -e '.rules_needed == "all" and .first_stop == 23 and .rules[0].first_stop < 23'
}

@test "explain: statuses and messages" {
    { echo $header; rows x val_acc a; } > in.csv
    run -1 --separate-stderr a4nn-predict --explain y in.csv
    [ -z "$output" ]
    [ "$stderr" = "a4nn-predict: no run 'y' in the input" ]
    run -1 --separate-stderr a4nn-predict --explain x --at 0.5 in.csv
    [ "$stderr" = "a4nn-predict: run 'x' was not judged up to epoch 0.5" ]
    run -2 --separate-stderr a4nn-predict --explain x -M last <<< "$(curve foo 1 2 | sed 's/^r,/x,/')"
    [ "$stderr" = "a4nn-predict: is a larger 'foo' better? unknown: say --max or --min
a4nn-predict: run 'x' was not judged" ]
    run -2 a4nn-predict --explain x -u in.csv
    [ "$output" = "a4nn-predict: --explain and --until-stop exclude each other" ]
    run -2 a4nn-predict --at 3 in.csv
    [ "$output" = "a4nn-predict: --at goes with --explain" ]
    run -2 a4nn-predict --explain x -o csv in.csv
    [ "$output" = "a4nn-predict: --explain: output as jsonl or table, not csv" ]
    run -2 a4nn-predict --explain x in.csv missing.csv
    [[ $output == *"a4nn-predict: cannot open 'missing.csv': No such file or directory"* ]]
    [[ $output == *"run 'x': val_acc "* ]]
}
