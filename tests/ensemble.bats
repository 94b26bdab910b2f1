# SPDX-License-Identifier: GPL-3.0-or-later
# The ensemble forecaster and its rules, through the commands.
load lib

# CSV of a rising curve of 30 epochs: metric and an awk expression of the accuracy a in [0, 1].
curve() { # metric expression
    awk -v metric="$1" 'BEGIN {
        print "run,epoch,value,metric,epochs"
        for (i = 1; i <= 30; i++) {
            a = 0.9 - 0.5 * exp(-i / 4) + 0.004 * sin(13 * i)
            printf "x,%d,%.12g,%s,30\n", i, '"$2"', metric
        }
    }'
}

verdicts() { a4nn-predict -q -M ensemble "$@" -o csv | awk -F, 'NR > 1 { print $2, $(NF - 1) }'; }

@test "ensemble: every forecast has an interval around it, an expected error, and lies in range" {
    curve val_acc a > in.csv
    a4nn-predict -q -M ensemble in.csv > out.csv
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        { f = $col["forecast"]; l = $col["low"]; h = $col["high"]; e = $col["expected_error"]
          if (f == "" || l == "" || h == "" || e == "" || l > f || f > h || h > 1 || e <= 0) bad++ }
        END { exit NR != 31 || bad }' out.csv
}

@test "ensemble: it stops a curve that has settled, near where that ends" {
    curve val_acc a > in.csv
    run -0 a4nn-predict -q -R converged -u in.csv
    awk -F, 'END { d = $6 - 0.9; exit !($2 < 20 && d < 0.03 && d > -0.03 && $NF == "converged") }' \
        <<< "${lines[-1]}"
    run -1 a4nn-predict -q -R converged:tol=0.001 -u in.csv
}

@test "ensemble: percent, fraction and error rate get the same verdicts" {
    curve val_acc a | verdicts > fraction
    curve val_acc '100 * a' | verdicts > percent
    curve error_rate '1 - a' | verdicts > errors
    grep -q stop fraction
    cmp fraction percent
    cmp fraction errors
}

@test "ensemble: a loss in another unit, a reward with something added, change no verdict" {
    curve val_loss '2 - a' | verdicts > one
    curve val_loss '(2 - a) * 1000' | verdicts > thousand
    grep -q stop one
    cmp one thousand
    curve episode_reward_mean '40 * a' | verdicts > reward
    curve episode_reward_mean '40 * a - 5000' | verdicts > less
    grep -q stop reward
    cmp reward less
}

@test "ensemble: validation every half epoch or every fourth changes nothing but the epochs" {
    curve val_acc a > whole.csv
    awk -F, -v OFS=, 'NR > 1 { $2 /= 2; $5 /= 2 } { print }' whole.csv | verdicts |
        awk '{ print $1 * 2, $2 }' > half
    awk -F, -v OFS=, 'NR > 1 { $2 *= 4; $5 *= 4 } { print }' whole.csv | verdicts |
        awk '{ print $1 / 4, $2 }' > fourth
    verdicts whole.csv > whole
    cmp whole half
    cmp whole fourth
}

@test "ensemble: one value that is no number, and a missing epoch, do not stop it" {
    curve val_acc a | awk -F, -v OFS=, '$2 == 7 { $3 = "nan" } $2 != 9' > in.csv
    run -0 a4nn-predict -q -R converged -u in.csv
    [[ ${lines[-1]} == *,stop,converged ]]
}

@test "ensemble: without a planned total there is no forecast, and it is said" {
    curve val_acc a | cut -d, -f1-4 > in.csv
    run -2 --separate-stderr a4nn-predict -M ensemble in.csv
    [[ $stderr == *"how many epochs are planned is not known"* ]]
    [ "$(grep -c ',continue,$' <<< "$output")" -eq 30 ]
}

@test "hopeless: a run far below the best complete one is stopped, the best is not" {
    {
        curve val_acc a | sed 's/^x/good/'
        curve val_acc 'a - 0.4' | sed -n 's/^x/poor/p'
        curve val_acc 'a + 0.05' | sed -n 's/^x/better/p'
    } > in.csv
    a4nn-predict -q -R hopeless:startup=1 in.csv | grep ',stop,hopeless$' | cut -d, -f1 | sort -u > stopped
    [ "$(cat stopped)" = poor ]
    curve val_acc a > one.csv
    run -1 a4nn-predict -q -R hopeless:startup=1 -u one.csv
    run -0 a4nn-predict -q -R hopeless:target=0.99 -u one.csv
    # by itself it waits for three complete runs
    a4nn-predict -q -R hopeless in.csv > waits.csv
    run -1 grep -q ',stop,hopeless$' waits.csv
    { cat in.csv; curve val_acc 'a + 0.049' | sed -n 's/^x/third/p'
        curve val_acc 'a - 0.39' | sed -n 's/^x/weak/p'; } > more.csv
    a4nn-predict -q -R hopeless more.csv | grep ',stop,hopeless$' | cut -d, -f1 | sort -u > stopped
    [ "$(cat stopped)" = weak ]
}

@test "ensemble: on the authors' histories it beats reading the last value at its savings" {
    a4nn-log -q "$(data authors.tar.xz)" | grep -e ^run -e ^1gpu |
        a4nn-replay -q -E 25 -R converged -o csv > table.csv
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        $col["scope"] == "total" { saved[$col["kind"]] = $col["saved_pct"]; mae[$col["kind"]] = $col["mae"] }
        END { exit !(saved["policy"] > 30 && mae["policy"] < 0.5 * mae["baseline"]) }' table.csv
}

@test "ensemble: a missing early epoch, or a late start, is seen as such" {
    curve val_acc a > whole.csv
    # from the third epoch on the unit is known, and what was forecast from 2 and 4 is judged anew
    awk -F, '$2 != 1 && $2 != 3' whole.csv | a4nn-predict -q -M ensemble -o csv | sed -n '$p' |
        cut -d, -f6 > gap
    a4nn-predict -q -M ensemble -o csv whole.csv | sed -n '$p' | cut -d, -f6 > all
    paste gap all | awk '{ exit !($1 - $2 < 0.002 && $2 - $1 < 0.002) }'
    awk -F, '$2 > 20 || NR == 1' whole.csv | a4nn-predict -q -M ensemble -o csv |
        awk -F, '$2 == 22 { exit !($8 - $7 < 0.3) }' # no whole curve lies ahead of epoch 21
}

@test "ensemble: a reward that has never changed is not forecast" {
    curve episode_reward_mean '(i > 3 ? a : 0)' | a4nn-predict -q -M ensemble -o csv > out.csv
    [ "$(awk -F, 'NR > 1 { print ($6 == "") }' out.csv | head -n 5 | paste -sd ' ')" = "1 1 1 0 0" ]
}

@test "ensemble: p_beat is the chance to beat the best complete run" {
    {
        curve val_acc a | sed 's/^x/good/'
        curve val_acc 'a - 0.4' | sed -n 's/^x/poor/p'
        curve val_acc 'a + 0.05' | sed -n 's/^x/better/p'
    } > in.csv
    a4nn-predict -q -R hopeless -o csv in.csv |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
            $1 == "good" && $col["p_beat"] != "" { bad++ }
            $1 == "poor" && $2 > 10 && !($col["p_beat"] < 0.01) { bad++ }
            $1 == "better" && $2 > 25 && !($col["p_beat"] > 0.9) { bad++ }
            END { exit NR != 91 || bad }'
}

@test "hopeless: the best is that of the runs that are complete now" {
    local header=run,epoch,value,metric,epochs
    curve val_acc 'a - 0.1' | sed -n 's/^x/b/p' > b.csv
    # good came to its end with 0.9, then went on and ended with 0.2
    { echo $header; printf '%s\n' good,1,0.5,val_acc,2 good,2,0.9,val_acc,2 good,3,0.3,val_acc,4 \
        good,4,0.2,val_acc,4; cat b.csv; } > worse.csv
    { echo $header; printf '%s\n' good,4,0.2,val_acc,4; cat b.csv; } > wanted.csv
    a4nn-predict -q -M ensemble -R hopeless:startup=1 worse.csv | sed -n '/^b,/p' > got
    a4nn-predict -q -M ensemble -R hopeless:startup=1 wanted.csv | sed -n '/^b,/p' | cmp - got
    grep -q ',continue,$' got
    # or has not ended yet: then there is nothing to beat
    { echo $header; printf '%s\n' good,1,0.5,val_acc,2 good,2,0.9,val_acc,2 good,3,0.3,val_acc,4
        cat b.csv; } > open.csv
    { echo $header; cat b.csv; } > alone.csv
    a4nn-predict -q -M ensemble -R hopeless:startup=1 open.csv | sed -n '/^b,/p' > got
    a4nn-predict -q -M ensemble -R hopeless:startup=1 alone.csv | sed -n '/^b,/p' | cmp - got
    # the second best takes over; a loss is the best when it is small
    { echo $header; printf '%s\n' one,2,0.5,val_loss,2 two,2,0.9,val_loss,2 one,3,3,val_loss,3 \
        three,1,0.8,val_loss,9 three,2,0.7,val_loss,9; } > losses.csv
    { echo $header; printf '%s\n' two,2,0.9,val_loss,2 three,1,0.8,val_loss,9 three,2,0.7,val_loss,9; } > two.csv
    a4nn-predict -q -M ensemble -R hopeless:startup=1 losses.csv | sed -n '/^three,/p' > got
    a4nn-predict -q -M ensemble -R hopeless:startup=1 two.csv | sed -n '/^three,/p' | cmp - got
}

@test "hopeless: a run that goes on does not compete with its own end" {
    printf '%s\n' run,epoch,value,metric,epochs x,1,0.5,acc,2 x,2,0.9,acc,2 x,3,0.9,acc,4 > in.csv
    run -0 a4nn-predict -q -R hopeless in.csv
    [ "$(column p_beat <<< "$output" | paste -sd ,)" = ,, ]
}

@test "patience: on=forecast waits for a better forecast" {
    curve val_acc a > in.csv
    run -1 a4nn-predict -q -M pool -R patience:n=30,on=forecast -u in.csv
    run -0 a4nn-predict -q -M pool -R patience:n=3,delta=5,on=forecast -u in.csv
    [ "${#lines[@]}" -lt 12 ]
    # it goes with this forecaster by itself, or with the one of a rule that has its own
    a4nn-predict -q -R patience:n=3,delta=5,on=forecast -u in.csv | cmp - <(printf '%s\n' "$output")
    a4nn-predict -q -R a4nn:n=900 -R patience:n=3,on=forecast in.csv > both
    a4nn-predict -q -M a4nn -R patience:n=3,on=forecast in.csv | cmp - both
    grep -q ',stop,patience$' both
}

@test "ensemble: no forecast beyond all numbers after a loss near their end" {
    for m in ensemble pool; do
        printf '%s\n' run,epoch,value,metric,epochs r,1,2,val_loss,20 r,2,1.5,val_loss,20 \
            r,3,1e300,val_loss,20 r,4,1.4,val_loss,20 | a4nn-predict -q -M $m -o csv > out.csv
        [ "$(column forecast < out.csv | sed -n 3p)" = '' ]
        ! grep -q inf out.csv
    done
}

@test "p_beat: shapes that all end above 100 % make no certainty of beating 99 %" {
    awk 'BEGIN {
        print "run,epoch,value,metric,epochs"
        for (t = 1; t <= 40; t++) print "a," t "," 99.5 - 20 / t ",val_acc,40"
        for (t = 1; t <= 12; t++) print "b," t "," 10 + 6 * t ",val_acc,40"
    }' > in.csv
    for forecaster in ensemble pool; do
        a4nn-predict -q -M $forecaster -R hopeless -o csv in.csv | awk -F, '
            NR == 1 { for (i = NF; i > 0; i--) col[$i] = i; next }
            { p = $col["p_beat"] } END { exit !(p > 0.3 && p < 0.7) }'
    done
}

@test "converged: shapes that all end above 100 % make no certainty of 100 %" {
    # a smooth curve that settles at 0.9; after 7 epochs they do
    awk 'BEGIN { print "run,epoch,value,metric,epochs"
        for (i = 1; i <= 60; i++)
            printf "x,%d,%.4f,val_acc,60\n", i, 0.9 - 0.5 * exp(-i / 4) + 0.002 * sin(i) }' > in.csv
    for forecaster in ensemble pool; do
        a4nn-predict -q -M "$forecaster" in.csv -o csv > out.csv
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
            $2 == 7 && ($col["forecast"] < 0.99 || $col["low"] > 0.9 || $col["expected_error"] < 0.03) { bad++ }
            $col["verdict"] == "stop" && !stops++ { d = $col["forecast"] - 0.9; bad += d > 0.02 || d < -0.02 }
            END { exit bad || !stops }' out.csv
    done
}
