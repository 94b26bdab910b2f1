# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-steer convert: search spaces of ConfigSpace and Optuna. The files are written by hand as these
# programs write them; tests/real/optuna.bats has what Optuna itself prints.

load lib

# As ConfigSpace 0.4 writes it (json_format_version 0.1 and after), with defaults as `default`.
old() {
    cat << 'END'
{"name": "net", "hyperparameters": [
  {"name": "opt", "type": "categorical", "choices": ["sgd", "adam", "it's"], "default": "adam", "weights": null},
  {"name": "opt:lr", "type": "uniform_float", "log": true, "lower": 1e-05, "upper": 0.1, "default": 0.001},
  {"name": "layers", "type": "uniform_int", "log": false, "lower": 1, "upper": 6, "default": 2, "q": null},
  {"name": "width", "type": "uniform_int", "log": false, "lower": 8, "upper": 64, "q": 8, "default": 16},
  {"name": "batch", "type": "ordinal", "sequence": [16, 32, 64], "default": 32},
  {"name": "k", "type": "constant", "value": 7},
  {"name": "u", "type": "unparametrized", "value": "x"},
  {"name": "momentum", "type": "uniform_float", "log": false, "lower": 0, "upper": 0.99, "default": 0.9},
  {"name": "deep", "type": "uniform_float", "log": false, "lower": 0.0, "upper": 1.0, "default": 0.5}],
 "conditions": [
  {"child": "momentum", "parent": "opt", "type": "IN", "values": ["sgd", "it's"]},
  {"child": "deep", "type": "OR", "conditions": [
    {"child": "deep", "parent": "layers", "type": "GT", "value": 3},
    {"child": "deep", "type": "AND", "conditions": [
      {"child": "deep", "parent": "opt", "type": "NEQ", "value": "adam"},
      {"child": "deep", "parent": "batch", "type": "LT", "value": 64}]}]}],
 "forbiddens": [
  {"name": "opt", "type": "AND", "clauses": [
    {"name": "opt", "type": "EQUALS", "value": "adam"},
    {"name": "layers", "type": "IN", "values": [5, 6]}]},
  {"name": "batch", "type": "EQUALS", "value": 16},
  {"left": "layers", "right": "width", "type": "RELATION", "lambda": "EQ"}],
 "python_module_version": "0.4.21", "json_format_version": 0.2}
END
}

@test "convert: what ConfigSpace wrote, with its conditions and what it forbids" {
    old > old.json
    run -0 --separate-stderr a4nn-steer convert old.json
    [ -z "$stderr" ]
    printf '%s\n' "$output" > space.json
    cat > wanted << 'END'
{"name":"opt","type":"categorical","values":["sgd","adam","it's"],"default":"adam"}
{"name":"opt:lr","type":"real","log":true,"low":1e-05,"high":0.1,"default":0.001}
{"name":"layers","type":"integer","log":false,"low":1,"high":6,"default":2}
{"name":"width","type":"integer","log":false,"low":8,"high":64,"step":8,"default":16}
{"name":"batch","type":"categorical","values":[16,32,64],"default":32}
{"name":"k","type":"categorical","values":[7]}
{"name":"u","type":"categorical","values":["x"]}
{"name":"momentum","type":"real","log":false,"low":0,"high":0.99,"default":0.9,"when":"`opt` in ['sgd', 'it''s']"}
{"name":"deep","type":"real","log":false,"low":0,"high":1,"default":0.5,"when":"(`layers` > 3 or (`opt` != 'adam' and `batch` < 64))"}
"not ((`opt` = 'adam' and `layers` in [5, 6]))"
"not (`batch` = 16)"
"not (`layers` = `width`)"
"net"
END
    jq -cS '.parameters[], .constraints[], .description' space.json > got
    jq -cS . wanted | diff -u - got
    # it works, and the defaults come first
    run -0 a4nn-steer next -n 300 space.json
    [[ ${lines[0]} == *'"config":{"opt":"adam","opt:lr":0.001,"layers":2,"width":16,"batch":32,"k":7,"u":"x"},'* ]]
    printf '%s\n' "$output" | "$PYTHON" -c '
import json, sys
for line in sys.stdin:
    c = json.loads(line)["config"]
    assert c["batch"] != 16 and c["layers"] != c["width"], line
    assert not (c["opt"] == "adam" and c["layers"] > 4), line
    assert ("momentum" in c) == (c["opt"] != "adam"), line
    assert ("deep" in c) == (c["layers"] > 3 or (c["opt"] != "adam" and c["batch"] < 64)), line'
}

@test "convert: ConfigSpace's later format, from standard input" {
    cat > new.json << 'END'
{"name": null, "hyperparameters": [
  {"type": "uniform_float", "name": "lr", "lower": 0.1, "upper": 1.0, "default_value": 0.5, "log": false, "meta": null},
  {"type": "uniform_int", "name": "a", "lower": 1, "upper": 9, "default_value": 5, "log": true, "meta": {"by": "me"}},
  {"type": "uniform_int", "name": "b", "lower": 1, "upper": 9, "default_value": 5, "log": false, "meta": null},
  {"type": "categorical", "name": "c", "choices": [true, false], "weights": [0.5, 0.5], "default_value": true, "meta": null},
  {"type": "constant", "name": "k", "value": 1.5, "meta": null}],
 "conditions": [{"type": "EQ", "child": "b", "parent": "c", "value": true}],
 "forbiddens": [{"type": "RELATION_GT", "left": "a", "right": "b"}, {"type": "RELATION_LT", "left": "a", "right": "b"}],
 "python_module_version": "1.2.0", "format_version": 0.4}
END
    piped "0 0" "cat new.json | a4nn-steer convert > space.json"
    [ "$stderr" = "a4nn-steer: hyperparameters[1].meta is left out" ]
    jq -cS '.parameters[2], .constraints' space.json > got
    diff -u - got << 'END'
{"default":5,"high":9,"log":false,"low":1,"name":"b","type":"integer","when":"`c` = true"}
["not (`a` > `b`)","not (`a` < `b`)"]
END
    a4nn-steer next -n 40 space.json | "$PYTHON" -c '
import json, sys
for line in sys.stdin:
    c = json.loads(line)["config"]
    assert ("b" in c) == c["c"] and c.get("b", c["a"]) == c["a"], line'
}

@test "convert: what a space cannot express is refused by its name" {
    refused() { # the change to the space above, the message
        old | jq "$1" > x.json
        run -2 --separate-stderr a4nn-steer convert x.json
        [ "$output" = "" ]
        [ "$stderr" = "a4nn-steer: x.json: $2" ] || fail "said: $stderr"
    }
    refused '.hyperparameters[1].type = "normal_float"' "hyperparameters[1].type: 'normal_float' cannot be expressed"
    refused '.hyperparameters[2].type = "beta_int"' "hyperparameters[2].type: 'beta_int' cannot be expressed"
    refused 'del(.hyperparameters[2].type)' "hyperparameters[2].type: '' cannot be expressed"
    refused '.hyperparameters[2].mu = 3' 'hyperparameters[2].mu: cannot be expressed'
    refused '.hyperparameters[0].weights = [1, 2, 1]' 'hyperparameters[0].weights: cannot be expressed: choices of different weight'
    refused '.hyperparameters[4].sequence = ["low", "high"]' 'hyperparameters[4].sequence[0]: cannot be expressed: an order other than of rising numbers'
    refused '.hyperparameters[4].sequence = [1, 3, 2]' 'hyperparameters[4].sequence[2]: cannot be expressed: an order other than of rising numbers'
    refused '.hyperparameters[3].q = 9' 'hyperparameters[3].q: cannot be expressed: from lower to upper is no multiple of it'
    refused '.hyperparameters[1].lower = -1' 'as a space: parameters[1].low: not more than 0, which a logarithm needs'
    refused '.hyperparameters[2].default = 9' "as a space: parameters[2].default: 9 is no value of 'layers'"
    refused '.conditions[0].type = "NEAR"' "conditions[0]: 'NEAR' cannot be expressed"
    refused '.conditions[0].child = "nobody"' 'conditions[0]: its child is no hyperparameter'
    refused '.conditions[0].parent = "nobody"' "as a space: parameters[7].when: at character 1: no parameter 'nobody'"
    refused '.conditions[0].values = []' 'conditions[0]: no values to compare with'
    refused '.conditions[1].conditions[1].conditions[0].value = [1]' 'conditions[1].conditions[1].conditions[0]: no value to compare with'
    refused '.conditions[1].conditions[1].weight = 2' "conditions[1].conditions[1]: 'weight' cannot be expressed"
    refused '.forbiddens[2].lambda = "NE"' "forbiddens[2]: 'RELATION' cannot be expressed"
    refused '.forbiddens[0].clauses[0].type = "XOR"' "forbiddens[0].clauses[0]: 'XOR' cannot be expressed"
    refused '.priors = [1]' 'priors: cannot be expressed'
}

@test "convert: Optuna's distributions, as objects or as the text of each" {
    cat > optuna.json << 'END'
{"lr": {"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}},
 "drop": "{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": 0.1, \"low\": 0.0, \"high\": 0.5, \"log\": false}}",
 "width": {"name": "IntDistribution", "attributes": {"log": false, "step": 8, "low": 8, "high": 256}},
 "opt": {"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", null, true, 3]}},
 "old": {"name": "LogUniformDistribution", "attributes": {"low": 0.1, "high": 1.0}},
 "grid": {"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 0.9, "q": 0.3}},
 "one": {"name": "IntUniformDistribution", "attributes": {"step": 1, "low": 4, "high": 4}}}
END
    run -0 --separate-stderr a4nn-steer convert optuna.json
    [ -z "$stderr" ]
    printf '%s\n' "$output" > space.json
    jq -cS '.parameters[]' space.json > got
    diff -u - got << 'END'
{"high":0.1,"log":true,"low":1e-05,"name":"lr","type":"real"}
{"high":0.5,"log":false,"low":0,"name":"drop","step":0.1,"type":"real"}
{"high":256,"log":false,"low":8,"name":"width","step":8,"type":"integer"}
{"name":"opt","type":"categorical","values":["sgd",null,true,3]}
{"high":1,"log":true,"low":0.1,"name":"old","type":"real"}
{"high":0.9,"low":0,"name":"grid","step":0.3,"type":"real"}
{"high":4,"low":4,"name":"one","type":"integer"}
END
    run -0 a4nn-steer next -n 5 space.json
    # one of ours is checked and printed
    a4nn-steer convert space.json | cmp - space.json
    refused() { # its first distribution, the message
        printf '{"x": %s, "y": {"name": "IntDistribution", "attributes": {"low": 1, "high": 2}}}' "$1" > x.json
        run -2 --separate-stderr a4nn-steer convert x.json
        [ "$stderr" = "a4nn-steer: x.json: $2" ] || fail "said: $stderr"
    }
    refused '{"name": "NormalDistribution", "attributes": {"mu": 0}}' "x.name: 'NormalDistribution' is no distribution of Optuna"
    refused '{"name": "FloatDistribution", "attributes": {"low": 0, "high": 1, "prior": 2}}' 'x.attributes.prior: cannot be expressed'
    refused '{"name": "FloatDistribution", "attributes": 3}' 'x.attributes: not an object'
    refused '"{\"name\":"' "x: not JSON: string or '}' expected near end of file" || [[ $stderr == "a4nn-steer: x.json: x: not JSON: "* ]]
    refused '{"name": "FloatDistribution", "attributes": {"low": 3, "high": 1}}' 'parameters[0].high: less than low, 3'
    refused '7' 'no search space: it has no parameters, hyperparameters or distributions'
}

@test "convert: what is no space, and more than one file" {
    printf '{\n"a": 1,,}' > x.json
    run -2 --separate-stderr a4nn-steer convert x.json
    [[ $stderr == "a4nn-steer: x.json:2: not JSON: "* ]]
    echo '[]' > x.json
    run -2 --separate-stderr a4nn-steer convert x.json
    [ "$stderr" = "a4nn-steer: x.json: no search space: it has no parameters, hyperparameters or distributions" ]
    echo '{"parameters": [{"name": "x"}]}' > x.json
    run -2 --separate-stderr a4nn-steer convert x.json
    [ "$stderr" = "a4nn-steer: x.json: parameters[0].type: is missing" ]
    run -2 --separate-stderr a4nn-steer convert x.json x.json
    [ "$stderr" = "a4nn-steer: one file, not 2" ]
    run -2 --separate-stderr a4nn-steer convert nowhere
    [ "$stderr" = "a4nn-steer: cannot open 'nowhere': No such file or directory" ]
}
