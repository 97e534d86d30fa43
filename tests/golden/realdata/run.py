#!/usr/bin/env python3
"""Runs the plans of datasets/nhanes over the public files and compares every figure with R's `survey`
(to 1e-9, relative) and with what was published (at its decimals).

    SAMPAN_REALDATA=FOLDER run.py PROGRAM [PLAN...]

FOLDER holds the public files somewhere below `data/` and the reference values in `cases/`; without it
the test is skipped (exit code 77)."""
import json
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import golden  # noqa: E402

PLANS = os.path.join(golden.ROOT, "datasets", "nhanes")
TOLERANCE = 1e-9

SEX = {"Men": "1", "Women": "2"}
AGES = ("20-39", "40-59", "60+")
RACE = {"NH White": "white", "NH Black": "black", "NH Asian": "asian", "Hispanic": "hispanic"}
LIMITS = {"logit": "ci95_logit_t", "korn-graubard": "ci95_korn_graubard_beta", "wald": "ci95_wald_t"}


def nhanes_domain(text, measures):
    """'obese Men NH White adj' -> the indicator and the groups it is split by."""
    words = text.split(" ")
    measure = words.pop(0) if words[0] in measures else ""
    adjusted = words[-1] == "adj"
    if words[-1] in ("adj", "crude"):
        words.pop()
    by = {}
    first = words.pop(0)
    if first in SEX:
        by["RIAGENDR"] = SEX[first]
    rest = " ".join(words)
    if rest in AGES:
        by["age"] = rest
    elif rest:
        by["race"] = RACE[rest]
    name = measures[measure]
    return name if adjusted or not measure else name + "-crude", by


def nhanes_expected(case, measures):
    """Every estimate of an NHANES case: label, indicator, groups, numbers, the published per cent."""
    printed = {c["domain"]: c["published_percent"] for c in case["comparison"]}
    for e in case["estimates"]:
        indicator, by = nhanes_domain(e["domain"], measures)
        numbers = {"estimate": e["estimate"], "std_error": e["se"], "df": e["df"], "n": e["n"],
                   "n_events": e["n_cases"], "limits": {k: e.get(v) for k, v in LIMITS.items()}}
        if "weighted_n" in e:
            numbers["pop_hat"] = e["weighted_n"]
        if "deff" in e:
            numbers["deff"] = e["deff"]
        published = {}
        if e["domain"] in printed:
            published["estimate"] = (printed[e["domain"]] / 100, 3)
        yield e["domain"], indicator, by, numbers, published


def zinc_expected(case, _):
    for c in case["comparison"]:
        where = c["domain"].split(", ")[1]
        by = {} if where == "all" else {"race": where.split(" ")[1]}
        value, se, low, high = c["computed"]
        numbers = {"estimate": value, "std_error": se, "limits": {"wald": [low, high]},
                   "df": case["df_design"]}
        published = {}
        for field, x in zip(("estimate", "std_error", "conf_low", "conf_high"), c["published"]):
            if x is not None:
                published[field] = (x, 6)
        yield c["domain"], "zinc", by, numbers, published


def nhanes2_expected(case, _):
    d = case["dta"]
    yield ("weight/height", "weight-height", {},
           {"estimate": d["ratio_weight_height"], "std_error": d["ratio_se"], "n": d["n"]},
           {"estimate": (d["published_ratio"], 7)})
    for name, indicator in (("highbp", "high-blood-pressure"), ("diabetes", "diabetes"),
                            ("zinc", "zinc")):
        numbers = {"estimate": d[name]["est"], "std_error": d[name]["se"]}
        if "n" in d[name]:
            numbers["n"] = d[name]["n"]
        yield name, indicator, {}, numbers, {}
    for i, sex in enumerate(("1", "2")):
        yield ("highbp, sex " + sex, "high-blood-pressure", {"sex": sex},
               {"estimate": d["highbp_by_sex"]["est"][i], "std_error": d["highbp_by_sex"]["se"][i]},
               {})


OBESITY = {"obese": "obesity", "severe": "severe-obesity"}
TESTS = [  # plan, case, reader, names of the measures, estimates there must be
    ("depression-2013-2016", "nhanes_db303_depression_2013_2016", nhanes_expected,
     {"": "depression"}, 12),
    ("obesity-2017-2018", "nhanes_db360_obesity_2017_2018", nhanes_expected, OBESITY, 54),
    ("obesity-2017-march-2020", "nhanes_nhsr158_obesity_2017_mar2020_xpt", nhanes_expected, OBESITY,
     30),
    ("zinc-nhanes2f", "stata_nhanes2f_zinc", zinc_expected, None, 4),
    ("nhanes2", "stata_nhanes2f_zinc", nhanes2_expected, None, 6),
]


def compare_row(row, numbers, published):
    """What is wrong with a row, and the largest relative difference."""
    problems, worst = [], 0.0
    expected = {k: v for k, v in numbers.items() if k != "limits"}
    limits = numbers.get("limits", {}).get(row["ci_method"])
    if limits:
        expected["conf_low"], expected["conf_high"] = limits
    elif "limits" in numbers:
        problems.append("the case has no limits of method '%s'" % row["ci_method"])
    for field, e in expected.items():
        d = golden.difference(row[field], e)
        worst = max(worst, d)
        if d > TOLERANCE:
            problems.append("%s is %r, and R has %r (%.1e)" % (field, row[field], e, d))
    for field, (printed, decimals) in published.items():
        if not golden.agrees_with_print(row[field], printed, decimals):
            problems.append("%s is %r, and %r was published" % (field, row[field], printed))
    return problems, worst


def compare_tests(results, case, table, plan):
    """The difference of women and men, where the case has it."""
    t = case.get("tests", {}).get("women_minus_men")
    if t is None:
        return
    found = [c for c in results["comparisons"] if c["statistic"] == "difference"]
    problems, worst = [], 0.0
    if len(found) != 1:
        problems.append("%d differences instead of 1" % len(found))
    else:
        for field, name in (("estimate", "difference"), ("std_error", "se"), ("test", "t"),
                            ("df", "df"), ("p_value", "p")):
            d = golden.difference(found[0][field], t[name])
            worst = max(worst, d)
            if d > TOLERANCE:
                problems.append("%s is %r, and R has %r" % (field, found[0][field], t[name]))
    table.add([plan, "women less men", "", "%.1e" % worst], problems)


def find_files(data):
    found = {}
    for folder, _, names in os.walk(data):
        for name in names:
            found.setdefault(name, os.path.join(folder, name))
    return found


def run_test(program, scratch, case_folder, files, test, table):
    plan, case_name, reader, measures, n_expected = test
    with open(os.path.join(case_folder, case_name + ".json"), encoding="utf-8") as f:
        case = json.load(f)
    path = os.path.join(scratch, plan + ".yaml")
    shutil.copy(os.path.join(PLANS, plan + ".yaml"), path)
    for name in (os.path.basename(x) for x in case["files"]):
        if name in files and not os.path.lexists(os.path.join(scratch, name)):
            os.symlink(files[name], os.path.join(scratch, name))
    try:
        results = golden.run_plan(program, path)
    except golden.Refused as refused:
        table.add([plan, "", "", ""], ["exit code %d: %s" % (refused.code, refused)])
        return
    rows = {}
    for row in results["rows"]:
        rows[row["indicator"], tuple(sorted((row["by"] or {}).items()))] = row
    n = 0
    for label, indicator, by, numbers, published in reader(case, measures):
        n += 1
        row = rows.get((indicator, tuple(sorted(by.items()))))
        if row is None:
            table.add([plan, label, "", ""], ["no row of '%s' with %r" % (indicator, by)])
            continue
        problems, worst = compare_row(row, numbers, published)
        table.add([plan, label, "published" if published else "", "%.1e" % worst], problems)
    if n != n_expected:
        table.add([plan, "estimates", "", ""], ["%d instead of %d" % (n, n_expected)])
    compare_tests(results, case, table, plan)


def main(arguments):
    if not arguments:
        print("usage: SAMPAN_REALDATA=FOLDER run.py PROGRAM [PLAN...]", file=sys.stderr)
        return 2
    folder = os.environ.get("SAMPAN_REALDATA")
    if not folder:
        print("SKIPPED: SAMPAN_REALDATA is not set")
        return golden.SKIPPED
    files = find_files(os.path.join(folder, "data"))
    table = golden.Table(["plan", "estimate", "published", "worst"], [24, 26, 9, 8])
    with tempfile.TemporaryDirectory(prefix="sampan-golden-") as scratch:
        for test in TESTS:
            if not arguments[1:] or test[0] in arguments[1:]:
                run_test(os.path.abspath(arguments[0]), scratch, os.path.join(folder, "cases"),
                         files, test, table)
    return table.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
