#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# readme.sh: prints README.md with the commands in its console blocks run anew, so that what it
# shows is what they print.  After a change of the output of a command:
#
#     build-aux/readme.sh > README.new && mv README.new README.md
#
# A line "$ COMMAND", continued by lines that begin with "> ", is run at the root of the tree with
# the built commands first on PATH; standard error is shown, too.
set -eu
cd "$(dirname "$0")/.."
PATH=${BUILD:-$PWD/build}/bin:$PATH
LC_ALL=C
export PATH LC_ALL
README_SCRIPT=$(mktemp) # whose folder may have a blank in its name
export README_SCRIPT
trap 'rm -f "$README_SCRIPT"' EXIT

awk -v script="$README_SCRIPT" '
function run() {
    if (command == "")
        return
    print command > script
    close(script)
    fflush()
    system("sh \"$README_SCRIPT\" 2>&1 < /dev/null")
    command = ""
}
/^```/ {
    run()
    console = $0 == "```console"
    print
    next
}
!console { print; next }
/^\$ / { run(); command = substr($0, 3); print; next }
/^> / { command = command "\n" substr($0, 3); print; next }
command == "" { print }' README.md
