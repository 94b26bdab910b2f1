# SPDX-License-Identifier: GPL-3.0-or-later
# The forecaster that pools the runs of a stream, on real searches (tests/data/SOURCES.md).
load lib

# A search: CSV of the first runs of a collection, epoch by epoch as if they trained side by side;
# the first `over` of them before the others, one after the other.
search() { # collection runs over epochs metric
    tar -xJOf "$(data curves.tar.xz)" "$1.csv" | awk -F, -v runs="$2" -v over="$3" -v epochs="$4" \
        -v metric="$5" 'NR == 1 { next }
        !($1 in number) { if (++n > runs) exit; number[$1] = n; t = 0 }
        { value[n, ++t] = $3 }
        END {
            print "run,epoch,value,metric,epochs"
            for (i = 1; i <= over; i++)
                for (t = 1; t <= epochs; t++)
                    print i "," t "," value[i, t] "," metric "," epochs
            for (t = 1; t <= epochs; t++)
                for (i = over + 1; i <= runs; i++)
                    print i "," t "," value[i, t] "," metric "," epochs
        }'
}

forecasts() { a4nn-predict -q -o csv "$@" | cut -d, -f1-4,6- | sed 1d; }

# Mean absolute error of the forecasts at one epoch of the runs after the first ten.
error_at() { # epoch last_epoch
    awk -F, -v at="$1" -v last="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        $col["epoch"] == at && $col["run"] > 10 { forecast[$col["run"]] = $col["forecast"] }
        $col["epoch"] == last { end[$col["run"]] = $col["value"] }
        END { for (r in forecast) { d = forecast[r] - end[r]; sum += d < 0 ? -d : d; n++ }
              printf "%.4f\n", sum / n }'
}

@test "pool: with one run it forecasts what the ensemble does, with a wider interval" {
    search fashion_mnist_cnn 1 0 30 val_acc > one.csv
    a4nn-predict -q -M pool one.csv -o csv > pool.csv
    a4nn-predict -q -M ensemble one.csv -o csv > ensemble.csv
    paste -d, pool.csv ensemble.csv | awk -F, '
        NR == 1 { for (i = NF; i > 0; i--) col[$i] = i; half = NF / 2; next }
        { f = col["forecast"]; l = col["low"]; h = col["high"]; e = col["expected_error"]
          if ($f != $(f + half) || $e != $(e + half) || $l > $(l + half) || $h < $(h + half)) bad++
          if ($h - $l > $(h + half) - $(l + half)) wider++ }
        END { exit NR != 31 || bad || !wider }'
}

@test "pool: runs that are over make the forecasts of a real search better" {
    search adabelief_cifar10 27 10 200 val_acc > in.csv
    pooled=$(a4nn-predict -q -M pool in.csv -o csv | error_at 60 200)
    alone=$(a4nn-predict -q -M ensemble in.csv -o csv | error_at 60 200)
    awk "BEGIN { exit !($pooled < 0.7 * $alone) }"
    search baker_lstm_ptb 60 10 60 val_perplexity > in.csv
    pooled=$(a4nn-predict -q -M pool in.csv -o csv | error_at 12 60)
    alone=$(a4nn-predict -q -M ensemble in.csv -o csv | error_at 12 60)
    awk "BEGIN { exit !($pooled < 0.7 * $alone) }"
}

@test "pool: percent, fraction and error rate get the same verdicts" {
    search fashion_mnist_cnn 15 5 30 val_acc > percent.csv
    awk -F, -v OFS=, 'NR > 1 { $3 /= 100 } 1' percent.csv > fraction.csv
    awk -F, -v OFS=, 'NR > 1 { $3 = 100 - $3; $4 = "error_rate" } 1' percent.csv > errors.csv
    for name in percent fraction errors; do
        a4nn-predict -q -M pool $name.csv -o csv | awk -F, '{ print $1, $2, $(NF - 1), $NF }' > $name
    done
    grep -q stop percent
    cmp percent fraction
    cmp percent errors
}

@test "pool: a reward with something added, a loss in another unit, change no verdict" {
    search fashion_mnist_cnn 12 4 30 episode_reward_mean > reward.csv
    awk -F, -v OFS=, 'NR > 1 { $3 -= 4096 } 1' reward.csv > less.csv
    search baker_lstm_ptb 12 4 60 val_loss > loss.csv
    awk -F, -v OFS=, 'NR > 1 { $3 *= 1000 } 1' loss.csv > thousand.csv
    for name in reward less loss thousand; do
        a4nn-predict -q -M pool $name.csv -o csv | awk -F, '{ print $1, $2, $(NF - 1), $NF }' > $name
        grep -q stop $name
    done
    cmp reward less
    cmp loss thousand
}

@test "pool: runs of another task or metric teach nothing" {
    search fashion_mnist_cnn 12 4 30 val_acc | sed '1s/$/,task/; 2,$s/$/,a/' > a.csv
    search adabelief_cifar10 12 4 200 val_acc | sed '1d; s/$/,b/' > b.csv
    a4nn-predict -q -M pool a.csv -o csv > alone
    cat a.csv b.csv | a4nn-predict -q -M pool -o csv | awk -F, 'NR == 1 || $2 == "a"' > before
    { head -n 1 a.csv; cat b.csv; sed 1d a.csv; } | a4nn-predict -q -M pool -o csv |
        awk -F, 'NR == 1 || $2 == "a"' > after
    head -n 2 alone | grep -q "^1,a,"
    cmp alone before
    cmp alone after
}

@test "pool: a run whose past changes is learned once, and not at all while it goes on" {
    search fashion_mnist_cnn 6 5 30 val_acc > all.csv
    awk -F, '$1 < 6 || NR == 1' all.csv > over.csv
    awk -F, '$1 == 6' all.csv > new.csv
    awk -F, '$1 == 3 && $2 >= 20' all.csv > again.csv
    awk -F, -v OFS=, '$1 == 3 && $2 == 30 { $2 = 31; $5 = 60; print }' all.csv > longer.csv
    ends() { cat "$@" | a4nn-predict -q -M pool --explain 6 -o jsonl | jq -r '.steps[2].name' |
        sed 's/,.*//'; }
    [ "$(ends over.csv new.csv)" = "corrected by the ends of runs: 5" ]
    [ "$(ends over.csv again.csv new.csv)" = "corrected by the ends of runs: 5" ]
    [ "$(ends over.csv longer.csv new.csv)" = "corrected by the ends of runs: 4" ]
}

@test "pool: NaN, gaps, a run of one epoch, a constant run: an answer or none, never a wrong number" {
    cat > in.csv <<'EOF'
run,epoch,value,metric,epochs
a,1,nan,val_acc,10
a,2,50,val_acc,10
b,1,10,val_acc,1
c,1,70,val_acc,10
c,4,70,val_acc,10
c,10,70,val_acc,10
a,3,inf,val_acc,10
a,7,60,val_acc,10
d,10,nan,val_acc,10
a,10,nan,val_acc,10
e,1,70,val_acc,10
e,5,70,val_acc,10
EOF
    run -0 a4nn-predict -q -M pool in.csv
    [ "${#lines[@]}" -eq 13 ]
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        { for (i = col["forecast"]; i < NF - 1; i++) if ($i ~ /nan|inf/) bad++
          f = $col["forecast"]; if (f != "") { n++; if (f < 0 || f > 100) bad++ } }
        END { exit bad || n < 9 }' <<< "$output"
}

@test "pool: the explanation names the steps from the run's own forecast to the one given" {
    search fashion_mnist_cnn 14 10 30 val_acc > in.csv
    run -0 a4nn-predict -q -M pool --explain 12 -o jsonl in.csv
    printf '%s\n' "$output" | jq -e '
        (.steps | length) == 3 and .forecaster == "pool" and
        (.steps[2].forecast - .forecast | fabs) < 1e-6 and
        (.steps[0].name == "by this run alone") and
        (.steps[2].name | startswith("corrected by the ends of runs: 10,")) and
        (([.sources[].variance] | add) / .variance - 1 | fabs) < 1e-6'
}
