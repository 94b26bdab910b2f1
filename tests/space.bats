# SPDX-License-Identifier: GPL-3.0-or-later
# Search spaces: a4nn-space(5), and what a4nn-steer makes of them.

load lib

# A network whose momentum is there for sgd only, whose dropout for more than one layer.
space() {
    cat << 'SPACE'
{"parameters": [
  {"name": "lr", "type": "real", "low": 1e-5, "high": 1, "log": true},
  {"name": "layers", "type": "integer", "low": 1, "high": 6},
  {"name": "filters", "type": "integer", "low": 8, "high": 256, "log": true},
  {"name": "optimizer", "type": "categorical", "values": ["sgd", "adam"]},
  {"name": "momentum", "type": "real", "low": 0, "high": 0.99, "step": 0.01, "when": {"optimizer": "sgd"}},
  {"name": "dropout", "type": "real", "low": 0, "high": 0.5, "when": "layers >= 2"}
 ],
 "constraints": ["filters * layers <= 512"]}
SPACE
}

# trained: proposals on standard input as results. Best are lr 0.003, 4 layers, 64 filters, adam.
trained() {
    "$PYTHON" -c '
import json, math, sys
for line in sys.stdin:
    p = json.loads(line)
    c = p["config"]
    value = 90 - 3 * (math.log10(c["lr"]) + 2.5) ** 2 - (c["layers"] - 4) ** 2 - 2 * (math.log2(c["filters"]) - 6) ** 2
    value -= 5 * (c["optimizer"] == "sgd")
    print(json.dumps({"run": p["run"], "epoch": 1, "value": value, "metric": "val_acc", "config": c}))'
}

# in_space: fails unless each proposal on standard input lies in the space above, and prints them.
in_space() {
    "$PYTHON" -c '
import json, sys
for line in sys.stdin:
    c = json.loads(line)["config"]
    assert 1e-5 <= c["lr"] <= 1 and 1 <= c["layers"] <= 6 and 8 <= c["filters"] <= 256, line
    assert isinstance(c["layers"], int) and isinstance(c["filters"], int), line
    assert c["filters"] * c["layers"] <= 512, line
    assert ("momentum" in c) == (c["optimizer"] == "sgd"), line
    assert ("dropout" in c) == (c["layers"] >= 2), line
    assert 0 <= c.get("dropout", 0) <= 0.5 and 0 <= c.get("momentum", 0) <= 0.99, line
    assert len(str(c.get("momentum", 0))) <= 4, line
    print(line, end="")'
}

names() { sed 's/.*"run":"\([^"]*\)".*/\1/'; }

less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }' || fail "not less: $1, $2"; }

@test "space: without results, proposals fill the space" {
    space > space.json
    run -0 --separate-stderr a4nn-steer next -n 200 space.json
    [ -z "$stderr" ]
    printf '%s\n' "$output" > all
    in_space < all > inside
    cmp all inside
    [ "$(names < all | sort -u | wc -l)" -eq 200 ]
    [[ ${lines[0]} =~ ^'{"run":"c'[0-9a-f]{10}'","config":{"lr":'.*'},"predicted":null,"low":null,"high":null,"why":"to fill the space: 0 of 5 results that a model needs"}'$ ]]
    # evenly: of the first 32 a half is adam, and every decade has its share of rates
    [ "$(head -32 all | grep -c adam)" -eq 16 ]
    head -32 all | sed 's/.*"lr":\([^,]*\),.*/\1/' | awk '{ n[int(-log($1) / log(10))]++ }
        END { for (d = 0; d < 5; d++) if (n[d] < 4) exit 1 }'
    # the same again is the same; another seed is another design
    a4nn-steer next -n 200 --space space.json < <(echo run,epoch,value,metric) | cmp - all
    a4nn-steer next -n 200 --seed 1 space.json | names | sort > other
    [ "$(names < all | sort | comm -12 - other | wc -l)" -lt 5 ]
    # and what follows on some of them are the others, in their order
    head -3 all | sed 's/"predicted.*/"epoch":1,"value":null,"metric":"val_acc"}/' > three
    a4nn-steer next -q -n 5 space.json three | names | cmp - <(sed -n 4,8p all | names)
}

@test "space: a search finds what is best, and proposes nothing twice" {
    space > space.json
    a4nn-steer next -n 8 space.json | trained > results
    for _ in 1 2 3 4 5; do
        a4nn-steer next -n 4 space.json results > proposed
        in_space < proposed > /dev/null
        trained < proposed >> results
    done
    [ "$(names < results | sort -u | wc -l)" -eq 28 ]
    [[ $(head -1 proposed) =~ '"predicted":'[0-9.]+',"low":'[0-9.]+',"high":'[0-9.]+',"why":"'(expected|may|probably) ]]
    best=$(sed 's/.*"value": \([-0-9.]*\).*/\1/' results | sort -g | tail -1)
    less 88.5 "$best"
    # 28 random ones come to 84.6 on average, 1 in 1000 to 88.5
    a4nn-steer next -n 4 space.json < /dev/null results > again
    a4nn-steer next -n 4 --space space.json results | cmp - again
    # pending ones are not proposed again
    sed 's/"predicted.*/"epoch":1,"value":50,"epochs":9,"metric":"val_acc"}/' again > pending
    a4nn-steer next -n 4 space.json results pending | names > others
    [ "$(names < again | cat - others | sort -u | wc -l)" -eq 8 ]
}

@test "space: a configuration that is a whole proposal counts as what is in it" {
    space > space.json
    a4nn-steer next -n 8 space.json > proposed
    trained < proposed > results
    a4nn-steer next -n 4 space.json results > wanted
    "$PYTHON" -c '
import json, sys
for result, proposal in zip(open("results"), open("proposed")):
    r = json.loads(result)
    r["config"] = json.loads(proposal)
    print(json.dumps(r))' > whole
    a4nn-steer next -n 4 space.json whole | cmp - wanted
}

@test "space: a metric that is minimised, and results that are not of the space" {
    space > space.json
    a4nn-steer next -n 12 space.json | trained | sed 's/"value": /"value": -/; s/val_acc/val_loss/' > results
    echo '{"run":"foreign","epoch":1,"value":-10,"metric":"val_loss","config":{"lr":7,"optimizer":"lion","x":[1]}}' >> results
    run -0 --separate-stderr a4nn-steer next -n 4 space.json results
    [ -z "$stderr" ]
    printf '%s\n' "$output" | in_space > /dev/null
    [[ $output == *'"predicted":-'[78]* ]]
}

@test "space: all of a small one are proposed, then none is left" {
    cat > space.json << 'END'
{"parameters": [{"name": "a", "type": "integer", "low": 2, "high": 10, "step": 4},
  {"name": "b", "type": "categorical", "values": [null, true, "x", [1, {"y": 2}]]},
  {"name": "c", "type": "real", "low": 0.1, "high": 0.3, "step": 0.1, "when": {"b": ["x", null], "a": 6}},
  {"name": "only", "type": "real", "low": 7, "high": 7}],
 "constraints": ["a != 10 or b = true", "not (a = 2 and b = true)"]}
END
    # a = 2: three values of b; a = 6: true, the list, null and x with three c; a = 10: true
    run -0 a4nn-steer next -n 100 space.json
    [ "${#lines[@]}" -eq 12 ]
    printf '%s\n' "$output" | sed 's/.*"config":\(.*\),"predicted.*/\1/' | sort > got
    cat > wanted << 'END'
{"a":10,"b":true,"only":7}
{"a":2,"b":"x","only":7}
{"a":2,"b":[1,{"y":2}],"only":7}
{"a":2,"b":null,"only":7}
{"a":6,"b":"x","c":0.1,"only":7}
{"a":6,"b":"x","c":0.2,"only":7}
{"a":6,"b":"x","c":0.3,"only":7}
{"a":6,"b":[1,{"y":2}],"only":7}
{"a":6,"b":null,"c":0.1,"only":7}
{"a":6,"b":null,"c":0.2,"only":7}
{"a":6,"b":null,"c":0.3,"only":7}
{"a":6,"b":true,"only":7}
END
    diff -u wanted got
    printf '%s\n' "$output" | sed 's/"predicted.*/"epoch":1,"value":50,"metric":"val_acc"}/' > results
    sed -i 3d results
    run -0 a4nn-steer next -n 100 space.json results
    [ "${#lines[@]}" -eq 1 ]
    printf '%s\n' "$output" | sed 's/"predicted.*/"epoch":1,"value":50,"metric":"val_acc"}/' >> results
    run -1 --separate-stderr a4nn-steer next space.json results
    [ "$output$stderr" = "a4nn-steer: no candidate is left" ]
}

@test "space: constraints that few configurations meet are met" {
    cat > space.json << 'END'
{"parameters": [{"name": "a", "type": "integer", "low": 1, "high": 1000}, {"name": "b", "type": "integer", "low": 1, "high": 1000},
  {"name": "c", "type": "integer", "low": 1, "high": 1000}, {"name": "d", "type": "real", "low": 0, "high": 1, "when": "a > 10"}],
 "constraints": ["a + b + c < 60", "a <= b", "b <= c", "10 / (c - b) < 9"]}
END
    run -0 a4nn-steer next -n 50 space.json
    printf '%s\n' "$output" | "$PYTHON" -c '
import json, sys
for line in sys.stdin:
    c = json.loads(line)["config"]
    assert c["a"] + c["b"] + c["c"] < 60 and c["a"] <= c["b"] < c["c"], line
    assert ("d" in c) == (c["a"] > 10), line'
    [ "${#lines[@]}" -eq 50 ]
}

@test "space: fifty parameters" {
    "$PYTHON" -c '
import json
p = [{"name": f"x{i}", "type": "real", "low": 0, "high": 1} for i in range(30)]
p += [{"name": f"n{i}", "type": "integer", "low": 1, "high": 1024, "log": True} for i in range(10)]
p += [{"name": f"c{i}", "type": "categorical", "values": ["a", "b", "c"]} for i in range(5)]
p += [{"name": f"w{i}", "type": "real", "low": 0, "high": 1, "when": {f"c{i}": "a"}} for i in range(5)]
print(json.dumps({"parameters": p, "constraints": ["n0 + n1 + n2 < 900"]}))' > space.json
    measure() {
        "$PYTHON" -c '
import json, sys
for line in sys.stdin:
    p = json.loads(line)
    c = p["config"]
    value = 90 - 20 * (c["x0"] - 0.8) ** 2 - 20 * (c["x1"] - 0.2) ** 2 - 5 * (c["c0"] != "b")
    print(json.dumps({"run": p["run"], "epoch": 1, "value": value, "metric": "val_acc", "config": c}))'
    }
    values() { sed 's/.*"value": \([-0-9.]*\).*/\1/' "$1" | sort -g; }
    a4nn-steer next -n 40 space.json | measure > results
    a4nn-steer next -n 5 space.json results | measure > proposed
    [ "$(wc -l < proposed)" -eq 5 ]
    # what is proposed is better than three quarters of what was there, each of it
    less "$(values results | sed -n 30p)" "$(values proposed | head -1)"
}

@test "space: as a table and as CSV, with the configurations" {
    space > space.json
    run -0 a4nn-steer next -n 2 -o csv space.json
    [ "${lines[0]}" = run,config,predicted,low,high,why ]
    [[ ${lines[1]} =~ ^c[0-9a-f]{10},'"{""lr"":'.*'}",,,,to fill the space: 0 of 5 results that a model needs'$ ]]
    run -0 a4nn-steer next -n 2 -o table space.json
    [[ ${lines[0]} =~ ^run\ +configuration\ +predicted\ +low\ +high\ +why$ ]]
}

@test "space: explain speaks of all of the space, also of what nobody tried" {
    space > space.json
    a4nn-steer next -n 40 space.json | trained | grep -v '"layers": 6' > results
    run -0 --separate-stderr a4nn-steer explain -o csv space.json results
    [ -z "$stderr" ]
    printf '%s\n' "$output" > effects.csv
    [ "${lines[0]}" = name,share,share_low,share_high,level,configurations,tried,value,effect,low,high,p_drop ]
    [ "$(grep -c ^layers, effects.csv)" -eq 6 ]
    [[ $(grep '^layers,[^,]*,[^,]*,[^,]*,6,' effects.csv) =~ ^layers,,,,6,[0-9]+,0, ]]
    [[ $(grep '^layers,[^,]*,[^,]*,[^,]*,1,' effects.csv) =~ ,1,[0-9]+,[1-9][0-9]*, ]]
    # what is not there is no level
    grep -q '^momentum,' effects.csv
    run ! grep '^momentum,.*none' effects.csv
    a4nn-plot -k effects -o effects.svg effects.csv
    [ -s effects.svg ]
}

# refused MESSAGE: a4nn-steer refuses what is in space.json with this, naming the file.
refused() {
    run -2 --separate-stderr a4nn-steer next --space space.json results
    [ -z "$output" ]
    [ "$stderr" = "a4nn-steer: space.json$1" ] || fail "said: $stderr, not $1"
}

# parameter JSON MESSAGE: refused as the second parameter.
parameter() {
    printf '{"parameters": [{"name": "n", "type": "integer", "low": 1, "high": 9},\n%s]}' "$1" > space.json
    refused ": parameters[1]$2"
}

@test "space: what is wrong in a parameter is refused with its place" {
    echo run,epoch,value,metric > results
    parameter '3' ': not an object'
    parameter '{"type": "real", "low": 0, "high": 1}' '.name: is missing'
    parameter '{"name": "", "type": "real", "low": 0, "high": 1}' '.name: not a name'
    parameter '{"name": 7, "type": "real", "low": 0, "high": 1}' '.name: not a name'
    parameter '{"name": "a\u001bb", "type": "real", "low": 0, "high": 1}' '.name: a control character'
    parameter '{"name": "n", "type": "real", "low": 0, "high": 1}' ".name: 'n' is the name of parameters[0]"
    parameter '{"name": "x", "low": 0, "high": 1}' '.type: is missing'
    parameter '{"name": "x", "type": "float", "low": 0, "high": 1}' ".type: 'float' is no type: categorical, integer, real"
    parameter '{"name": "x", "type": "real", "low": 0, "high": 1, "lgo": true}' '.lgo: unknown member'
    parameter '{"name": "x", "type": "real", "low": 0, "high": 1, "values": [1]}' '.values: not of a parameter of this type'
    parameter '{"name": "x", "type": "real", "high": 1}' '.low: is missing'
    parameter '{"name": "x", "type": "real", "low": "0", "high": 1}' '.low: not a number'
    parameter '{"name": "x", "type": "real", "low": 1, "high": 0}' '.high: less than low, 1'
    parameter '{"name": "x", "type": "real", "low": 0, "high": 1, "log": true}' '.low: not more than 0, which a logarithm needs'
    parameter '{"name": "x", "type": "real", "low": -1, "high": 1, "log": true}' '.low: not more than 0, which a logarithm needs'
    parameter '{"name": "x", "type": "real", "low": 0, "high": 1, "log": 1}' '.log: not true or false'
    parameter '{"name": "x", "type": "real", "low": 0, "high": 1, "step": 0}' '.step: not more than 0'
    parameter '{"name": "x", "type": "real", "low": 0, "high": 1, "step": 2}' '.step: more than from low to high'
    parameter '{"name": "x", "type": "real", "low": 0, "high": 1, "step": 1e-30}' '.step: too small for the range'
    parameter '{"name": "x", "type": "real", "low": 0, "high": 1e-300}' '.high: nearer to 0 than 1e-290'
    parameter '{"name": "x", "type": "integer", "low": 0, "high": 1.5}' '.high: not a whole number up to 2^48'
    parameter '{"name": "x", "type": "integer", "low": 0, "high": 1e15}' '.high: not a whole number up to 2^48'
    parameter '{"name": "x", "type": "integer", "low": 0, "high": 9, "step": 0.5}' '.step: not a whole number up to 2^48'
    parameter '{"name": "x", "type": "categorical"}' '.values: is missing'
    parameter '{"name": "x", "type": "categorical", "values": []}' '.values: not a list of values'
    parameter '{"name": "x", "type": "categorical", "values": "abc"}' '.values: not a list of values'
    parameter '{"name": "x", "type": "categorical", "values": ["a", "b", "a"]}' '.values[2]: "a" is values[0], too'
    parameter '{"name": "x", "type": "categorical", "values": [1, 1.0]}' '.values[1]: 1 is values[0], too'
    parameter '{"name": "x", "type": "categorical", "values": [1], "low": 0}' '.low: not of a parameter of this type'
    parameter '{"name": "x", "type": "categorical", "values": [1], "description": 7}' '.description: not a text'
}

@test "space: what is wrong in a condition or a constraint is refused with its place" {
    echo run,epoch,value,metric > results
    when() { parameter "{\"name\": \"x\", \"type\": \"categorical\", \"values\": [\"a\", \"b\"], \"when\": $1}" ".when$2"; }
    when '{"m": 1}' ".m: no parameter 'm'"
    when '{"n": 10}' ".n: 10 is no value of 'n'"
    when '{"n": [1, "2"]}' ".n: \"2\" is no value of 'n'"
    when '{"n": []}' '.n: no value'
    when '{"n": [[1]]}' '.n: a value cannot be a list or an object'
    when '{}' ': not a condition: an object or a text'
    when 'true' ': not a condition: an object or a text'
    when '"n > "' ': at character 5: a name or a value is missing'
    when '"m > 1"' ": at character 1: no parameter 'm'"
    when '{"x": "a"}' ": a cycle: 'x' needs 'x'"
    cat > space.json << 'END'
{"parameters": [{"name": "d", "type": "real", "low": 0, "high": 1, "when": "c > 0"},
 {"name": "a", "type": "real", "low": 0, "high": 1, "when": "c > 0 and d > 0"},
 {"name": "b", "type": "real", "low": 0, "high": 1, "when": "a > 0"},
 {"name": "c", "type": "real", "low": 0, "high": 1, "when": "b > 0"}]}
END
    refused ": parameters[3].when: a cycle: 'c' needs 'b' needs 'a' needs 'c'"
    constraints() {
        printf '%s\n"constraints": %s}' '{"parameters": [{"name": "n", "type": "integer", "low": 1, "high": 9}, {"name": "m", "type": "real", "low": 1, "high": 9}],' "$1" > space.json
        refused ": constraints$2"
    }
    constraints '"n < 3"' ': not a list'
    constraints '[3]' '[0]: not a text'
    constraints '["n < 3", "n + 1"]' '[1]: at character 1: not a condition'
    constraints '["n < 3", "n * layers < 3"]' "[1]: at character 5: no parameter 'layers'"
    constraints "[\"n < 3\", \"system('true') = 1\"]" "[1]: at character 1: no parameter 'system'"
    constraints '["n < 3", "n > 20"]' '[1]: no configuration meets it: n > 20'
    constraints '["n < 3", "1 / (n - n) < 5"]' '[1]: no configuration meets it: 1 / (n - n) < 5'
    constraints '["n < 3", "n > 7"]' ': no configuration that was tried meets them all'
    sed -i 's/"real"/"integer"/' space.json
    refused ': constraints: no configuration meets them all'
}

@test "space: what is no space is refused: its text, its members, its size" {
    echo run,epoch,value,metric > results
    printf '' > space.json
    run -2 --separate-stderr a4nn-steer next --space space.json results
    [[ $stderr == "a4nn-steer: space.json:1: not JSON: "* ]]
    printf '{"parameters": [\n{"name": "x",\n "type" "real"}]}' > space.json
    refused ":3: not JSON: ':' expected near '\"real\"'"
    printf '{"parameters": [{"name": "x", "type": "real",\n "low": NaN, "high": 1}]}' > space.json
    refused ":2: not JSON: invalid token near 'NaN'"
    printf '{"parameters": [{"name": "x", "type": "real", "low": 0,\n "low": 1, "high": 2}]}' > space.json
    refused ":2: not JSON: duplicate object key near '\"low\"'"
    printf '[1]' > space.json
    refused ': not an object'
    printf '{"parameters": {}}' > space.json
    refused ': parameters: not a list of parameters'
    printf '{"parameters": []}' > space.json
    refused ': parameters: not a list of parameters'
    printf '{"constraints": []}' > space.json
    refused ': parameters: is missing'
    printf '{"parameters": [{"name": "x", "type": "real", "low": 0, "high": 2}], "constraint": ["x > 1"]}' > space.json
    refused ': constraint: unknown member'
    "$PYTHON" -c '
import json
print(json.dumps({"parameters": [{"name": str(i), "type": "real", "low": 0, "high": 1} for i in range(501)]}))' > space.json
    refused ': parameters: more than 500'
    printf '[%.0s' {1..5000} > space.json
    refused ":1: not JSON: maximum parsing depth reached near '['"
    run -2 --separate-stderr a4nn-steer next --space /dev/zero results
    [ "$stderr" = "a4nn-steer: more than 4194304 bytes in '/dev/zero'" ]
    run -2 --separate-stderr a4nn-steer next --space nowhere results
    [ "$stderr" = "a4nn-steer: cannot open 'nowhere': No such file or directory" ]
    run -2 --separate-stderr a4nn-steer next --space . results
    [ "$stderr" = "a4nn-steer: cannot read '.': Is a directory" ]
}

@test "space: an operand that is one, standard input, and both kinds of what may be trained" {
    space > space.json
    a4nn-steer next -n 2 space.json > wanted
    # the first operand or the last, whatever its name; from standard input
    echo run,epoch,value,metric > results
    cp space.json results2
    a4nn-steer next -n 2 results results2 | cmp - wanted
    a4nn-steer next -n 2 --space - results < space.json | cmp - wanted
    # with a description before the parameters, of whatever characters
    jq '{description: "a \"space\", \\", parameters, constraints}' space.json > results2
    a4nn-steer next -n 2 results results2 | cmp - wanted
    # other results from standard input
    a4nn-steer next -q -n 2 space.json - < results | cmp - wanted
    run -2 --separate-stderr a4nn-steer next space.json results2
    [ "$stderr" = "a4nn-steer: two spaces: 'space.json', 'results2'" ]
    echo '{"run":"a","x":1}' > list
    run -2 --separate-stderr a4nn-steer next --candidates list space.json
    [ "$stderr" = "a4nn-steer: candidates and a space: one of them" ]
    # a record with the number of parameters is no space
    echo '{"parameters": 7, "run":"a","epoch":1,"value":3,"metric":"val_acc","config":{"lr":0.1}}' > results
    run -0 --separate-stderr a4nn-steer next results space.json
    [ -z "$stderr" ]
    [[ $output == *'1 of 5 results that a model needs"}' ]]
}

@test "space: the examples of a4nn-space(5) are spaces" {
    local n=0
    while IFS= read -r -d '' json; do
        n=$((n + 1))
        printf '%s' "$json" > "$n.json"
        a4nn-steer next -n 3 "$n.json" > out
        [ "$(wc -l < out)" -eq 3 ]
    done < <(awk '/^\.Bd -literal/ { on = 1; text = ""; next }
        /^\.Ed/ { on = 0; if (text ~ /^{"parameters"/) printf "%s%c", text, 0; next }
        on { text = text $0 "\n" }' "$project_root/man/a4nn-space.5" | sed 's/\\e/\\/g')
    [ "$n" -ge 2 ]
}
