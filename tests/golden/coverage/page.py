"""page.py - the table of docs/coverage.md: written by a full run, read by the test."""
import math

from cases import SIZE

BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
HEADS = ["what", "interval", "truth", "n / PSUs", "nominal", "coverage", "±", "truth above", "mean width", "none"]
TEST_HEADS = ["what", "test", "n / PSUs", "nominal", "rejected", "±"]


class Documented:
    """A line of the table: shares, and the mean width."""

    def __init__(self, share, width, none):
        self.share, self.width, self.none = share, width, none


def percent(x, decimals=1):
    return "%.*f" % (decimals, 100.0 * x)


def size_of(case):
    if case.plan == "simple":
        return "200 / 200"
    if case.plan in ("vital", "series"):
        return "–"
    return "120 / 12" if "6 of 24 strata" in case.what else "480 / 48"


def line_of(s):
    case = s.case
    if case.truth == SIZE:
        cells = [case.what, case.interval, size_of(case), "5", percent(s.share), percent(s.error())]
    else:
        cells = [case.what, case.interval, "%.4g" % s.truth, size_of(case), "95", percent(s.share), percent(s.error()),
                 percent(s.above), "%.4g" % s.width, percent(s.none)]
    return "| %s |" % " | ".join(cells)


def tables(summaries, groups):
    lines = []
    for is_test, heads in ((False, HEADS), (True, TEST_HEADS)):
        for group in groups:
            rows = [s for s in summaries if s.case.group == group and (s.case.truth == SIZE) == is_test]
            if rows:
                lines += ["", "### %s%s" % (group, ": size of tests" if is_test else ""), "",
                          "| %s |" % " | ".join(heads), "|" + "---|" * len(heads)] + [line_of(s) for s in rows]
    return "\n".join(lines[1:]) + "\n"


def write(path, summaries, groups):
    with open(path, encoding="utf-8") as f:
        head, rest = f.read().split(BEGIN)
    with open(path, "w", encoding="utf-8") as f:
        f.write(head + BEGIN + tables(summaries, groups) + END + rest.split(END)[1])


def read(path):
    """{(group, what, interval): Documented}."""
    found, group = {}, ""
    with open(path, encoding="utf-8") as f:
        text = f.read().split(BEGIN)[1].split(END)[0]
    for line in text.splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if line.startswith("### "):
            group = line[4:].replace(": size of tests", "")
        elif len(cells) == len(HEADS) and cells[0] != HEADS[0] and cells[4] == "95":
            found[group, cells[0], cells[1]] = Documented(float(cells[5]) / 100, float(cells[8]), float(cells[9]) / 100)
        elif len(cells) == len(TEST_HEADS) and cells[0] != TEST_HEADS[0] and cells[3] == "5":
            found[group, cells[0], cells[1]] = Documented(float(cells[4]) / 100, math.nan, math.nan)
    return found
