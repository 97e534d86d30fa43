#!/usr/bin/env python3
"""Compares the program with reference cases.

    run_cases.py PROGRAM [--cases DIR] [--data DIR] [--verbose] [--all] [ID or KIND...]

Every case file of DIR is turned into plans by its kind alone (kinds.py); no case is known by name. Each field
of each expected row is compared. A case with a field that the program cannot answer is counted as not
supported, with the reason; with --all it counts as failed."""
import argparse
import collections
import json
import math
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import data  # noqa: E402
import kinds  # noqa: E402
from plans import Unsupported, golden  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
REFUSED = 4         # exit code: the data
DESIGN = "[SMP21"    # the errors of designs
NO_PLUGIN = "[SMP5020]"
SHOWN = 4           # problems of a case, without --verbose


def tolerance_of(case, row, field):
    t = case.get("tolerance") or {}
    by_field = t.get("fields") or {}
    relative = max(t.get("rel") or 1e-9, by_field.get(field, 0))
    for value in row["key"].values():
        if isinstance(value, str):
            relative = max(relative, by_field.get(value + ".*", 0),
                           by_field.get("%s_%s" % (field, value), 0))
    return relative, t.get("abs") or 0.0


def agrees(actual, expected, relative, absolute):
    a, e = golden.number(actual), golden.number(expected)
    if math.isnan(e):
        return math.isnan(a) or math.isinf(a)
    if math.isnan(a):
        return False
    return a == e or abs(a - e) <= max(relative * abs(e), absolute)


class Verdict:
    """What came of a case."""

    def __init__(self):
        self.problems, self.missing, self.n, self.n_missing, self.worst = [], {}, 0, 0, 0.0

    def lacks(self, why, n):
        self.missing[why] = self.missing.get(why, 0) + n
        self.n_missing += n

    def compare(self, case, row, field, source, program, scratch):
        label = " ".join("%s=%s" % item for item in row["key"].items())
        expected = row[field]
        self.n += 1
        try:
            actual = source.value(program, scratch)
        except LookupError:
            self.problems.append("%s: no row for %s" % (label, field))
            return
        relative, absolute = tolerance_of(case, row, field)
        if not agrees(actual, expected, relative, absolute):
            self.problems.append("%s: %s is %r, not %r" % (label, field, actual, expected))
        elif expected is not None and abs(golden.number(expected)) > 1e-3:
            self.worst = max(self.worst, golden.difference(actual, expected))


def run_refusal(program, case, folder, scratch, verdict):
    verdict.n = 1
    try:
        kinds.refusal(case, folder).run(program, scratch)
    except golden.Refused as refused:
        if refused.code != REFUSED or DESIGN not in str(refused):
            verdict.problems.append("exit code %d: %s" % (refused.code, refused))
        return
    verdict.problems.append("not refused: " + case["expect_error"]["reason"])


def run_case(program, case, folder, scratch):
    verdict = Verdict()
    if case.get("expect_error"):
        run_refusal(program, case, folder, scratch, verdict)
        return verdict
    n_fields = sum(len(row) - 1 for row in case["expected"])
    if case["kind"] not in kinds.KINDS:
        verdict.lacks("the kind " + case["kind"], n_fields)
        return verdict
    try:
        asked = list(kinds.KINDS[case["kind"]](case, folder))
        for row, fields in asked:
            wanted = [f for f in row if f != "key"]
            if isinstance(fields, str):
                verdict.lacks(fields, len(wanted))
                continue
            for field in wanted:
                if field in fields:
                    verdict.compare(case, row, field, fields[field], program, scratch)
                else:
                    verdict.lacks("the field " + field, 1)
    except Unsupported as why:
        verdict.lacks(str(why), n_fields - verdict.n - verdict.n_missing)
    except golden.Refused as refused:
        if NO_PLUGIN in str(refused):
            verdict.lacks(str(refused).split("error: ")[-1].split(" [")[0],
                          n_fields - verdict.n - verdict.n_missing)
        else:
            verdict.problems.append("exit code %d: %s" % (refused.code, refused))
    except (LookupError, ValueError, TypeError, AttributeError, OSError) as broken:
        verdict.problems.append("the case is not read: %s: %s" % (type(broken).__name__, broken))
    return verdict


def read_cases(folder, only):
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            case = json.load(f)
        if not only or case["kind"] in only or case["id"] in only:
            yield case


def options_of(arguments):
    parser = argparse.ArgumentParser(prog="run_cases.py", usage=__doc__, add_help=False)
    parser.add_argument("program")
    parser.add_argument("only", nargs="*")
    parser.add_argument("--cases")
    parser.add_argument("--data")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args(arguments)
    beside = os.path.join(os.path.dirname(os.path.abspath(options.cases)), "data") \
        if options.cases else os.path.join(HERE, "data")
    options.data = options.data or beside
    options.cases = options.cases or os.path.join(HERE, "cases")
    options.program = os.path.abspath(options.program)
    return options


def add_to(table, options, case, verdict):
    cells = [case["kind"], case["id"], "%d/%d" % (verdict.n, verdict.n + verdict.n_missing),
             "%.1e" % verdict.worst if verdict.n else ""]
    why = ", ".join("%s (%d)" % item for item in sorted(verdict.missing.items()))
    problems = list(verdict.problems)
    if options.all and why:
        problems.append("not supported: " + why)
    if problems:
        shown = problems if options.verbose else problems[:SHOWN]
        if len(problems) > len(shown):
            shown = shown + ["... %d more (--verbose)" % (len(problems) - len(shown))]
        table.add(cells, shown)
    elif why:
        table.add_unsupported(cells, why)
    else:
        table.add(cells, [])


def main(arguments):
    options = options_of(arguments)
    folder = data.Data(options.data)
    table = golden.Table(["kind", "case", "fields", "worst"], [18, 26, 9, 8])
    by_kind, n, n_missing = collections.OrderedDict(), 0, 0
    for case in read_cases(options.cases, options.only):
        before = (table.passed, table.failed, table.unsupported)
        with tempfile.TemporaryDirectory(prefix="sampan-oracle-") as scratch:
            verdict = run_case(options.program, case, folder, scratch)
        add_to(table, options, case, verdict)
        n += verdict.n
        n_missing += verdict.n_missing
        counts = by_kind.setdefault(case["kind"], [0, 0, 0])
        for i, now in enumerate((table.passed, table.failed, table.unsupported)):
            counts[i] += now - before[i]
    print("\n%-20s %7s %7s %14s" % ("kind", "passed", "failed", "not supported"))
    for kind, counts in sorted(by_kind.items()):
        print("%-20s %7d %7d %14d" % ((kind,) + tuple(counts)))
    print("%d fields compared, %d not supported" % (n, n_missing))
    return table.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
