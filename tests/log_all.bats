# SPDX-License-Identifier: GPL-3.0-or-later
# All the numbers of a log: which go with which epoch, from files and live.
load lib

# The file "out" is what stands on standard input.
is_out() {
    cat > wanted
    same_files out wanted
}

# others FILE...: epoch, metrics and observations of each record, as JSON.
others() {
    a4nn-log -q --all-metrics -o jsonl "$@" | jq -c '[.epoch, .metrics, .observations]'
}

# live FILE: its bytes; behind a pipe they are an input that may go on.
live() {
    cat "$1"
}

# stored DATABASE: every observation in it.
stored() {
    sqlite3 "$1" 'SELECT m.name, o.epoch, o.value FROM observation o JOIN metric m ON m.id = o.metric
                  ORDER BY 1, 2, 3'
}

@test "all-metrics: of an epoch the last number of each name, at its validation" {
    cat << 'END' | others -f jsonl - > out
{"epoch":1,"step":10,"loss":5}
{"epoch":1,"step":20,"loss":4,"grad":1}
{"epoch":1,"step":20,"val_acc":50,"val_loss":3}
{"epoch":2,"step":30,"loss":3}
{"epoch":2,"step":40,"loss":2}
{"epoch":2,"step":40,"val_acc":60,"val_loss":2.5}
END
    is_out << 'END'
[1,{"loss":4,"grad":1,"val_loss":3},null]
[2,{"loss":2,"val_loss":2.5},null]
END
}

@test "all-metrics: epochs without a value of the metric, and epochs that count from 0" {
    printf 'epoch,loss,val_acc\n0,9,\n1,8,50\n2,7,\n3,6,60\n4,5,\n' > t.csv
    others t.csv > out
    is_out << 'END'
[2,{"loss":8},[["loss",1,9],["loss",3,7],["loss",5,5]]]
[4,{"loss":6},null]
END
    # live, when it is known; the last record comes again with the rest
    live t.csv | others - > out
    is_out << 'END'
[2,{"loss":8},[["loss",1,9]]]
[4,{"loss":6},[["loss",3,7]]]
[4,null,[["loss",5,5]]]
END
}

@test "all-metrics: fractions of epochs belong to the next value" {
    cat << 'END' | others -f jsonl - > out
{"epoch":0.25,"loss":5}
{"epoch":0.5,"loss":4}
{"epoch":0.5,"val_acc":40}
{"epoch":0.75,"loss":3}
{"epoch":1,"val_acc":50}
{"epoch":1.5,"loss":2}
{"epoch":2,"val_acc":60}
{"epoch":2.5,"loss":1}
END
    is_out << 'END'
[0.5,{"loss":4},null]
[1,{"loss":3},null]
[2,{"loss":2},null]
[2,null,[["loss",3,1]]]
END
}

@test "all-metrics: steps, and numbers behind the last value" {
    printf 'step,loss,val_acc,test_acc\n50,5,,\n100,4,50,\n150,3,,\n200,2,60,\n250,1,,\n260,,,55\n' > s.csv
    others s.csv > out
    is_out << 'END'
[1,{"loss":4},null]
[2,{"loss":2,"test_acc":55},null]
END
    # a name that counts other steps than the metric, which counts epochs
    printf '1700000000000 0.5 0\n1700000001000 0.6 1\n' > val_acc
    seq 0 99 | sed 's/.*/1700000000000 0.25 &/' > batch_loss
    printf '1700000000000 3 0\n1700000001000 2 1\n1700000001000 1 2\n' > epoch_loss
    mkdir -p store/0/4f1c0d9e8b7a4c6d9e0f1a2b3c4d5e6f/metrics
    mv val_acc batch_loss epoch_loss store/0/4f1c0d9e8b7a4c6d9e0f1a2b3c4d5e6f/metrics
    others store | jq -c '[.[0, 1], (.[2] // [] | map(.[0:3]))]' > out
    is_out << 'END'
[1,{"epoch_loss":3},[["epoch_loss",3,1]]]
[2,{"epoch_loss":2},[]]
END
}

@test "all-metrics: several validations in an epoch" {
    printf 'epoch,step,loss,val_acc\n' > t.csv
    printf '0,5,9,\n0,10,8,10\n0,15,7,\n0,20,6,20\n1,30,5,30\n1,40,4,40\n' >> t.csv
    others t.csv > out
    is_out << 'END'
[0.5,{"loss":8},null]
[1,{"loss":6},null]
[1.5,{"loss":5},null]
[2,{"loss":4},null]
END
}

@test "all-metrics: a run that was resumed" {
    printf 'epoch,loss,val_acc\n1,9,10\n2,8,20\n3,7,30\n4,6,\n2,5,25\n3,4,35\n' > t.csv
    others t.csv > out
    is_out << 'END'
[1,{"loss":9},null]
[2,{"loss":5},null]
[3,{"loss":4},null]
END
    a4nn-history import -q -r x -H a.db t.csv
    live t.csv | a4nn-history add -q -r x -H b.db -
    stored a.db > wanted
    stored b.db > out
    same_files out wanted
}

@test "all-metrics: nan, infinite numbers, and the fields that say it already" {
    printf 'epoch,loss,lr,val_loss,val_acc\n1,nan,0.5,inf,50\n2,1,0.25,3,\n' > t.csv
    a4nn-log -q --all-metrics --loss val_loss -o jsonl t.csv | jq -c 'del(.run, .metric)' > out
    is_out << 'END'
{"epoch":1,"value":50,"val_loss":"inf","lr":0.5,"metrics":{"loss":null},"observations":[["loss",2,1],["lr",2,0.25],["val_loss",2,3]]}
END
}

@test "all-metrics: thousands of names are bounded, and that is said once" {
    jq -n -c 'range(1; 4) | {epoch: ., val_acc: 0.5} +
        ([range(3000) | {"k\(.)": .}] | add)' > big.jsonl
    run -0 --separate-stderr a4nn-log --all-metrics -o jsonl big.jsonl
    [ "$(jq -s -c 'map(.metrics | length)' <<< "$output")" = '[1000,1000,1000]' ]
    [ "$(grep -c "more than 1000 names besides the metrics: numbers from 'k1000' on" <<< "$stderr")" -eq 1 ]
}

@test "all-metrics: memory does not grow with the steps of an epoch" {
    awk 'BEGIN { for (e = 1; e <= 3; e++) { for (i = 1; i <= 300000; i++)
            printf "{\"epoch\":%d,\"step\":%d,\"x\":%d,\"y\":1,\"z\":2}\n", e, e * 300000 + i, i
        printf "{\"epoch\":%d,\"val_acc\":%d}\n", e, e * 10 } }' > long.jsonl
    for input in long.jsonl -; do
        # the sanitizers take more of the address space than there is memory
        live long.jsonl | ([ -n "${SANITIZED-}" ] || ulimit -v 100000; a4nn-log -q --all-metrics -o jsonl "$input") |
            jq -c '[.epoch, .metrics]' > out
        is_out << 'END'
[1,{"x":300000,"y":1,"z":2}]
[2,{"x":300000,"y":1,"z":2}]
[3,{"x":300000,"y":1,"z":2}]
END
    done
}

@test "all-metrics: the database has the same of a log that was read live" {
    for log in lightning-metrics.csv keras-bars.log hf-trainer.log pytorch-imagenet.log penguin.txt \
        timm.log mmcv.log wandb-history.jsonl a4nn-history.csv ultralytics-v8.csv deit.txt; do
        rm -f a.db b.db
        a4nn-history import -q -r x -H a.db "$(data "log/$log")"
        live "$(data "log/$log")" | a4nn-history add -q -r x -H b.db -
        stored a.db > wanted
        stored b.db > out
        [ "$(cut -d '|' -f 1 out | sort -u | wc -l)" -gt 1 ]
        same_files out wanted
    done
}

@test "all-metrics: CSV and tables have no room for them" {
    run -2 a4nn-log --all-metrics "$(data log/keras.csv)"
    [ "$output" = "a4nn-log: --all-metrics: CSV and tables have no room for them: say -o jsonl" ]
}
