# SPDX-License-Identifier: GPL-3.0-or-later
# same.awk GOT WANTED, with -v tolerance: see same_files in lib.bash.  Prints the first difference
# and exits with 1, or exits with 0.  Lines are cut into numbers and the text between them.

BEGIN {
    number = "[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?"
    while ((getline wanted < ARGV[2]) > 0) {
        line++
        if ((getline got < ARGV[1]) <= 0)
            differ("missing: '" wanted "'")
        if (!alike(got, wanted))
            differ("'" got "', not '" wanted "'")
    }
    line++
    if ((getline got < ARGV[1]) > 0)
        differ("too much: '" got "'")
    exit 0
}

function differ(what)
{
    print "line " line ": " what
    exit 1
}

function alike(a, b,    x, y, before_x, limit)
{
    while (a != b) {
        if (!cut(a))
            return 0
        x = value
        before_x = before
        a = after
        if (!cut(b) || before "" != before_x "")
            return 0
        y = value
        b = after
        limit = tolerance * (y < -1 ? -y : y > 1 ? y : 1)
        if (x - y > limit || y - x > limit)
            return 0
    }
    return 1
}

# Finds the first number in s: sets value, before and after.  In steps, since mawk 1.3.4 does not
# find the longest match of an expression that begins with an optional sign.
function cut(s,    start)
{
    if (!match(s, /[0-9]/))
        return 0
    start = RSTART
    if (substr(s, start - 1, 1) == ".")
        start--
    after = substr(s, start)
    if (match(after, /^[0-9]*[.]?[0-9]*[eE][-+]?[0-9]+/) == 0)
        match(after, /^[0-9]*[.]?[0-9]*/)
    value = substr(after, 1, RLENGTH) + 0
    after = substr(after, RLENGTH + 1)
    if (substr(s, start - 1, 1) ~ /[-+]/) {
        start--
        if (substr(s, start, 1) == "-")
            value = -value
    }
    before = substr(s, 1, start - 1)
    return 1
}
