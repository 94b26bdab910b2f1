# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # the scripts of trainings are expanded by their own shell
# a4nn-train-wrap --log: trainings that write what is judged to files.

load lib

setup() { mark_processes; }

teardown() { kill_left; }

# grow SOURCE LOG: a training whose log becomes a copy of SOURCE, in pieces cut anywhere; one in
# place of LOG when the name of SOURCE ends in .json.
grower() {
    cat > grow << 'END'
import os, random, sys, time
random.seed(1)
source, log = sys.argv[1:]
for folder, _, files in os.walk(source) if os.path.isdir(source) else [('', [], [source])]:
    for name in files:
        path = os.path.join(folder, name)
        to = os.path.normpath(os.path.join(log, os.path.relpath(path, source)))
        os.makedirs(os.path.dirname(to) or '.', exist_ok=True)
        data, at = open(path, 'rb').read(), 0
        if source.endswith('.json'):
            with open(to + '.tmp', 'wb') as f:
                f.write(data)
            os.rename(to + '.tmp', to)
            continue
        with open(to, 'ab', buffering=0) as f:
            while at < len(data):
                n = random.randint(1, len(data) // 25 + 2)
                f.write(data[at:at + n])
                at += n
                time.sleep(0.002)
print('bytes of its own')
END
}

# epochs FIRST LAST [LOG]: rows of a CSV, appended to LOG, slowly enough to be stopped in between.
trainer() {
    cat > train << 'END'
#!/bin/bash
rows() { awk -v a="$1" -v b="$2" 'BEGIN { for (e = a; e <= b; e++) printf "%d,%.4f,%.4f\n", e, 2 / e, 0.9 - 0.5 / e ^ 2 }'; }
header() { echo epoch,loss,val_acc; }
epochs() { local e; for ((e = $1; e <= $2; e++)); do rows $e $e >> "${3:-log.csv}"; sleep 0.02; done; }
END
    cat >> train
    chmod +x train
}

field() { jq -r "[$1] | map(. // \"none\" | tostring) | join(\" \")" result; }

# What a reading of the log gives, with the options of the wrapper.
afterwards() {
    local log=$1 e=$2
    shift 2
    a4nn-log -q "$log" | a4nn-predict -q -E "$e" "$@" -o jsonl > all
    jq -rn --argjson e "$e" '([inputs] | ([.[] | select(.verdict == "stop" and .epoch < $e)][0]) as $s
        | (.[-1] as $l | $s // $l | [.run, .metric, .forecast, .low, .high]) + [$s.epoch, .[-1].epoch, .[-1].value])
        | map(. // "none" | tostring) | join(" ")' all
}

@test "wrap --log: judges what is written to it as the log read afterwards is" {
    local name e log options wanted
    grower
    for name in keras.csv:100 penguin.txt:30 keras-verbose2.log:50 console-squeezenet.log:50 katib.jsonl:20 \
        wandb-history.jsonl:40 lightning-metrics.csv:30 mxnet-cifar.log:200 trainer_state.json:20 \
        tensorboard/keras:30 tensorboard/version_0:50; do
        e=${name#*:} name=${name%:*}
        log=new/$(basename "$name")
        for options in '' '-R budget:epochs=3'; do
            rm -rf new result
            # shellcheck disable=SC2086
            run -0 --separate-stderr a4nn-train-wrap -q -E "$e" $options --log "$log" --on-stop report \
                --result result -- "$PYTHON" grow "$(data "log/$name")" "$log"
            [ "$output" = 'bytes of its own' ]
            # shellcheck disable=SC2086
            wanted=$(afterwards "$log" "$e" $options)
            [ "$(field '.run, .metric, .forecast, .low, .high, .stop_epoch, .epoch, .value')" = "$wanted" ] ||
                fail "$name $options: $(cat result)
wanted: $wanted"
            echo "$wanted" >> seen
        done
    done
    [ "$(awk '$6 != "none"' seen | wc -l)" -ge 12 ]
}

@test "wrap --log: stops a training whose output says nothing" {
    trainer <<< 'echo "noise $1"; echo more >&2; header > log.csv; epochs 1 1000; touch finished'
    run -0 --separate-stderr a4nn-train-wrap -E 60 --settle 0 --log log.csv --result result -- ./train '1 2'
    [ "$output" = 'noise 1 2' ]
    grep -qx more <<< "$stderr"
    grep -q "run 'log' is stopped after epoch 10 of 60 (converged): val_acc" <<< "$stderr"
    [ "$(field '.outcome, .stop_epoch, .signal')" = 'stopped 10 15' ]
    [ ! -e finished ]
    none_left
}

@test "wrap --log: with a terminal, released, and other than standard output" {
    trainer <<< '[ ! -t 1 ] || echo terminal; [ ! -t 2 ] || echo terminal >&2; header > log.csv; epochs 1 30; exit 3'
    run -3 a4nn-train-wrap -q --pty -E 60 --on-stop report --log log.csv --result result -- ./train
    [ "$output" = terminal ]
    [ "$(field .stop_epoch)" = 10 ]
    rm log.csv
    run -3 --separate-stderr a4nn-train-wrap -q --pty --stderr -E 60 --on-stop report --log log.csv -- ./train
    [ "$output" = '' ]
    [ "$stderr" = terminal ]
    run -125 --separate-stderr a4nn-train-wrap --stderr --log log.csv -- ./train
    [ "$stderr" = 'a4nn-train-wrap: --log and --stderr exclude each other' ]
    rm log.csv
    run -0 a4nn-train-wrap -q -E 60 --on-stop release --settle 0 --log log.csv --result result -- ./train
    [ "$(field .outcome,.stop_epoch)" = 'released 10' ]
    wait_for none_left
    [ "$(field .outcome,.stop_epoch,.epoch,.exit_status)" = 'ended 10 30 3' ]
}

@test "wrap --log: a log that appears late, in a folder that does" {
    trainer <<< 'sleep 0.3; mkdir -p a/b; sleep 0.3; header > a/b/late.csv; epochs 1 1000 a/b/late.csv'
    run -0 a4nn-train-wrap -q -E 60 --settle 0 --log a/b/late.csv --result result -- ./train
    [ "$(field .run,.outcome,.stop_epoch)" = 'late stopped 10' ]
    rm -r a
    run -0 a4nn-train-wrap -q -E 60 --settle 0 --log a --result result -- ./train
    [ "$(field .outcome,.stop_epoch)" = 'stopped 10' ]
}

@test "wrap --log: a log that never appears, or says nothing, is told once" {
    run -4 --separate-stderr a4nn-train-wrap --log none/log.csv --result result -- sh -c 'exit 4'
    [ "$stderr" = "a4nn-train-wrap: nothing was written to 'none/log.csv': no verdict" ]
    [ "$(field .verdict,.epoch)" = 'none none' ]
    run -0 --separate-stderr a4nn-train-wrap --no-metric 100 --log text -- sh -c 'seq 5000 > text'
    [ "$(grep -c 'no metric in' <<< "$stderr")" -eq 1 ]
}

@test "wrap --log: the last epochs count that are written just before the end" {
    local i
    for i in {1..10}; do
        rm -f log.csv
        trainer <<< '{ header; rows 1 9; sleep 0.0'"$i"'; rows 10 30; printf 31,0.1,; } > log.csv; printf 0.9 >> log.csv; exit 3'
        run -3 a4nn-train-wrap -q -E 60 --on-stop report --log log.csv --result result -- ./train
        [ "$(field .stop_epoch,.epoch,.value)" = '10 31 0.9' ] || fail "$(cat result)"
    done
}

@test "wrap --log: a log that is continued has a past" {
    trainer <<< 'epochs "$@"'
    # the verdict is still to come
    ./train 1 6
    sed -i 1iepoch,loss,val_acc log.csv
    run -0 a4nn-train-wrap -q -E 60 --settle 0 --log log.csv --result result -- ./train 7 1000
    [ "$(field .outcome,.stop_epoch)" = 'stopped 10' ]
    # it was there before: the training is stopped as soon as it goes on from there
    cp log.csv before.csv
    run -0 a4nn-train-wrap -q -E 60 --settle 0 --log log.csv --result result -- ./train 40 1000
    [ "$(field .outcome,.stop_epoch)" = 'stopped 10' ]
    [ "$(field .epoch)" -lt 50 ]
    # and not when it goes back to before it
    cp before.csv log.csv
    run -0 a4nn-train-wrap -q -E 60 --on-stop report --log log.csv --result result -- ./train 5 7
    [ "$(field .verdict,.stop_epoch,.epoch)" = 'continue none 7' ]
}

@test "wrap --log: what is left over in a log is not the training's" {
    trainer <<< 'header > log.csv; epochs 1 30; touch finished'
    ./train && cp log.csv left.csv
    # untouched
    run -0 --separate-stderr a4nn-train-wrap -E 60 --settle 0 --log log.csv --result result -- sleep 0.3
    [ "$stderr" = "a4nn-train-wrap: log.csv: csv log, metric 'val_acc' (larger is better)
a4nn-train-wrap: nothing was written to 'log.csv': no verdict" ]
    [ "$(field .outcome,.verdict,.epoch)" = 'ended none none' ]
    # emptied after a while, replaced, of another kind
    trainer <<< 'sleep 0.2; eval "$1"; epochs 1 6'
    local how
    for how in 'header > log.csv' 'header > new; mv new log.csv' 'rm log.csv; sleep 0.2; header > log.csv' \
        'printf "epoch\tval_loss\n" > log.csv; rows() { printf "%d\t0.%d\n" $1 $1; }'; do
        cp left.csv log.csv
        run -0 a4nn-train-wrap -q -E 60 --settle 0 --log log.csv --result result -- ./train "$how"
        [ "$(field .outcome,.verdict,.epoch)" = 'ended continue 6' ] || fail "$how: $(cat result)"
    done
    [ "$(field .metric)" = val_loss ]
    # in another file of the folder
    mkdir runs && cp left.csv runs/old.csv
    trainer <<< 'header > runs/new.csv; epochs 1 6 runs/new.csv'
    run -0 a4nn-train-wrap -q -E 60 --settle 0 --log runs --result result -- ./train
    [ "$(field .outcome,.run,.verdict,.epoch)" = 'ended new continue 6' ] || fail "$(cat result)"
}

@test "wrap --log: rotation, truncation and rewriting lose and repeat nothing" {
    local how wanted
    trainer <<< 'header > whole.csv; rows 1 40 >> whole.csv'
    ./train
    wanted=$(afterwards whole.csv 60 | cut -d ' ' -f 2-)
    for how in 'mv log.csv log.csv.1; header > log.csv' 'mv log.csv log.csv.1' 'cp log.csv log.csv.1; sleep 0.1; : > log.csv' \
        'cp log.csv new; mv new log.csv' 'cat log.csv > new; cat new > log.csv'; do
        rm -f log.csv log.csv.1 new
        trainer <<< 'header > log.csv; epochs 1 20; sleep 0.1; eval "$1"; epochs 21 40'
        run -0 a4nn-train-wrap -q -E 60 --on-stop report --log log.csv --result result -- ./train "$how"
        [ "$(field '.metric, .forecast, .low, .high, .stop_epoch, .epoch, .value')" = "$wanted" ] ||
            fail "$how: $(cat result) wanted $wanted"
    done
    # all of it at each epoch
    rm -f log.csv
    trainer <<< 'for e in {1..40}; do { header; rows 1 $e; } > log.csv; sleep 0.02; done'
    run -0 a4nn-train-wrap -q -E 60 --on-stop report --log log.csv --result result -- ./train
    [ "$(field '.metric, .forecast, .low, .high, .stop_epoch, .epoch, .value')" = "$wanted" ] || fail "$(cat result)"
}

@test "wrap --log: TensorBoard events, resumed into another file of the folder" {
    cat > train << 'END'
import os, struct, sys, time
table = []
for i in range(256):
    for _ in range(8):
        i = i >> 1 ^ (0x82f63b78 if i & 1 else 0)
    table.append(i)
def crc(data):
    c = 0xffffffff
    for b in data:
        c = table[(c ^ b) & 255] ^ c >> 8
    c ^= 0xffffffff
    return struct.pack('<I', ((c >> 15 | c << 17) + 0xa282ead8) & 0xffffffff)
def field(number, data):
    return bytes([number << 3 | 2, len(data)]) + data
def event(step, tag, value):
    data = b'\x09' + struct.pack('<d', 1.6e9 + step) + b'\x10' + bytes([step])
    data += field(5, field(1, field(1, tag) + b'\x15' + struct.pack('<f', value)))
    head = struct.pack('<Q', len(data))
    return head + crc(head) + data + crc(data)
first, last, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
os.makedirs('logs/validation', exist_ok=True)
with open('logs/validation/events.out.tfevents.' + name, 'ab', buffering=0) as f:
    for epoch in range(first, last):
        data = event(epoch, b'epoch_accuracy', 0.9 - 0.5 / (epoch + 1) ** 2)
        f.write(data[:30])
        f.write(data[30:])
        time.sleep(0.02)
END
    run -0 --separate-stderr a4nn-train-wrap -q -E 60 --settle 0 --log logs --result result -- "$PYTHON" train 0 100 1600000001.host
    [ "$(field .outcome,.metric,.reason)" = 'stopped validation/epoch_accuracy converged' ] || fail "$(cat result)"
    [ "$(field .stop_epoch)" -ge 8 ]
    cp "$(echo logs/validation/*)" kept
    # the past is in the first file
    "$PYTHON" - kept << 'END'
import sys
data = open(sys.argv[1], 'rb').read()
open(sys.argv[1], 'wb').write(data[:7 * 52 + 20]) # seven events and a piece of one
END
    cp kept logs/validation/*.host
    run -0 --separate-stderr a4nn-train-wrap -q -E 60 --settle 0 --log logs --result second -- "$PYTHON" train 7 100 1600000002.host
    [ "$(jq -c '[.run, .metric, .forecast, .stop_epoch]' second)" = "$(jq -c '[.run, .metric, .forecast, .stop_epoch]' result)" ] ||
        fail "$(cat result second)"
}
