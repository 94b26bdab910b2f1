# SPDX-License-Identifier: GPL-3.0-or-later
"""A shell with job control on a terminal of its own, at which somebody sits.

What he does stands on standard input, a step a line; a step that does not come true in 30 seconds
ends it with status 1.  All that is on the screen goes to the file `screen`.

    type TEXT         and the return key
    key C             the control key and this one
    see REGEX         ... appears behind what was seen before
    until COMMAND     a command elsewhere succeeds (tried again and again)
    size ROWS COLUMNS the window is changed
    hangup            the terminal goes away
    end               the shell is left, and has ended
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

PATIENCE = 30


class Terminal:
    def __init__(self):
        self.screen = b""
        self.seen = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(PS1="$ ", TERM="dumb", HISTFILE="")
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        self.size(24, 80)

    def look(self, seconds):
        if self.fd < 0 or not select.select([self.fd], [], [], seconds)[0]:
            return
        try:
            piece = os.read(self.fd, 65536)
        except OSError:  # the last one who had it open has gone
            piece = b""
        if piece == b"":
            self.hangup()
        self.screen += piece
        with open("screen", "ab") as file:
            file.write(piece)

    def until(self, come_true):
        end = time.monotonic() + PATIENCE
        while not come_true():
            if time.monotonic() > end:
                return False
            self.look(0.02)
            if self.fd < 0:
                time.sleep(0.02)
        return True

    def see(self, pattern):
        found = None

        def come_true():
            nonlocal found
            found = re.search(pattern.encode(), self.screen[self.seen:], re.MULTILINE)
            return found

        if not self.until(come_true):
            return False
        self.seen += found.end()
        return True

    def size(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))

    def hangup(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def ended(self):
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def do(self, what, rest):
        if what == "type":
            os.write(self.fd, rest.encode() + b"\n")
        elif what == "key":
            os.write(self.fd, bytes([ord(rest) & 0x1f]))
        elif what == "see":
            return self.see(rest)
        elif what == "until":
            return self.until(lambda: subprocess.run(["bash", "-c", rest], check=False).returncode == 0)
        elif what == "size":
            self.size(*rest.split())
        elif what == "hangup":
            self.hangup()
        elif what == "end":
            os.write(self.fd, b"exit\n")
            return self.until(self.ended)
        else:
            sys.exit(f"unknown step: {what}")
        return True


terminal = Terminal()
for line in sys.stdin.read().splitlines():
    what, _, rest = line.strip().partition(" ")
    if what and not terminal.do(what, rest):
        print(f"never came true: {line.strip()}\n{terminal.screen.decode(errors='replace')}")
        terminal.hangup()
        sys.exit(1)
