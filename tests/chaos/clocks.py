"""Wall clocks that step: under a node, libfaketime adds to the time what a file says, which a fault writes."""

import os
import pathlib
import subprocess

LIBRARY = "faketime/libfaketimeMT.so.1"
# jemalloc asks for the time while it begins, libfaketime for memory while it does: together they wait for each other
# forever. So that weir allocates with the C library, that and what else brings `operator new` come before jemalloc.
BEFORE_JEMALLOC = ("libstdc++.so.6", "libc.so.6")
SANITIZERS = (b"__asan_init", b"__tsan_init", b"__msan_init")
LEFT_IN_SHARED_MEMORY = ("faketime_shm_", "sem.faketime_sem_")  # of a process that was killed, with its id


def library():
    """Its path; None: it is not installed."""
    return next((str(path) for folder in ("/usr/lib", "/usr/lib64") for path in sorted(
        [*pathlib.Path(folder).glob(LIBRARY), *pathlib.Path(folder).glob("*/" + LIBRARY)])), None)


class SteppedClock:
    def __init__(self, file):
        self.file = file
        self.step(0)

    def step(self, seconds):
        """As a whole, for it may be read at any time."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        os.replace(new, self.file)

    def environment(self):
        return {"LD_PRELOAD": ":".join([library() or "", *BEFORE_JEMALLOC]), "FAKETIME_TIMESTAMP_FILE": str(self.file),
                # Each time is read from the file, so that a step is one for all threads, and at once.
                "FAKETIME_NO_CACHE": "1",
                # A step is none of the monotonic clock, nor of times that files have.
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}


def why_no_steps(program, folder):
    """Why clocks cannot step under this program; None: they can."""
    if library() is None:
        return "libfaketime is not installed (packages.txt)"
    text = pathlib.Path(program).read_bytes()
    if any(name in text for name in SANITIZERS):
        return "a sanitizer and libfaketime do not go together"
    clock = SteppedClock(folder / "probe.clock")
    probe = subprocess.Popen([program, "--version"], env={**os.environ, **clock.environment()}, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    try:
        code = probe.wait(10)
        return None if code == 0 else f"weir ends with {code} under libfaketime"
    except subprocess.TimeoutExpired:
        probe.kill()
        probe.wait()
        return "weir hangs under libfaketime"
    finally:
        clean_up([probe.pid])
        clock.file.unlink()


def clean_up(process_ids):
    for process_id in process_ids:
        for name in LEFT_IN_SHARED_MEMORY:
            pathlib.Path(f"/dev/shm/{name}{process_id}").unlink(missing_ok=True)
