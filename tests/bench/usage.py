# SPDX-License-Identifier: GPL-3.0-or-later
"""usage.py COMMAND...: runs it; seconds, processor seconds and peak memory (MB) on standard error."""
import resource
import subprocess
import sys
import time

begin = time.monotonic()
status = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6, file=sys.stderr)
sys.exit(status)
