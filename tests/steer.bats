# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-steer: what to train next.

load lib

# grid: 63 candidates c1 ... c63: 21 rates from 1e-5 to 1 for each of three optimisers.
grid() {
    awk 'BEGIN { split("sgd adam rms", opt, " "); for (o = 1; o <= 3; o++) for (i = 0; i <= 20; i++)
        printf "{\"run\":\"c%d\",\"lr\":%.6g,\"opt\":\"%s\"}\n", ++n, 10 ^ (-5 + i / 4), opt[o] }'
}

# trained STEP [SIGN]: every STEP-th of them; adam at a rate of 0.001 (c30) would be best of all.
trained() {
    awk -v step="$1" -v sign="${2:-1}" 'BEGIN { print "run,epoch,value,metric"
        for (o = 1; o <= 3; o++) for (i = 0; i <= 20; i++) if (++n % step == 0)
            printf "c%d,9,%.3f,%s\n", n, sign * (90 - (i - 8) ^ 2 / 3 - 5 * (o != 2)),
                (sign > 0 ? "val_acc" : "my_score") }'
}

names() { printf '%s\n' "$output" | sed 's/.*"run":"\([^"]*\)".*/\1/'; }

@test "steer next: the best of what was not tried comes first, with its value and the reason" {
    grid > list
    trained 4 > results
    run -0 --separate-stderr a4nn-steer next -n 3 --candidates list results
    [ -z "$stderr" ]
    # c28 has been trained; its neighbours are the best that is left
    [[ $(names | sort | tr '\n' ' ') =~ ^c(29|30|31)\ c(29|30|31)\ c(29|30|31)\ $ ]]
    [[ ${lines[0]} =~ ^'{"run":"c'[0-9]+'","lr":0.00'[0-9]+',"opt":"adam","predicted":'(89|90|91)[.0-9]+',"low":'[0-9.]+',"high":'[0-9.]+',"why":"expected to beat the best so far, 88.67; '.*(opt|lr)\ \+ ]]
    # the same again is the same
    a4nn-steer next -n 3 --candidates list < results | cmp - <(printf '%s\n' "$output")
}

@test "steer next: a metric that is minimised" {
    grid > list
    trained 4 -1 > results
    run -2 --separate-stderr a4nn-steer next --candidates list results
    [ "$stderr" = "a4nn-steer: is more or less of 'my_score' better? say --max or --min" ]
    run -0 --separate-stderr a4nn-steer next --min -n 2 --candidates list results
    [[ $(names | tr '\n' ' ') =~ ^c(29|30|31)\ c(29|30|31)\ $ ]]
    [[ $output == *'"predicted":-'[89]* ]]
}

@test "steer next: without a model at random, by seed; until no candidate is left" {
    grid > list
    run -0 a4nn-steer next -q -n 63 --candidates list
    [ "$(names | sort -u | wc -l)" -eq 63 ]
    [[ ${lines[0]} == *'"predicted":null,"low":null,"high":null,"why":"at random: 0 of 5 results that a model needs"}' ]]
    first=$(names)
    run -0 a4nn-steer next -q -n 63 --seed 1 --candidates list
    [ "$(names)" != "$first" ]
    trained 1 > results
    sed -i '/^c5,/d; /^c6,/d' results
    run -0 a4nn-steer next -n 100 --candidates list results
    [ "$(names | sort | tr '\n' ' ')" = "c5 c6 " ]
    trained 1 > results
    run -1 --separate-stderr a4nn-steer next --candidates list results
    [ "$output$stderr" = "a4nn-steer: no candidate is left" ]
}

@test "steer next: what was trained is no candidate, by its name or by its configuration" {
    printf '%s\n' '{"run":"a","x":1,"y":[1,2]}' '{"run":"b","config":{"y":[1,2],"x":2}}' \
        '{"run":"c","y":[1,2],"x":3.0}' '{"x":4,"y":[1,2],"seed":7}' > list
    cat > results <<'END'
{"run":"z","epoch":1,"value":9,"metric":"val_acc","config":{"y":[1,2],"x":3}}
{"run":"y","epoch":1,"value":9,"metric":"val_acc","config":{"y":[1,2],"x":4}}
{"run":"b","epoch":1,"value":9,"metric":"val_acc"}
END
    run -0 --separate-stderr a4nn-steer next -n 9 --candidates list results
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == '{"run":"a","x":1,"y":[1,2],"predicted":null,'* ]]
}

# predicted RUN: what is expected of that candidate, as `next` said it into `all`.
predicted() { sed -n "s/.*\"run\":\"$1\".*\"predicted\":\([-0-9.]*\).*/\1/p" all; }

less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }' || fail "not less: $1, $2"; }

@test "steer next: a stopped run counts with its forecast, the less the more uncertain it is" {
    grid > list
    trained 4 > results
    a4nn-steer next -n 99 --candidates list results > all
    before=$(predicted c9)
    # c8, sgd at the best rate, was trained; at c10 a run is stopped that would come to 95
    stopped() {
        echo run,epoch,value,metric,epochs,forecast,low,high,verdict,reason
        echo "c10,3,40,val_acc,9,95,$1,stop,converged"
    }
    cat results <(stopped 94.9,95.1) | a4nn-steer next -n 99 --candidates list > all
    sure=$(predicted c9)
    cat results <(stopped 45,145) | a4nn-steer next -n 99 --candidates list > all
    unsure=$(predicted c9)
    less "$before" "$unsure"
    less "$unsure" "$sure"
    [ -z "$(predicted c10)" ]
}

@test "steer next: what failed or diverged is bad, not missing" {
    grid > list
    trained 4 > results
    a4nn-steer next -n 99 --candidates list results > all
    before=$(predicted c29)
    cat results <(echo c30,9,nan,val_acc) | a4nn-steer next -n 99 --candidates list > all
    less "$(predicted c29)" "$before"
    printf '{"run":"c30","epoch":3,"value":50,"metric":"val_acc","status":"failed"}\n' > failed
    a4nn-steer next -n 99 --candidates list results failed | cmp - all
    printf '{"run":"c30","epoch":3,"value":50,"metric":"val_acc","verdict":"stop","reason":"diverged"}\n' > failed
    a4nn-steer next -n 99 --candidates list results failed | cmp - all
    # and only failures teach nothing to choose by
    printf 'run,epoch,value,metric\n' > results
    for i in 1 2 3 4 5 6; do echo "c$i,1,nan,val_acc"; done >> results
    run -0 a4nn-steer next --candidates list results
    [[ $output == *'"why":"at random: no result has a value"}' ]]
}

@test "steer next: what is running is not proposed again, nor what is just like it" {
    grid > list
    trained 4 > results
    run -0 a4nn-steer next --candidates list results
    first=$(names)
    cat results <(printf 'run,epoch,value,metric,epochs\n%s,1,20,val_acc,9\n' "$first") > both
    run -0 a4nn-steer next -n 2 --candidates list results
    second=${lines[1]}
    run -0 a4nn-steer next -n 99 --candidates list both
    [[ $output != *"\"run\":\"$first\""* ]]
    [ "${lines[0]}" = "$second" ]
}

@test "steer next: results from the model database" {
    export A4NN_HISTORY=$BATS_TEST_TMPDIR/history.db
    grid > list
    trained 4 > results
    sed '1s/$/,task/; 2,$s/$/,digits/' results | a4nn-history add -q -E 9
    run -0 --separate-stderr a4nn-steer next -H -n 3 --candidates list
    [ -z "$stderr" ]
    a4nn-steer next -n 3 --candidates list results | cmp - <(printf '%s\n' "$output")
    printf '{"run":"o","task":"other","epoch":1,"value":3,"metric":"val_acc"}\n' | a4nn-history add -q
    run -2 --separate-stderr a4nn-steer next -H --candidates list
    [ "$stderr" = "a4nn-steer: results of task 'digits', metric 'val_acc' and of task 'other', metric 'val_acc': name one task with -t" ]
    run -0 a4nn-steer next -H -t digits -n 3 --candidates list
    a4nn-steer next -n 3 --candidates list results | cmp - <(printf '%s\n' "$output")
}

@test "steer next: sequences of layers, bit strings and lists are compared by what is in them" {
    # the more C the better; the third bit and the second number count, too
    awk 'BEGIN { for (i = 0; i < 60; i++) { net = ""; for (k = 0; k <= i % 5; k++) net = net "C(" 2 ^ (4 + (i + k) % 3) ",3), "
        printf "{\"run\":\"n%d\",\"net\":\"[%sSM(10)]\",\"genome\":\"%d%d%d1\",\"w\":[%d,%d]}\n", i, net, i % 2, int(i / 2) % 2, int(i / 4) % 2, i % 7, i % 4 } }' > nets
    awk 'BEGIN { print "run,epoch,value,metric"; for (i = 0; i < 60; i += 2)
        printf "n%d,1,%g,val_acc\n", i, 40 + 5 * (i % 5) + 10 * (int(i / 4) % 2) + 3 * (i % 4) }' > results
    run -0 --separate-stderr a4nn-steer next -n 6 --candidates nets results
    [ -z "$stderr" ]
    # of the odd ones the best have five C and the third bit
    for line in "${lines[@]:0:2}"; do
        [[ $line =~ '"net":"['(C[^S]*){4,5}'SM(10)]","genome":"'..1 ]] || fail "$line"
    done
    [[ $output =~ 'net.C.count'|'net.length' ]]
    [[ $output == *'genome.3 +'* ]]
}

@test "steer next: table and CSV" {
    grid > list
    trained 4 > results
    run -0 a4nn-steer next -o csv --candidates list results
    [ "${lines[0]}" = run,predicted,low,high,why ]
    [[ ${lines[1]} =~ ^c[0-9]+,(89|90|91)[.0-9]*,[0-9.]+,[0-9.]+,\"?expected\ to\ beat ]]
    run -0 a4nn-steer next -o table --candidates list results
    [[ ${lines[0]} =~ ^run\ +predicted\ +low\ +high\ +why$ ]]
}

@test "steer next: what cannot be used is named with its line, the rest is used" {
    printf '%s\n' '{"run":"a","x":1}' '[1]' '{"run":"a","x":2}' '{"x":' '' '{"config":3}' '{"run":7,"x":5}' > list
    run -2 --separate-stderr a4nn-steer next -n 9 --candidates list <<< 'run,epoch,value,metric'
    [ "$(names | sort | tr '\n' ' ')" = '7 a ' ] || [[ $output == *'"run":7'* ]]
    [ "${#lines[@]}" -eq 2 ]
    [[ $stderr == *"list:2: not a JSON object"* ]]
    [[ $stderr == *"list:3: run 'a' again"* ]]
    [[ $stderr == *"list:4: "* ]]
    [[ $stderr == *"list:6: 'config' is not an object"* ]]
    run -2 --separate-stderr a4nn-steer next < /dev/null
    [ "$stderr" = "a4nn-steer: nothing to choose from: name --space or --candidates" ]
    run -2 --separate-stderr a4nn-steer next --candidates nowhere < /dev/null
    [ "$stderr" = "a4nn-steer: cannot open 'nowhere': No such file or directory" ]
    # runs of nobody's configuration
    printf 'run,epoch,value,metric\nq,1,3,val_acc\n' > results
    run -0 --separate-stderr a4nn-steer next --candidates <(echo '{"run":"a","x":1}') results
    [ "$stderr" = "a4nn-steer: 1 runs teach nothing: their configuration is not known" ]
}

@test "steer next: configurations of every kind, all the same, or without an end" {
    deep=$(printf '{"a":%.0s' {1..500}; printf 1; printf '}%.0s' {1..500})
    awk -v deep="$deep" 'BEGIN {
        for (i = 0; i < 40; i++) {
            v = i % 8 == 0 ? "null" : i % 8 == 1 ? "\"text\"" : i % 8 == 2 ? "1e308" : i % 8 == 3 ? "-1e308" : \
                i % 8 == 4 ? "[[],{},[null,true]]" : i % 8 == 5 ? deep : i % 8 == 6 ? "\"(((1,2),)\"" : "\"\""
            printf "{\"run\":\"r%d\",\"x\":%s,\"k\":%d,\"c\":5}\n", i, v, i } }' > odd
    awk 'BEGIN { print "run,epoch,value,metric"; for (i = 0; i < 40; i += 3) printf "r%d,1,%s,val_acc\n", i, i % 2 ? "1e308" : "3" }' > results
    run -0 a4nn-steer next -n 40 --candidates odd results
    for same in 1 2 3 4 5 6 7 8 9; do echo "{\"run\":\"s$same\",\"x\":1,\"y\":$same}"; done > list
    awk 'BEGIN { print "run,epoch,value,metric"; for (i = 1; i < 9; i++) printf "s%d,1,50,val_acc\n", i }' > results
    run -0 a4nn-steer next --candidates list results
}

@test "steer explain: the parameter that matters most comes first, with the level to keep" {
    grid > list
    trained 2 > results
    run -0 --separate-stderr a4nn-steer explain -o csv --candidates list results
    [ -z "$stderr" ]
    [ "${lines[0]}" = name,share,share_low,share_high,level,configurations,tried,value,effect,low,high,p_drop ]
    # variances: of 1/3 (i - 8)^2 over the rates 160 to 170, of the optimisers 5.6
    [[ ${lines[1]} =~ ^lr,[89][0-9] ]]
    printf '%s\n' "$output" | grep ^opt > opt
    less "$(sed -n '1s/^opt,\([^,]*\),.*/\1/p' opt)" 10
    level() { sed -n "s/^opt,[^,]*,[^,]*,[^,]*,$1,21,[0-9]*,//p" opt; }
    # 5 better than the others, which surely can be dropped
    less "$(level sgd | cut -d, -f4)" "$(level adam | cut -d, -f3)"
    less 4 "$(awk -v a="$(level adam | cut -d, -f2)" -v b="$(level sgd | cut -d, -f2)" 'BEGIN { print a - b }')"
    less 0.95 "$(level sgd | cut -d, -f5)"
    less "$(level adam | cut -d, -f5)" 0.05
    # there is no interaction, and no noise
    less "$(printf '%s\n' "$output" | sed -n 's/^lr x opt,\([^,]*\),.*/\1/p')" 5
    less "$(printf '%s\n' "$output" | sed -n 's/^(noise),\([^,]*\),.*/\1/p')" 5
    a4nn-steer explain -o csv --candidates list results | cmp - <(printf '%s\n' "$output")
}

@test "steer explain: what only both parameters together do is an interaction" {
    awk 'BEGIN { for (i = 0; i < 64; i++) printf "{\"run\":\"r%d\",\"a\":%d,\"b\":%d,\"c\":%d}\n", i, i % 2, int(i / 2) % 2, i % 8 }' > list
    awk 'BEGIN { print "run,epoch,value,metric"; for (i = 0; i < 64; i += 3) printf "r%d,1,%g,val_acc\n", i, 50 + 10 * (i % 2 == int(i / 2) % 2) }' > results
    run -0 a4nn-steer explain -o csv --candidates list results
    both=$(printf '%s\n' "$output" | sed -n 's/^[ab] x [ab],\([^,]*\),.*/\1/p')
    less 50 "$both"
    less "$(printf '%s\n' "$output" | sed -n 's/^a,\([^,]*\),[0-9].*/\1/p')" 20
}

@test "steer: a search begins with a history that is not there" {
    printf '{"run":"a","x":1}\n{"run":"b","x":2}\n' > list
    run -0 --separate-stderr a4nn-steer next -Hnew.db --candidates list
    [[ $output == *'0 of 5 results'* ]]
    [ "$stderr" = "a4nn-steer: there was no history yet: a new one is made" ]
    run -1 a4nn-history list -H new.db
    # to explain there has to be one
    run -2 --separate-stderr a4nn-steer explain -Hnone.db --candidates list
    [ "$stderr" = "a4nn-steer: cannot open 'none.db': No such file or directory" ]
    [ ! -e none.db ]
    # but not if it cannot be made
    run -2 --separate-stderr a4nn-steer next -Hlist/new.db --candidates list
    [ "$stderr" = "a4nn-steer: cannot open 'list/new.db': Not a directory" ]
}

@test "steer explain: results that state their configuration need no candidates; too few are a no" {
    config() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "{\"run\":\"r%d\",\"epoch\":1,\"value\":%g,\"metric\":\"val_acc\",\"config\":{\"depth\":%d}}\n", i, 50 + i % 3, i % 3 }'; }
    config 20 > results
    run -0 a4nn-steer explain results
    [[ ${lines[1]} =~ ^depth\ +(9[0-9]\.|100) ]]
    config 4 > results
    run -1 --separate-stderr a4nn-steer explain results
    [ "$output$stderr" = "a4nn-steer: too few results to explain: 4" ]
}

# Forty networks: more width is better, and dearer; depth costs and does nothing.
widths() {
    jq -cn 'range(40) | {run: "w\(.)", config: {width: (. + 1), depth: (. * 7 % 5)}, flops: ((. + 1) * (5 + . * 7 % 5))}'
}

@test "steer --objective: proposals between two objectives, by weights that are told" {
    widths > list
    # every fourth has been trained
    jq -c 'select(.config.width % 4 == 1) | . + {epoch: 1, epochs: 1, value: (90 - 80 / .config.width), metric: "val_acc"}' list > results
    run -0 --separate-stderr a4nn-steer next -n 8 --objective flops --candidates list results
    [ "${#lines[@]}" -eq 8 ]
    echo "$output" > both
    [[ $(jq -r .why both) =~ '; the metric counting '[0-9]+' %, flops '[0-9]+' %' ]]
    # the metric alone wants width; both want cheap ones, too
    a4nn-steer next -n 8 --candidates list results > alone
    least() { jq -s 'map(.config.width) | min' "$1"; }
    [ "$(least alone)" -ge 30 ]
    [ "$(least both)" -le 10 ]
    [ "$(jq -s 'map(.run) | unique | length' both)" -eq 8 ]
    # the same again, and others by another seed
    a4nn-steer next -n 8 --objective flops:min --candidates list results | cmp - both
    run -1 cmp -s both <(a4nn-steer next -n 8 --objective flops --seed 1 --candidates list results)
    # what is predicted is the metric, whatever the weights
    jq -es 'map(select(.predicted > 100 or .predicted < 0)) | length == 0' both
    # a member of the configuration, of which more is better
    run -0 a4nn-steer next -n 2 --objective width:max --candidates list results
    [ "$(jq -s 'map(.config.width) | min' <<< "$output")" -ge 30 ]
}

@test "steer --objective: what no run states is known of none" {
    widths > list
    jq -c '. + {epoch: 1, epochs: 1, value: .config.width, metric: "val_acc"}' list | head -20 > results
    run -0 --separate-stderr a4nn-steer next --objective parameters --candidates list results
    [ "$stderr" = "a4nn-steer: nothing states 'parameters': it does not count" ]
    [[ $output == *'"predicted":'[0-9]* ]]
    run -0 --separate-stderr a4nn-steer explain --objective parameters -o jsonl results
    [[ $output != *'"run"'* ]]
    local wrong
    for wrong in '' :min flops:less; do
        run -2 --separate-stderr a4nn-steer next --objective "$wrong" --candidates list results
        [[ $stderr == "a4nn-steer: --objective: "* ]]
    done
    run -2 --separate-stderr a4nn-steer init --objective flops --candidates list
    run -2 --separate-stderr a4nn-steer explain --objective flops -o csv results
    [ "$stderr" = "a4nn-steer: --objective makes two tables, and a CSV file holds one" ]
}

@test "steer --cost: what is dear has to be worth it" {
    widths > list
    jq -c 'select(.config.width % 4 == 1) | . + {epoch: 1, epochs: 1, value: (80 + .config.width % 3), metric: "val_acc"}' list > results
    run -0 --separate-stderr a4nn-steer next -n 4 --cost flops --candidates list results
    echo "$output" > thrifty
    a4nn-steer next -n 4 --candidates list results > lavish
    flops() { jq -s 'map(.flops) | add' "$1"; }
    [ "$(flops thrifty)" -lt "$(($(flops lavish) / 2))" ]
    # what a candidate's line states is what it costs
    jq -es 'all(.expected_cost == .flops)' thrifty
    [[ $(jq -r .why thrifty) =~ '; costs '[0-9.]+' times the usual' ]]
    # such lines are candidates as before
    jq -c '.config + {run, predicted, low, high, expected_cost, why}' thrifty > flat
    run -0 a4nn-steer next -n 1 --candidates flat <(jq -c '.config.depth += 10' results)
    [[ $output != *'expected_cost +'* ]]
    # a table has a column for it, and only then
    run -0 a4nn-steer next -n 2 --cost flops -o csv --candidates list results
    [ "${lines[0]}" = run,predicted,low,high,expected_cost,why ]
    run -0 a4nn-steer next -n 2 -o csv --candidates list results
    [ "${lines[0]}" = run,predicted,low,high,why ]
}

@test "steer --cost: learned from what the others cost, stopped ones as if they had gone on" {
    widths | jq -c 'del(.flops)' > list
    # a second for each unit of width, of twenty epochs; half of them had only five
    jq -c 'select(.config.width % 4 == 1) | . + (if .config.width % 8 == 1
        then {epoch: 5, verdict: "stop", forecast: 80, low: 75, high: 85} else {epoch: 20} end)
        | . + {epochs: 20, value: 80, metric: "val_acc", wall_seconds: (.config.width * .epoch / 20)}' list > results
    run -0 --separate-stderr a4nn-steer next -n 20 --cost wall_seconds --candidates list results
    jq -es 'all(.expected_cost / .config.width | . > 0.8 and . < 1.25)' <<< "$output"
    # cheap ones first, when nothing else tells them apart
    [ "$(jq -s 'map(.config.width) | add' <<< "$output")" -lt "$(a4nn-steer next -n 20 --candidates list results | jq -s 'map(.config.width) | add')" ]
    # the same by the model database, which knows how long trainings took
    jq -c '. + {status: (if .verdict then "stopped" else "complete" end)}' results | a4nn-history add -H h.db -
    run -0 --separate-stderr a4nn-steer next -n 20 --cost wall_seconds -Hh.db --candidates list
    jq -es 'all(.expected_cost / .config.width | . > 0.8 and . < 1.25)' <<< "$output"
}

@test "steer --cost: what no run states changes nothing" {
    widths > list
    jq -c '. + {epoch: 1, epochs: 1, value: .config.width, metric: "val_acc"}' list | head -20 > results
    a4nn-steer next -n 4 --candidates list results > without
    run -0 --separate-stderr a4nn-steer next -n 4 --cost parameters --candidates list results
    [ "$stderr" = "a4nn-steer: nothing states 'parameters': it does not count" ]
    [ "$(jq -c 'del(.expected_cost)' <<< "$output")" = "$(jq -c . without)" ]
    jq -es 'all(.expected_cost == null)' <<< "$output"
    # what has only begun may state it yet
    jq -c '.epochs = 9' results > begun
    run -0 --separate-stderr a4nn-steer next -n 4 --cost parameters --candidates list begun
    [ -z "$stderr" ]
    # neither does what cannot be a cost
    jq -c '.parameters = -1' results > negative
    a4nn-steer next -n 4 --cost parameters --candidates list negative | jq -c 'del(.expected_cost)' | cmp - <(jq -c . without)
    run -2 --separate-stderr a4nn-steer next --cost '' --candidates list results
    [ "$stderr" = "a4nn-steer: --cost needs a name" ]
    run -2 --separate-stderr a4nn-steer init --cost flops --candidates list
}

@test "steer explain --objective: the front, by hand" {
    {
        #        run  value  flops
        printf '%s %s %s\n' a 90 10 b 91 10 c 80 4 d 85 4 e 95 30 f 94 31 g 95 40 h 70 4 i 91 10 |
            while read -r run value flops; do
                jq -cn --arg run "$run" "{run: \$run, epoch: 1, epochs: 1, value: $value, metric: \"val_acc\", flops: $flops, config: {x: $value, y: $flops}}"
            done
        # one that has failed, and one of which the cost is not known
        echo '{"run":"j","epoch":1,"epochs":3,"value":99,"metric":"val_acc","status":"failed","flops":1,"config":{"x":1,"y":2}}'
        echo '{"run":"k","epoch":1,"epochs":1,"value":99,"metric":"val_acc","config":{"x":1,"y":3}}'
    } > results
    run -0 --separate-stderr a4nn-steer explain --objective flops -o jsonl results
    [ "$(jq -r 'select(.run) | "\(.run) \(.value) \(.flops)"' <<< "$output" | paste -sd ,)" = "d 85 4,b 91 10,i 91 10,e 95 30" ]
    run -0 --separate-stderr a4nn-steer explain --objective flops:max -o jsonl results
    [ "$(jq -r 'select(.run) | .run' <<< "$output" | paste -sd ' ')" = g ]
    run -0 --separate-stderr a4nn-steer explain --objective flops results
    [[ $output == *"on the front  value  flops"*"d                85      4"* ]]
}

@test "steer explain --before: what has been learned since" {
    widths > list
    jq -c '. + {epoch: 1, epochs: 1, value: (90 - 80 / .config.width), metric: "val_acc"}' list > results
    head -8 results | a4nn-steer explain -o jsonl --candidates list > before.jsonl
    run -0 --separate-stderr a4nn-steer explain -o jsonl --candidates list --before before.jsonl results
    # each level has what was said of it then
    [ "$(jq -c 'select(.name == "depth" and .level == "2") | [.share_before, .effect_before, .p_drop_before]' <<< "$output")" = \
        "$(jq -c 'select(.name == "depth" and .level == "2") | [null, .effect, .p_drop]' before.jsonl)" ]
    [ "$(jq -c 'select(.name == "width" and .share) | .share_before' <<< "$output")" = "$(jq -c 'select(.name == "width" and .share) | .share' before.jsonl)" ]
    # without it the columns are as ever
    [ "$(a4nn-steer explain -o csv --candidates list results | head -n 1 | tr , '\n' | grep -c before)" -eq 0 ]
    a4nn-steer explain --before before.jsonl --candidates list results | head -n 1 | grep -q 'share % before  effect before  p(drop) before'
    # a parameter that is new
    sed -i '/"depth"/d' before.jsonl
    run -0 --separate-stderr a4nn-steer explain -o jsonl --candidates list --before before.jsonl results
    [ "$(jq -c 'select(.name == "depth") | .effect_before' <<< "$output" | sort -u)" = null ]
    # what is none
    echo '{"name":"x"' >> before.jsonl
    run -2 --separate-stderr a4nn-steer explain --before before.jsonl results
    [[ $stderr == "a4nn-steer: before.jsonl:"*": "* ]]
    printf 'a\0b' > before.jsonl
    run -2 --separate-stderr a4nn-steer explain --before before.jsonl results
    [ "$stderr" = "a4nn-steer: before.jsonl: not text" ]
    : > before.jsonl
    run -2 --separate-stderr a4nn-steer explain --before before.jsonl results
    [ "$stderr" = "a4nn-steer: before.jsonl: nothing that explain has printed" ]
}
