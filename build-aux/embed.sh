#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# embed.sh FILE...: C source on standard output in which the bytes of the files are, as the table
# that lib/webfiles.h declares.
set -eu

echo '#include "webfiles.h"'
number=0
for file in "$@"; do
    number=$((number + 1))
    echo "static const unsigned char bytes_${number}[] = {"
    od -A n -v -t u1 "$file" | sed 's/  */,/g; s/^,//; s/$/,/'
    echo "};"
done
echo "const struct a4nn_webfile a4nn_webfiles[] = {"
number=0
for file in "$@"; do
    number=$((number + 1))
    echo "    {\"${file##*/}\", bytes_$number, sizeof bytes_$number},"
done
echo "    {0}};"
