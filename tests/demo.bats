# SPDX-License-Identifier: GPL-3.0-or-later
load lib

@test "demo: a forecast with its interval, a stop, and where the training ended" {
    local epoch saved low high final
    run -0 --separate-stderr sh "$project_root/examples/demo.sh"
    [ -z "$stderr" ]
    # the sentence says what the last line of the table and the log do
    read -r _ epoch _ <<< "$(grep -E ' stop +converged *$' <<< "$output")"
    saved=$((200 - epoch))
    [ "$saved" -gt 50 ]
    grep -q "^mxnet-cifar: could have stopped after epoch $epoch of 200, which saves $saved epochs" <<< "$output"
    final=$(sed -n 's/.*Epoch 199. .* val=\([0-9.]*\) .*/\1/p' "$(data log/mxnet-cifar.log)")
    read -r low high <<< "$(sed -n 's/.*Forecast then: [0-9.]* (\([0-9.]*\) to \([0-9.]*\)).*/\1 \2/p' <<< "$output")"
    awk -v l="$low" -v h="$high" -v f="$final" 'BEGIN { exit !(l < f && f < h && h - l < 0.1) }'
    grep -qE '^ +[0-9.]+ +[0-9.]+ +[0-9.]+  converged@pool policy$' <<< "$output"
    grep -qE '^ +[0-9.]+ +[0-9.]+ +[0-9.]+  converged@pool baseline$' <<< "$output"
}

@test "demo: any other log" {
    run -0 --separate-stderr sh "$project_root/examples/demo.sh" "$(data log/a4nn-history.csv)" 25
    [ "$(grep -c 'could have stopped after epoch' <<< "$output")" -eq 2 ]
    head -n 9 "$(data log/penguin.txt)" > short.txt
    run -0 --separate-stderr sh "$project_root/examples/demo.sh" short.txt 40
    [ "${lines[-1]}" = "short: not sure before the end; all 4 epochs were needed." ]
}
