# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-replay: figures worked out by hand, and that they depend on nothing they should not.

load lib

# stream METRIC FACTOR [EPOCHS]: four runs of 4 epochs; c diverges, d ends early.
stream() {
    awk -v metric="$1" -v factor="$2" -v epochs="${3-4}" 'BEGIN {
        n["a"] = split("10 50 70 80", v); for (i = 1; i <= 4; i++) a["a", i] = v[i]
        split("10 60 65 70", v); for (i = 1; i <= 4; i++) a["b", i] = v[i]
        split("10 20 30 nan", v); for (i = 1; i <= 4; i++) a["c", i] = v[i]
        split("10 30", v); for (i = 1; i <= 2; i++) a["d", i] = v[i]
        print "run,epoch,value,metric,epochs"
        for (r = 1; r <= 4; r++)
            for (i = 1; i <= (r == 4 ? 2 : 4); i++) {
                run = substr("abcd", r, 1)
                value = a[run, i] == "nan" ? "nan" : a[run, i] * factor
                print run "," i "," value "," metric "," epochs
            }
    }'
}

# The cells of one row of the table: row KIND COLUMN... of standard input, CSV.
row() {
    awk -F, -v kind="$1" -v columns="${*:2}" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["kind"] == kind && $at["scope"] == "collection" {
            n = split(columns, c, " ")
            for (i = 1; i <= n; i++) printf "%s%s", $at[c[i]], i < n ? " " : "\n"
        }'
}

@test "replay: every figure of a stop at a fixed epoch" {
    stream val_acc 1 > in
    run -0 --separate-stderr a4nn-replay -R budget:epochs=2@last -o csv in
    [ "$stderr" = "a4nn-replay: 1 of 4 runs ended before the last planned epoch: their last value counts as final, and only epochs they trained can be saved" ]
    # a: 50 at the stop, 80 in the end; b: 60 and 70; c diverges; d ends by itself, with 30
    cat > wanted << EOF
scope,collection,policy,kind,epoch,runs,judged,diverged,shortened,epochs,saved_pct,factor,stopped_pct,error_mean,error_median,error_p95,within_0.5_pct,within_1_pct,within_2_pct,mae,tau,regret,best_kept_pct,top5_overlap_pct,top5pct_overlap_pct,worst_run,worst_epoch,worst_forecast,worst_final,worst_error
collection,all,budget:epochs=2@last,policy,,4,3,1,1,14,42.8571429,1.75,75,20,20,29,0,0,0,13.3333333,0.333333333,10,0,100,0,a,2,50,80,30
collection,all,budget:epochs=2@last,baseline,2,4,3,1,1,14,42.8571429,1.75,75,20,20,29,0,0,0,13.3333333,0.333333333,10,0,100,0,a,2,50,80,30
total,,budget:epochs=2@last,policy,,4,3,1,1,14,42.8571429,1.75,75,20,20,29,0,0,0,13.3333333,0.333333333,10,0,100,0,a,2,50,80,30
total,,budget:epochs=2@last,baseline,,4,3,1,1,14,42.8571429,1.75,75,20,20,29,0,0,0,13.3333333,0.333333333,10,0,100,0,a,2,50,80,30
EOF
    same wanted
}

@test "replay: the table for people" {
    stream val_acc 1 > in
    run -0 --separate-stderr a4nn-replay -q -R budget:epochs=2@last -R patience:n=9 in
    cat > wanted << EOF
collection  policy                runs  judged  div  short  saved%  factor  stop%  error  median    p95  <=.5%  <=1%  <=2%    mae    tau  regret  best%   top5  top5%
all         budget:epochs=2@last     4       3    1      1    42.9    1.75   75.0  20.00   20.00  29.00    0.0   0.0   0.0  13.33  0.333   10.00    0.0  100.0    0.0
all           last value at 2        4       3    1      1    42.9    1.75   75.0  20.00   20.00  29.00    0.0   0.0   0.0  13.33  0.333   10.00    0.0  100.0    0.0
all         patience:n=9@best        4       3    1      1     0.0    1.00    0.0      -       -      -      -     -     -   0.00  1.000    0.00  100.0  100.0  100.0
all           last value at 4        4       3    1      1     0.0    1.00    0.0      -       -      -      -     -     -   0.00  1.000    0.00  100.0  100.0  100.0

worst stop of budget:epochs=2@last: a at epoch 2, forecast 50, final 80
patience:n=9@best: no stop that can be judged
EOF
    same wanted
    [ -z "$stderr" ]
}

@test "replay: fractions give the points of percent, whatever the order of the runs" {
    stream val_acc 1 | a4nn-replay -q -R patience:n=1@curve:family=exp3 -R budget:epochs=3 -o csv > percent
    stream val_acc 0.01 > in
    a4nn-replay -q -R patience:n=1@curve:family=exp3 -R budget:epochs=3 -o csv in > fraction
    # the last columns but one are in the metric's own unit
    cut -d, -f1-27,30 percent > wanted
    cut -d, -f1-27,30 fraction > got
    same_files got wanted 1e-6
    # d has but small values: were the scale made up on the way, it would be percent for the others
    { head -1 in; grep '^d' in; grep '^b' in; grep '^c' in; grep '^a' in; } > other
    a4nn-replay -q -R patience:n=1@curve:family=exp3 -R budget:epochs=3 -o csv other | cmp - fraction
}

@test "replay: losses are ranked upside down and stay in their unit" {
    stream val_loss 0.1 > in
    run -0 --separate-stderr a4nn-replay -q -R budget:epochs=2@last -o csv in
    # lowest loss: d by both; b (6, 7) and a (5, 8) change places
    [ "$(row policy error_mean tau regret best_kept_pct <<< "$output")" = "2 0.333333333 0 100" ]
}

@test "replay: epochs cost what lies between observations" {
    # validation every fifth epoch; stopping at 10 of 20 saves half
    printf 'run,epoch,value,metric\nr,5,10,val_acc\nr,10,20,val_acc\nr,15,30,val_acc\nr,20,40,val_acc\n' > five
    run -0 --separate-stderr a4nn-replay -R budget:epochs=10 -o csv five
    [ "$stderr" = "a4nn-replay: 1 of 1 runs do not say how many epochs were planned: their last one is taken for it (-E)" ]
    [ "$(row policy epochs saved_pct factor error_mean <<< "$output")" = "20 50 2 20" ]
    # half epochs
    printf 'run,epoch,value,metric\nr,0.5,10,val_acc\nr,1,20,val_acc\nr,1.5,30,val_acc\nr,2,40,val_acc\n' > half
    run -0 --separate-stderr a4nn-replay -q -R budget:epochs=1.5 -o csv half
    [ "$(row policy epochs saved_pct <<< "$output")" = "2 25" ]
    # what lies beyond -E is not looked at: the final value is that of epoch 15, and there is no stop there
    run -0 --separate-stderr a4nn-replay -q -E 15 -R budget:epochs=10 -R budget:epochs=15 -o csv five
    [ "$(row policy epochs saved_pct worst_final <<< "$output")" = $'15 33.3333333 30\n15 0 ' ]
}

@test "replay: a baseline between two epochs is the mixture of both" {
    # the policy stops a after 2 epochs and b after 3: as many as reading at 2 half of the time
    cat > in << EOF
run,epoch,value,metric,epochs
a,1,20,val_acc,4
a,2,10,val_acc,4
a,3,30,val_acc,4
a,4,80,val_acc,4
b,1,20,val_acc,4
b,2,30,val_acc,4
b,3,20,val_acc,4
b,4,40,val_acc,4
EOF
    run -0 --separate-stderr a4nn-replay -R patience:n=1@last -o csv in
    [ "$(row policy saved_pct error_mean <<< "$output")" = "37.5 45" ]
    # at 2: errors 70, 10, b ranks first (regret 40); at 3: errors 50, 20, a ranks first
    [ "$(row baseline epoch saved_pct error_mean error_median within_2_pct tau regret worst_run worst_epoch <<< "$output")" = \
        "2.5 37.5 37.5 35 0 0 20 a 2" ]
}

@test "replay: what was diverged is counted and not ranked" {
    cat > in << EOF
run,epoch,value,metric,epochs
a,1,nan,val_acc,4
a,2,nan,val_acc,4
b,1,50,val_acc,4
b,2,inf,val_acc,4
b,3,,val_acc,4
b,4,60,val_acc,4
EOF
    run -0 --separate-stderr a4nn-replay -R diverged@last --no-baseline -o csv in
    [ "$(row policy runs judged diverged <<< "$output")" = "2 1 1" ]
    run -0 --separate-stderr a4nn-replay -R diverged:n=2@last --per-run -o jsonl in
    grep -q '"run":"b","policy":"diverged:n=2@last","epochs":4,"stop":3,"saved":1,"forecast":50,"final":60,"error":10,"reason":"diverged"' <<< "$output"
    run -0 --separate-stderr a4nn-replay -R patience+no-diverged@last --per-run -o csv in
    [ "${lines[2]}" = "all,b,patience+no-diverged@last,4,,0,,60,0," ]
}

# The authors' own predictions as forecasts, and the epoch at which they flag a run first.
given() {
    awk -F, 'NR == 1 { print "run,epoch,value,metric,forecast"; next }
        { print $(NF - 1) "," $1 + 1 "," $3 ",val_acc," $4 }' "$1"
}

@test "replay: the published rule on the logged predictions stops where the authors did" {
    awk -F, 'NR > 1 { run = $(NF - 1) }
        NR > 1 && $5 == "True" && !(run in stop) && $1 < 24 { stop[run] = $1 + 1; print run "," $1 + 1 "," $4 }' \
        "$(data authors-1e16.csv)" | sort > wanted
    [ "$(wc -l < wanted)" -eq 12 ]
    given "$(data authors-1e16.csv)" |
        a4nn-replay -E 25 -R a4nn@given --per-run -o csv | awk -F, '$5 != "" && NR > 1 { print $2 "," $5 "," $7 }' |
        sort > got
    same_files got wanted 1e-8
}

@test "replay: the published rule on the authors' trainings saves and errs as they found" {
    run -0 --separate-stderr a4nn-replay -q -E 25 -R a4nn -o csv "$(data authors-1e16.csv)"
    read -r policy saved error <<< "$(row policy policy saved_pct error_mean <<< "$output")"
    [ "$policy" = a4nn@a4nn ]
    awk -v s="$saved" -v e="$error" 'BEGIN { exit !(s > 30 && s < 45 && e > 1.5 && e < 3) }'
}

# The authors' runs in three collections.
some_runs() {
    a4nn-log -q -E 25 "$(data authors-1e16.csv)" | awk -F, -v OFS=, '
        NR > 1 && !($1 in c) { c[$1] = n++ % 3 }
        NR > 1 { $1 = "c" c[$1] "/" $1 } { print }'
}

POLICIES=(-R a4nn -R patience:n=3+budget:epochs=15@curve:family=pow3 -R penguin)

@test "replay: the number of threads changes nothing" {
    some_runs > in
    a4nn-replay "${POLICIES[@]}" -R median -R asha -o csv -j 1 in > one
    [ "$(grep -c '^collection' one)" -eq 30 ]
    for jobs in 2 3 16; do
        a4nn-replay "${POLICIES[@]}" -R median -R asha -o csv -j "$jobs" in | cmp - one
    done
}

# shuffled FILE: its header, then its records in a fixed disorder that keeps each run's own order.
shuffled() {
    awk -F, 'NR == 1 { print 0, 0, $0; next }
        { print int((++n[$1] * 7919 + length($1) + substr($1, length($1)) * 31) % 997) + 1000 * n[$1], NR, $0 }' "$1" |
        sort -n -k1,1 -k2,2 | cut -d' ' -f3-
}

@test "replay: memory for observations, their order and threads change nothing" {
    some_runs > in
    shuffled in > mixed
    [ "$(sort in | md5sum)" = "$(sort mixed | md5sum)" ]
    [ "$(awk -F, '$1 != last { n++ } { last = $1 } END { print n }' mixed)" -gt 400 ]
    { head -1 in; tail -n +2 in | tac | awk -F, '!($1 in r) { r[$1] = ++n } { print r[$1] "," $0 }' |
        sort -s -t, -k1,1n | cut -d, -f2- | tac; } > other # whole runs, the last one first
    a4nn-replay "${POLICIES[@]}" in > whole
    a4nn-replay "${POLICIES[@]}" --per-run in > whole.runs
    a4nn-replay "${POLICIES[@]}" --partial in > whole.part
    for file in in mixed other; do
        for size in 1 3000 20K 1G; do
            a4nn-replay "${POLICIES[@]}" -j 1 -S $size $file | cmp - whole
            a4nn-replay "${POLICIES[@]}" -j 2 -S $size --per-run $file | cmp - whole.runs
        done
        a4nn-replay "${POLICIES[@]}" -S 5K --partial $file | cmp - whole.part
    done
    a4nn-replay --merge -S 2K --per-run whole.part | cmp - whole.runs
    # rules that compare see the order, not the memory
    a4nn-replay -R median -R asha -R hopeless mixed > whole
    for size in 1 3000 20K; do
        a4nn-replay -R median -R asha -R hopeless -S $size mixed | cmp - whole
    done
}

@test "replay: a record that comes long after its run looked over opens it again" {
    some_runs > in
    first=$(sed -n 2p in | cut -d, -f1)
    cat in > late
    sed -n "s/^\(${first/\//\\/}\),25,[^,]*,/\1,25,3,/p" in >> late # its last epoch once more
    a4nn-replay -S 3000 -R a4nn --per-run -o csv late > got
    a4nn-replay -S 3000 -R a4nn --per-run -o csv in > before
    [ "$(diff before got | grep -c '^>')" -eq 1 ]
    [ "$(grep ",$first," got | cut -d, -f8)" = 3 ]
}

@test "replay: policies on one forecaster decide together what each decides alone" {
    some_runs > in
    : > alone
    several=()
    for rule in converged:tol=2 converged:tol=0.5,n=1 diverged:n=2@ensemble patience:n=3@ensemble converged+read \
        read:fraction=0.2@ensemble patience:on=forecast@ensemble; do
        several+=(-R "$rule")
        a4nn-replay -q -R "$rule" --per-run -o csv in | tail -n +2 >> alone
    done
    a4nn-replay -q "${several[@]}" --per-run -o csv in | tail -n +2 | sort > together
    [ "$(cut -d, -f10 together | sort -u | wc -l)" -ge 4 ]
    sort alone | cmp - together
}

@test "replay: temporary files are in TMPDIR, and one that fails is trouble and no table" {
    some_runs > in
    mkdir tmp
    a4nn-replay -R a4nn in > whole
    TMPDIR=$PWD/tmp a4nn-replay -S 1000 -R a4nn in | cmp - whole
    [ -z "$(ls tmp)" ]
    TMPDIR=$PWD/none run -2 --separate-stderr a4nn-replay -S 1000 -R a4nn in
    [ -z "$output" ]
    [ "$stderr" = "a4nn-replay: temporary file in '$PWD/none': No such file or directory" ]
    TMPDIR=$PWD/none a4nn-replay -R a4nn in | cmp - whole # nobody needs one
    # a limit for the size of files stands for a full disk
    for how in "-o csv" --per-run --partial "-R median"; do
        run -2 --separate-stderr bash -c "trap '' XFSZ; ulimit -f 1; a4nn-replay -S 1000 -R a4nn $how in | cat
            exit \${PIPESTATUS[0]}"
        [ -z "$output" ]
        [ "$stderr" = "a4nn-replay: temporary file in '${TMPDIR:-/tmp}': File too large" ]
    done
    run -2 --separate-stderr a4nn-replay -S 12Q in
    [ "$stderr" = "a4nn-replay: --buffer-size: not a size as 64M: '12Q'" ]
}

@test "replay: parts of several machines merge to the same table, in any order" {
    some_runs > in
    a4nn-replay "${POLICIES[@]}" in > whole
    a4nn-replay "${POLICIES[@]}" --per-run in > whole.runs
    for part in 0 1 2; do # every third run, of all collections
        awk -F, -v part=$part 'NR > 1 && !($1 in n) { n[$1] = ++runs } NR == 1 || int(n[$1] / 3) % 3 == part' in |
            a4nn-replay "${POLICIES[@]}" -j $((part + 1)) --partial > part$part
        [ "$(wc -l < part$part)" -ge 7 ]
    done
    a4nn-replay --merge part0 part1 part2 | cmp - whole
    a4nn-replay --merge part2 part0 part1 | cmp - whole
    a4nn-replay --merge part2 - part0 < part1 | cmp - whole
    a4nn-replay --merge --per-run part2 part0 part1 | cmp - whole.runs
    # parts of parts
    a4nn-replay --merge --partial part2 part0 > part02
    a4nn-replay --merge part1 part02 | cmp - whole
    a4nn-replay --no-baseline "${POLICIES[@]}" in > bare
    a4nn-replay --merge --no-baseline part1 part02 | cmp - bare
}

@test "replay: a collection under a rule that compares must be in one part" {
    some_runs > in
    a4nn-replay -R median in > whole
    for c in c0 c1 c2; do
        grep -E "^run|^$c" in | a4nn-replay -R median --partial > $c
    done
    a4nn-replay --merge c2 c0 c1 | cmp - whole
    awk -F, 'NR > 1 && $1 != last { last = $1; n++ } NR == 1 || n % 2' in | a4nn-replay -R median --partial > odd
    awk -F, 'NR > 1 && $1 != last { last = $1; n++ } NR == 1 || n % 2 == 0' in | a4nn-replay -R median --partial > even
    run -2 --separate-stderr a4nn-replay --merge odd even
    [ -z "$output" ]
    [ "$stderr" = "a4nn-replay: even:2: collection 'c0' lies in several parts, but a rule compares its runs: replay it in one" ]
}

@test "replay: parts that do not fit together are refused" {
    stream val_acc 1 > in
    a4nn-replay -q -R a4nn --partial in > a
    run -2 --separate-stderr a4nn-replay --merge a a
    [ -z "$output" ]
    [ "$stderr" = $'a4nn-replay: a:2: run \'a\' is there twice' ]
    a4nn-replay -q -R penguin --partial in > b
    run -2 --separate-stderr a4nn-replay --merge a b
    [ "$stderr" = "a4nn-replay: b:1: other rules than in the parts before: 'penguin@penguin'" ]
    a4nn-replay -q -R a4nn --schedule step:9 --partial in > b
    run -2 --separate-stderr a4nn-replay --merge a b
    [ -z "$output" ]
    [ "$stderr" = "a4nn-replay: b:1: made with another --schedule than the parts before" ]
    a4nn-replay --merge --partial b | cmp - b
    a4nn-replay -q -R a4nn -R penguin --partial in > b
    run -2 --separate-stderr a4nn-replay --merge b a
    [ "$stderr" = "a4nn-replay: a:1: fewer rules than in the parts before" ]
    stream val_acc 0.01 | sed 's/^\([a-d]\),/\1\1,/' | a4nn-replay -q -R a4nn --partial > b
    run -2 --separate-stderr a4nn-replay --merge a b
    [ "$stderr" = "a4nn-replay: b:2: collection 'all' counts otherwise than in another part: replay all parts with the same --scale and --max or --min" ]
    run -2 --separate-stderr a4nn-replay --merge in
    [[ $stderr == "a4nn-replay: in:1: "* ]]
    echo '{}' > b
    run -2 --separate-stderr a4nn-replay --merge b
    [ "$stderr" = "a4nn-replay: b:1: not the output of a4nn-replay --partial" ]
    : > b
    run -2 --separate-stderr a4nn-replay --merge a b
    [ "$stderr" = "a4nn-replay: b: not the output of a4nn-replay --partial" ]
    sed 's/"a4nn_replay":1/"a4nn_replay":7/' a > b
    run -2 --separate-stderr a4nn-replay --merge b
    [ "$stderr" = "a4nn-replay: b:1: written by another version of a4nn-replay" ]
}

@test "replay: a part cut anywhere or with a byte changed never gives a table that looks whole" {
    stream val_acc 1 | a4nn-replay -q -R a4nn -R budget:epochs=2 --partial > part
    a4nn-replay --merge part > whole
    size=$(wc -c < part)
    for ((n = 0; n < size - 1; n += 37)); do
        head -c "$n" part > piece
        a4nn-replay --merge piece > got 2> err && status=0 || status=$?
        # cut between two lines it is a part of fewer runs
        if [ "$(tail -c 1 piece)" = "" ] && [ "$n" -gt 0 ]; then continue; fi
        [ "$status" -eq 2 ] || fail "status $status for $n bytes"
        [ ! -s got ]
        [ -s err ]
    done
    for change in 's/"epoch":\[1,2/"epoch":[2,2/' 's/"epoch":\[1,/"epoch":[/' 's/"epochs":4/"epochs":"x"/' \
        's/"decisions":\[/"decisions":[null,/' 's/"scale":"percent"/"scale":"share"/' 's/"run":"a"/"run":3/' \
        's/{"epoch":2,/{"epoch":null,/'; do
        sed "$change" part > changed
        ! cmp -s part changed || fail "nothing changed: $change"
        run -2 --separate-stderr a4nn-replay --merge changed
        [ -z "$output" ]
    done
}

@test "replay: collections by task, by name, by hand, by metric" {
    {
        echo '{"run":"x/1","task":"T","epoch":1,"value":10,"metric":"val_acc"}'
        echo '{"run":"y/1","epoch":1,"value":10,"metric":"val_acc"}'
        echo '{"run":"z","epoch":1,"value":10,"metric":"val_acc"}'
        echo '{"run":"z","epoch":1,"value":10,"metric":"val_loss"}'
    } > in
    run -0 --separate-stderr a4nn-replay -q --per-run -o csv in
    [ "$(cut -d, -f1,2 <<< "$output")" = $'collection,run\nT,x/1\nall val_acc,z\nall val_loss,z\ny,y/1' ]
    run -0 --separate-stderr a4nn-replay -q -c mine --per-run -o csv in
    [ "$(cut -d, -f1,2 <<< "$output")" = $'collection,run\nT,x/1\nmine val_acc,y/1\nmine val_acc,z\nmine val_loss,z' ]
}

@test "replay: rules that compare see the runs in the order of the input" {
    # asha at its first rung: the second run is stopped when it is no better than the first
    awk 'BEGIN { print "run,epoch,value,metric,epochs"
        for (r = 1; r <= 2; r++) for (e = 1; e <= 16; e++) print "r" r "," e "," r * e ",val_acc,16" }' > up
    { head -1 up; grep ^r2 up; grep ^r1 up; } > down
    run -0 --separate-stderr a4nn-replay -R asha --per-run -o csv up
    [ "$(cut -d, -f2,5 <<< "$output" | tr '\n' ' ')" = "run,stop r1, r2, " ]
    run -0 --separate-stderr a4nn-replay -R asha --per-run -o csv down
    [ "$(cut -d, -f2,5 <<< "$output" | tr '\n' ' ')" = "run,stop r1,1 r2, " ]
}

@test "replay: all: stops where all of its rules do, as --all does" {
    some_runs > in
    local rules=(-R patience:n=2 -R budget:epochs=5)
    a4nn-predict -q -M last --all "${rules[@]}" in | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        { if (!($1 in run)) { run[$1] = ++n; name[n] = $1 }; last[$1] = $2 }
        $col["verdict"] == "stop" && !($1 in stop) { stop[$1] = $2; reason[$1] = $col["reason"] }
        END { for (i = 1; i <= n; i++) { r = name[i]
            print r "," (stop[r] != last[r] ? stop[r] "," reason[r] : ",") } }' | sort > wanted
    a4nn-replay -q -R all:patience:n=2+budget:epochs=5@last --per-run -o csv in > per-run
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        { print $col["run"] "," $col["stop"] "," $col["reason"] }' per-run | sort | cmp - wanted
    grep -q 'patience+budget$' wanted
    grep -q ',all:patience:n=2+budget:epochs=5@last,' per-run
    # a part remembers it
    a4nn-replay -q -R all:patience:n=2+budget:epochs=5@last --partial in > part
    a4nn-replay -q --merge --per-run -o csv part | cmp - per-run
    run -2 a4nn-replay -R all: in
    [ "$output" = "a4nn-replay: no rules behind 'all:'" ]
}

@test "replay: fits in the input are forecasts of their own, one per family" {
    a4nn-log -q -E 25 "$(data authors-1e16.csv)" | head -51 > in
    a4nn-fit -q --prefixes -M penguin -M exp3 in > fits || [ $? -eq 1 ]
    run -0 --separate-stderr a4nn-replay -E 25 -R a4nn --per-run -o csv fits
    [ "$(cut -d, -f1,3 <<< "$output" | sort | uniq -c | tr -s ' ')" = \
        $' 2 all exp3,a4nn@given\n 2 all penguin,a4nn@given\n 1 collection,policy' ]
    # the same fits made on the way decide the same
    a4nn-replay -q -E 25 -R a4nn@curve:family=exp3 --per-run -o csv in | cut -d, -f2,5,7 | tail -2 > got
    grep '^all exp3' <<< "$output" | cut -d, -f2,5,7 > wanted
    same_files got wanted 1e-6
}

@test "replay: names cannot steer a terminal" {
    printf 'run,epoch,value,metric,epochs\n"a\033[31m",1,10,val_acc,2\n"a\033[31m",2,20,val_acc,2\n' > in
    run -0 --separate-stderr a4nn-replay -R budget:epochs=1 in
    [[ $output == *'a\x1b[31m at epoch 1'* ]]
    [[ $output != *$'\033'* ]]
    run -0 --separate-stderr a4nn-replay -R budget:epochs=1 --per-run in
    [[ $output != *$'\033'* ]]
}

@test "replay: a resumed run counts as it went on" {
    cat > in << EOF
run,epoch,value,metric,epochs
a,1,10,val_acc,3
a,2,20,val_acc,3
a,3,90,val_acc,3
a,2,30,val_acc,3
a,3,40,val_acc,3
EOF
    run -0 --separate-stderr a4nn-replay -R patience:n=5 --per-run -o csv in
    [ "${lines[1]}" = "all,a,patience:n=5@best,3,,0,,40,0," ]
}

@test "replay: statuses and messages" {
    printf 'run,epoch,value,metric\n' > none
    run -1 --separate-stderr a4nn-replay none
    [ "$stderr" = "a4nn-replay: no run to replay" ]
    [ -z "$output" ]
    printf 'run,epoch,value,metric\na,1,2,mystery\n' > unknown
    run -2 --separate-stderr a4nn-replay -q unknown
    [ "$stderr" = $'a4nn-replay: is a larger \'mystery\' better? unknown: say --max or --min\na4nn-replay: no run to replay' ]
    run -0 --separate-stderr a4nn-replay -q --max unknown
    run -2 --separate-stderr a4nn-replay -q no-such-file
    [[ $stderr == *"no-such-file"*"No such file or directory"* ]]
    stream val_acc 1 > in
    run -2 --separate-stderr a4nn-replay -q -R budget:epochs=2 no-such-file in
    [[ $output == *"budget:epochs=2"* ]]
    run -2 --separate-stderr a4nn-replay -R nonsense in
    [[ $stderr == "a4nn-replay: no rule 'nonsense'; there are: "* ]]
    run -2 --separate-stderr a4nn-replay -R a4nn@nonsense in
    [[ $stderr == "a4nn-replay: "*"nonsense"* ]]
    run -2 --separate-stderr a4nn-replay -o xml in
    [ "$stderr" = "a4nn-replay: --output: not csv, jsonl or table: 'xml'" ]
    run -2 --separate-stderr a4nn-replay --scale pounds in
    [ "$stderr" = "a4nn-replay: --scale: not percent, fraction, loss or signed: 'pounds'" ]
    run -2 --separate-stderr a4nn-replay -f xml in
    [ "$stderr" = "a4nn-replay: --format: unknown: 'xml' (a4nn-log --list-formats)" ]
    run -2 --separate-stderr a4nn-replay -j 0 in
    [ "$stderr" = "a4nn-replay: --jobs: not a whole number from 1 to 4096: '0'" ]
    run -2 --separate-stderr a4nn-replay --merge -R a4nn in
    [ "$stderr" = "a4nn-replay: --merge: the parts hold what was decided: no rules, no options about runs and metrics" ]
}

@test "replay: output that cannot be written is trouble" {
    stream val_acc 1 > in
    for how in "" --per-run --partial "-o csv"; do
        # shellcheck disable=SC2086 # no words or two
        a4nn-replay -q $how in > /dev/full 2> err && status=0 || status=$?
        [ "$status" -eq 2 ]
        [ "$(cat err)" = "a4nn-replay: cannot write standard output: No space left on device" ]
    done
}
