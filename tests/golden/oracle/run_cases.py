#!/usr/bin/env python3
"""Compares the program with the reference cases: run_cases.py PROGRAM [--verbose] [ID or KIND...]

Every case file is turned into plans by its kind alone (kinds.py); no case is known by name. A row of a
case that the program cannot answer yet is counted as such, neither as passed nor as failed."""
import json
import math
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import plans  # noqa: E402
import kinds  # noqa: E402
from plans import golden  # noqa: E402

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")
REFUSED = 4         # exit code: the data
DESIGN = "[SMP21"    # the errors of designs


def tolerance_of(case, row, field):
    t = case["tolerance"]
    by_field = t.get("fields") or {}
    relative = max(t["rel"], by_field.get(field, 0))
    for value in row["key"].values():
        if isinstance(value, str):
            relative = max(relative, by_field.get(value + ".*", 0),
                           by_field.get("%s_%s" % (field, value), 0))
    return relative, t["abs"]


def agrees(actual, expected, relative, absolute):
    if expected is None:
        return math.isnan(golden.number(actual)) or math.isinf(golden.number(actual))
    a, e = golden.number(actual), golden.number(expected)
    if math.isnan(a):
        return False
    return a == e or abs(a - e) <= max(relative * abs(e), absolute)


def compare_row(case, row, plan, fields):
    """What is wrong, and the largest relative difference."""
    problems, worst = [], 0.0
    label = " ".join("%s=%s" % (k, v) for k, v in row["key"].items())
    for field, (reference, name) in fields.items():
        if reference == ("manifest",):
            answer = plan.manifest.get("design", {})
        else:
            answer = plan.answer(reference)
        expected = row[field]
        if answer is None:
            problems.append("%s: no row for %s" % (label, field))
            continue
        actual = answer[name]
        relative, absolute = tolerance_of(case, row, field)
        if not agrees(actual, expected, relative, absolute):
            problems.append("%s: %s is %r, not %r" % (label, field, actual, expected))
        elif expected not in (None, 0) and abs(golden.number(expected)) > 1e-3:
            worst = max(worst, golden.difference(actual, expected))
    return problems, worst


def run_refusal(program, case, scratch):
    plan = kinds.refusal(case)
    try:
        plan.run(program, scratch)
    except golden.Refused as refused:
        if refused.code == REFUSED and DESIGN in str(refused):
            return []
        return ["exit code %d: %s" % (refused.code, refused)]
    return ["not refused: " + case["expect_error"]["reason"]]


def run_case(program, case, scratch):
    """Problems, rows compared, rows not supported, why, the largest difference."""
    if case.get("expect_error"):
        return run_refusal(program, case, scratch), 1, 0, "", 0.0
    asked, missing, ran = [], [], set()
    for row, how in kinds.KINDS[case["kind"]](case):
        if isinstance(how, str):
            missing.append(how)
        else:
            asked.append((row, how[0], how[1]))
    problems, worst = [], 0.0
    for row, plan, fields in asked:
        if id(plan) not in ran:
            ran.add(id(plan))
            plan.run(program, scratch)
        more, difference = compare_row(case, row, plan, fields)
        problems += more
        worst = max(worst, difference)
    return problems, len(asked), len(missing), ", ".join(sorted(set(missing))), worst


def main(arguments):
    verbose = "--verbose" in arguments
    arguments = [a for a in arguments if a != "--verbose"]
    if not arguments:
        print("usage: run_cases.py PROGRAM [--verbose] [ID or KIND...]", file=sys.stderr)
        return 2
    program, only = os.path.abspath(arguments[0]), arguments[1:]
    table = golden.Table(["kind", "case", "rows", "worst"], [16, 26, 9, 8])
    n_rows = n_missing = 0
    for name in sorted(os.listdir(CASES)):
        with open(os.path.join(CASES, name), encoding="utf-8") as f:
            case = json.load(f)
        kind, ident = case["kind"], case["id"]
        if only and kind not in only and ident not in only:
            continue
        total = len(case["expected"]) or 1
        if kind not in kinds.KINDS and not case.get("expect_error"):
            table.add_unsupported([kind, ident, "0/%d" % total, ""], kind)
            n_missing += total
            continue
        with tempfile.TemporaryDirectory(prefix="sampan-oracle-") as scratch:
            try:
                problems, n, n_not, why, worst = run_case(program, case, scratch)
            except kinds.Unsupported as missing:
                table.add_unsupported([kind, ident, "0/%d" % total, ""], str(missing))
                n_missing += total
                continue
            except golden.Refused as refused:
                problems, n, n_not, why = ["exit code %d: %s" % (refused.code, refused)], 0, 0, ""
                worst = 0.0
        n_rows += n
        n_missing += n_not
        if not n and not problems:
            table.add_unsupported([kind, ident, "0/%d" % total, ""], why)
            continue
        shown = problems if verbose else problems[:4]
        if len(problems) > len(shown):
            shown = shown + ["... %d more (--verbose)" % (len(problems) - len(shown))]
        table.add([kind, ident, "%d/%d" % (n, total), "%.1e" % worst], shown)
    print("%d rows compared, %d rows not supported yet" % (n_rows, n_missing))
    return table.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
