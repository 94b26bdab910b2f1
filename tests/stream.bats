# SPDX-License-Identifier: GPL-3.0-or-later
# The stream between the commands: one pipe gives what another way gives, nothing is lost or altered.
load lib

# ---- the same by every way ----

@test "stream: log | predict, and predict on the log itself agree" {
    local log
    log=$(data log/a4nn-history.csv)
    a4nn-log -q "$log" | a4nn-predict -q -E 25 -R a4nn > by_pipe
    a4nn-log -q -o jsonl "$log" | a4nn-predict -q -E 25 -R a4nn -o csv > by_json
    a4nn-predict -q -E 25 -R a4nn "$log" > by_name
    a4nn-predict -q -E 25 -R a4nn < "$log" > by_stdin
    # the live reader leaves out what only the end can tell, and names the runs by the log all the same
    for way in by_json by_name by_stdin; do
        column forecast < "$way" | cmp - <(column forecast < by_pipe)
        column verdict < "$way" | cmp - <(column verdict < by_pipe)
    done
    [[ $(decisions < by_pipe) == *S* ]]
}

@test "stream: log | fit | predict agrees with predict that fits itself" {
    local log
    log=$(data log/a4nn-history.csv)
    a4nn-log -q "$log" | a4nn-fit -q --prefixes | a4nn-predict -q -E 25 > by_fit
    a4nn-predict -q -E 25 -M curve:family=penguin -R a4nn "$log" > by_itself
    column forecast < by_fit > got
    column forecast < by_itself > wanted
    same_files got wanted 1e-6
    [ "$(decisions < by_fit)" = "$(decisions < by_itself)" ]
    [[ $(decisions < by_fit) == *S* ]]
}

@test "stream: forecasts from fits are the curve at the last epoch" {
    run -0 a4nn-fit -q --prefixes <<< "$(curve acc 40 50 55 57 58 58.5 59 59.1)"
    a4nn-predict -q -E 20 <<< "$output" > given.csv
    paste -d, <(column a <<< "$output") <(column b <<< "$output") <(column c <<< "$output") |
        awk -F, '{ print $1 == "" ? "" : $1 - exp(($3 - 20) * log($2)) }' > wanted
    column forecast < given.csv > got
    same_files got wanted 1e-4
    [ "$(grep -c . got)" -ge 4 ]
}

@test "stream: a filter's output is legal input of each of them" {
    curve acc 40 50 55 57 58 58.5 > run.csv
    for encoding in csv jsonl; do
        piped "0 0 0 0" "a4nn-log -o $encoding run.csv | a4nn-fit -q --prefixes | a4nn-predict -q -E 9 | a4nn-log"
        [ -z "$stderr" ]
        [ "$(column epoch <<< "$output" | paste -sd ' ')" = "1 2 3 4 5 6" ]
        piped "0 0 0" "a4nn-predict -q -E 9 -o $encoding run.csv | a4nn-fit -q -o $encoding | a4nn-predict -q -E 9"
        [ -z "$stderr" ]
    done
}

@test "stream: interleaved runs give what they give apart" {
    printf '%s\n' 40 50 55 57 58 58.5 58.8 59 | awk '{ print "a," NR "," $1 ",acc" }' > a
    printf '%s\n' 10 30 20 22 35 34 36 37 | awk '{ print "b," NR "," $1 ",acc" }' > b
    header=run,epoch,value,metric
    { echo $header; paste -d '\n' a b; } | a4nn-predict -q -E 20 -M ensemble | sort > together
    { for run in a b; do { echo $header; cat $run; } | a4nn-predict -q -E 20 -M ensemble; done; } | sort -u | cmp - together
    [ "$(wc -l < together)" -eq 17 ]
}

@test "stream: streams put one behind the other are one stream" {
    curve acc 1 2 > one.csv
    sed 's/^r,/s,/' one.csv > two.csv
    run -0 --separate-stderr a4nn-log -q <<< "$(cat one.csv two.csv)"
    [ -z "$stderr" ]
    [ "$(column run <<< "$output" | paste -sd ' ')" = "r r s s" ]
    run -0 a4nn-log -q one.csv two.csv
    [ "$(column run <<< "$output" | paste -sd ' ')" = "r r s s" ]
}

# ---- nothing altered ----

@test "stream: numbers come out as they went in" {
    local numbers=(0.1 1e-310 1.7976931348623157e+308 0.30000000000000004 5e-324 -12.5 97.123456789
        0.3333333333333333 1.2345678901234568e+17 0 -inf inf nan)
    curve reward "${numbers[@]}" > in.csv
    for encoding in csv jsonl; do
        a4nn-predict -q --max -M last -R no-diverged -o $encoding in.csv | a4nn-log -q -o $encoding |
            a4nn-log -q > out.csv
        [ "$(column value < out.csv)" = "$(printf '%s\n' "${numbers[@]}")" ]
    done
}

@test "stream: unknown members of JSON Lines come through untouched" {
    local extra='"wd":0.1,"tags":["a",{"b":null,"c":[true,false]}],"seed":12345678901234567890,'
    extra+='"id":9007199254740993,"least":-9223372036854775808,"huge":1e400,"empty":{},"none":[],'
    extra+='"text":"\"\\\/\u0000\u001b\u00e9\ud83d\ude00","nan":"NaN","":1'
    run -0 --separate-stderr a4nn-predict -q -M last -R patience \
        <<< "{\"run\":\"r\",\"epoch\":1,\"value\":2,\"metric\":\"acc\",$extra}"
    [ -z "$stderr" ]
    extra=${extra/\\\/\\u0000/\/\\u0000}
    extra=${extra/\\u00e9\\ud83d\\ude00/é😀}
    [ "${output,,}" = "{\"run\":\"r\",\"epoch\":1,\"value\":2,\"metric\":\"acc\",\"forecast\":2,\"verdict\":\"continue\",\"reason\":\"\",${extra,,}}" ]
}

@test "stream: what JSON cannot say is taken all the same" {
    run -0 --separate-stderr a4nn-log -q -o csv <<< '{"run":7,"epoch":1,"value":NaN,"metric":"acc"}
{"run":7,"epoch":2,"value":-Infinity,"metric":"acc"}
{"run":12345678901234567890,"epoch":3,"value":1e400,"metric":"acc"}
{"run":"r","epoch":4,"value":"0.5","metric":"acc"}
{"run":"r","epoch":5,"value":null,"metric":"acc"}'
    [ -z "$stderr" ]
    [ "$(cut -d, -f1-3 <<< "$output" | tail -n +2 | paste -sd ' ')" = \
        "7,1,nan 7,2,-inf 12345678901234567890,3,inf r,4,0.5 r,5,nan" ]
}

@test "stream: a column of CSV that nobody knows is named once" {
    run -0 --separate-stderr a4nn-predict -M last -R patience \
        <<< $'run,epoch,value,metric,wd\nr,1,2,acc,7\nr,2,3,acc,8'
    [ "$stderr" = "a4nn-predict: -:1: unknown column 'wd' is left out" ]
    [ "$(decisions <<< "$output")" = .. ]
}

@test "stream: names may hold anything" {
    printf 'run,epoch,value,metric\n"a,""b""\nc",1,2,acc\n=cmd,1,2,acc\n@x,1,3,acc\n../../x,1,3,acc\n\033[2Jz,1,3,acc\n"\r",1,3,acc\n \xe9,1,3,acc\n' > names.csv
    a4nn-log -q names.csv > once
    a4nn-log -q once | cmp - once
    run -0 sed -n 4,5p once
    [ "${lines[0]%%,*}" = "'=cmd" ] # a spreadsheet must not run it
    [ "${lines[1]%%,*}" = "'@x" ]
    a4nn-log -q -o jsonl names.csv > names.jsonl
    a4nn-log -q -o jsonl names.jsonl | cmp - names.jsonl
    grep -qF '{"run":"a,\"b\"\nc",' names.jsonl
    grep -qF '"run":"=cmd"' names.jsonl
    [ "$(a4nn-log -q names.jsonl | head -n 8)" = "$(head -n 8 once)" ]
}

@test "stream: names that differ are different runs, whatever is in them" {
    printf '%s\n' '{"run":"a\nb","metric":"acc","epoch":1,"value":1}' \
        '{"run":"a","metric":"acc","epoch":1,"value":1}' \
        '{"run":"a\n","metric":"acc","epoch":2,"value":1}' \
        '{"run":"a","metric":"acc","epoch":2,"value":1}' > names.jsonl
    run -0 a4nn-predict -q -o csv -M last -R patience:n=1 names.jsonl
    [ "$(grep -c stop <<< "$output")" -eq 1 ]
}

@test "stream: neither a message nor a table lets a log steer the terminal" {
    printf 'run,epoch,value,metric\n\033[2Jr,1,2,acc\n\033]0;x\a,x,2,acc\n\xc2\x9b31mr,1,\033[31m,acc\n\xe2\x80\xaer,1,2,acc\n' > evil.csv
    run -2 a4nn-predict -o table -E 9 -M last -R budget:epochs=1 evil.csv
    [[ $output == *'\x1b[2Jr'* ]]
    [[ $output == *"value is not a number: '\\x1b[31m'"* ]]
    LC_ALL=C run ! grep -q $'[\001-\011\013-\037\177]' <<< "$output"
    run ! grep -qF -e $'\u9b' -e $'\u202e' <<< "$output"
    mkdir $'d\033[31m'
    echo nothing > $'d\033[31m/x'
    run -2 a4nn-log $'d\033[31m/x' $'no\033such'
    [ "${lines[0]}" = "a4nn-log: d\\x1b[31m/x: no known kind of training log (a4nn-log --list-formats lists them)" ]
    [ "${lines[1]}" = "a4nn-log: cannot open 'no\\x1bsuch': No such file or directory" ]
}

# ---- any bytes ----

# What log, fit and predict give on standard input, all in one text.
all_three() {
    cat > input
    a4nn-log -q input && a4nn-fit -q --prefixes input && a4nn-predict -q -E 9 input &&
        a4nn-predict -q -E 9 < input
}

@test "stream: line ends and codings of text do not matter" {
    curve acc 40 50 55 57 58 58.5 > run.csv
    a4nn-log -q -o jsonl run.csv > run.jsonl
    for form in csv jsonl; do
        all_three < run.$form > wanted
        grep -q 58.5 wanted
        sed 's/$/\r/' run.$form | all_three | cmp - wanted
        head -c -1 run.$form | all_three | cmp - wanted
        { printf '\xef\xbb\xbf'; cat run.$form; } | all_three | cmp - wanted
        { printf '\n \n'; cat run.$form; } | all_three | cmp - wanted
        for code in UTF-16 UTF-16LE UTF-16BE; do
            iconv -f UTF-8 -t $code run.$form | all_three | cmp - wanted
        done
    done
    all_three < run.csv > wanted
    tr '\n' '\r' < run.csv | all_three | cmp - wanted
}

@test "stream: the locale does not matter" {
    curve acc 40.5 50.25 55 57 58 58.5 > run.csv
    all_three < run.csv > wanted
    mkdir locales
    localedef -i de_DE -f UTF-8 "$PWD/locales/de_DE.UTF-8" 2> /dev/null || [ -d locales/de_DE.UTF-8 ]
    [ "$(LOCPATH=$PWD/locales LC_ALL=de_DE.UTF-8 locale decimal_point)" = , ]
    LOCPATH=$PWD/locales LC_ALL=de_DE.UTF-8 all_three < run.csv | cmp - wanted
}

@test "stream: each bad line is named, and the others count" {
    printf '%s\n' run,epoch,value,metric '' '' r,1,2,acc '  ' r,x,3,acc r,2,3 r,3,4,acc, r,,5,acc r,4,,acc \
        r,5,abc,acc r,1e999,3,acc r,6,7,acc > bad.csv
    run -2 --separate-stderr a4nn-predict -M last -R patience bad.csv
    [ "$stderr" = "a4nn-predict: bad.csv:6: epoch is not a number: 'x'
a4nn-predict: bad.csv:7: expected 4 columns, got 3
a4nn-predict: bad.csv:8: expected 4 columns, got 5
a4nn-predict: bad.csv:9: no epoch
a4nn-predict: bad.csv:11: value is not a number: 'abc'
a4nn-predict: bad.csv:12: no epoch" ]
    [ "$(column epoch <<< "$output" | paste -sd ' ')" = "1 4 6" ]
    printf '%s\n' '{"run":"r","epoch":1,"value":2,"metric":"acc"}' '{"run":"r","epoch":2' '[1]' \
        '{"run":"r","epoch":3}' '{"run":[],"epoch":3,"value":1}' '{"run":"r","epoch":"x","value":1}' \
        '{"run":"r","value":1}' '{"run":"r","epoch":4,"value":2,"metric":"acc"}' > bad.jsonl
    run -2 --separate-stderr a4nn-predict -o csv -M last -R patience bad.jsonl
    [[ ${stderr_lines[0]} == "a4nn-predict: bad.jsonl:2: not JSON: "* ]]
    [ "$(printf '%s\n' "${stderr_lines[@]:1}")" = "a4nn-predict: bad.jsonl:3: not a JSON object
a4nn-predict: bad.jsonl:4: no value
a4nn-predict: bad.jsonl:5: run is not a text
a4nn-predict: bad.jsonl:6: epoch is not a number: 'x'
a4nn-predict: bad.jsonl:7: no epoch" ]
    [ "$(column epoch <<< "$output" | paste -sd ' ')" = "1 4" ]
}

@test "stream: cut off anywhere it gives what was whole, and a status of ours" {
    local form n status
    curve acc 40 50.25 nan 57 > run.csv
    a4nn-log -q -o jsonl run.csv > run.jsonl
    for form in csv jsonl; do
        for ((n = 0; n < $(wc -c < run.$form); n++)); do
            head -c "$n" run.$form > piece
            status=0
            a4nn-predict -E 9 -o csv piece > out 2> err || status=$?
            [ "$status" -le 2 ]
            # whole lines are all there; the last one only if it is a record by itself
            whole=$(grep -c '^r,\|^{.*}$' piece || :)
            [ "$(grep -c ^r, out)" -le "$whole" ]
            [ "$(grep -c ^r, out)" -ge "$((whole - 1))" ] || fail "$form $n"
        done
    done
}

# ---- where it comes from and goes to ----

@test "stream: a full disk or a closed output is trouble, told once" {
    curve acc $(seq 1 1000) > run.csv
    for command in "a4nn-log" "a4nn-log -o jsonl" "a4nn-fit" "a4nn-predict -q -E 2000 -M last" \
        "a4nn-predict -o table -q -M last -R patience" "a4nn-log --list-metrics $(data log/keras.csv)"; do
        run -2 bash -c "$command run.csv > /dev/full"
        [ "$output" = "${command%% *}: cannot write standard output: No space left on device" ]
        run -2 bash -c "$command run.csv >&-"
        [ "$output" = "${command%% *}: cannot write standard output: Bad file descriptor" ]
    done
}

@test "stream: a reader that goes away ends the pipe quietly" {
    for command in a4nn-log "a4nn-predict -M last -R patience" "a4nn-fit --prefixes -M pow2"; do
        piped "0 141 0" "{ echo run,epoch,value,metric; seq 200000 | sed 's/.*/r,&,1,acc/' 2> /dev/null || :; } |
            $command 2>&1 | head -n 2"
        [ "${#output}" -gt 20 ]
        [ -z "$stderr" ]
    done
}

@test "stream: closed or unreadable input is trouble" {
    for command in a4nn-log a4nn-fit a4nn-predict; do
        run -2 bash -c "$command <&-"
        [ "$output" = "$command: cannot read '-': Bad file descriptor" ]
        run -2 $command /proc/self/mem
        [ "$output" = "$command: cannot read '/proc/self/mem': Input/output error" ]
    done
}

@test "stream: a named pipe is read live" {
    mkfifo fifo
    { a4nn-log fifo | cat > out; } 3>&- &
    local log=$!
    exec 7> fifo
    curve acc 1 2 >&7
    wait_for grep -q ^r,2, out
    echo r,3,4,acc >&7
    exec 7>&-
    wait "$log"
    [ "$(column epoch < out | paste -sd ' ')" = "1 2 3" ]
}

@test "stream: nothing at all and a mere header are not trouble" {
    run -0 --separate-stderr a4nn-predict < /dev/null
    [ "$output$stderr" = "a4nn-predict: -: empty" ]
    run -1 --separate-stderr a4nn-predict -u < /dev/null
    run -1 --separate-stderr a4nn-log < /dev/null
    run -1 --separate-stderr a4nn-fit < /dev/null
    run -0 --separate-stderr a4nn-predict <<< run,epoch,value,metric
    [ -z "$output$stderr" ]
    run -1 --separate-stderr a4nn-log <<< run,epoch,value,metric
    [ -z "$output$stderr" ]
}

@test "stream: a header without what is needed is told" {
    run -2 --separate-stderr a4nn-log -f csv <<< $'a,b\n1,2'
    [ -z "$output" ]
    run -2 --separate-stderr a4nn-predict -E 9 <<< $'run,epoch,value,metric,epoch\nr,1,2,acc,3'
    [ "$stderr" = "a4nn-predict: -:1: column 'epoch' is there twice" ]
}
