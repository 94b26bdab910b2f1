# SPDX-License-Identifier: GPL-3.0-or-later
# The configuration of runs in logs: who states it how, and on which record it comes.
load lib

# configs FILE...: run, epoch, configuration and facts of each record that has one, as JSON.
configs() {
    a4nn-log -q -o jsonl "$@" |
        jq -c 'select(.config) | [.run, .epoch, .config] + [.flops, .parameters, .seed | values]'
}

# The file "out" is what stands on standard input.
is_out() {
    cat > wanted
    same_files out wanted
}

# live FILE: its bytes; behind a pipe they are an input that may go on.
live() {
    cat "$1"
}

@test "facts: the authors' histories state genome, architecture and FLOPs of each run" {
    configs "$(data log/a4nn-history.csv)" > out
    [ "$(head -n 1 out)" = '["arch068",1,{"genome":[[0,0,0,1,1,0,1],[0,0,0,0,0,1,0],[0,0,1,0,1,1,0]],"arch":68,"flops":715.4103},715.4103]' ]
    [ "$(jq -s 'length' out)" -eq 2 ]
    a4nn-log --list-metrics -q "$(data log/a4nn-history.csv)" | cut -f 3 | sort -u | tr '\n' ' ' > out
    [ "$(cat out)" = "converged predictions train_accs val_accs " ]
}

@test "facts: PENGUIN's first row is the configuration, in which places may be empty" {
    configs "$(data log/penguin.txt)" > out
    jq -e '.[0:2] == ["penguin", 0.5] and .[3] == 2476382228 and
           (.[2] | .dataset == "CIFAR100" and .layer_types == "3-3-1" and .train_GPU == true and
            has("FC_dropout_layers") == false and .FCFilters == 100)' out
    [ "$(wc -l < out)" -eq 1 ]
    # the one setting that is a number of the epoch, too
    a4nn-log -q -o jsonl "$(data log/penguin.txt)" | jq -e -s 'all(.lr == 0.11464760689500715)'
}

@test "facts: Optuna's parameters, with the choices of categorical ones" {
    cp "$(data log/optuna.db)" o.db
    sqlite3 o.db << 'END'
CREATE TABLE trial_params (param_id INTEGER PRIMARY KEY, trial_id INTEGER, param_name VARCHAR,
    param_value FLOAT, distribution_json TEXT);
INSERT INTO trial_params VALUES
    (1, 1, 'lr', 0.125, '{"name": "FloatDistribution", "attributes": {"low": 0, "high": 1}}'),
    (2, 1, 'opt', 1.0, '{"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam"]}}'),
    (3, 1, 'bad', 7.0, '{"name": "CategoricalDistribution", "attributes": {"choices": ["a"]}}'),
    (4, 2, 'lr', 0.5, 'not JSON'),
    (5, 9, 'lr', 0.75, NULL);
END
    configs o.db > out
    is_out << 'END'
["trial_0",1,{"lr":0.125,"opt":"adam"}]
["trial_1",1,{"lr":0.5}]
END
}

@test "facts: MLflow's parameters, also of several lines" {
    cp -r "$(data log/mlflow)" store
    printf 'one\ntwo' > store/0/4f1c0d9e8b7a4c6d9e0f1a2b3c4d5e6f/params/note
    printf 17 > store/0/4f1c0d9e8b7a4c6d9e0f1a2b3c4d5e6f/params/seed
    configs store > out
    is_out << 'END'
["0/4f1c0d9e8b7a4c6d9e0f1a2b3c4d5e6f",1,{"epochs":5,"lr":0.1,"note":"one\ntwo","seed":17},17]
END
}

@test "facts: Ray's configuration, as last stated" {
    cp "$(data log/ray-result.json)" result.json
    configs result.json | jq -c '[.[1], .[2].lr, .[2].optimizer.lr]' > out
    jq -c '.config.lr = 0.25 | .training_iteration += 2' result.json > more.json
    cat more.json >> result.json
    configs result.json | jq -c '[.[1], .[2].lr, .[2].optimizer.lr]' >> out
    is_out << 'END'
[1,0.0005,0.0005]
[1,0.25,0.0005]
END
    run ! grep config/ <(a4nn-log --list-metrics -q result.json)

    printf 'training_iteration,time_total_s,mean_accuracy,config/lr,config/net\n' > progress.csv
    printf '1,2.5,0.5,0.1,small\n2,5,0.6,0.1,small\n' >> progress.csv
    [ "$(configs progress.csv | jq -c '.[1:]')" = '[1,{"lr":0.1,"net":"small"}]' ]
}

@test "facts: the task is the task of the run, and no setting" {
    tasks() {
        a4nn-log -q --all-metrics -o jsonl "$@" | jq -c '[.run, .task, .epoch, .config // .metrics]' > out
    }
    printf '%s\n' run,task,epoch,val_acc,opt a,nas,1,0.5,sgd a,nas,2,0.6,sgd a,other,1,0.7,adam a,other,2,0.8,adam > t.csv
    tasks t.csv
    is_out << 'END'
["a","nas",1,{"opt":"sgd"}]
["a","nas",2,null]
["a","other",1,{"opt":"adam"}]
["a","other",2,null]
END
    tasks <(cat t.csv)
    jq -s -e '[.[] | .[1]] == ["nas", "nas", "other", "other"]' out
    printf '{"task": "%s", "epoch": 1, "val_acc": 0.5}\n' nas other > t.jsonl
    tasks t.jsonl
    is_out << 'END'
["t","nas",1,null]
["t","other",1,null]
END
    # where it is no name: a count of what is learned one after the other, the data measured on, nothing
    printf 'task,epoch,val_acc\n%s\n' 0,1,0.5 1,2,0.6 > count.csv
    tasks count.csv
    is_out << 'END'
["count",null,1,{"task":0}]
["count",null,2,{"task":1}]
END
    printf 'task,epoch,val_acc\n%s\n' val,1,0.5 val,2,0.6 > val.csv
    tasks val.csv
    jq -s -e 'all(.[1] == null)' out
    printf 'task,epoch,val_acc\n%s\n' ,1,0.5 nas,2,0.6 > late.csv
    tasks late.csv
    jq -s -e 'map(.[1:3]) == [["nas", 1], ["nas", 2]]' out
    # the history has it so, unless none is named; settings beside the log are of the same run
    mkdir in
    cp t.csv in
    printf 'task,epoch,val_acc\n%s\n' nas,1,0.5 nas,2,0.6 > in/z.csv
    echo '{"lr": 0.1}' > in/params.json
    run -0 a4nn-history import -q -H h.db -t mine count.csv in/t.csv in/z.csv
    [ "$(a4nn-history runs -H h.db -o jsonl | jq -c '[.task, .run]' | sort | paste -sd ' ')" = \
        '["mine","count"] ["nas","t/a"] ["nas","z"] ["other","t/a"]' ]
    rm in/t.csv
    tasks in
    [ "$(head -n 1 out)" = '["z","nas",1,{"lr":0.1}]' ]
}

@test "facts: a file beside the log that holds the configuration of its run" {
    mkdir -p ray/one ray/two wb/run/files
    echo '{"lr": 0.1, "net": {"depth": 3}, "seed": 5}' > ray/one/params.json
    echo '{"lr": 0.2}' > ray/two/params.json
    for run in one two; do
        printf 'training_iteration,val_accuracy\n1,0.5\n2,0.6\n' > ray/$run/progress.csv
    done
    printf '%s\n' 'wandb_version: 1' _wandb: '  value:' '    python_version: 3.9' lr: '  desc: null' '  value: 0.001' \
        layers: '  value:' '  - 64' '  - 32' > wb/run/files/config.yaml
    printf 'Epoch %d/2 val_acc=0.%d\n' 1 5 2 6 > wb/run/files/output.log
    run -0 --separate-stderr a4nn-log -q -o jsonl ray wb
    [ -z "$stderr" ]
    [ "$(jq -c 'select(.config) | [.run, .epoch, .config, .seed]' <<< "$output")" = \
        '["one",1,{"lr":0.1,"net":{"depth":3},"seed":5},5]
["two",1,{"lr":0.2},null]
["run/files",1,{"lr":0.001,"layers":[64,32]},null]' ]
    [ "${#lines[@]}" = 6 ]
    # in an archive it may come behind: then the history learns of it with the last record
    tar cf before.tar ray/one/params.json ray/one/progress.csv
    tar cf behind.tar ray/one/progress.csv ray/one/params.json ray/two/progress.csv
    for archive in before behind; do
        a4nn-history import -q -H $archive.db $archive.tar
        [ "$(a4nn-history runs -H $archive.db -r ray/one -o jsonl | jq -c '[.config, .seed, .observations]')" = \
            '[{"lr":0.1,"net":{"depth":3},"seed":5},"5",2]' ]
    done
    [ "$(a4nn-history runs -H behind.db -r ray/two -o jsonl | jq -c .config)" = null ]
    a4nn-log -q -o jsonl behind.tar | jq -s -e 'length == 4 and all(.[]; has("config") | not)'
    # another kind of file, one that is not understood, and a log of that name
    echo '[1]' > ray/two/params.json
    printf 'a: &x 1\n' > wb/run/files/config.yaml
    run -0 --separate-stderr a4nn-log -o jsonl ray wb
    [[ $stderr == *"a4nn-log: ray/two/params.json: not read as a configuration: not an object"* ]]
    [[ $stderr == *"a4nn-log: wb/run/files/config.yaml: not read as a configuration: line 1: YAML that is not read here"* ]]
    [ "$(jq -c 'select(.config) | .run' <<< "$output")" = '"one"' ]
    cp ray/one/progress.csv params.json
    [ "$(a4nn-log -q params.json | wc -l)" = 3 ]
}

@test "facts: what other logs say of the configuration" {
    [ "$(configs "$(data log/deit.txt)" | jq -c '.[1:]')" = '[1,{"n_parameters":5489328},5489328]' ]
    [ "$(configs "$(data log/records.json)" | jq -c '.[2]')" = '{"lr":0.1,"epochs":90}' ]
    [ "$(configs "$(data log/trainer_state.json)" | jq -c '.[2]')" = \
        '{"num_train_epochs":5,"max_steps":50}' ]
    jq '.trial_params = {"learning_rate": 0.5}' "$(data log/trainer_state.json)" > trainer_state.json
    configs trainer_state.json | jq -e '.[2].learning_rate == 0.5'
    printf '{"env_info": "x", "seed": 7, "exp_name": "e.py"}\n' | cat - "$(data log/mmcv.json)" > mm.json
    configs mm.json | jq -e '.[2] == {"exp_name": "e.py", "seed": 7} and .[3] == 7'
    printf '{"epoch":%d,"val_acc":0.5,"config":{"a":[1]}}\n' 1 2 | configs - > out
    [ "$(cat out)" = '["stdin",1,{"a":[1]}]' ]
}

@test "facts: of a table, texts that are the same in all rows of a run" {
    printf 'run,epoch,val_acc,net,note,batch\na,1,1,resnet,x,8\nb,1,2,vit,y,8\n' > t.csv
    printf 'a,2,3,resnet,x,8\nb,2,4,vit,z,8\na,3,5,resnet,w,8\nb,3,6,,z,8\nc,1,1,mlp,q,8\n' >> t.csv
    configs -f csv t.csv > out
    is_out << 'END'
["a",1,{"net":"resnet"}]
["b",1,{"net":"vit"}]
END
    # live, as far as it is known, and taken back
    live t.csv | a4nn-log -f csv -q -o jsonl - | jq -c -s 'map(select(.config)) | group_by(.run) |
        map(last | [.run, .config])' > out
    [ "$(cat out)" = '[["a",{"net":"resnet"}],["b",{"net":"vit"}]]' ]
}

@test "facts: what a cell means" {
    printf 'epochs trainLoss valLoss valAcc ID a b c d e f g h random_seed\n' > p.txt
    printf '1 1 1 50 x 007 True NaN -Infinity 1e5 [1,2 null "q" 18446744073709551617\n' >> p.txt
    configs p.txt | jq -c '.[2]' > out
    [ "$(cat out)" = '{"ID":"x","a":"007","b":true,"c":"NaN","d":"-Infinity","e":100000,"f":"[1,2","g":null,"h":"q","random_seed":18446744073709552000}' ] ||
        [ "$(configs p.txt | jq -r '.[2].f')" = "[1,2" ]
    a4nn-log -q -o jsonl p.txt | grep -F '"seed":18446744073709551617'
}

@test "facts: a configuration is bounded, and that is said once" {
    jq -n -c '{epoch: (1, 2), val_acc: 0.5, config: ([range(1500) | {"k\(.)": .}] | add)}' > big.jsonl
    run -0 --separate-stderr a4nn-log -o jsonl big.jsonl
    [ "$(head -n 1 <<< "$output" | jq '.config | length')" -eq 1000 ]
    [[ $stderr = *"big.jsonl:1: the configuration is too long: 'k1000' and what else has no room"* ]]
    [ "$(grep -c 'too long' <<< "$stderr")" -eq 1 ]
}

@test "facts: the model database has them of every run of the authors" {
    tar xf "$(data authors.tar.xz)"
    a4nn-history import -q -H h.db ./1gpu_*.csv ./*.txt
    a4nn-history export -q -H h.db | jq -c 'select(.config)' > out
    [ "$(jq -s 'map(select(.config.genome | length == 3)) | length' out)" -eq 300 ]
    [ "$(jq -s 'map(select(.flops > 0 and .config.arch >= 0)) | length' out)" -eq 300 ]
    [ "$(jq -s 'map(select(.config.dataset == "CIFAR100" and .seed)) | length' out)" -eq 3 ]
    a4nn-history runs -H h.db -w 'flops < 400 and last_value > 99' -o jsonl > out
    [ "$(wc -l < out)" -gt 0 ]
    jq -e -s 'all(.flops < 400 and .last_value > 99)' out
}
