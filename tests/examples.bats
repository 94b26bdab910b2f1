# SPDX-License-Identifier: GPL-3.0-or-later
load lib

example() { printf '%s/examples/%s.sh' "$project_root" "$1"; }

@test "examples: each has a test" {
    local file
    for file in "$project_root"/examples/*.sh; do
        file=$(basename "$file" .sh)
        grep -qE "\(example $file\)|/examples/$file\.sh" "$project_root"/tests/*.bats || fail "$file.sh: no test"
    done
}

@test "examples: a mistake is told, with the status of trouble" {
    local name
    for name in stop-training archive watch optuna tensorboard; do
        run -2 --separate-stderr "$(example "$name")"
        [ -z "$output" ]
        [[ $stderr == "usage: $name.sh "* ]]
    done
}

# A training that writes the sample log, line by line, and then waits.
endless_training() {
    cat > training << 'END'
head -n 75 "$1"
exec sleep 60
END
}

@test "examples: stop-training ends a training when its forecast has settled" {
    endless_training
    run -0 --separate-stderr "$(example stop-training)" 40 train.log sh training "$(data log/penguin.txt)" 3>&-
    [[ ${lines[-1]} =~ ^stdin\ +33\ .*stop\ +converged$ ]]
    [ "$(grep -c stop <<< "$output")" -eq 1 ]
    [[ $stderr == *"run 'stdin' can stop after epoch 33 of 40 (converged): 17.5 % of its epochs saved"* ]]
    cmp <(head -n "$(wc -l < train.log)" "$(data log/penguin.txt)") train.log
}

@test "examples: stop-training leaves a training alone that is not sure, and gives its status" {
    head -n 5 "$(data log/penguin.txt)" > short.txt
    run -7 --separate-stderr "$(example stop-training)" 40 train.log sh -c 'cat short.txt; exit 7' 3>&-
    [ "$(grep -c continue <<< "$output")" -eq 4 ]
    cmp short.txt train.log
}

@test "examples: watch says a line per epoch while the log is written" {
    local values
    mkfifo log
    "$(example watch)" 40 < log > seen 2> err 3>&- &
    exec 4> log
    head -n 67 "$(data log/penguin.txt)" >&4
    wait_for grep -q '^stdin epoch 33: 25.42, at the end 25.4, may stop (converged)$' seen
    exec 4>&-
    wait
    values=$(awk 'NR > 1 && NR < 68 { print $4 + 0 }' "$(data log/penguin.txt)")
    [ "$(sed 's/^stdin epoch [0-9.]*: \([0-9.]*\).*/\1/' seen)" = "$values" ]
}

@test "examples: archive replays what is in a tar" {
    mkdir runs
    cp "$(data log/a4nn-history.csv)" runs/
    tar -czf runs.tar.gz runs
    run -0 --separate-stderr "$(example archive)" 25 runs.tar.gz
    grep -qE 'converged@pool +2 +2 ' <<< "$output"
    grep -qE 'patience:n=5@best +2 ' <<< "$output"
    grep -qE 'budget:epochs=12@last +2 .* 52\.0 ' <<< "$output"
    # the worst decision: its error is that of the forecast at the stop
    a4nn-predict -q -E 25 -o csv "$(data log/a4nn-history.csv)" > forecasts
    read -r error run epoch <<< "${lines[-1]}"
    awk -F, -v error="$error" -v run="${run##*/}" -v epoch="$epoch" '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["run"] == run && $column["epoch"] == epoch { forecast = $column["forecast"] }
        $column["run"] == run { final = $column["value"] }
        END { d = forecast - final; if (d < 0) d = -d; d -= error; exit !(forecast != "" && d < 1e-6 && d > -1e-6) }' forecasts
}

@test "examples: best-family names the family with the smallest AICc, and by how much" {
    run -0 --separate-stderr "$(example best-family)" "$(data log/penguin.txt)" "$(data log/mxnet-cifar.log)"
    [ "${#lines[@]}" -eq 2 ]
    a4nn-fit -q --all-models -o jsonl "$(data log/penguin.txt)" > fits
    wanted=$(jq -rs 'map(select(.fit == "ok" and .aicc != null)) | sort_by(.aicc) |
        "\(.[0].run) \(.[0].family), " , ((.[1].aicc - .[0].aicc) * 100 | round / 100)' fits | paste -sd ' ' | sed 's/  */ /g')
    [[ ${lines[1]} == "$wanted better than "* ]]
}

@test "examples: optuna says which trials could have been stopped" {
    sqlite3 study.db << 'END'
CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name TEXT);
CREATE TABLE study_directions (study_direction_id INTEGER PRIMARY KEY, direction TEXT, study_id INTEGER, objective INTEGER);
CREATE TABLE trials (trial_id INTEGER PRIMARY KEY, number INTEGER, study_id INTEGER, state TEXT,
    datetime_start DATETIME, datetime_complete DATETIME);
CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER PRIMARY KEY, trial_id INTEGER,
    step INTEGER, intermediate_value FLOAT, intermediate_value_type TEXT);
INSERT INTO studies VALUES (1, 's');
INSERT INTO study_directions VALUES (1, 'MAXIMIZE', 1, 0);
INSERT INTO trials (trial_id, number, study_id, state) VALUES (1, 0, 1, 'COMPLETE'), (2, 1, 1, 'COMPLETE');
WITH RECURSIVE e(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM e WHERE n < 10)
INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
    SELECT t, n, CASE t WHEN 1 THEN 0.9 - 0.8 / n ELSE 0.1 + 0.01 * (n * 7 % 5) + 0.04 * n END, 'FINITE'
    FROM e, (SELECT 1 AS t UNION SELECT 2);
END
    before=$(cksum study.db)
    run -0 --separate-stderr "$(example optuna)" 10 study.db
    [ "$(cksum study.db)" = "$before" ]
    [ "${lines[0]}" = "rule median:startup=1" ]
    [ "${lines[1]}" = "  trial_0: 10 epochs, no stop" ]
    # 0.14 after its first epoch against 0.1 of the other: not worse; 0.22 against 0.5 is
    [ "${lines[2]}" = "  trial_1: 10 epochs, may stop after 2 (median)" ]
    [ "${lines[3]}" = "rule a4nn" ]
}

@test "examples: tensorboard lists the best value of each run below a folder" {
    run -0 --separate-stderr "$(example tensorboard)" "$(data log/tensorboard)"
    [ "${#lines[@]}" -eq "$(find "$(data log/tensorboard)" -name 'events*' | wc -l)" ]
    best=$(a4nn-log -q "$(data log/tensorboard)" -o jsonl | jq -s 'map(select(.run == "version_0").value) | max')
    best=$(printf '%.10g' "$best") # as forecasts are written
    [ "${lines[0]}" = "val_accuracy	version_0	6	$best" ]
    # of an error rate the smallest is the best
    best=$(a4nn-log -q "$(data log/tensorboard)" -o jsonl | jq -s 'map(select(.run == "algoperf").value) | min')
    best=$(printf '%.10g' "$best")
    [ "${lines[2]}" = "validation/wer	algoperf	32	$best" ]
}
