# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2016,SC2154 # the script is for an inner shell; lib.bash
# What the tests of whole searches share.

# pretend EXAMPLE...: copies of these examples, whose training is one of ten epochs that takes PAUSE
# seconds for each.  Its curve depends on its configuration, and it goes on from its log; while there
# is a file `hold` it waits behind the fourth.
pretend() {
    local example
    mkdir -p fashion-mnist
    for example; do
        cp -r "$project_root/examples/$example" .
    done
    make_script fashion-mnist/train.py << 'END'
mkdir -p "$A4NN_RUN"
log=$A4NN_RUN/log.csv
[ -s "$log" ] || echo epoch,val_acc > "$log"
read -r lr layers < <(jq -r '"\(.lr) \(.layers)"' <<< "$A4NN_CONFIG")
for ((e = $(wc -l < "$log"); e <= 10; e++)); do
    while [ -e hold ] && [ "$e" -gt 4 ]; do sleep 0.1; done
    sleep "${PAUSE:-0}"
    awk -v e=$e -v lr="$lr" -v n="$layers" 'BEGIN {
        end = 70 + 5 * n - 3 * (log(lr) / log(10) + 2) ^ 2
        printf "%d,%.4f\n", e, end - 60 * exp(-e / 2) }' >> "$log"
done
END
}
