# SPDX-License-Identifier: GPL-3.0-or-later
# The web page of a publication, in headless Chromium.

load ../lib

# 62 runs: r01 stopped early, r02 and r03 failed, r02 diverged, all others complete.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    cat > runs.jsonl << 'END'
{"run":"r01","task":"CIFAR-10","metric":"accuracy","epochs":10,"epoch":1,"value":20,"time":1700000000,"config":{"lr":0.1,"optimizer":"sgd"},"metrics":{"loss":2},"seed":7,"wall_seconds":12.5,"status":"stopped","stop_reason":"converged"}
{"run":"r01","task":"CIFAR-10","metric":"accuracy","epochs":10,"epoch":2,"value":40,"forecast":75,"low":50,"high":90,"verdict":"continue","metrics":{"loss":1.5}}
{"run":"r01","task":"CIFAR-10","metric":"accuracy","epochs":10,"epoch":3,"value":50,"forecast":66,"low":58,"high":72,"verdict":"continue","metrics":{"loss":1.2}}
{"run":"r01","task":"CIFAR-10","metric":"accuracy","epochs":10,"epoch":4,"value":55,"forecast":62,"low":60,"high":66,"verdict":"continue","metrics":{"loss":1.1}}
{"run":"r01","task":"CIFAR-10","metric":"accuracy","epochs":10,"epoch":5,"value":60,"forecast":63,"low":61.5,"high":65,"verdict":"stop","reason":"converged","metrics":{"loss":1}}
{"run":"r02","task":"PTB","metric":"val_loss","epochs":4,"epoch":1,"value":5,"status":"failed","exit_status":1}
{"run":"r02","task":"PTB","metric":"val_loss","epochs":4,"epoch":2,"value":null}
{"run":"r02","task":"PTB","metric":"val_loss","epochs":4,"epoch":3,"value":null}
{"run":"r03","task":"PTB","metric":"val_loss","epochs":4,"epoch":1,"value":4.5,"status":"failed"}
END
    awk 'BEGIN { for (r = 4; r <= 62; r++) for (e = 1; e <= 6; e++)
        printf "{\"run\":\"r%02d\",\"task\":\"CIFAR-10\",\"metric\":\"accuracy\",\"epochs\":6,\"epoch\":%d,\"value\":%g,\"config\":{\"lr\":%g,\"optimizer\":\"%s\"}}\n",
            r, e, 80 * (1 - exp(-e / (1 + r / 20))) + r / 31, r / 1000 * (r > 50 ? 1 : .9), r % 3 ? "sgd" : "adam" }' >> runs.jsonl
    a4nn-history add -q -H runs.db runs.jsonl
    a4nn-history publish -q -H runs.db --licence CC-BY-4.0 --creator 'A. Person' out
}

check() { PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$project_root/tests/real/page_checks.py" "$1" "${2:-$BATS_FILE_TMPDIR/out}"; }

@test "page: it loads without a message and without the network" { check loads; }
@test "page: the table sorts" { check sorts; }
@test "page: the table filters" { check filters; }
@test "page: a run shows its curve, forecasts and stop" { check shows; }
@test "page: everything can be done by keyboard" { check keyboard; }
@test "page: 360 pixels are wide enough" { check narrow; }
@test "page: every text has a contrast of 4.5, by day and by night" { check contrast; }
@test "page: everything has a name for who cannot see it" { check named; }
@test "page: it prints, in black on white" { check prints; }

@test "page: a file that is lost is said to be" {
    cp -R "$BATS_FILE_TMPDIR/out" out
    rm out/page/curves-00001.js
    check lost out
}

@test "page: hostile names are texts" {
    cat > hostile.jsonl << 'END'
{"run":"</script><script>window.hurt = 1</script>","task":"<img src=x onerror=window.hurt=1>","metric":"\"><b>accuracy","mode":"max","epoch":1,"value":1,"config":{"<img src=x onerror=\"window.hurt = 1\">":"<b>x</b>","constructor":1,"__proto__":"y","toString":"z"}}
{"run":"</script><script>window.hurt = 1</script>","task":"<img src=x onerror=window.hurt=1>","metric":"\"><b>accuracy","epoch":2,"value":2,"metrics":{"__proto__":1,"<b>":2},"forecast":3,"verdict":"stop","reason":"<b>hurt</b>"}
{"run":"<!--","task":"javascript:window.hurt=1","metric":"accuracy","epoch":1,"value":1,"config":{"a":{"b":"</script><!--"}},"job":"<iframe>"}
{"run":"${window.hurt=1}`'\"\u2028\u2029\u0000\u202e","task":"t","metric":"accuracy","epoch":1,"value":"inf","command":["</style>","'"]}
END
    sed -i 's/\\u0000//' hostile.jsonl
    printf '{"run":"%s","task":"%s","metric":"accuracy","epoch":1,"value":1,"config":{"%s":"%s"}}\n' \
        "$(printf 'w%.0s' {1..400})" "$(printf 't%.0s' {1..400})" "$(printf 'n%.0s' {1..90})" "$(printf 'v%.0s' {1..400})" >> hostile.jsonl
    a4nn-history add -q -H hostile.db hostile.jsonl
    a4nn-history publish -q -H hostile.db --title '</title><script>window.hurt = 1</script>' out
    check hostile out
}

@test "page: ten thousand runs" {
    awk 'BEGIN { for (r = 0; r < 10000; r++) for (e = 1; e <= 4; e++)
        printf "{\"run\":\"r%05d\",\"task\":\"t\",\"metric\":\"accuracy\",\"epochs\":4,\"epoch\":%d,\"value\":%g,\"config\":{\"lr\":%g}}\n", r, e, 90 - r % 97 / e, r / 1e4 }' |
        a4nn-history add -q -H many.db
    a4nn-history publish -q -H many.db out
    check many out
}
