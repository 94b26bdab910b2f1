# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-history: what goes into the model database, comes out again, and is found in it.
load lib
load history

setup() { new_history; }

history() { a4nn-history "$@"; }

# A stream with all there is in one.
rich() {
    cat << 'JSONL'
{"run":"r","task":"t","epoch":1,"value":50,"metric":"acc","epochs":4,"time":1700000000.25,"val_loss":0.5,"lr":0.1,"forecast":90.5,"low":80,"high":99.25,"expected_error":3.5,"p_beat":0.25,"verdict":"continue","reason":"","config":{"lr":0.1,"net":{"depth":3,"kind":"conv"},"list":[1,2]},"seed":"18446744073709551615","flops":1e12,"parameters":1200000,"metrics":{"top5":70,"val_acc":0.1}}
{"run":"r","task":"t","epoch":2,"value":60.123456789012345,"metric":"acc","epochs":4,"time":1700000001,"val_loss":null,"forecast":null,"verdict":"continue","observations":[["gpu",1.5,33],["gpu",2.5,null,1700000009]]}
{"run":"r","task":"t","epoch":2.5,"value":null,"metric":"acc","epochs":4,"grad_norm":1e-300}
{"run":"r","task":"t","epoch":4,"value":1e300,"metric":"acc","epochs":4,"forecast":70,"low":60,"high":80,"verdict":"stop","reason":"converged","host":"node1","job":"17","command":["python3","train.py","--lr","0.1"],"code_version":"abc","checkpoint":"a/b.pt","checkpoint_sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}
{"run":"Übung \"x\", 'y'\\%_","task":"t","epoch":1,"value":0.1,"metric":"acc"}
{"run":"r","task":"","epoch":0.1,"value":-0.30000000000000004,"metric":"loss","mode":"min"}
JSONL
}

@test "history: what is added is listed, by task and metric" {
    curve acc 50 60 70 | history add -q -E 3 -t images
    curve loss 0.5 0.4 | sed 's/^r,/s,/' | history add -q -E 3 -t images
    curve acc 80 | sed 's/^r,/u,/' | history add -q -E 3 -t images
    run -0 --separate-stderr history list -o csv
    [ -z "$stderr" ]
    [ "$(cut -d , -f 1-8 <<< "$output")" = "task,metric,mode,epochs,runs,complete,stopped,failed
images,acc,max,3,2,1,0,0
images,loss,min,3,1,0,0,0" ]
    [ "$(history list -o csv -t images | column observations | paste -sd ' ')" = "4 2" ]
    [ "$(history list -o csv | column best | paste -sd ' ')" = "70 " ]
    run -1 history list -t nothing
    [ -z "$output" ]
    whole
}

@test "history: exported and added again it is the same, to the byte" {
    rich | history add -q
    whole
    history export > a.jsonl
    dump > a.dump
    new_history
    history add -q a.jsonl
    history export > b.jsonl
    cmp a.jsonl b.jsonl
    dump | diff a.dump -
    # ... and holds what came
    [ "$(jq -c 'select(.epoch == 1 and .run == "r") | [.value,.epochs,.time,.val_loss,.lr,.forecast,.low,.high,.expected_error,.p_beat,.verdict,.config.net.kind,.seed,.flops,.parameters,.metrics.top5]' b.jsonl)" = \
        '[50,4,1700000000.25,0.5,0.1,90.5,80,99.25,3.5,0.25,"continue","conv","18446744073709551615",1000000000000,1200000,70]' ]
    [ "$(jq -c '.observations // empty' b.jsonl)" = '[["gpu",1.5,33],["gpu",2.5,null,1700000009]]' ]
    [ "$(jq -c 'select(.metric == "loss") | [.epoch,.value]' b.jsonl)" = '[0.1,-0.30000000000000004]' ]
    jq -se 'any(.value == 60.123456789012345)' b.jsonl
    [ "$(jq -r 'select(.value == 0.1) | .run' b.jsonl)" = "Übung \"x\", 'y'\\%_" ]
}

@test "history: CSV goes out and comes in, too" {
    rich | history add -q
    history export -o csv -r r -t t > a.csv
    new_history
    history add -q a.csv
    history export -o csv -r r -t t | diff a.csv -
    [ "$(column verdict < a.csv | paste -sd ' ')" = "continue continue  stop" ]
}

@test "history: infinite values, none, and the smallest stay what they are" {
    printf '%s\n' run,epoch,value,metric r,1,inf,acc r,2,-inf,acc r,3,nan,acc r,4,,acc r,5,4.9406564584124654e-324,acc \
        r,6,1.7976931348623157e308,acc r,7,-0,acc | history add -q
    whole
    [ "$(history export | jq -c .value | paste -sd ' ')" = '"inf" "-inf" null null 4.9406564584124654e-324 1.7976931348623157e+308 -0' ] ||
        history export | jq -c .value
    history export > a.jsonl
    new_history
    history add -q a.jsonl
    history export | cmp a.jsonl -
    [ "$(fact best_value)" != inf ]
}

@test "history: bytes that are no text become U+FFFD, and the rest is kept" {
    printf 'run,epoch,value,metric\nbad\377name,1,5,acc\n\xed\xa0\x80,1,6,acc\n' | history add -q
    whole
    [ "$(history export | jq -r .run | sort)" = $'bad\xef\xbf\xbdname\n\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd' ]
    printf '{"run":"z","epoch":1,"value":1,"metric":"a","config":{"k":"a\\u0000b"}}\n' | history add -q || true
    whole
}

@test "history: what comes again changes nothing" {
    rich | history add -q
    dump > before
    rich | history add -q
    dump | diff before -
    rich | head -n 2 | history add -q # a part of it, either
    dump | diff before -
    history export | history add -q -H "$A4NN_HISTORY"
    dump | diff before -
}

@test "history: an epoch with another value was resumed there" {
    curve acc 10 20 30 40 50 | a4nn-predict -q -E 9 -o jsonl | history add -q
    [ "$(sql 'SELECT count(*) FROM forecast')" -eq 5 ]
    printf 'run,epoch,value,metric\nr,3,31,acc\n' | history add -q
    [ "$(points)" = "1|10 2|20 3|31" ]
    [ "$(sql 'SELECT count(*) FROM forecast')" -eq 2 ]
    [ "$(fact last_value)" = 31 ]
    whole
    # within one stream, and out of order
    new_history
    printf 'run,epoch,value,metric\nr,1,1,acc\nr,3,3,acc\nr,4,4,acc\nr,2,2,acc\nr,3,33,acc\n' | history add -q
    [ "$(points)" = "1|1 2|2 3|33" ]
    whole
    # another metric goes its own way
    new_history
    printf 'run,epoch,value,metric,val_loss\nr,1,1,acc,9\nr,2,2,acc,8\nr,1,1,acc,7\n' | history add -q
    [ "$(points)" = "1|1 2|2" ]
    [ "$(points val_loss)" = "1|7" ]
    whole
}

@test "history: how a4nn-train-wrap ended a run" {
    # shellcheck disable=SC2016 # for the inner shell
    train='for e in 1 2 3; do echo "Epoch $e/3 - val_acc: 0.$e"; done; exit $0'
    a4nn-train-wrap -q -r r --result good.json -- sh -c "$train" 0 > /dev/null
    run -7 a4nn-train-wrap -q -r bad --result bad.json -- sh -c "$train" 7
    history add -q good.json bad.json
    [ "$(fact status),$(fact exit_status bad),$(fact status bad)" = complete,7,failed ]
    [ "$(fact command | jq -c '.[0:2]')" = '["sh","-c"]' ]
    [ "$(sql "SELECT count(*) FROM run WHERE wall_seconds > 0 AND max_rss_bytes > 0 AND ended >= started")" -eq 2 ]
    whole
}

@test "history: a run that was stopped for a verdict, and which" {
    curve acc 50 50 50 50 | a4nn-predict -q -E 9 -u -M last -R patience:n=2 -o jsonl > verdicts.jsonl || true
    a4nn-stop -q --touch '{run}.stop' < verdicts.jsonl | history add -q -
    [ "$(fact status),$(fact stop_reason)" = stopped,patience ]
    # an earlier export does not open it again
    jq -c '.status = "open"' verdicts.jsonl | history add -q
    [ "$(fact status)" = stopped ]
}

@test "history: what a4nn-stop did belongs to the run whose verdict it was" {
    local encoding keep
    for encoding in csv jsonl; do
        for keep in cat 'history add -q --pass'; do
            new_history
            curve acc 50 50 50 50 | sed '1s/$/,task,epochs/; 2,$s/$/,nas,9/' |
                a4nn-predict -q -M ensemble -R patience:n=2 -o "$encoding" | tee verdicts | $keep |
                a4nn-stop -q --touch '{run}.stop' | history add -q -
            [ "$(sql "SELECT task.name, metric, run.name, run.epochs, status, stop_reason FROM run JOIN task ON task.id = run.task")" = \
                "nas|acc|r|9|stopped|patience" ]
            [ "$(sql "SELECT epoch, verdict, reason FROM forecast WHERE verdict = 'stop' LIMIT 1")" = "3|stop|patience" ]
            whole
        done
        # what was forecast then stays whole
        [ "$(sql "SELECT count(*) FROM forecast")" = 4 ]
        [ "$(sql "SELECT count(*) FROM forecast WHERE epoch = 3 AND low IS NOT NULL")" = 1 ]
    done
}

@test "history: a process that was ended for a verdict was stopped, one that was gone was not" {
    local result
    for result in ended killed gone; do
        new_history
        printf 'run,epoch,value,metric,reason,action,result\nr,3,50,acc,converged,signal,%s\n' "$result" | history add -q -
        [ "$(fact status)" = "$([ "$result" = gone ] && echo open || echo stopped)" ]
    done
}

@test "history: a table of configurations, joined by run" {
    mkdir logs
    curve acc 50 60 | sed 's/^r,/a,/' > logs/x.csv
    curve acc 70 80 | sed 's/^r,/b,/' >> logs/x.csv
    printf '%s\n' 'run,lr,net,parameters,seed,task' 'a,0.1,conv,100,007,left' 'b,0.01,"dense, wide",200,8,right' > table.csv
    history import -q --configs table.csv logs/x.csv
    [ "$(history runs -o jsonl | jq -c '[.run,.task,.config,.parameters,.seed]')" = \
        '["a","left",{"lr":0.1,"net":"conv"},100,"007"]
["b","right",{"lr":0.01,"net":"dense, wide"},200,"8"]' ]
    new_history
    printf '%s\n' '{"run":"a","config":{"lr":0.1,"deep":{"n":3}},"flops":5}' '{"run":"b","lr":0.5}' > table.jsonl
    history import -q -t T --configs table.jsonl logs/x.csv
    [ "$(history runs -o jsonl | jq -c '[.run,.task,.config,.flops]')" = \
        '["a","T",{"lr":0.1,"deep":{"n":3}},5]
["b","T",{"lr":0.5},null]' ]
    run -2 --separate-stderr history import -q --configs none.csv logs/x.csv
    [[ $stderr == *none.csv* ]]
}

@test "history: runs that meet a condition" {
    rich | history add -q
    found() { history runs -o csv -w "$1" | sed 1d | cut -d , -f 1-3; }
    [ "$(found 'config.lr <= 0.1')" = t,acc,r ]
    [ "$(found 'net.depth = 3 and not status = open')" = t,acc,r ]
    [ "$(found 'metric = loss or last_value = 0.1' | wc -l)" -eq 2 ]
    [ "$(found 'run ~ "^Ü"' | wc -l)" -eq 1 ]
    [ "$(found 'seed = 18446744073709551615 and (flops > 1e11)')" = t,acc,r ]
    [ "$(found "net.kind != dense")" = t,acc,r ]
    [ "$(found 'config and command and not val_acc')" = t,acc,r ]
    run -1 history runs -w 'flops > 1e13'
    run -1 history runs -w 'nothing'
    run -0 history runs -r r -t t
    [ "${#lines[@]}" -eq 2 ]
}

@test "history: a bad condition names the place" {
    rich | history add -q
    bad() {
        run -2 --separate-stderr a4nn-history runs -w "$1"
        [ "$stderr" = "a4nn-history: --where: condition, at character $2" ] || fail "$stderr"
    }
    bad '' "1: a name or a value is missing"
    bad 'lr >' "5: a name or a value is missing"
    bad 'lr > 1 lr < 2' "8: 'and', 'or' or the end is missing"
    bad '(lr > 1' "8: ')' is missing"
    bad "lr = 'x" "6: a quote that does not end"
    bad 'run ~ "("' "7: not a regular expression"
    bad "$(printf '(%.0s' {1..1000})" "201: too deep"
}

@test "history: one run, by its name and by its number" {
    rich | history add -q
    run -0 --separate-stderr history show -t t r
    [[ $output == *"code_version"*abc* ]]
    [ -z "$stderr" ]
    run -0 history show '#1'
    [[ $output == *converged* ]]
    run -1 history show nobody
}

@test "history: statuses" {
    run -1 history add < /dev/null
    run -0 history list || [ "$status" -eq 1 ]
    run -2 history
    run -2 history nonsense
    run -2 history add --nonsense
    run -2 history list operand
    run -2 history add no-such-file
    run -1 history export -r nobody
    printf 'run,epoch,value\nr,1,2\nr,x,3\n' > half
    run -2 history add half # what can be used is kept
    [ "$(points '')" = "1|2" ]
}

@test "history: passes on what it keeps, and is no brake" {
    rich > in.jsonl
    history add -q --pass in.jsonl > out.jsonl
    diff <(jq -cS . in.jsonl) <(jq -cS . out.jsonl)
    history add -q --pass --task z < in.jsonl | cmp out.jsonl -
    mkfifo in
    history add -q --pass < in 3>&- | cat > out 3>&- &
    exec 7> in
    echo '{"run":"live","epoch":1,"value":5,"metric":"acc"}' >&7
    wait_for grep -q live out # at once, not when the input ends
    [ "$(fact observations live)" -eq 1 ]
    exec 7>&-
    wait $!
}

@test "history: archives of many runs, and of many metrics" {
    mkdir logs
    tar -xJf "$(data authors.tar.xz)" -C logs
    history import -q -E 25 logs
    [ "$(sql "SELECT count(*) FROM run WHERE status = 'complete'")" -eq "$(sql 'SELECT count(*) FROM run')" ]
    whole
    triples() { jq -r '[.run, .epoch, .value] | @csv' | sort; }
    history export | triples > exported
    a4nn-log -q -E 25 -o jsonl logs | triples | cmp exported -
    history compact -q
    whole
    history export | triples | cmp exported -
}

@test "history: trainings that are over, of which nobody said how long they were to be" {
    local verb
    { curve acc 1 2 3; echo s,1,5,acc; } > in.csv
    for verb in add import; do
        new_history
        run -0 --separate-stderr history $verb -t nas in.csv
        [ "$stderr" = "$([ $verb = add ] || echo 'a4nn-history: 2 of 2 runs state no planned total: nothing says that they are complete (-E, --over)')" ]
        [ "$(sql 'SELECT name, epochs, status FROM run ORDER BY name' | paste -sd ' ')" = "r||open s||open" ]
        # they go on for an epoch, and end
        run -0 --separate-stderr history $verb --over <<< $'run,task,epoch,value,metric\nr,nas,4,4,acc'
        [ -z "$stderr" ]
        [ "$(sql 'SELECT name, epochs, status FROM run ORDER BY name' | paste -sd ' ')" = "r|4|complete s||open" ]
        # what has a total, and what has ended, stays what it is
        history $verb -q --over << 'JSONL'
{"run":"planned","epoch":1,"value":1,"metric":"acc","epochs":9}
{"run":"failed","epoch":1,"value":1,"metric":"acc","status":"failed"}
JSONL
        [ "$(sql "SELECT epochs, status FROM run WHERE name IN ('planned', 'failed') ORDER BY name" | paste -sd ' ')" = "|failed 9|open" ]
        whole
    done
}

@test "history: a defect is found, and is status 1" {
    rich | history add -q
    sql "UPDATE run SET observations = 17 WHERE name = 'r' AND last_epoch = 4"
    sql "DELETE FROM metric WHERE name = 'top5'"
    sql "INSERT INTO forecast (run, epoch) VALUES (99, 1)"
    run -1 --separate-stderr history check
    [ "$output" = "run #99 has forecasts and is not there
run #1 has observations of no metric
run #1 is summed up wrongly" ]
    [ -z "$stderr" ]
}
