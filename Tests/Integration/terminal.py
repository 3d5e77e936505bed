#!/usr/bin/env python3
"""Runs a program on a terminal of its own, below a shell that does what shells do for jobs, and acts as told.

    terminal.py STEPS PROGRAM [ARGUMENT...]

STEPS is a JSON list: ["expect", REGEX], ["send", TEXT], ["kill", "USR1"], ["keys", true|false] (whether the terminal hands
keys over one by one, without showing them). Expectations look at what has come since the last one was met. Prints what the
terminal showed; the status is 0 when every step was done and the program has ended.
"""
import json, os, pty, re, select, signal, sys, termios, time

PATIENCE = 240


def shell(arguments):
    """Gives the terminal to one job, takes it back when the job stops or ends, and says in which state it is."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    before = termios.tcgetattr(0)
    job = os.fork()
    if job == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execvp(arguments[0], arguments)
    print(f"SHELL job {job}", flush=True)
    while True:
        _, status = os.waitpid(job, os.WUNTRACED)
        os.tcsetpgrp(0, os.getpid())
        same = termios.tcgetattr(0) == before
        if not os.WIFSTOPPED(status):
            code = os.waitstatus_to_exitcode(status)
            print(f"\nSHELL ended {code} terminal {'same' if same else 'changed'}", flush=True)
            return
        print(f"\nSHELL stopped terminal {'same' if same else 'changed'}", flush=True)
        time.sleep(0.5)
        os.tcsetpgrp(0, job)
        os.killpg(job, signal.SIGCONT)


class Watch:
    def __init__(self, terminal):
        self.terminal, self.text, self.seen, self.open = terminal, "", 0, True
        self.limit = time.monotonic() + PATIENCE

    def read(self, seconds):
        if not self.open or not select.select([self.terminal], [], [], seconds)[0]:
            return
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b""
        self.open = bool(data)
        self.text += data.decode("utf-8", "replace")

    def until(self, condition, what):
        while not (found := condition()):
            if not self.open or time.monotonic() > self.limit:  # a terminal that is gone says nothing more
                print(self.text)
                sys.exit(f"never came: {what}")
            self.read(0.1)
        return found

    def expect(self, pattern):
        find = lambda: re.compile(pattern).search(self.text, self.seen)
        found = self.until(find, pattern)
        self.seen = found.end()
        return found

    def keys(self, wanted):
        def is_so():
            flags = termios.tcgetattr(self.terminal)[3]
            return (not flags & (termios.ICANON | termios.ECHO)) == wanted
        self.until(is_so, f"keys {wanted}")


def main():
    steps, arguments = json.loads(sys.argv[1]), sys.argv[2:]
    pid, terminal = pty.fork()
    if pid == 0:
        shell(arguments)
        os._exit(0)
    watch = Watch(terminal)
    job = int(watch.expect(r"SHELL job (\d+)").group(1))
    for step, value in steps:
        if step == "expect":
            watch.expect(value)
        elif step == "send":
            os.write(terminal, value.encode())
        elif step == "kill":
            os.kill(job, getattr(signal, "SIG" + value))
        elif step == "keys":
            watch.keys(value)
    watch.until(lambda: not watch.open, "the end")
    print(watch.text)


main()
