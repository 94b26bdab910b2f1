# SPDX-License-Identifier: GPL-3.0-or-later
# What is known of the learning rate, through the commands.
load lib

# stepped [LR]: a run of 100 epochs whose rate falls after epoch 60, when its accuracy rises from a
# noisy 80 to 84; with LR its rate is stated, too.
stepped() {
    awk -v lr="${1-}" 'BEGIN {
        print "run,epoch,value,metric,epochs" (lr ? ",lr" : "")
        for (i = 1; i <= 100; i++) {
            z = 80 - 40 * exp(-i / 5) + (i > 60 ? 4 : 0) + (i > 60 ? 0.1 : 0.8) * sin(13.37 * i * i)
            printf "r,%d,%.3f,val_acc,100", i, z
            print lr ? (i <= 60 ? ",0.1" : ",0.01") : ""
        }
    }'
}

# first_stop OPTION...: the epoch of the first stop of the run on standard input, and the forecast.
first_stop() {
    a4nn-predict -q -M ensemble -o csv "$@" > .out
    paste -d ' ' <(column epoch < .out) <(column forecast < .out) <(column verdict < .out) |
        awk '$3 == "stop" { print $1, $2; exit }'
}

@test "schedule: no stop on a plateau before a drop that is known, a good one soon after it" {
    read -r epoch forecast < <(stepped | first_stop -R converged:tol=2)
    [ "$epoch" -lt 60 ]
    awk "BEGIN { exit !($forecast < 82.5) }"
    read -r epoch forecast < <(stepped | first_stop -R converged:tol=2 --schedule step:60)
    [ "$epoch" -gt 60 ] && [ "$epoch" -le 62 ]
    awk "BEGIN { exit !($forecast > 83.5 && $forecast < 85) }"
    read -r epoch forecast < <(stepped | first_stop -R converged --schedule step:60)
    [ "$epoch" -gt 60 ] && [ "$epoch" -le 65 ]
    awk "BEGIN { exit !($forecast > 83.5 && $forecast < 85) }"
}

@test "schedule: a drop one epoch off, as frameworks count differently, is met as well" {
    read -r epoch forecast < <(stepped | first_stop -R converged --schedule step:61)
    [ "$epoch" -gt 60 ] && [ "$epoch" -le 66 ]
    awk "BEGIN { exit !($forecast > 83.5 && $forecast < 85) }"
}

@test "schedule: half epochs and epochs counted from 0 have their drop where they have it" {
    stepped | awk -F, -v OFS=, 'NR > 1 { $2 /= 2; $5 /= 2 } 1' > half.csv
    stepped | awk -F, -v OFS=, 'NR > 1 { $2 -= 1; $5 -= 1 } 1' > zero.csv
    read -r epoch forecast < <(first_stop -R converged --schedule step:30 < half.csv)
    awk "BEGIN { exit !($epoch > 30 && $epoch <= 32.5 && $forecast > 83.5 && $forecast < 85) }"
    read -r epoch forecast < <(first_stop -R converged --schedule step:59 < zero.csv)
    [ "$epoch" -gt 59 ] && [ "$epoch" -le 64 ]
}

@test "schedule: drops at or behind the end, const, cosine, linear, unknown: as without any" {
    stepped > in.csv
    a4nn-predict -q -M ensemble -o csv in.csv > wanted
    for spec in step:100 step:100,200 const cosine linear unknown; do
        a4nn-predict -q -M ensemble -o csv --schedule "$spec" in.csv > got
        same_files got wanted
    done
}

@test "schedule: a drop is known from the rates of the stream once it has come" {
    stepped > plain.csv
    stepped lr > lr.csv
    a4nn-predict -q -M ensemble -o csv plain.csv | column expected_error > plain
    a4nn-predict -q -M ensemble -o csv lr.csv | column expected_error > lr
    diff <(head -n 60 plain) <(head -n 60 lr)
    awk 'NR == FNR { plain[FNR] = $1; next } FNR == 62 { exit !($1 < plain[FNR] / 2) }' plain lr
    # --schedule has the last word
    a4nn-predict -q -M ensemble -o csv --schedule unknown lr.csv | column expected_error |
        diff - plain
    a4nn-predict -q -M ensemble -o jsonl lr.csv | a4nn-predict -q -M ensemble -o csv |
        column expected_error | diff - lr
}

@test "schedule: rates that never fall at once change nothing" {
    stepped > plain.csv
    a4nn-predict -q -M ensemble -o csv plain.csv | column forecast > wanted
    for rate in 0.1 '(1 + cos(3.1416 * i / 100)) / 20' '(101 - i) / 1000' 0 '"nan"' '0.97 ^ i'; do
        awk -F, -v OFS=, "{ i = \$2; print \$0, NR == 1 ? \"lr\" : $rate }" plain.csv |
            a4nn-predict -q -M ensemble -o csv | column forecast | diff - wanted
    done
}

@test "schedule: a warm-up's epochs say nothing about the shape, told or seen" {
    stepped | awk -F, -v OFS=, 'NR > 1 && $2 < 5 { $3 = 5 } 1' > low.csv
    stepped > high.csv
    for file in low high; do
        a4nn-predict -q -M ensemble -o csv --schedule warmup:5 $file.csv | column forecast > $file
        awk -F, -v OFS=, '{ print $0, NR == 1 ? "lr" : $2 < 5 ? $2 / 50 : 0.1 }' $file.csv |
            a4nn-predict -q -M ensemble -o csv | column forecast | diff - $file
    done
    [ "$(head -n 4 low)" != "$(head -n 4 high)" ]
    diff <(tail -n +5 low) <(tail -n +5 high)
}

@test "schedule: replay takes it too, and reads it from the rates" {
    stops() { a4nn-replay -q -R converged:tol=2@ensemble --per-run -o csv "$@" | column stop; }
    stepped > in.csv
    stepped lr > lr.csv
    [ "$(stops in.csv)" -lt 60 ]
    [ "$(stops --schedule step:60 in.csv)" -gt 60 ]
    diff <(stops lr.csv) <(stops in.csv) # the past tells nothing of what will come
    stops() { a4nn-replay -q -R converged@ensemble --per-run -o csv "$@" | column stop; }
    [ "$(stops lr.csv)" -lt "$(stops in.csv)" ]
    diff <(stops --schedule unknown lr.csv) <(stops in.csv)
}

@test "schedule: what is wrong with one is said at once" {
    for command in a4nn-predict a4nn-replay; do
        run -2 --separate-stderr "$command" --schedule step:60,30 < /dev/null
        assert_equal "$stderr" "$command: --schedule: step: the epochs must rise: '30' after 60"
        run -2 --separate-stderr "$command" --schedule stairs < /dev/null
        assert_regex "$stderr" "no schedule: 'stairs' \(accepted: const, cosine, linear, step:"
    done
}

@test "schedule: an explanation names the drops ahead, and the shapes behind one" {
    stepped > in.csv
    run -0 a4nn-predict -q -M ensemble --schedule step:60 --explain r --at 50 in.csv
    assert_line --regexp ' %  what drops of the learning rate ahead will release$'
    refute_output --partial 'since the drop'
    run -0 a4nn-predict -q -M ensemble --schedule step:60 --explain r --at 64 in.csv
    assert_output --partial 'released by the drop'
    refute_output --partial 'ahead will release'
    run -0 a4nn-predict -q -M ensemble --explain r --at 50 in.csv
    refute_output --partial 'drop'
}
