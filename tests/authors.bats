# SPDX-License-Identifier: GPL-3.0-or-later
# The published method against what its authors logged: 300 networks trained for 25 epochs, with
# their engine's prediction and converged flag after each.
load lib

# RUN,EPOCH PREDICTION FLAG of all rows, as their files have them.
logged() {
    tar -xJf "$(data authors.tar.xz)" --wildcards '1gpu_*'
    awk -F, 'FNR > 1 {
        n = split(FILENAME, path, "/"); file = substr(path[n], 1, length(path[n]) - 4)
        arch = $0; sub(/,[^,]*$/, "", arch); sub(/.*,/, "", arch)
        printf "%s/arch%03d,%d %s %s\n", file, arch, $1 + 1, $4, $5
    }' 1gpu_*.csv
}

@test "authors: the converged rule on their logged predictions gives their flags on all 7500 rows" {
    logged > theirs
    [ "$(wc -l < theirs)" -eq 7500 ]
    awk '{ split($1, at, ","); if (NR == 1) print "run,epoch,value,metric,epochs,forecast"
           print at[1] "," at[2] ",50,val_accs,25," $2 }' theirs > given.csv
    a4nn-predict -q -M given -R a4nn given.csv | awk -F, 'NR > 1 {
        print $1 "," $2, ($(NF - 1) == "stop" ? "True" : "False") }' > flags
    awk '{ print $1, $3 }' theirs | cmp - flags
    [ "$(grep -c True flags)" -gt 1000 ]
}

@test "authors: our forecasts agree within 0.05 on 94 % of their finite ones, stops on 90 % of runs" {
    logged | sort > theirs
    a4nn-log -q "$(data authors.tar.xz)" | grep -e ^run -e ^1gpu | a4nn-predict -q -E 25 -R a4nn |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
            { f = $col["forecast"]; print $1 "," $2, (f == "" ? "inf" : f),
                    ($col["verdict"] == "stop" ? "True" : "False") }' | sort > ours
    [ "$(wc -l < ours)" -eq 7500 ]
    join theirs ours | awk '
        $2 != "inf" { finite++; d = $2 - $4; agree += d <= 0.05 && d >= -0.05 }
        { split($1, at, ","); runs[at[1]]
          if ($3 == "True" && (!(at[1] in a) || at[2] < a[at[1]])) a[at[1]] = at[2]
          if ($5 == "True" && (!(at[1] in b) || at[2] < b[at[1]])) b[at[1]] = at[2] }
        END { for (r in runs) { n++; same += a[r] == b[r] }
              print finite, agree, n, same
              exit !(finite == 5991 && agree >= 0.94 * finite && n == 300 && same >= 0.9 * n) }'
}

@test "authors: PENGUIN's documented test run comes out as documented" {
    tar -xJf "$(data authors.tar.xz)" --wildcards '2021_*'
    check() { # run epoch forecast
        run -0 a4nn-predict -q -E 20 -M penguin -R penguin -u -o csv "$1.txt"
        awk -F, -v want="$2 $3" 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i }
            { e = $col["epoch"]; f = $col["forecast"]; v = $col["verdict"] }
            END { split(want, w, " "); d = f - w[2]
                  exit !(v == "stop" && e == w[1] && d < 1e-3 && d > -1e-3) }' <<< "$output"
    }
    check 2021_02_15_13_56_59_917381 3 1.1887354
    check 2021_02_15_13_55_26_539263 4 25.7120588
    check 2021_02_15_14_01_32_105932 8.5 22.8196950
}

# SAVED ERROR of each collection, in the order of the files.
table() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        $col["scope"] == "collection" && $col["kind"] == "policy" {
            print $col["saved_pct"], $col["error_mean"] }'
}

# The figures are those of the files themselves: epochs after the first flag before the last epoch,
# and |prediction there - accuracy at the last epoch|.
@test "authors: replay finds what their logged decisions saved, and how far off they were" {
    logged | awk '{ split($1, at, ","); if (NR == 1) print "run,epoch,value,metric,epochs,forecast"
        print at[1] "," at[2] ",VALUE,val_accs,25," $2 }' > given.csv
    a4nn-log -q "$(data authors.tar.xz)" | grep ^1gpu | cut -d, -f3 > values
    grep -v ^run given.csv | paste -d' ' - values | sed 's/VALUE\(.*\) \(.*\)/\2\1/' |
        { head -n 1 given.csv; cat; } | a4nn-replay -q -R a4nn@given -o csv | table > got
    printf '%s\n' '15.56 5.24624032' '35.2 3.27537326' '34.84 2.65738369' > want
    same_files got want 1e-7
}

@test "authors: with our own forecasts the rule saves as much, with the same error" {
    a4nn-log -q "$(data authors.tar.xz)" | grep -e ^run -e ^1gpu |
        a4nn-replay -q -E 25 -R a4nn -o csv | table > got
    [ "$(awk '$1 > 13 && $1 < 38 && $2 > 2 && $2 < 5' got | wc -l)" -eq 3 ]
}
