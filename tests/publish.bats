# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-history publish, and import of what it wrote.

load lib

# h.db: two tasks of published curves, with forecasts and verdicts as given at the time.
trained() {
    tar -xf "$(data curves.tar.xz)" fashion_mnist_cnn.csv baker_lstm_ptb.csv
    awk -F, -v OFS=, 'NR == 1 { print "run", "epoch", "val_accuracy", "lr"; next } NR < 902 { print $0, $3 / 1000 }' fashion_mnist_cnn.csv > fashion.csv
    awk -F, -v OFS=, 'NR == 1 { print "run", "epoch", "val_perplexity"; next } NR < 702' baker_lstm_ptb.csv > lstm.csv
    a4nn-predict -q -E 30 -o jsonl fashion.csv > fashion.jsonl
    a4nn-predict -q -E 60 -o jsonl lstm.csv > lstm.jsonl
    a4nn-history add -q -H h.db -t 'fashion MNIST' fashion.jsonl
    a4nn-history add -q -H h.db -t ptb lstm.jsonl
}

# odd.db: what names, numbers and facts can be.
odd() {
    cat > odd.jsonl << 'END'
{"run":"=cmd|x","task":"'quo,te\"","epoch":1,"value":"inf","metric":"acc","lr":0.1,"metrics":{"zz":1,"aa":null},"seed":"","config":{"lr":1e-300,"seed":12345678901234567890123,"name":"</script><img src=x onerror=alert(1)>","a":[1,{"b":null}],"t":true,"nul":"a\u0000b"}}
{"run":"=cmd|x","task":"'quo,te\"","epoch":2.5,"value":null,"metric":"acc","forecast":0.1234567890123,"low":null,"verdict":"stop","reason":"r,1"}
{"run":"b\nc\r\nd","epoch":1,"value":-0.1,"observations":[["extra",7,"-inf",12.5],["extra2",8,3]],"forecasts":[[5,1,2,3,null,0.5,"stop","x"],[0.5,1,null,null,null,null,"",""]],"host":"'"}
{"run":" sp\t","task":"t2","epoch":1,"value":5,"metric":"val_loss","val_acc":3,"stop_reason":"''=a","time":1700000000.125}
{"run":"ünï\u2028</script>","task":"t2","epoch":1,"value":5,"metric":"val_loss","aa":3,"zz":1,"job":"12[3]","command":["a","b c",1]}
{"run":"r","task":"t2","epoch":1,"value":0.1,"metric":"acc","mode":"min","epochs":3,"flops":"inf","exit_status":1,"signal":9,"status":"failed"}
{"run":"r","task":"t2","epoch":2,"value":0.30000000000000004,"metric":"acc","val_loss":null,"lr":5e-324}
{"run":"","task":"","epoch":1,"value":1.7976931348623157e308}
{"run":"'","task":"''","epoch":1,"value":0,"checkpoint":"/a/b.pt","checkpoint_sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
{"run":"@@","task":"-1","epoch":1,"value":0,"host":"+1","code_version":"'-"}
END
    a4nn-history add -q -H odd.db odd.jsonl
}

# lacks PATTERN FILE...: no line of these matches.
lacks() {
    ! grep -rE "$@" || fail "it is there: $1"
}

# publish_config JSON: publishes one run whose configuration has it as `x`, and leaves in $output what
# became of it.
publish_config() {
    rm -rf c.db c.jsonl c
    jq -cn --argjson config "$1" '{run: "r", epoch: 1, value: 1, config: $config}' > c.jsonl
    a4nn-history add -q -H c.db c.jsonl
    a4nn-history publish -q -H c.db c
    a4nn-history import -q -H c2.db c
    output=$(a4nn-history runs -H c2.db -o jsonl | jq -c .config)
    rm -f c2.db
}

@test "publish: every file is there, with its checksum" {
    trained
    SOURCE_DATE_EPOCH=1 run -0 --separate-stderr a4nn-history publish -H h.db --licence CC-BY-4.0 --creator 'A. Person' out
    [ -z "$output$stderr" ]
    (cd out && find . -type f | sort) > files
    cat > wanted << 'END'
./CITATION.cff
./LICENSE
./README.md
./SHA256SUMS
./croissant.json
./datapackage.json
./forecasts.csv
./index.html
./observations.csv
./page/curves-00001.js
./page/page.css
./page/page.js
./page/runs.js
./page/tasks.js
./runs.csv
./tasks.csv
END
    grep -v '/curves-0000[2-9]' files | diff -u wanted -
    (cd out && sha256sum --quiet --strict -c SHA256SUMS)
    [ "$(wc -l < out/SHA256SUMS)" -eq "$(($(wc -l < files) - 1))" ]
    run -0 ls -A
    refute_output --partial .out.
}

@test "publish: the tables hold all rows of the database" {
    trained
    a4nn-history publish -q -H h.db out
    for table in run observation forecast; do
        rows=$(sqlite3 h.db "SELECT count(*) FROM $table")
        [ "$rows" -gt 0 ]
        [ "$(wc -l < "out/${table}s.csv")" -eq "$((rows + 1))" ] || fail "$table: $rows rows"
    done
    run -0 bash -c "grep -vc $'\r\$' out/observations.csv || true"
    assert_output 0
    # numbers read back equal
    tr -d '\r' < out/observations.csv | awk -F, 'NR > 1 { print $4 }' | sort > published
    a4nn-history export -H h.db | jq -c '.value, .val_loss // empty, .lr // empty, (.metrics // {} | .[])' | sort > exported
    diff -u <(jq -c . exported | sort) <(sed 's/^NaN$/null/' published | jq -c . | sort)
}

@test "publish: datapackage.json describes what is there" {
    trained
    a4nn-history publish -q -H h.db --licence CC0-1.0 --creator X --title T --description D \
        --doi 10.5281/zenodo.12 --url https://example.org/x out
    cd out
    jq -e '.profile == "tabular-data-package" and .name == "learning-curves" and .title == "T"
        and .description == "D" and .id == "https://doi.org/10.5281/zenodo.12"
        and .homepage == "https://example.org/x" and .contributors[0].title == "X"
        and .licenses == [{"name": "CC0-1.0", "path": "https://spdx.org/licenses/CC0-1.0.html"}]
        and (.sources | length) == 1
        and [.resources[].name] == ["tasks", "runs", "observations", "forecasts"]
        and all(.resources[]; .profile == "tabular-data-resource" and .encoding == "utf-8"
            and .format == "csv" and .mediatype == "text/csv" and (.schema.primaryKey | length) > 0)
        and ([.resources[].schema.fields[] | .type] - ["integer", "number", "string", "boolean",
            "object", "array"]) == []' datapackage.json
    jq -r '.resources[] | "\(.path) \(.bytes) \(.hash)"' datapackage.json | while read -r path bytes hash; do
        [ "$(stat -c %s "$path")" = "$bytes" ]
        [ "sha256:$(sha256sum "$path" | cut -d' ' -f1)" = "$hash" ]
    done
    # the header lines are the fields, and what keys name is there
    for table in tasks runs observations forecasts; do
        jq -r --arg t $table '[.resources[] | select(.name == $t).schema.fields[].name] | join(",")' datapackage.json > header
        head -n 1 $table.csv | tr -d '\r' | diff -u header -
    done
    jq -e '.resources as $r | all($r[]; . as $one | all(.schema.primaryKey[], (.schema.foreignKeys // [] | .[].fields);
        . as $f | any($one.schema.fields[]; .name == $f)) and all(.schema.foreignKeys // [] | .[]; .reference as $to
        | any($r[]; .name == $to.resource and any(.schema.fields[]; .name == $to.fields))))' datapackage.json
}

@test "publish: croissant.json is Croissant 1.0" {
    trained
    a4nn-history publish -q -H h.db --licence CC-BY-4.0 --creator X out
    jq -e '.conformsTo == "http://mlcommons.org/croissant/1.0" and ."@type" == "sc:Dataset"
        and ."@context".cr == "http://mlcommons.org/croissant/" and ."@context"."@vocab" == "https://schema.org/"
        and ."@context".conformsTo == "dct:conformsTo" and ."@context".dct == "http://purl.org/dc/terms/"
        and ."@context".dataType == {"@id": "cr:dataType", "@type": "@vocab"}
        and (.name, .description, .license, .url, .citeAs | type == "string") and .creator[0].name == "X"
        and all(.distribution[]; ."@type" == "cr:FileObject" and .encodingFormat == "text/csv"
            and ."@id" == .contentUrl and (.sha256 | test("^[0-9a-f]{64}$")))
        and all(.recordSet[]; ."@type" == "cr:RecordSet" and (.key | length) > 0)
        and [.recordSet[].field[] | select(.references) | .references.field."@id"] == ["tasks/task", "runs/run", "runs/run"]
        and all(.recordSet[].field[]; ."@type" == "cr:Field" and (.dataType | test("^sc:(Integer|Float|Text|Boolean)$")))
        ' out/croissant.json
    # every @id is one of its own, and every reference names one
    jq -e '[.. | objects | select(has("@id") and has("@type") and (.["@type"] | startswith("cr:")))."@id"] as $ids
        | ($ids | length) == ($ids | unique | length)
        and all(.recordSet[] | .key[], (.field[] | .source.fileObject, (.references // empty | .field)); ."@id" as $to
            | any($ids[]; . == $to))' out/croissant.json
    jq -r '.distribution[] | "\(.sha256)  \(.contentUrl)"' out/croissant.json | (cd out && sha256sum --quiet -c -)
    # the page carries the same for search engines
    sed -n '/<script type="application\/ld+json">/,/<\/script>/{s/<[^>]*>//g; p}' out/index.html | jq -S . | diff -q - <(jq -S . out/croissant.json)
}

@test "publish: the same runs give the same bytes" {
    trained
    a4nn-history publish -q -H h.db one
    TZ=Asia/Tokyo LC_ALL=C.UTF-8 a4nn-history publish -q -H h.db two
    diff -r one two
    # a database that was made of the publication too
    a4nn-history publish -q -H h.db --all all
    a4nn-history import -q -H again.db all
    a4nn-history publish -q -H again.db --all three
    diff -r all three
    SOURCE_DATE_EPOCH=86400 a4nn-history publish -q -H h.db four
    jq -e '.created == "1970-01-02T00:00:00Z"' four/datapackage.json
}

@test "publish: what is taken back is exported to the same byte" {
    trained
    odd
    for name in h odd; do
        run -0 --separate-stderr a4nn-history publish -q -H $name.db --all "$name"
        run -0 --separate-stderr a4nn-history import -H "$name-back.db" "$name"
        [ -z "$output$stderr" ]
        a4nn-history export -H $name.db > before
        a4nn-history export -H "$name-back.db" > after
        [ -s before ]
        cmp before after
        run -0 a4nn-history check -H "$name-back.db"
        for table in run observation forecast task; do
            [ "$(sqlite3 $name.db "SELECT count(*) FROM $table")" = "$(sqlite3 "$name-back.db" "SELECT count(*) FROM $table")" ]
        done
        [ "$(a4nn-history runs -H $name.db -o jsonl)" = "$(a4nn-history runs -H "$name-back.db" -o jsonl)" ]
    done
    # once more changes nothing
    a4nn-history import -H odd-back.db odd
    a4nn-history export -H odd-back.db | cmp before -
}

@test "publish: a selection is whole in itself" {
    trained
    a4nn-history publish -q -H h.db -t ptb -w 'last_epoch > 3' out
    a4nn-history import -q -H back.db out
    a4nn-history export -H h.db -t ptb -w 'last_epoch > 3' > before
    a4nn-history export -H back.db | cmp before -
    [ "$(column task < <(tr -d '\r' < out/tasks.csv))" = 1 ]
    run -1 --separate-stderr a4nn-history publish -H h.db -t nothing none
    [ -z "$output$stderr" ]
    [ ! -e none ]
}

@test "publish: several are brought in at once, beside logs" {
    trained
    a4nn-history publish -q -H h.db -t ptb one
    a4nn-history publish -q -H h.db -t 'fashion MNIST' two
    curve acc 1 2 3 > log.csv
    a4nn-history import -q -H back.db one log.csv two
    run -0 a4nn-history list -H back.db -o csv
    [ "$(column task <<< "$output" | sort | tr '\n' ,)" = ',fashion MNIST,ptb,' ]
}

@test "publish: texts that a spreadsheet takes for formulas are guarded" {
    odd
    a4nn-history publish -q -H odd.db out
    grep -q "^1,1,'=cmd|x," out/runs.csv
    grep -q "'@@" out/runs.csv
    lacks '(^|,)"?[=@+]' out/runs.csv
    lacks '(^|,)"?-[^0-9I]' out/runs.csv
}

@test "publish: no name gets out of the markup it is in" {
    odd
    a4nn-history publish -q -H odd.db --title '</title><script>alert(1)</script>' \
        --description '"><img src=x onerror=alert(1)>' --creator '</script><b>' out
    [ "$(grep -o '<script[^>]*>' out/index.html | sort)" = '<script src="page/page.js">
<script src="page/runs.js">
<script src="page/tasks.js">
<script type="application/ld+json">' ]
    lacks '(^|[^\\])<img' out/index.html out/README.md
    lacks '<' out/page/runs.js out/page/tasks.js out/page/curves-00001.js
    lacks $'\xe2\x80\xa8' out/page/runs.js
    [ "$(head -n 1 out/README.md)" = '# \</title\>\<script\>alert(1)\</script\>' ]
    jq -e '.title == "</title><script>alert(1)</script>"' out/datapackage.json
    grep -qxF 'title: "</title><script>alert(1)</script>"' out/CITATION.cff
}

@test "publish: what is named as a secret is left out" {
    local name value
    for name in api_key API_KEY apiKey HF_TOKEN hfToken secret client_secret password db_passwd credential \
        aws_credentials authorization wandb-key; do
        publish_config "{\"$name\": \"abc\", \"lr\": 0.1}"
        assert_output "{\"$name\":\"[left out]\",\"lr\":0.1}"
    done
    publish_config '{"password": 1234, "logging": {"token": ["a", "b"], "keys": {"x": "y", "n": 3}}}'
    assert_output '{"password":"[left out]","logging":{"token":["[left out]","[left out]"],"keys":{"x":"[left out]","n":3}}}'
    # what only sounds like it
    value='{"max_tokens":512,"tokenizer":"bert-base","num_keys":4,"key_dim":64,"use_auth":true,"author":"x","keypoints":"all"}'
    publish_config "$value"
    assert_output "$value"
}

@test "publish: what looks like a secret is left out" {
    local value
    for value in hf_abcdefghijklmnopqrstuvwxyz sk-proj-abcdefghijklmnop ghp_0123456789abcdefABCDEF \
        github_pat_11AAAA_bbbb AKIAIOSFODNN7EXAMPLE xoxb-123456789-abc glpat-abcdefgh12 \
        eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123 AIzaSyA1234567890abcdefghijk \
        6a204bd89f3c8348afd5c77c717a097a8f2e4d1b xK9dP2mQ7vR4tY8wZ1nB3cL6 \
        '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----'; do
        publish_config "{\"x\": \"see $value there\"}"
        assert_output '{"x":"see [left out] there"}'
    done
    publish_config '{"x": "postgresql://u:p@db/x https://me:pw@h:5432/"}'
    assert_output '{"x":"postgresql://[left out]@db/x https://[left out]@h:5432/"}'
    # what does not
    for value in resnet50-cifar10-lr0.1-bs128-seed42 ResNet50_CIFAR10_SGD_lr01 550e8400-e29b-41d4-a716-446655440000 \
        12345678901234567890123456789012345 https://example.org/a@b facebook/opt-125m \
        EfficientNetB0WithNoisyStudent a_rather_long_name_of_a_run_with_many_words_in_it; do
        publish_config "{\"x\":\"$value\"}"
        assert_output "{\"x\":\"$value\"}"
    done
    publish_config '{"commit":"6a204bd89f3c8348afd5c77c717a097a8f2e4d1b"}'
    assert_output '{"commit":"6a204bd89f3c8348afd5c77c717a097a8f2e4d1b"}'
}

@test "publish: folders of absolute paths are left out" {
    publish_config '{"data": "/home/alice/data/cifar", "out": "~/runs/1/", "win": "C:\\Users\\a\\w.pt", "list": "/a/b:/c/d", "url": "https://x.org/a/b", "rel": "data/x", "half": "1/2", "file": "file:///home/a/b"}'
    assert_output '{"data":"cifar","out":"1/","win":"w.pt","list":"b:d","url":"https://x.org/a/b","rel":"data/x","half":"1/2","file":"file:b"}'
    # folders with blanks in their names, and what is none
    publish_config '{"a": "/home/alice/My own Drive/runs/best 1.pt", "b": "--out=C:\\My Runs\\x y", "c": "cd \"/a b/c d/e\" f/g", "d": "/a/b --out runs/7", "e": "/a/b, c/d", "f": "/a/b or https://x.org/c", "g": "/a/b /c/d", "h": "/a/b and more"}'
    assert_output '{"a":"best 1.pt","b":"--out=x y","c":"cd \"e\" f/g","d":"b --out runs/7","e":"b, c/d","f":"b or https://x.org/c","g":"b d","h":"b and more"}'
    cat > r.jsonl << 'END'
{"run":"/home/alice/logs/a/run1","epoch":1,"value":1,"checkpoint":"/home/alice/best.pt","host":"node7"}
{"run":"/home/alice/logs/b/run1","epoch":1,"value":2,"command":["python3","/home/alice/t.py","--api-key","x","--token=y","HF_TOKEN=z","--data=/d/e","--lr","0.1"]}
END
    a4nn-history add -q -H r.db r.jsonl
    SOURCE_DATE_EPOCH=1 run -0 --separate-stderr a4nn-history publish -H r.db --licence CC0-1.0 --creator X out
    [ "$stderr" = "a4nn-history: left out: 3 values that are or look like secrets
a4nn-history: left out: 5 folders of absolute paths
a4nn-history: left out: 1 name of a machine" ]
    lacks 'alice|node7|api-key","x|=[yz]"' out
    jq -e '.a4nn.left_out == {"secrets": 3, "paths": 5, "hosts": 1}' out/datapackage.json
    grep -q '3 values that are or look like secrets, 5 folders of absolute paths, 1 name of a machine' out/README.md
    a4nn-history import -q -H back.db out
    run -0 a4nn-history runs -H back.db -o jsonl
    [ "$(jq -r '.run, .checkpoint // empty, (.command // empty | tojson)' <<< "$output")" = 'a/run1
best.pt
b/run1
["python3","t.py","--api-key","[left out]","--token=[left out]","HF_TOKEN=[left out]","--data=e","--lr","0.1"]' ]
}

@test "publish: --keep keeps just that, --all everything" {
    echo '{"run":"/x/y","epoch":1,"value":1,"host":"node7","config":{"api_key":"abc","d":"/e/f"}}' > r.jsonl
    a4nn-history add -q -H r.db r.jsonl
    a4nn-history publish -q -H r.db --keep hosts a
    grep -q node7 a/runs.csv
    lacks 'abc|/e/' a/runs.csv
    a4nn-history publish -q -H r.db --keep paths b
    grep -q '/x/y.*/e/f' b/runs.csv
    lacks 'abc|node7' b/runs.csv
    a4nn-history publish -q -H r.db --keep secrets c
    grep -q abc c/runs.csv
    lacks '/e/|node7' c/runs.csv
    a4nn-history publish -q -H r.db --all d
    grep -q '/x/y.*/e/f.*node7' d/runs.csv
    grep -q abc d/runs.csv
    run -2 --separate-stderr a4nn-history publish -H r.db --keep all e
    [ "$stderr" = "a4nn-history: --keep: not hosts, paths or secrets: 'all'" ]
}

@test "publish: a name that lost something is still one of its own" {
    cat > r.jsonl << 'END'
{"run":"r ghp_0123456789abcdefABCDEF","task":"ghp_0123456789abcdefABCDEF","epoch":1,"value":1}
{"run":"r ghp_0123456789abcdefABCDEG","task":"ghp_0123456789abcdefABCDEF","epoch":1,"value":2}
{"run":"r","task":"ghp_0123456789abcdefABCDEG","epoch":1,"value":3}
END
    a4nn-history add -q -H r.db r.jsonl
    a4nn-history publish -q -H r.db out
    a4nn-history import -q -H back.db out
    run -0 a4nn-history runs -H back.db -o csv
    [ "$(column task <<< "$output" | tr '\n' ,)$(column run <<< "$output" | tr '\n' ,)" = '[left out],[left out],[left out] #2,r [left out] #1,r [left out] #2,r,' ]
}

@test "publish: nothing that is there is overwritten" {
    trained
    mkdir full empty
    echo mine > full/file
    for option in -q --force; do
        run -2 --separate-stderr a4nn-history publish $option -H h.db full
        [ "$stderr" = "a4nn-history: 'full' is not empty, and no publication of a4nn" ]
        run -2 --separate-stderr a4nn-history publish $option -H h.db full/file
        [ "$stderr" = "a4nn-history: 'full/file' is there, and no folder" ]
    done
    [ "$(cat full/file)$(ls full)" = minefile ]
    a4nn-history publish -q -H h.db empty/
    [ -e empty/index.html ]
    run -2 --separate-stderr a4nn-history publish -q -H h.db empty
    [ "$stderr" = "a4nn-history: 'empty' is a publication already; --force replaces it" ]
    # what is not part of it stays
    mkdir empty/.git
    echo keep > empty/.git/HEAD
    a4nn-history publish -q --force -H h.db -t ptb empty
    [ "$(cat empty/.git/HEAD)" = keep ]
    (cd empty && sha256sum --quiet -c SHA256SUMS)
    [ "$(jq .a4nn.tasks empty/datapackage.json)" = 1 ]
    [ "$(find . -maxdepth 1 -name '.*.??????')" = "" ]
}

@test "publish: a folder that cannot be written leaves nothing behind" {
    trained
    run -2 --separate-stderr a4nn-history publish -q -H h.db no/such/out
    [ "$stderr" = "a4nn-history: cannot make a folder beside 'no/such/out': No such file or directory" ]
    # a limit on the size of files, as a full disk
    run -2 --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 40; a4nn-history publish -q -H h.db out'
    [[ $stderr == "a4nn-history: cannot write to './.out."*"': File too large" ||
        $stderr == "a4nn-history: cannot write to '.out."*"': File too large" ]] || fail "$stderr"
    [ "$(find . -maxdepth 1 -name '*out*')" = "" ]
}

@test "publish: a signal leaves nothing behind, and ends it" {
    local signal
    awk 'BEGIN { print "run,epoch,value,metric"
        for (r = 0; r < 12000; r++) for (e = 1; e <= 40; e++) print "run" r "," e "," e / 40 ",acc" }' > many.csv
    a4nn-history import -q -H h.db many.csv
    writing() { compgen -G '.out.??????/observations.csv' > /dev/null; }
    for signal in INT TERM HUP; do
        # a background job of a script ignores INT
        env --default-signal=INT a4nn-history publish -q -H h.db out 3>&- &
        wait_for writing
        kill -s $signal $!
        status=0
        wait $! || status=$?
        [ $status = $((128 + $(kill -l $signal))) ]
        [ "$(find . -maxdepth 1 -name '*out*')" = "" ]
    done
    # one that is to be replaced stays as it was
    a4nn-history publish -q -H h.db -r run7 out
    cp -r out before
    a4nn-history publish -q --force -H h.db out 3>&- &
    wait_for writing
    kill $!
    wait $! || true
    diff -r out before
    [ "$(find . -maxdepth 1 -name '.out*')" = "" ]
}

@test "publish: usage" {
    trained
    bad() {
        local message=$1
        shift
        run -2 --separate-stderr a4nn-history publish -H h.db "$@"
        [ "$stderr" = "a4nn-history: $message" ] || fail "$stderr"
        [ ! -e out ]
    }
    bad 'one folder to write is needed'
    bad 'one folder to write is needed' out other
    bad "--licence: not an SPDX identifier: 'my own'" --licence 'my own' out
    bad "--doi: not as in 10.5281/zenodo.1234: 'zenodo'" --doi zenodo out
    bad "--url: not an address: 'javascript:x'" --url javascript:x out
    SOURCE_DATE_EPOCH=soon bad "SOURCE_DATE_EPOCH: not seconds since 1970: 'soon'" out
    run -0 --separate-stderr a4nn-history publish -H h.db out
    [ "$stderr" = "a4nn-history: no licence is stated, so nobody may use it: see --licence
a4nn-history: the runs have no times, so it has no date: see SOURCE_DATE_EPOCH
a4nn-history: nobody is named as its creator, as a citation needs: see --creator" ]
    grep -q '^No licence was stated' out/LICENSE
    [ ! -e out/CITATION.cff ]
}

# ---- import ----

# tampered FILE SED: a copy t of the publication `out` in which FILE is changed.
tampered() {
    rm -rf t back.db
    cp -R out t
    sed -i "$2" "t/$1"
}

# resummed: the checksums of t are right again, in its metadata too.
resummed() {
    local table
    for table in tasks runs observations forecasts; do
        jq --arg t $table --arg h "sha256:$(sha256sum "t/$table.csv" | cut -d' ' -f1)" \
            '(.resources[] | select(.name == $t)).hash = $h' t/datapackage.json > t.json && mv t.json t/datapackage.json
    done
    (cd t && grep -v SHA256SUMS SHA256SUMS | sed 's/^[^ ]*  //' | tr '\n' '\0' | xargs -0 sha256sum > ../sums)
    mv sums t/SHA256SUMS
}

refused() {
    run -2 --separate-stderr a4nn-history import -H back.db t
    [ "$stderr" = "a4nn-history: $1" ] || fail "$stderr"
    [ -z "$output" ]
}

@test "publish: import refuses what is not as it was published" {
    odd
    a4nn-history publish -q -H odd.db out
    for file in runs.csv index.html page/runs.js README.md datapackage.json; do
        tampered $file 's/$/ /'
        refused "t/${file#page/} is not as it was published: its checksum is another"
        [ "$(sqlite3 back.db 'SELECT count(*) FROM run')" = 0 ]
    done
    tampered SHA256SUMS '/tasks.csv/d'
    sed -i 's/,max,/,min,/' t/tasks.csv
    refused "t/tasks.csv is not as it was published: its checksum is another"
    tampered README.md ''
    rm t/observations.csv
    refused "t/observations.csv: No such file or directory"
    tampered SHA256SUMS '1s/^/x/'
    [[ $(run -2 a4nn-history import -H back.db t && echo "$output") == "a4nn-history: t/SHA256SUMS: not a checksum and a name: "* ]]
}

@test "publish: import reads nothing outside of the folder" {
    odd
    a4nn-history publish -q -H odd.db out
    cp out/runs.csv runs.csv
    for path in ../runs.csv /etc/passwd a/../../runs.csv .. 'a\b' ''; do
        tampered README.md ''
        jq --arg p "$path" '.resources[1].path = $p' t/datapackage.json > t.json && mv t.json t/datapackage.json
        refused "t/datapackage.json: not a file of the publication: '${path//\\/\\}'"
    done
    tampered README.md ''
    echo "$(sha256sum < runs.csv | cut -d' ' -f1)  ../runs.csv" >> t/SHA256SUMS
    refused "t/SHA256SUMS: not a file of the publication: '../runs.csv'"
    tampered README.md ''
    mv t/runs.csv . && ln -s ../runs.csv t/runs.csv
    refused "t/runs.csv: Too many levels of symbolic links"
    tampered README.md ''
    rm t/runs.csv && mkfifo t/runs.csv
    refused "t/runs.csv: Invalid argument"
}

@test "publish: import says where a table is wrong" {
    odd
    a4nn-history publish -q -H odd.db out
    wrong() { # FILE SED MESSAGE
        tampered "$1" "$2"
        resummed
        refused "$3"
    }
    wrong observations.csv '3s/^1,acc,1,/1,acc,x,/' "observations.csv:3: epoch is not a number: 'x'"
    wrong observations.csv '3s/^1,acc,1,/1,acc,,/' "observations.csv:3: epoch is not a finite number: ''"
    wrong observations.csv '2s/^1,/7000,/' "observations.csv:2: run is not a run of runs.csv, in the order there: '7000'"
    wrong observations.csv '2s/^1,/0,/' "observations.csv:2: run is not a whole number from 1: '0'"
    wrong observations.csv '2s/^1,//' "observations.csv:2: 4 cells, where the header has 5"
    wrong observations.csv '1s/metric/other/' "observations.csv: there is no column 'metric'"
    wrong runs.csv '2s/^1,1,/1,99,/' "runs.csv:2: task is not a task of tasks.csv: '99'"
    wrong runs.csv '2s/^1,/2,/' "runs.csv:3: run is not larger than that of the run before: '2'"
    wrong tasks.csv '2s/^1,/3,/' "tasks.csv:2: task is not the next number: '3'"
    tampered datapackage.json 's/"format": 1,/"format": 2,/'
    refused "'t' has format 2, this a4nn knows 1: update a4nn"
}
