# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures.  What an SVG shows is read back from it: its points, by its axes, are the values again.
load lib

# points SVG NAME X0 X1 Y0 Y1: what the element of that name shows, "x y" a line with five digits,
# when the axes go from X0 to X1 and from Y0 to Y1.  What lies outside the frame is the legend.
points() {
    awk -v name="$2" -v x0="$3" -v x1="$4" -v y0="$5" -v y1="$6" '
        function corner(xy,    p) {
            split(xy, p, ",")
            if (p[2] > bottom + 0.1)
                return
            printf "%.5g %.5g\n", x0 + (p[1] - left) / (right - left) * (x1 - x0),
                y0 + (p[2] - bottom) / (top - bottom) * (y1 - y0)
        }
        function corners(line) {
            while (match(line, /[0-9.]+,[0-9.]+/)) {
                corner(substr(line, RSTART, RLENGTH))
                line = substr(line, RSTART + RLENGTH)
            }
        }
        # the axes: down the left side, then along the bottom
        left == "" && /M[0-9.]+,[0-9.]+ L[0-9.]+,[0-9.]+ L[0-9.]+,[0-9.]+ M/ {
            sub(/.*d=.M/, "")
            gsub(/[,LM]/, " ")
            left = $1; top = $2; bottom = $4; right = $5
        }
        index($0, "<title>" name "</title>") { on = 1 }
        on && / d=./ { path = 1; line = $0; sub(/.* d=./, "", line); sub(/\047.*/, "", line); corners(line) }
        on && path && /^[ \t]*L[0-9]/ { corners($0) }
        on && / points = ./ { path = 1; line = $0; sub(/.* points = ./, "", line); corners(line) }
        on && !path && /<use/ { line = $0; sub(/.*translate\(/, "", line); sub(/\).*/, "", line); corners(line) }
        on && /^\t<\/g>$/ && !/transform/ { if (path || closing++) exit }
    ' "$1"
}

# near FILE TOLERANCE: the file holds the numbers on standard input.
near() {
    cat > wanted
    same_files "$1" wanted "$2"
}

# A stream of many runs: RUNS EPOCHS.
many() {
    awk -v runs="$1" -v epochs="$2" 'BEGIN {
        print "run,epoch,value,metric"
        for (r = 1; r <= runs; r++)
            for (e = 1; e <= epochs; e++) print "r" r "," e "," 1 - exp(-e * r / runs / 5) ",val_acc"
    }'
}

well_formed() {
    local said
    said=$(tidy -xml -e -q "$1" 2>&1) || fail "$1 is not XML: $said"
    tail -n 2 "$1" | grep -q '^</svg>'
}

# A gnuplot that is a shell script in place of the real one.
fake_gnuplot() {
    mkdir -p fake
    printf '#!/bin/sh\n%s\n' "$1" > fake/gnuplot
    chmod +x fake/gnuplot
    PATH=$PWD/fake:$PATH
}

@test "plot: the points of a curve are its values" {
    curve val_acc 0.1 0.55 0.7 nan 0.8 0.85 > in
    a4nn-plot --xrange 0:10 --yrange 0:1 in > out.svg
    well_formed out.svg
    points out.svg observed 0 10 0 1 > got
    printf '%s\n' '1 0.1' '2 0.55' '3 0.7' '5 0.8' '6 0.85' | near got 0.002
    grep -q '<text>val_acc</text>' out.svg
    grep -q '<text>epoch</text>' out.svg
    grep -q '^<title>r</title>$' out.svg
    grep -qx '<desc>val_acc by epoch of the run r, epochs 1 to 6, values 0.1 to 0.85.</desc>' out.svg
}

@test "plot: a gap in the values is a gap in the line" {
    curve val_acc 0.1 0.55 nan 0.8 0.85 > gap
    curve val_acc 0.1 0.55 0.7 0.8 0.85 > whole
    a4nn-plot gap > gap.svg
    a4nn-plot whole > whole.svg
    # the path of the legend and of the line; the gap begins one more
    [ "$(grep "path stroke='rgb(  0, 114, 178)'" whole.svg | grep -o 'M[0-9]' | wc -l)" -eq 2 ]
    [ "$(grep "path stroke='rgb(  0, 114, 178)'" gap.svg | grep -o 'M[0-9]' | wc -l)" -eq 3 ]
}

@test "plot: the axes are logarithmic when asked" {
    curve val_loss 100 10 1 0 0.1 > in
    a4nn-plot --logy --xrange 0:10 --yrange 0.01:1000 in > out.svg
    # in decades; 0 is a gap
    points out.svg observed 0 10 -2 3 > got
    printf '%s\n' '1 2' '2 1' '3 0' '5 -1' | near got 0.002
    a4nn-plot --logx --xrange 0.1:100 --yrange 0:100 in > out.svg
    points out.svg observed -1 2 0 100 | sed -n 2p > got
    echo '0.301 10' | near got 0.002
    run -2 a4nn-plot --logy --yrange 0:1 in
    [ "$output" = "a4nn-plot: --logy: a logarithmic axis has positive values only" ]
    curve val_loss 0 -1 0 > in
    run -1 a4nn-plot --logy in
    [ "$output" = "a4nn-plot: nothing to draw" ]
}

@test "plot: the forecast is a point with its interval at the last epoch, the stop is marked" {
    a4nn-predict -q --schedule step:100,150 "$(data log/mxnet-cifar.log)" > in
    a4nn-plot --xrange 0:250 --yrange 0:1 in > out.svg
    well_formed out.svg
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["verdict"] == "stop" { print 200, $at["low"]; print 200, $at["high"]; exit }' in > wanted
    points out.svg 'forecast, 90 % interval' 0 250 0 1 | head -n 2 > got
    same_files got wanted 0.002
    points out.svg 'stop after epoch 108: converged' 0 250 0 1 > got
    echo "108 $(awk -F, '$2 == 108 { print $3 }' in)" | near got 0.002
    # what was judged ends there, and what followed begins there
    points out.svg observed 0 250 0 1 | tail -n 1 > got
    echo "108 $(awk -F, '$2 == 108 { print $3 }' in)" | near got 0.002
    points out.svg 'what followed the stop' 0 250 0 1 | sed -n '1p;$p' > got
    awk -F, '$2 == 108 || $2 == 200 { print $2, $3 }' in | near got 0.003
    # without the stop in the input, the last forecast counts
    head -n 51 in | a4nn-plot --xrange 0:250 --yrange 0:1 > out.svg
    points out.svg 'forecast, 90 % interval' 0 250 0 1 | head -n 2 > got
    awk -F, 'NR == 51 { print 200, $7; print 200, $8 }' in | near got 0.003
}

@test "plot: --forecasts shows them over the epochs" {
    a4nn-predict -q -E 25 "$(data authors-1e16.csv)" | grep -E '^(run|arch056),' > in
    a4nn-plot --forecasts --xrange 0:25 --yrange 0:100 in > out.svg
    well_formed out.svg
    points out.svg 'forecast made at this epoch' 0 25 0 100 > got
    awk -F, 'NR > 1 { print $2, $6; if ($11 == "stop") exit }' in | near got 0.003
    # the band goes along the lower side and back along the upper one
    points out.svg 'its 90 % interval' 0 25 0 100 | head -n 3 > got
    awk -F, 'NR > 1 && NR < 5 { print $2, $7 }' in | near got 0.003
    a4nn-plot --xrange 0:25 --yrange 0:100 in > plain.svg
    run ! grep -q 'made at this epoch' plain.svg
}

@test "plot: few runs have their names in the legend, of many the best one has" {
    many 8 5 | a4nn-plot > few.svg
    [ "$(grep -c '<text>r[0-9]</text>' few.svg)" -eq 8 ]
    many 9 5 | a4nn-plot > many.svg
    [ "$(grep -c '<text>r[0-9]</text>' many.svg)" -eq 0 ]
    grep -q '<text>best: r9</text>' many.svg
    grep -q '<text>9 runs</text>' many.svg
    # under the pointer each has its name
    [ "$(grep -c '<title>r[0-9]</title>' many.svg)" -ge 7 ]
    grep -q '<desc>.* The best one, r9, ends at ' many.svg
    many 9 5 | a4nn-plot --min | grep -q '<text>best: r1</text>'
}

@test "plot: several metrics and tasks are panels" {
    {
        echo run,task,epoch,value,metric
        for task in one two; do
            for metric in val_acc val_loss; do
                echo "a,$task,1,0.5,$metric"
                echo "a,$task,2,0.6,$metric"
                echo "b,$task,1,0.4,$metric"
            done
        done
    } > in
    a4nn-plot --title 'four panels' in > out.svg
    well_formed out.svg
    for title in 'one: val_acc' 'one: val_loss' 'two: val_acc' 'two: val_loss' 'four panels'; do
        grep -qF "<text>$title</text>" out.svg
    done
    [ "$(grep -c '<title>a</title>' out.svg)" -eq 4 ]
    [ "$(grep -c '<title>b</title>' out.svg)" -eq 4 ]
}

@test "plot: text of the input is shown and never interpreted" {
    # shellcheck disable=SC2016 # that is the point
    local name='`touch hit`$(touch hit)"; system "touch hit"; ! touch hit
@hit \134 {/Bold ^x_2} <script>&amp;&#65;&#x0; %s%n%d $data1 END '"'"$'\001\033[31m\u202e'
    jq -cn --arg name "$name" '{run: $name, epoch: 1, value: 0.5, metric: $name, task: $name},
        {run: "b", epoch: 1, value: 0.5, metric: "END\n!touch hit", task: "END"}' > in
    for format in svg png pdf gnuplot terminal; do
        a4nn-plot --title "$name" --xlabel "$name" --ylabel "$name" -o $format in > out.$format
        [ -s out.$format ]
        [ ! -e hit ]
    done
    well_formed out.svg
    # letter by letter, but for what is no text: those are shown as numbers
    grep -qF '&lt;script>&amp;amp;' out.svg
    # shellcheck disable=SC2016
    grep -qF '`touch hit`$(touch hit)"; system "touch hit"; ! touch hit\x0a@hit \134 {/Bold ^x_2}' out.svg
    grep -qF '\x01\x1b[31m' out.svg
    run ! grep -qE '&#x0;|&#65;' out.svg
    run ! grep -q $'[\001\033]' out.svg out.terminal
    # nor by a gnuplot that is given the script with the user's settings
    gnuplot out.gnuplot > again.svg
    [ ! -e hit ]
    well_formed again.svg
    # no byte of the name that means something to gnuplot is in the script
    run ! grep -q '[`@{}^]' <(grep -v '^if (GPVAL' out.gnuplot)
}

@test "plot: the same input gives the same bytes, without a date" {
    local format
    a4nn-predict -q -E 25 "$(data authors-1e16.csv)" > in
    for format in svg png pdf terminal gnuplot; do
        a4nn-plot -o $format --forecasts in > first
        later a4nn-plot -o $format --forecasts in > second
        cmp first second
    done
    a4nn-plot -o pdf in > dated.pdf
    grep -aq '/CreationDate (D:19700101000000' dated.pdf
    [ "$(head -c 5 dated.pdf)" = %PDF- ]
    a4nn-plot -o png in | head -c 4 | cmp - <(printf '\211PNG')
}

# A second later than the last.
later() {
    local then=$EPOCHSECONDS
    wait_for later_than "$then"
    "$@"
}
later_than() { [ "$EPOCHSECONDS" -gt "$1" ]; }

@test "plot: a file's name says the format, a named format is stronger" {
    curve val_acc 0.1 0.2 > in
    a4nn-plot -o a.svg in
    a4nn-plot -o b.PDF in
    a4nn-plot -o c.gp in
    a4nn-plot -o terminal -o d.svg in
    a4nn-plot -o d2 -o png in
    head -n 2 a.svg | grep -q '^<svg'
    head -c 5 b.PDF | grep -q '%PDF-'
    grep -q '^set terminal svg' c.gp
    gnuplot c.gp | grep -q '^</svg>'
    grep -q '+---' d.svg
    head -c 4 d2 | grep -aq PNG
    run -2 a4nn-plot -o picture.jpeg in
    [ "$output" = "a4nn-plot: --output: not svg, png, pdf, terminal or gnuplot, nor a file that ends in .svg, .png, .pdf, .txt or .gp: 'picture.jpeg'" ]
}

@test "plot: characters fit the window" {
    curve val_acc 0.1 0.2 0.3 > in
    COLUMNS=60 LINES=20 a4nn-plot -o terminal in > out
    [ "$(wc -L < out)" -le 59 ]
    [ "$(wc -l < out)" -ge 15 ]
    [ "$(wc -l < out)" -le 20 ]
    run ! grep -q $'\033' out
    a4nn-plot -o terminal --size 40x12 in > out
    [ "$(wc -L < out)" -le 40 ]
    # on a terminal it is what one gets, in colour and in its size
    script -qec 'stty cols 70 rows 22; TERM=xterm a4nn-plot in' /dev/null < /dev/null > out
    grep -q $'\033\[' out
    script -qec 'stty cols 70 rows 22; NO_COLOR=1 a4nn-plot in' /dev/null < /dev/null | tr -d '\r' > out
    run ! grep -q $'\033' out
    [ "$(wc -L < out)" -le 69 ]
    script -qec 'a4nn-plot -o png in; echo "status $?"' /dev/null < /dev/null | tr -d '\r' > out
    diff - out << 'END'
a4nn-plot: a terminal cannot show this format: name a file with -o
status 2
END
}

@test "plot: many points are thinned without a change of the line" {
    awk 'BEGIN { print "run,epoch,value,metric"
        for (i = 1; i <= 200000; i++)
            print "r," i "," (i == 123457 ? 0.9 : i == 77777 ? 0.1 : 0.5 + 0.01 * sin(i)) ",val_acc" }' > in
    a4nn-plot --xrange 0:200000 --yrange 0:1 in > out.svg
    [ "$(wc -c < out.svg)" -lt 200000 ]
    points out.svg observed 0 200000 0 1 > got
    # the peaks are there, and nothing else beyond the rest
    awk '$2 > 0.89 && $1 > 123100 && $1 < 123800' got | grep -q .
    awk '$2 < 0.11 && $1 > 77500 && $1 < 78000' got | grep -q .
    [ "$(awk '$2 > 0.52 || $2 < 0.48' got | wc -l)" -eq 2 ]
    sort -g got | sed -n '1p;$p' > ends
    sed -n '1p;$p' got | near ends 0.01
}

@test "plot: of many runs not all are drawn, and that is told" {
    many 2500 4 > in
    run -0 --separate-stderr a4nn-plot in
    [ "$stderr" = "a4nn-plot: 2500 runs are too many: the best one and every 3. of them are drawn" ]
    grep -q '<text>best: r2500</text>' <<< "$output"
    [ "${#output}" -lt 1000000 ]
}

@test "plot: one point, and a value beyond all measure, are drawn" {
    curve val_loss 0.5 | a4nn-plot --xrange 0:2 --yrange 0:1 > out.svg
    points out.svg observed 0 2 0 1 > got
    echo 1 0.5 | near got 0.002
    curve val_loss 0.5 1e308 -1e308 inf 0.4 1e90 | a4nn-plot -o out.png
    curve val_loss 7 7 7 | a4nn-plot -o out.png
    curve val_loss 0 0 | a4nn-plot -o out.png
    curve val_loss 1e-300 2e-300 | a4nn-plot -o out.png
    curve val_loss 1e16 10000000000000002 | a4nn-plot -o out.png
}

@test "plot: nothing to draw is 1, what is no input is 2" {
    run -1 a4nn-plot -o out.svg /dev/null
    [ "$output" = "a4nn-plot: /dev/null: empty"$'\n'"a4nn-plot: nothing to draw" ]
    [ ! -e out.svg ]
    curve val_acc nan nan > in
    run -1 a4nn-plot -o out.svg in
    [ "$output" = "a4nn-plot: nothing to draw" ]
    head -c 20000 "$BUILD/bin/a4nn-log" > garbage
    run -2 a4nn-plot -o out.svg garbage
    [ ! -e out.svg ]
    run -2 a4nn-plot -o out.svg missing
    [ "$output" = "a4nn-plot: cannot open 'missing': No such file or directory" ]
    # what can be used is drawn all the same
    curve val_acc 0.1 0.2 > in
    run -2 a4nn-plot -o out.svg in missing
    [ "$output" = "a4nn-plot: cannot open 'missing': No such file or directory" ]
    well_formed out.svg
}

@test "plot: without gnuplot it says so, and the script can be had" {
    curve val_acc 0.1 0.2 > in
    mkdir bin
    run -2 env PATH="$PWD/bin" "$BUILD/bin/a4nn-plot" -o out.svg in
    [ "$output" = "a4nn-plot: gnuplot, which draws the pictures, is not installed or not in PATH; -o gnuplot writes its script without it" ]
    [ ! -e out.svg ]
    PATH=$PWD/bin "$BUILD/bin/a4nn-plot" -o out.gp in
    gnuplot out.gp | grep -q '^</svg>'
}

@test "plot: a gnuplot that fails leaves the old picture as it was" {
    curve val_acc 0.1 0.2 > in
    echo old > out.svg
    fake_gnuplot 'echo "<svg>half"; echo >&2; echo "         line 7: all is lost" >&2; exit 3'
    run -2 a4nn-plot -o out.svg in
    [ "$output" = "a4nn-plot: gnuplot failed: line 7: all is lost" ]
    fake_gnuplot 'echo "<svg>half"; kill -9 $$'
    run -2 a4nn-plot -o out.svg in
    [ "$output" = "a4nn-plot: gnuplot was ended by signal 9" ]
    fake_gnuplot 'exit 0'
    run -2 a4nn-plot -o out.svg in
    [ "$output" = "a4nn-plot: gnuplot drew nothing: it says nothing" ]
    fake_gnuplot 'echo "<svg >half"'
    run -2 a4nn-plot -o out.svg in
    [ "$output" = "a4nn-plot: gnuplot's picture breaks off" ]
    run -2 a4nn-plot in
    [ "$output" = "a4nn-plot: gnuplot's picture breaks off" ]
    [ "$(cat out.svg)" = old ]
    [ "$(ls out.svg*)" = out.svg ]
}

@test "plot: a picture that cannot be written is trouble" {
    curve val_acc 0.1 0.2 > in
    run -2 bash -c 'a4nn-plot in > /dev/full'
    [ "$output" = "a4nn-plot: cannot write standard output: No space left on device" ]
    ln -s /dev/full full.svg
    run -2 a4nn-plot -o full.svg in
    [ "$output" = "a4nn-plot: cannot write 'full.svg': No space left on device" ]
    run -2 a4nn-plot -o no/such.svg in
    [ "$output" = "a4nn-plot: cannot write 'no/such.svg': No such file or directory" ]
    # a link stays a link
    echo old > real.svg
    ln -s real.svg link.svg
    a4nn-plot -o link.svg in
    [ -L link.svg ]
    well_formed real.svg
}

@test "plot: real logs of many kinds are drawn" {
    local log
    for log in log/keras.csv log/hf-trainer.log log/lightgbm.log log/tensorboard log/mlflow; do
        a4nn-plot -q -o out.svg "$(data "$log")"
        well_formed out.svg
        rm out.svg
    done
}

@test "plot: a mistake in an option is told" {
    run -2 a4nn-plot --size 3 /dev/null
    [ "$output" = "a4nn-plot: --size: not as 800x450, of at most 16384: '3'" ]
    run -2 a4nn-plot --size 99999x10 /dev/null
    [ "$output" = "a4nn-plot: --size: not as 800x450, of at most 16384: '99999x10'" ]
    for range in 1 2:1 1:1 a:b nan:1 1:inf 1e200:; do
        run -2 a4nn-plot --xrange $range /dev/null
        [ "$output" = "a4nn-plot: --xrange: not LO:HI: '$range'" ]
    done
}

@test "plot: savings are lines of error over epochs saved" {
    cat > in << 'END'
scope,collection,rule,policy,parameter,value,kind,epoch,runs,judged,saved_pct,stopped_pct,error_mean,mae
collection,a,one,one:t=1@x,t,1,policy,,1,1,90,0,9,9
total,,one,one:t=2@x,t,2,policy,,1,1,40,0,9,2
total,,one,one:t=2@x,t,2,baseline,,1,1,40,0,9,5
total,,one,one:t=1@x,t,1,policy,,1,1,20,0,9,1
total,,one,one:t=1@x,t,1,baseline,,1,1,20,0,9,3
total,,two,two@x,t,1,policy,,1,1,60,0,7,4
total,,read,read,t,1,policy,,1,1,20,0,9,3
END
    a4nn-plot -k savings --xrange 0:100 --yrange 0:10 in > out.svg
    well_formed out.svg
    points out.svg one 0 100 0 10 > got
    printf '%s\n' '20 1' '40 2' | near got 0.002
    points out.svg two 0 100 0 10 | sort -u > got
    echo '60 4' | near got 0.002
    points out.svg 'last value at a fixed epoch' 0 100 0 10 > got
    printf '%s\n' '20 3' '40 5' | near got 0.002
    run ! grep -q '<text>read</text>' out.svg
    grep -q '<text>mean error of the final value (points)</text>' out.svg
    a4nn-plot -k savings --y error_mean --xrange 0:100 --yrange 0:10 in > out.svg
    points out.svg two 0 100 0 10 | sort -u > got
    echo '60 7' | near got 0.002
}

@test "plot: a table of a4nn-replay is bars" {
    a4nn-replay -q -E 25 -R converged -R a4nn -o csv "$(data authors-1e16.csv)" > in
    a4nn-plot -k savings in > out.svg
    well_formed out.svg
    grep -q '<text>converged@pool</text>' out.svg
    grep -q '<text>a4nn@a4nn</text>' out.svg
    grep -q '<desc>converged@pool saves 56.8 % of the epochs, mae 0.0382585. a4nn@a4nn saves 38.2 ' out.svg
    # JSON Lines are the same table
    a4nn-replay -q -E 25 -R converged -R a4nn -o jsonl "$(data authors-1e16.csv)" | a4nn-plot -k savings > json.svg
    cmp out.svg json.svg
}

@test "plot: effects are points with intervals, shares are bars, the largest first" {
    cat > in << 'END'
name,level,effect,low,high,share
lr,0.1,-0.5,-1,0.5,20
depth,2,1,0.5,2,60
depth,4,-1,-2,0,60
`touch hit` 100%s%n,,,,,5
END
    a4nn-plot -k effects --xrange -2:2 in > out.svg
    well_formed out.svg
    points out.svg effects -2 2 2.6 -0.6 > got
    head -n 2 got | sort -g > first
    printf '%s\n' '0.5 0' '2 0' | near first 0.005
    grep -n -o '<text>\(depth\|lr\).*</text>' out.svg | sed 's/.*<text>//; s/<.*//' > names
    diff names - << 'END'
depth = 2
depth = 4
lr = 0.1
depth
lr
END
    # shown to the letter, and in no way interpreted
    # shellcheck disable=SC2016
    grep -qF '`touch hit` 100%s%n' out.svg
    [ ! -e hit ]
    jq -Rsc 'split("\n")[1:-1][] | split(",") | {name: .[0], level: .[1], effect: (.[2] | tonumber? // null),
        low: (.[3] | tonumber? // null), high: (.[4] | tonumber? // null), share: (.[5] | tonumber)}' in > in.jsonl
    a4nn-plot -k effects --xrange -2:2 in.jsonl | cmp - out.svg
}

@test "plot: a search has its best complete run so far over time" {
    # by hand: complete ones reach 70 after a minute, 60 after two, 75 after six; 80 was stopped, and
    # what failed or runs does not count
    cat > steered.csv << 'END'
run,metric,status,last_value,started,ended
a,val_acc,complete,70,1000,1060
b,val_acc,complete,60,1060,1120
c,val_acc,stopped,80,1120,1240
d,val_acc,failed,99,1240,1300
e,val_acc,complete,75,1300,1360
f,val_acc,open,98,1360,
END
    # no times of all
    printf 'run,metric,status,last_value,started,ended\na,val_acc,complete,50,,\nb,val_acc,complete,65,1,2\n' > random.csv
    a4nn-plot -k search -o gnuplot steered.csv > script
    grep -q '^set xlabel "minutes"' script
    grep -q '^set ylabel "val_acc"' script
    run -0 a4nn-plot -k search -o out.svg steered.csv
    run -0 grep -o '<desc>[^<]*' out.svg
    [ "$output" = '<desc>The best complete run over minutes. steered: 4 runs, 3 of them complete, best 75.' ]
    # the stairs: (1, 70) (6, 75) and on to the last run that is over
    [ "$(awk '/^\$/ { n++ } n == 3 && /^[0-9]/' script | tr '\n' ';')" = '1 70;6 75;6 75;' ]
    # the rings
    [ "$(awk '/^\$/ { n++ } n == 1 && /^[0-9]/' script)" = '4 80' ]
    # where less is better, and without times: over the number of runs
    run -0 a4nn-plot -k search --y last_value:min -o out.svg steered.csv random.csv
    run -0 grep -o '<desc>[^<]*' out.svg
    [ "$output" = '<desc>The best complete run over runs. steered: 4 runs, 3 of them complete, best 60. random: 2 runs, 2 of them complete, best 50.' ]
    sed 's/val_acc/val_loss/' steered.csv | a4nn-plot -k search -o svg | grep -q 'best 60'
    # nothing is over; no such table
    run -1 --separate-stderr a4nn-plot -k search -o svg <(sed -n '1p;7p' steered.csv)
    run -2 --separate-stderr a4nn-plot -k search -o svg <(cut -d, -f1-3 steered.csv)
    [[ $stderr == *"last_value"* ]]
    run -2 --separate-stderr a4nn-plot -k search --x started steered.csv
}

@test "plot: a Pareto front has what nothing is better than" {
    cat > in << 'END'
{"run": "a", "config": {"flops": 1}, "acc": 0.5}
{"run": "b", "config": {"flops": 2}, "acc": 0.7}
{"run": "c", "config": {"flops": 2}, "acc": 0.6}
{"run": "d", "config": {"flops": 3}, "acc": 0.65}
{"run": "e", "config": {"flops": 4}, "acc": 0.9}
{"run": "f", "acc": 1}
END
    a4nn-plot --x config.flops --y acc --xrange 0:5 --yrange 0:1 in > out.svg
    well_formed out.svg
    points out.svg 'Pareto front' 0 5 0 1 > got
    printf '%s\n' '1 0.5' '2 0.7' '4 0.9' | near got 0.002
    points out.svg all 0 5 0 1 | sort > got
    printf '%s\n' '1 0.5' '2 0.6' '2 0.7' '3 0.65' '4 0.9' | near got 0.002
    grep -o '<text>[a-f]</text>' out.svg | diff - <(printf '<text>%s</text>\n' a b e)
    # the other way round
    a4nn-plot --x config.flops:max --y acc:min --xrange 0:5 --yrange 0:1 in > out.svg
    points out.svg 'Pareto front' 0 5 0 1 | sort > got
    printf '%s\n' '1 0.5' '2 0.6' '3 0.65' '4 0.9' | near got 0.002
    # the name of a metric tells what is better
    sed 's/"acc"/"val_loss"/' in | a4nn-plot --x config.flops --y val_loss | grep -q ' 5 points, 1 of them on the front'
}

@test "plot: of hundreds of thousands of points those are drawn that show" {
    awk 'BEGIN { print "x,y"; for (i = 0; i < 200000; i++) print i % 1000 "," (i * 7919) % 100000 }' > in
    a4nn-plot --x x --y y -o gnuplot in > out
    [ "$(wc -l < out)" -lt 200000 ]
    [ "$(wc -l < out)" -gt 30000 ]
}

@test "plot: tables that are none are trouble" {
    local kind
    for kind in savings effects; do
        run -2 a4nn-plot -k $kind "$(data authors-1e16.csv)"
        [[ $output == *"authors-1e16.csv:1: no column '"* ]]
        run -1 a4nn-plot -k $kind <(:)
        [ "$output" = "a4nn-plot: nothing to draw" ]
        head -c 20000 "$BUILD/bin/a4nn-log" > garbage
        run -2 a4nn-plot -k $kind garbage
        printf '{"name": 1\n' > broken
        run -2 a4nn-plot -k $kind broken
        [[ $output == "a4nn-plot: broken:1: no JSON object: "* ]]
    done
    run -2 a4nn-plot --x a in
    [ "$output" = "a4nn-plot: a Pareto front needs --x and --y" ]
    run -2 a4nn-plot -k effects --x a in
    [ "$output" = "a4nn-plot: --x: only with --kind front" ]
    run -2 a4nn-plot --y a in
    [ "$output" = "a4nn-plot: --y: only with --kind front, savings or search" ]
    run -2 a4nn-plot -k pie in
    [ "$output" = "a4nn-plot: --kind: not curves, savings, effects, front or search: 'pie'" ]
}
