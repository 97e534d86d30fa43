#!/usr/bin/env python3
"""Runs the plans of datasets/ over the public files and compares every figure with R (to 1e-9, relative)
and with what was published (at its decimals).

    SAMPAN_REALDATA=FOLDER run.py PROGRAM [PLAN...]

FOLDER holds the public files somewhere below `data/` and the reference values in `cases/`; without it
the test is skipped (exit code 77). A plan whose files are not there is skipped, too, and named."""
import json
import os
import re
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import expected  # noqa: E402
import golden  # noqa: E402
import nhanes  # noqa: E402
import tables  # noqa: E402
import yrbs  # noqa: E402

TOLERANCE = 1e-9
TESTS = nhanes.TESTS + yrbs.TESTS + tables.TESTS


class Tally:
    """What was compared for a plan."""

    def __init__(self):
        self.numbers = self.published = 0
        self.worst = 0.0
        self.rough = 0.0    # where R's number, or that of the case, is no closer


def value_of(row, field):
    """A field of a row, or what a function makes of the row."""
    return field(row) if callable(field) else row[field]


def name_of(field):
    return field.__name__ if callable(field) else field


def compare_row(row, want, tally):
    """What is wrong with a row, and the largest relative difference."""
    problems, worst = [], 0.0
    numbers = dict(want.numbers)
    if want.limits is not None:
        limits = want.limits.get(row["ci_method"])
        if limits:
            numbers["conf_low"], numbers["conf_high"] = limits
        else:
            problems.append("the case has no limits of method '%s'" % row["ci_method"])
    for field, e in numbers.items():
        actual = value_of(row, field)
        d = golden.difference(actual, e)
        tolerance = want.tolerance.get(name_of(field), TOLERANCE)
        if tolerance <= TOLERANCE:
            worst = max(worst, d)
        else:
            tally.rough = max(tally.rough, d)
        if d > tolerance:
            problems.append("%s is %r, and R has %r (%.1e)" % (name_of(field), actual, e, d))
    for field, (printed, decimals) in want.published.items():
        actual = value_of(row, field)
        if not golden.agrees_with_print(actual, printed, decimals):
            problems.append("%s is %r, and %r was published" % (name_of(field), actual, printed))
    for field, (printed, decimals) in want.misprinted.items():
        if golden.agrees_with_print(value_of(row, field), printed, decimals):
            problems.append("%s agrees with %r, which is held to be a misprint"
                            % (name_of(field), printed))
    tally.numbers += len(numbers)
    tally.published += len(want.published)
    tally.worst = max(tally.worst, worst)
    return problems, worst


def index_rows(results):
    rows = {expected.MANIFEST: results["manifest"]}
    for row in results["rows"]:
        by = tuple(sorted((row["by"] or {}).items()))
        rows.setdefault(("row", row["indicator"], by, None), row)
        rows["row", row["indicator"], by, row["statistic"]] = row
    for row in results["comparisons"]:
        rows["comparison", row["comparison"], row["indicator"], row["statistic"]] = row
    return rows


def find_files(data):
    found = {}
    for folder, _, names in os.walk(data):
        for name in names:
            found.setdefault(name, os.path.join(folder, name))
    return found


def prepare(scratch, test, files):
    """The plan as the user has it, with the changes of the test, and links to its files beside it."""
    with open(os.path.join(golden.ROOT, "datasets", test.plan + ".yaml"), encoding="utf-8") as f:
        text = f.read()
    for old, new in test.changes:
        if old not in text:
            raise ValueError("'%s' has no '%s'" % (test.plan, old))
        text = text.replace(old, new)
    names = re.findall(r"^[^#\n]*\bfile: ([^,}\s]+)", text, re.MULTILINE)
    for name in names:
        if name in files and not os.path.lexists(os.path.join(scratch, name)):
            os.symlink(files[name], os.path.join(scratch, name))
    path = os.path.join(scratch, os.path.basename(test.plan) + ".yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path, [name for name in names if name not in files]


def run_test(program, scratch, case_folder, files, test, table):
    """The line of the summary."""
    label = os.path.basename(test.plan)
    path, absent = prepare(scratch, test, files)
    if absent:
        return "%-28s SKIPPED: no %s" % (label, ", ".join(absent))
    with open(os.path.join(case_folder, test.case + ".json"), encoding="utf-8") as f:
        case = json.load(f)
    started = time.monotonic()
    try:
        results = golden.run_plan(program, path)
    except golden.Refused as refused:
        table.add([label, "", "", ""], ["exit code %d: %s" % (refused.code, refused)])
        return "%-28s refused" % label
    seconds = time.monotonic() - started
    rows = index_rows(results)
    tally, n = Tally(), 0
    for want in test.reader(case):
        n += 1
        row = rows.get(want.key)
        if row is None:
            table.add([label, want.label, "", ""], ["no result of %r" % (want.key,)])
            continue
        problems, worst = compare_row(row, want, tally)
        table.add([label, want.label, "published" if want.published else "",
                   "%.1e" % worst], problems)
    if n != test.n_expected:
        table.add([label, "estimates", "", ""], ["%d instead of %d" % (n, test.n_expected)])
    note = ", %.1e of rough ones" % tally.rough if tally.rough else ""
    note += ", " + test.changes[0][1] if test.changes else ""
    return "%-28s %4d results, %5d numbers of R, worst %.1e, %3d published, %.2f s%s" % (
        label, n, tally.numbers, tally.worst, tally.published, seconds, note)


def main(arguments):
    if not arguments:
        print("usage: SAMPAN_REALDATA=FOLDER run.py PROGRAM [PLAN...]", file=sys.stderr)
        return 2
    folder = os.environ.get("SAMPAN_REALDATA")
    if not folder:
        print("SKIPPED: SAMPAN_REALDATA is not set")
        return golden.SKIPPED
    files = find_files(os.path.join(folder, "data"))
    table = golden.Table(["plan", "estimate", "published", "worst"], [24, 36, 9, 8])
    summary = []
    with tempfile.TemporaryDirectory(prefix="sampan-golden-") as scratch:
        for test in TESTS:
            if not arguments[1:] or os.path.basename(test.plan) in arguments[1:]:
                summary.append(run_test(os.path.abspath(arguments[0]), scratch,
                                        os.path.join(folder, "cases"), files, test, table))
    print("\n".join([""] + summary))
    if not table.passed and not table.failed:
        return golden.SKIPPED
    return table.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
