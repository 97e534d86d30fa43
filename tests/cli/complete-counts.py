"""complete-counts.py SAMPAN - errors and limits in data of kinds `vital` and `register`."""
import json
import math
import os
import subprocess
import sys
import tempfile

SAMPAN = os.path.realpath(sys.argv[1])
FAILED = []


def check(holds, what):
    if not holds:
        FAILED.append(what)
        print("FAILED", what)


def near(a, b):
    return a is not None and math.isclose(a, b, rel_tol=1e-9)


def run(data, indicators, kind="vital", more=""):
    """The exit code, what is said, and the rows by indicator, group and statistic."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "data.csv"), "w", encoding="utf-8") as f:
            f.write(data)
        with open(os.path.join(folder, "plan.yaml"), "w", encoding="utf-8") as f:
            f.write("sampan: 1\nkind: %s\ndata: {file: data.csv}\n%sindicators:\n" % (kind, more))
            f.writelines("  %s: %s\n" % item for item in indicators.items())
        done = subprocess.run([SAMPAN, "run", "plan.yaml", "--format", "json"], cwd=folder,
                              capture_output=True, text=True, timeout=60, check=False)
    rows = json.loads(done.stdout)["rows"] if done.returncode == 0 else []
    return done.returncode, done.stderr, {(r["indicator"], r.get("level") or "", r["statistic"]): r
                                          for r in rows}


def has_no_limits(row, why, flag="no-interval"):
    check(row.get("conf_low") is None and row.get("conf_high") is None, why + ": no limits")
    check(flag in row.get("flags", ""), "%s: flag %s, but %r" % (why, flag, row.get("flags")))


def wilson(x, n, z=1.959963984540054):
    middle, k = x / n + z * z / (2 * n), 1 + z * z / n
    half = z * math.sqrt(x / n * (1 - x / n) / n + z * z / (4 * n * n))
    return (middle - half) / k, (middle + half) / k


def proportions():
    data = "g,v\n" + "a,1\n" * 490 + "b,0\n" * 10
    _, _, rows = run(data, {"p": "{estimator: prevalence, of: v==1}",
                            "d": "{estimator: distribution, of: g}",
                            "n": "{estimator: distribution, of: g, show: count}"})
    for key, x in ((("p", "", "prevalence"), 490), (("d", "", "a"), 490), (("d", "", "b"), 10)):
        row, limits = rows[key], wilson(x, 500)
        check(near(row["std_error"], math.sqrt(x * (500 - x) / 500 ** 3)), "binomial: %s" % (key,))
        check(near(row["n_eff"], 500), "n of %s: %r" % (key, row["n_eff"]))
        check(near(row["conf_low"], limits[0]) and near(row["conf_high"], limits[1]),
              "Wilson limits of %s" % (key,))
        check(row["n_events"] == x, "events of %s" % (key,))
    check(near(rows["n", "", "b"]["std_error"], math.sqrt(10)), "a count is Poisson")


def no_events():
    data = "a,age,d,n\n" + "".join(
        "%s,%d-%d,%d,1000\n" % (a, x, x + 4, d) for a, d in (("A", 0), ("B", 4))
        for x in range(30, 70, 5))
    counts = "numerator: d, denominator: n, age: age"
    by = "by: [[a]]}"
    standard = "standard_rates: {30-49: 0.002, 50-69: 0.01}, crude_rate: 0.005"
    indicators = {
        "q": "{estimator: premature-mortality, %s, %s" % (counts, by),
        "all": "{estimator: premature-mortality, columns: all, %s, %s" % (counts, by),
        "smr": "{estimator: indirect, statistic: all, %s, %s, %s" % (counts, standard, by),
        "test": "{estimator: indirect, statistic: test, %s, %s, %s" % (counts, standard, by),
        "part": "{estimator: ratio, unit: proportion, numerator: d, denominator: n, %s" % by,
        "wald": "{estimator: ratio, numerator: d, denominator: n, interval: wald, %s" % by}
    for method in ("wilson", "korn-graubard", "jeffreys", "agresti-coull"):
        indicators["q_" + method] = "{estimator: premature-mortality, %s, interval: %s, %s" % (
            counts, method, by)
    code, said, rows = run(data, indicators, more="types: {age: text, a: text}\n")
    check(code == 0, said)
    if code != 0:
        return
    for name in indicators:
        if name.startswith("q"):
            has_no_limits(rows[name, "A", "40q30"], name + " without deaths")
            check(rows[name, "B", "40q30"].get("conf_high") is not None, name + " with deaths")
    has_no_limits(rows["all", "A", "m30"], "a rate without deaths")
    check(rows["all", "B", "m30"].get("conf_high") is not None, "a rate with deaths")
    wald = rows["wald", "A", "ratio"]
    check(wald["conf_low"] == wald["conf_high"] == 0, "wald's limits of no width, asked for")
    part = rows["part", "A", "proportion"]
    check(near(part["conf_high"], wilson(0, 8000)[1]), "a share of 0 keeps Wilson's limit")
    expected = 4 * 2 + 4 * 10
    smr = rows["smr", "A", "smr"]
    check(smr["conf_low"] == 0 and near(smr["conf_high"], -math.log(0.025) / expected),
          "exact limit of an SMR of 0: %r" % smr["conf_high"])
    isr = rows["smr", "A", "isr"]
    check(near(isr["conf_high"], -math.log(0.025) / expected * 500), "and of its rate")
    check(rows["smr", "B", "smr"]["ci_method"] == "byar", "an SMR has Byar's limits")
    has_no_limits(rows["smr", "B", "expected"], "expected deaths", "no-variance")
    for key in (("smr", "chi2"), ("smr", "p_exact"), ("test", "chi2"), ("test", "p_exact")):
        row = rows[key[0], "B", key[1]]
        check(row["estimate"] is not None, "a test has a number: %s" % (key,))
        for field in ("std_error", "conf_low", "conf_high"):
            check(row.get(field) is None, "a test has no %s: %s" % (field, key))


def no_variance():
    data = "x,y\n" + "".join("%d,%d\n" % (i * i, i) for i in range(20))
    indicators = {"total": "{estimator: total, of: x}", "mean": "{estimator: mean, of: x}",
                  "quantile": "{estimator: quantile, of: x}",
                  "variance": "{estimator: variance, of: x}",
                  "regression": "{estimator: regression, of: x, on: [y]}"}
    for kind in ("vital", "register"):
        _, said, rows = run(data, indicators, kind)
        check(len(rows) >= 7, "%s: %d rows, %s" % (kind, len(rows), said))
        for key, row in rows.items():
            check(row["estimate"] is not None, "%s: %s is estimated" % (kind, key))
            check(row.get("std_error") is None, "%s: %s has no error" % (kind, key))
            if kind == "vital":
                has_no_limits(row, str(key), "no-variance")
    _, _, rows = run("x\n1\n1\n0\n1\n", {"yes": "{estimator: total, of: x==1}"})
    check(near(rows["yes", "", "total"]["std_error"], math.sqrt(3)), "yes/no totals are Poisson")


def no_share():
    ratio = {"r": "{estimator: ratio, numerator: d, denominator: n, unit: proportion}"}
    data = "d,n\n3,10\n12,10\n1,100\n"
    for kind in ("vital", "register"):
        code, said, _ = run(data, ratio, kind)
        check(code != 0 and "row 2" in said and "denominator" in said, "%s: %s" % (kind, said))
        code, said, rows = run("d,n\n3,10\n10,10\n", ratio, kind)
        check(code == 0 and near(rows["r", "", "proportion"]["estimate"], 0.65), kind + " 13/20")
        plain = {"r": "{estimator: ratio, numerator: d, denominator: n, unit: ratio}"}
        check(run(data, plain, kind)[0] == 0, kind + ": a ratio may be above 1")
    code, said, rows = run(data, ratio, "survey")
    check(code == 0 and near(rows["r", "", "proportion"]["estimate"], 16 / 120), "sample: " + said)
    code, said, rows = run("d,n\n12,10\n5,4\n", ratio, "survey")
    check(code == 0 and rows["r", "", "proportion"]["status"] == "not_estimable",
          "a sample whose numerator is above its denominator")
    check("above its denominator" in said, "and a note: " + said)


for part in (proportions, no_events, no_variance, no_share):
    part()
print("passed" if not FAILED else "%d failed" % len(FAILED))
sys.exit(1 if FAILED else 0)
