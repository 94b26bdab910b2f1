# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-steer continue: which running trainings are worth continuing.

load lib

# list: 63 candidates, c1 ... c63: 21 rates from 1e-5 to 1 for each of three optimisers.
list() {
    awk 'BEGIN { split("sgd adam rms", opt, " "); for (o = 1; o <= 3; o++) for (i = 0; i <= 20; i++)
        printf "{\"run\":\"c%d\",\"config\":{\"lr\":%.6g,\"opt\":\"%s\"}}\n", ++n, 10 ^ (-5 + i / 4), opt[o] }' > list
}

# over: every fourth of them, complete; adam at a rate of 0.001 (c30) would be best, with 90.
over() {
    awk 'BEGIN { for (o = 1; o <= 3; o++) for (i = 0; i <= 20; i++) if (++n % 4 == 0)
        printf "{\"run\":\"c%d\",\"epoch\":9,\"value\":%.3f,\"metric\":\"val_acc\",\"epochs\":9}\n",
            n, 90 - (i - 8) ^ 2 / 3 - 5 * (o != 2) }'
}

# running RUN FORECAST LOW HIGH: it is at its second epoch of nine.
running() {
    printf '{"run":"%s","epoch":2,"value":20,"metric":"val_acc","epochs":9,"forecast":%s,"low":%s,"high":%s}\n' "$@"
}

# field NAME RUN: what the answer says of a run.
field() { sed -n "s/.*\"run\":\"$2\".*\"$1\":\"\?\([^\",}]*\).*/\1/p" <<< "$output"; }

between() { awk -v a="$1" -v v="$2" -v b="$3" 'BEGIN { exit !(a < v && v < b) }' || fail "$2 is not between $1 and $3"; }

setup() { list; }

@test "continue: a run that will not beat the best is stopped, one that may is not" {
    { over; running c30 89 80 96; running c2 60 52 68; } > results
    run -0 --separate-stderr a4nn-steer continue --candidates list results
    [ -z "$stderr" ]
    [ "${#lines[@]}" -eq 2 ]
    [ "$(field verdict c30) $(field verdict c2)" = "continue stop" ]
    [ "$(field reason c2)" = hopeless ]
    between 0.2 "$(field p_beat c30)" 1
    between -1 "$(field p_beat c2)" 0.01
    [[ $(grep '"c30"' <<< "$output") =~ '"why":"89 by its curve so far, '[89][0-9.]+' by its configuration; beats the best proposal with probability 0' ]]
    # never, and always
    run -0 a4nn-steer continue --p 0 --candidates list results
    [ "$(grep -c '"verdict":"continue"' <<< "$output")" -eq 2 ]
    run -0 a4nn-steer continue --p 1 -n 1 --candidates list results
    [ "$(field verdict c30) $(field verdict c2)" = "continue stop" ]
    run -0 a4nn-steer continue --p 1 --candidates list results
    [ "$(grep -c '"verdict":"stop"' <<< "$output")" -eq 2 ]
}

@test "continue: curve and configuration are weighed by how sure they are" {
    for width in 1 8 60; do
        { over; running c2 85 $((85 - width)) $((85 + width)); } > results
        run -0 a4nn-steer continue --candidates list results
        ends+=("$(field forecast c2)")
    done
    # by its configuration it would end at some 68
    between 84 "${ends[0]}" 85.5
    between "${ends[1]}" "${ends[0]}" 99
    between "${ends[2]}" "${ends[1]}" 99
    between 60 "${ends[2]}" 76
}

@test "continue: a run without a forecast has its configuration; losses" {
    { over; running c31 null null null; } > results
    run -0 a4nn-steer continue --candidates list results
    between 86 "$(field forecast c31)" 92
    [[ $output == *'"why":"by its configuration alone: it has no forecast yet; beats'* ]]
    # without candidates the results state their configurations
    { over; running c30 89 80 96; running c2 60 52 68; } > results
    awk -F'"' 'NR == FNR { config[$4] = $0; sub(/.*"config":/, ",\"config\":", config[$4]); next }
        { sub(/}$/, config[$4]); print }' list results > whole
    run -0 --separate-stderr a4nn-steer continue -o csv whole
    [ "${lines[0]}" = "run,task,epoch,value,metric,epochs,forecast,low,high,p_beat,p_next,verdict,reason,why" ]
    [[ ${lines[2]} == c2,,2,20,val_acc,9,*,,stop,hopeless,*"by its configuration"* ]]
    sed 's/val_acc/val_loss/; s/"\(value\|forecast\)":/"\1":-/g; s/"low":\([0-9]*\),"high":\([0-9]*\)/"low":-\2,"high":-\1/' whole > losses
    run -0 a4nn-steer continue losses
    [ "$(field verdict c30) $(field verdict c2)" = "continue stop" ]
}

@test "continue: from forecaster to steering to stopping, as one pipe" {
    awk 'BEGIN { for (i = 1; i <= 12; i++) for (e = 1; e <= (i < 11 ? 20 : 8); e++)
        printf "{\"run\":\"r%d\",\"epoch\":%d,\"value\":%.4f,\"metric\":\"val_acc\",\"epochs\":20,\"config\":{\"x\":%d}}\n",
            i, e, (i == 11 ? 40 : 40 + 4 * i) * (1 - exp(-e / 4)), i }' > observations
    a4nn-predict -q -o jsonl -M pool -R budget:epochs=99 observations > forecasts
    run -0 --separate-stderr a4nn-steer continue forecasts
    [ -z "$stderr" ]
    # by their configurations both should be best: r11 will end at some 40, r12 at 88
    [ "$(field verdict r11) $(field verdict r12)" = "stop continue" ]
    run -0 --separate-stderr bash -c 'a4nn-steer continue forecasts | a4nn-stop --touch "{run}.stop"'
    [ -e r11.stop ]
    [ ! -e r12.stop ]
}

@test "continue: a run that ends below all others is told what its own curve says" {
    { over; running c30 40 38 42; } > results
    run -0 --separate-stderr a4nn-steer continue --candidates list results
    [ "$(jq -c '[.forecast, .verdict]' <<< "$output")" = '[40,"stop"]' ]
    between 37.9 "$(jq .low <<< "$output")" 38.1
    between 41.9 "$(jq .high <<< "$output")" 42.1
}

@test "continue: nothing is running, or too little is over" {
    over > results
    run -1 --separate-stderr a4nn-steer continue --candidates list results
    [ "$output$stderr" = "a4nn-steer: nothing is running" ]
    { over | head -4; running c30 89 80 96; } > results
    run -1 --separate-stderr a4nn-steer continue --candidates list results
    [ "$output$stderr" = "a4nn-steer: too few results are over to tell" ]
    run -2 --separate-stderr a4nn-steer continue --p 2 --candidates list results
    [ -z "$output" ]
}

@test "next: a running one counts with its forecast so far, and is not proposed" {
    over > results
    run -0 a4nn-steer next --candidates list results
    [[ $output =~ \"run\":\"(c[0-9]+)\" ]]
    first=${BASH_REMATCH[1]}
    # what is tried there is seen to end badly: its neighbours are no longer the best
    { over; running c30 40 38 42; running c29 40 38 42; running c31 40 38 42; } > results
    run -0 a4nn-steer next --candidates list results
    [[ $output != *"\"run\":\"$first\""* ]]
    seen=$(sed -n 's/.*"predicted":\([0-9.]*\).*/\1/p' <<< "$output")
    sed -i 's/,"forecast":.*/}/' results
    run -0 a4nn-steer next --candidates list results
    between "$seen" "$(sed -n 's/.*"predicted":\([0-9.]*\).*/\1/p' <<< "$output")" 99
}
