"""A clock that steps does so for the process under it and for wall clock time only; what cannot be stepped is said."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

import clocks

TELL_TIMES = "import sys, time\nfor _ in sys.stdin: print(time.time(), time.clock_gettime(time.CLOCK_MONOTONIC), flush=True)"


class ClocksTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def program(self, text):
        program = self.path / "weir"
        program.write_text(text)
        program.chmod(0o755)
        return clocks.why_no_steps(str(program), self.path)

    def test_without_the_library(self):
        with mock.patch.object(clocks, "library", lambda: None):
            self.assertIn("not installed", self.program("#!/bin/sh\n"))

    @unittest.skipUnless(clocks.library(), "libfaketime is not installed")
    def test_programs_that_clocks_cannot_step_under(self):
        self.assertIn("sanitizer", self.program("#!/bin/sh\n# __asan_init\n"))
        self.assertIn("ends with 3", self.program("#!/bin/sh\nexit 3\n"))
        self.assertIsNone(self.program("#!/bin/sh\n"))
        self.assertEqual([path.name for path in self.path.iterdir()], ["weir"])

    @unittest.skipUnless(clocks.library(), "libfaketime is not installed")
    def test_a_step_is_there_at_once_and_none_of_the_monotonic_clock(self):
        clock = clocks.SteppedClock(self.path / "clock")
        with subprocess.Popen([sys.executable, "-c", TELL_TIMES], env={**os.environ, **clock.environment()}, text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            for step_s in (0, 120, -5, 0):
                clock.step(step_s)
                before, monotonic_before = time.time(), time.clock_gettime(time.CLOCK_MONOTONIC)
                child.stdin.write("\n")
                child.stdin.flush()
                told, monotonic = map(float, child.stdout.readline().split())
                self.assertLessEqual(before, told - step_s + 0.001)
                self.assertLessEqual(told - step_s, time.time() + 0.001)
                self.assertLessEqual(monotonic_before, monotonic)
                self.assertLessEqual(monotonic, time.clock_gettime(time.CLOCK_MONOTONIC))
            child.stdin.close()
        clocks.clean_up([child.pid])


if __name__ == "__main__":
    unittest.main()
