# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-fit: curves, their parameters, and when there is none.
load lib

# Values of 60 - 2^(5-x) at x = 1, 2, ... n.
exact() {
    awk -v n="$1" 'BEGIN { print "run,epoch,value,metric"
        for (x = 1; x <= n; x++) printf "r,%d,%.17g,acc\n", x, 60 - 2 ^ (5 - x) }'
}

@test "fit: an exact curve gives its parameters back" {
    run -0 --separate-stderr a4nn-fit -o csv <<< "$(exact 8)"
    [ -z "$stderr" ]
    [ "$(column fit <<< "$output")" = ok ]
    [ "$(column family <<< "$output")" = penguin ]
    paste <(column a <<< "$output") <(column b <<< "$output") <(column c <<< "$output") > got
    printf '60\t2\t5\n' > wanted
    same_files got wanted 1e-6
    [ "$(column n <<< "$output")" -eq 8 ]
    awk -v rss="$(column rss <<< "$output")" 'BEGIN { exit !(rss != "" && rss < 1e-12) }'
}

@test "fit: --prefixes fits after every epoch what the epochs so far say" {
    exact 8 > run.csv
    run -0 a4nn-fit --prefixes run.csv
    [ "$(column epoch <<< "$output" | paste -sd ' ')" = "1 2 3 4 5 6 7 8" ]
    [ "$(column fit <<< "$output" | sort | uniq -c | tr -s ' ' | paste -sd ,)" = " 5 ok, 3 too-few" ]
    # each line is what fitting the shorter run gives
    [ "$(sed -n 7p <<< "$output")" = "$(head -n 7 run.csv | a4nn-fit | tail -n 1)" ]
}

@test "fit: fractions are fitted in points, like percents" {
    exact 8 > percent.csv
    awk -F, -v OFS=, 'NR > 1 { $3 = sprintf("%.17g", $3 / 100) } 1' percent.csv > fraction.csv
    for parameter in a b c; do
        a4nn-fit percent.csv | column $parameter > wanted
        a4nn-fit fraction.csv | column $parameter > got
        same_files got wanted 1e-6
    done
}

@test "fit: too few points are an answer, with status 1" {
    run -1 --separate-stderr a4nn-fit <<< "$(exact 3)"
    [ -z "$stderr" ]
    [ "$(column fit <<< "$output")" = too-few ]
    [ -z "$(column a <<< "$output")" ]
    run -0 a4nn-fit -n 3 <<< "$(exact 3)"
    run -1 a4nn-fit -n 9 <<< "$(exact 8)"
}

@test "fit: values that are no numbers are passed over" {
    exact 8 | sed '4s/,[^,]*,acc/,nan,acc/; 6s/,[^,]*,acc/,inf,acc/' > holes.csv
    run -0 a4nn-fit holes.csv
    [ "$(column n <<< "$output")" -eq 6 ]
    column a <<< "$output" > got
    echo 60 > wanted
    same_files got wanted 1e-6
    run -1 a4nn-fit <<< "$(curve acc nan nan nan nan nan nan)"
}

@test "fit: no input makes it write what is no number but where it says so" {
    local values
    for values in "40 40 40 40 40 40" "1 2 3 4 5 6" "0 0 0 0 0 1" "inf 1e308 -1e308 5 6 7 8 9" \
        "1e-320 2e-320 3e-320 4e-320 5e-320" "99 1 99 1 99 1 99" "-5 -4 -3 -2.5 -2.4 -2.3"; do
        # shellcheck disable=SC2086 # a list
        run a4nn-fit --all-models --prefixes -o jsonl <<< "$(curve acc $values)"
        [ "$status" -le 1 ]
        run ! grep -E '"([abcd]|rss)":("|null)' <<< "$output"
    done
}

@test "fit: every family fits, as often as asked for" {
    run -0 a4nn-fit --all-models <<< "$(curve acc 40 50 55 57 58 58.5 58.8 59)"
    a4nn-fit --list-models | sed -n 's/^\([a-z][a-z0-9]*\)  *y = .*/\1/p' > families
    [ "$(wc -l < families)" -ge 15 ]
    column family <<< "$output" | cmp - families
    run -0 a4nn-fit -M pow3 -M exp3 --prefixes <<< "$(exact 5)"
    [ "$(column family <<< "$output" | sort | uniq -c | tr -s ' ' | paste -sd ,)" = " 5 exp3, 5 pow3" ]
}

@test "fit: bounds are kept" {
    run -0 a4nn-fit --bounds a=0:58 <<< "$(exact 8)"
    [ "$(column a <<< "$output")" = 58 ]
    run -0 a4nn-fit --bounds a=61: --bounds b=:1.5 <<< "$(exact 8)"
    awk -v a="$(column a <<< "$output")" -v b="$(column b <<< "$output")" 'BEGIN { exit !(a >= 61 && b <= 1.5) }'
}

@test "fit: a run's metrics, and runs of one name in two tasks, are fitted apart" {
    { exact 6; exact 6 | sed '1d; s/acc/loss/; s/^r,\([^,]*\),\([^,]*\)/r,\1,9/'; } > two.csv
    run -0 a4nn-fit two.csv
    [ "$(column n <<< "$output" | paste -sd ' ')" = "6 6" ]
    awk -F, -v OFS=, 'NR == 1 { print $0, "task"; next } { print $0, "one"; $3 = 7; print $0, "two" }' \
        <(exact 6) > tasks.csv
    run -0 a4nn-fit tasks.csv
    [ "$(column n <<< "$output" | paste -sd ' ')" = "6 6" ]
}

@test "fit: mistakes are told" {
    run -2 --separate-stderr a4nn-fit -M oracle < /dev/null
    [ "$stderr" = "a4nn-fit: --model: unknown: 'oracle' (see --list-models)" ]
    for bad in e=1:2 a=1 a=x:2 a=1:y a=nan:2 =1:2 ''; do
        run -2 --separate-stderr a4nn-fit --bounds "$bad" < /dev/null
        [ "$stderr" = "a4nn-fit: --bounds: not PAR=LO:HI with PAR a to d: '$bad'" ]
    done
    run -2 --separate-stderr a4nn-fit --bounds a=5:1 <<< "$(exact 6)"
    [ "$stderr" = "a4nn-fit: --bounds: no value of 'a' is within 5 and 1" ]
    run -2 --separate-stderr a4nn-fit -n 1 < /dev/null
    [[ $stderr == *"'1'"* ]]
}
