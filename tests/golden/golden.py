"""golden.py - what the golden tests share: run the program, compare numbers, print a table.

Python 3 standard library only."""
import json
import math
import os
import subprocess
import sys

SKIPPED = 77
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STANDARDS = os.path.join(ROOT, "datasets", "standards")


class Refused(Exception):
    """The program did not run the plan; `code` is its exit code, the text what it said."""

    def __init__(self, code, text):
        super().__init__(text.strip())
        self.code = code


def run_plan(program, plan, timeout=300):
    """Runs a plan and gives its results, every number as written."""
    done = subprocess.run(
        [program, "run", plan, "-f", "json", "--data-dir", STANDARDS, "-q"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, check=False)
    if done.returncode != 0:
        raise Refused(done.returncode, done.stderr.decode("utf-8", "replace"))
    return json.loads(done.stdout.decode("utf-8"))


def number(x):
    """A number of the results: infinity is written as text, missing as null."""
    if x is None:
        return math.nan
    return float(x)


def difference(actual, expected):
    """The relative difference; absolute where nothing is expected; infinite where one is missing."""
    a, e = number(actual), number(expected)
    if math.isnan(a) or math.isnan(e):
        return 0.0 if math.isnan(a) and math.isnan(e) else math.inf
    if a == e:
        return 0.0
    if math.isinf(a) or math.isinf(e):
        return math.inf
    return abs(a - e) / abs(e) if e != 0 else abs(a - e)


def is_close(actual, expected, relative, absolute=0.0):
    a, e = number(actual), number(expected)
    if math.isnan(a) or math.isnan(e):
        return math.isnan(a) and math.isnan(e)
    return a == e or abs(a - e) <= relative * abs(e) + absolute


def agrees_with_print(actual, printed, decimals):
    """Whether a number rounds to the printed one."""
    return abs(number(actual) - number(printed)) <= 0.5 * 10.0 ** -decimals * (1 + 1e-9)


class Table:
    """Rows of a test: each is `passed`, `FAILED` or `not supported yet`."""

    def __init__(self, heads, widths, out=None):
        self.out = out or sys.stdout
        self.widths = widths
        self.passed = self.failed = self.unsupported = 0
        self._print(heads + ["result"])

    def _print(self, cells):
        text = "  ".join(str(c).ljust(w) for c, w in zip(cells, self.widths))
        rest = cells[len(self.widths):]
        print((text + "  " + "  ".join(str(c) for c in rest)).rstrip(), file=self.out)

    def add(self, cells, problems):
        if problems:
            self.failed += 1
        else:
            self.passed += 1
        self._print(cells + ["FAILED" if problems else "passed"])
        for problem in problems:
            print("      " + problem, file=self.out)

    def add_unsupported(self, cells, why):
        self.unsupported += 1
        self._print(cells + ["not supported yet: " + why])

    def finish(self):
        """The last lines; the exit code."""
        if self.unsupported:
            print("%d not supported yet" % self.unsupported, file=self.out)
        print("%d passed, %d failed" % (self.passed, self.failed), file=self.out)
        return 1 if self.failed or not self.passed else 0
