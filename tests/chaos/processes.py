"""Child processes with their logs: started, killed, stopped, and asked how they ended."""

import os
import signal
import socket
import subprocess
import time

BLOCK = 64  # ports that one run takes
FIRST_PORT, LAST_PORT = 22000, 22999  # below those that the system gives to outgoing connections


def now_us():
    return time.time_ns() // 1000


def eventually(condition, seconds=20.0, pause_s=0.05):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(pause_s)
    return bool(condition())


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_block():
    """The first port of a block that nobody uses."""
    start = os.getpid() * BLOCK % (LAST_PORT - FIRST_PORT)
    for offset in range(0, LAST_PORT - FIRST_PORT, BLOCK):
        first = FIRST_PORT + (start // BLOCK * BLOCK + offset) % (LAST_PORT - FIRST_PORT - BLOCK)
        if all(is_free(first + i) for i in range(BLOCK)):
            return first
    raise RuntimeError(f"no {BLOCK} free ports between {FIRST_PORT} and {LAST_PORT}")


def accepts(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """One program that may be started several times; each time is an incarnation."""

    def __init__(self, name, arguments, folder, port, environment=None):
        self.name, self.arguments, self.port = name, arguments, port
        self.output, self.errors = folder / f"{name}.out", folder / f"{name}.err"
        self.environment = {**os.environ, **(environment or {})}
        self.child = None
        self.incarnations = []  # {"pid", "started_us", "ended_us", "code", "why"}

    @property
    def pid(self):
        return self.child.pid if self.child else 0

    def start(self, wait=True):
        with open(self.output, "ab") as output, open(self.errors, "ab") as errors:
            self.child = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                                          env=self.environment)
        self.incarnations.append({"pid": self.child.pid, "started_us": now_us(), "ended_us": None, "code": None,
                                  "why": None})
        if wait and not eventually(lambda: self.ended() or accepts(self.port), 30):
            raise RuntimeError(f"{self.name} does not listen")
        if wait and self.ended():
            raise RuntimeError(f"{self.name} did not start, see {self.errors}")

    def ended(self):
        """Whether it is over; notes how. Whoever ends it says so before, by `expect`."""
        if self.child is None or self.child.poll() is None:
            return False
        last = self.incarnations[-1]
        if last["ended_us"] is None:
            last.update(ended_us=now_us(), code=self.child.returncode)
        return True

    def expect(self, why):
        self.incarnations[-1]["why"] = why

    def signal(self, which):
        if not self.ended():
            os.kill(self.child.pid, which)

    def kill(self, why="killed"):
        if self.child is None or self.ended():
            return
        self.expect(why)
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)
        self.child.wait()
        self.ended()

    def terminate(self, why="terminated", seconds=20.0):
        """True: it ended by itself within the time."""
        if self.ended():
            return True
        self.expect(why)
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill("did not end after SIGTERM")
            return False
        return self.ended()
