"""What is done to a sample, and what each estimator makes of it, end to end and under several designs.

  rows in another order       the same bytes
  batches of another size     the same bytes
  all weights times 3         totals times 3, all else as it was
  other names of strata and PSUs         as it was
  a record as two of half its weight     as it was, but for what goes by the number of records
  records outside the domain, in PSUs that there are     as it was

An estimator is covered by a line in INDICATORS; one without a line is a failure.
usage: estimator-properties.py SAMPAN
"""

import csv
import io
import math
import os
import random
import subprocess
import sys
import tempfile

SAMPAN = os.path.realpath(sys.argv[1])
CLOSE = 1e-11

# Traits: `total` scales with the weights; `n` goes by the number of records of positive weight;
# `order` goes by the order of equal values in the file; `scale` goes by the scale of the weights, as
# R's rule of Shah and Vaish.
INDICATORS = [
    # name, YAML, traits
    ("mean", "{estimator: mean, of: spent, by: BY}", ""),
    ("mean_ties", "{estimator: mean, of: visits, by: BY}", ""),
    ("prevalence", "{estimator: prevalence, of: ill == 1, by: BY}", ""),
    ("prevalence_kg", "{estimator: prevalence, of: ill == 1, interval: korn-graubard}", "n"),
    ("total", "{estimator: total, of: spent, by: BY}", "total"),
    ("count", "{estimator: count, by: BY}", "total"),
    ("count_ill", "{estimator: count, of: ill == 1, by: BY}", "total"),
    ("ratio", "{estimator: ratio, numerator: spent, denominator: visits, by: BY}", ""),
    ("rate", "{estimator: ratio, numerator: ill, denominator: visits, per: 1000}", ""),
    ("distribution", "{estimator: distribution, of: group, by: BY}", ""),
    ("distribution_number", "{estimator: distribution, of: visits}", ""),
    ("distribution_count", "{estimator: distribution, of: group, show: count}", "total"),
    ("variance", "{estimator: variance, of: spent, by: BY}", "n"),
    ("standardized", "{estimator: standardized, of: ill == 1, age: age, standard: STANDARD, "
                     "empty: renormalize, by: BY}", ""),
    ("standardized_mean", "{estimator: standardized, of: spent, age: age, statistic: mean, "
                          "standard: STANDARD, empty: renormalize}", ""),
    ("standardized_rate", "{estimator: standardized, numerator: deaths, denominator: visits, age: age, "
                          "standard: STANDARD, empty: renormalize, per: 1000}", ""),
    ("regression", "{estimator: regression, of: spent, on: [age, group, male], by: BYFEW}", ""),
    ("regression_design", "{estimator: regression, of: spent, on: [age, visits], df: design, "
                          "intercept: no}", ""),
    ("regression_vadjust", "{estimator: regression, of: spent, on: age, vadjust: yes}", "n"),
    ("logistic", "{estimator: regression, of: ill, on: [age, group], family: binomial, "
                 "interactions: 'age:group', show: ratio}", ""),
    ("poisson", "{estimator: regression, of: visits, on: [age, male], offset: offset, "
                "family: poisson, by: BYFEW}", ""),
    ("indirect", "{estimator: indirect, numerator: deaths, denominator: visits, age: age, "
                 "standard_rates: RATES, statistic: smr, by: BYFEW}", ""),
    ("isr", "{estimator: indirect, numerator: deaths, denominator: visits, age: age, "
            "standard_rates: RATES, statistic: isr, crude_rate: 0.01}", ""),
    ("life_table", "{estimator: life-table, numerator: deaths, denominator: visits, age: age, "
                   "ages: [0, 20, 40, 60], at: [0, 40]}", ""),
    ("premature", "{estimator: premature-mortality, numerator: deaths, denominator: visits, age: age, "
                  "from: 20, below: 60, width: 20}", ""),
    ("survival", "{estimator: kaplan-meier, time: time, event: died, at: [1, 3, 6], "
                 "quantiles: [0.25, 0.5], by: BYFEW}", ""),
    ("survival_na", "{estimator: kaplan-meier, time: time, event: died, entry: entry, at: [2, 5], "
                    "method: nelson-aalen}", ""),
] + [
    ("relative_" + method.replace("-", ""),
     "{estimator: relative-survival, time: time, event: died, age: age, expected: EXPECTED, at: [1, 3], "
     "width: 0.5, method: %s}" % method, "")
    for method in ("ederer2", "ederer1", "pohar-perme")
] + [
    ("quantile_" + rule, "{estimator: quantile, of: spent, at: [0.1, 0.5, 0.75], rule: %s, by: BYFEW}" % rule,
     traits)
    for rule, traits in [("math", ""), ("school", ""), ("hf1", ""), ("hf2", ""), ("hf3", "order n"),
                         ("hf4", "order n"), ("hf5", "order n"), ("hf6", "order n"),
                         ("hf7", "order n"), ("hf8", "order n"), ("hf9", "order n"),
                         ("shahvaish", "order n scale"), ("sas", "n")]
]

# Estimators that this says nothing of: those of the examples, which are not installed everywhere.
EXAMPLES = {"health-literacy"}

DESIGNS = {
    "taylor": "{strata: stratum, psu: psu, weight: weight}",
    "replicates": "{weight: weight, replicates: {type: bootstrap, weights: w1..w12}}",
    "made": "{strata: stratum, psu: psu, weight: weight, make_replicates: {type: JKn}}",
    "calibrated": "{strata: stratum, psu: psu, weight: weight, "
                  "poststratify: {by: region, totals: {N: 30000, S: 20000, W: 25000}}}",
}

N_REPLICATES = 12
FIELDS = (["id", "stratum", "psu", "weight", "region", "inside", "sex", "group", "male", "age",
           "ill", "visits", "spent", "deaths", "offset", "time", "entry", "died"] +
          ["w%d" % r for r in range(1, N_REPLICATES + 1)])


def generate(n=900):
    """A survey of 5 strata with 2 to 5 PSUs, weights of 0 among awkward ones, missing values, ties."""
    draw = random.Random(20240229)
    psus = ["s%d" % h + "p%d" % k for h in range(5) for k in range(2 + h % 4)]
    kept = {p: [draw.choice([0, 1, 1, 2]) for _ in range(N_REPLICATES)] for p in psus}
    rows = []
    for i in range(n):
        psu = draw.choice(psus)
        stratum = psu[:2]
        weight = 0 if draw.random() < 0.03 else round(math.exp(3 * draw.random()) * 7) / 8
        age = draw.randrange(1, 85)
        male = draw.randrange(2)
        miss = lambda value, share=0.04: "" if draw.random() < share else value
        time = draw.randrange(1, 40) / 4
        row = {
            "id": i, "stratum": stratum, "psu": psu, "weight": weight,
            "region": draw.choice("NSW"), "inside": 1, "sex": miss("fm"[male]),
            "group": miss(draw.choice(["a", "b", "c"])), "male": male, "age": age,
            "ill": miss(int(draw.random() < 0.2 + age / 300)), "visits": 1 + draw.randrange(9),
            "spent": miss(draw.choice([round(100 * draw.random() ** 2, 3), draw.randrange(20)])),
            "deaths": int(draw.random() < 0.05 + age / 400), "offset": draw.randrange(8) / 8,
            "time": time, "entry": draw.randrange(4) * time / 8, "died": int(draw.random() < 0.5),
        }
        for r in range(N_REPLICATES):
            row["w%d" % (r + 1)] = weight * kept[psu][r]
        rows.append(row)
    return rows


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, FIELDS)
        writer.writeheader()
        writer.writerows(rows)


class Failure(Exception):
    pass


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.failed = 0
        with open(os.path.join(folder, "expected.csv"), "w", encoding="utf-8") as out:
            out.write("age,survival\n0,0.99\n40,0.97\n60,0.9\n")
        with open(os.path.join(folder, "standard.csv"), "w", encoding="utf-8") as out:
            out.write("age,weight\n0-19,30\n20-39,30\n40-59,25\n60+,15\n")

    def run(self, design, rows, only=None, options=()):
        write(os.path.join(self.folder, "data.csv"), rows)
        plan = ["sampan: 1", "data: {file: data.csv}", "types: {group: text, sex: text}", "domain: inside == 1", "design: " + design,
                "indicators:"]
        for name, text, _ in INDICATORS:
            if only is not None and name not in only:
                continue
            for key, value in (("BYFEW", "[[], [sex]]"), ("BY", "[[], [sex], [sex, region]]"),
                               ("STANDARD", "standard.csv"), ("EXPECTED", "expected.csv"),
                               ("RATES", "{0-19: 0.01, 20-39: 0.02, 40-59: 0.03, 60+: 0.05}")):
                text = text.replace(key, value)
            plan.append("  %s: %s" % (name, text))
        with open(os.path.join(self.folder, "plan.yaml"), "w", encoding="utf-8") as out:
            out.write("\n".join(plan) + "\n")
        done = subprocess.run([SAMPAN, "run", "plan.yaml", "-f", "csv", *options], cwd=self.folder,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure("the run failed: " + done.stderr[:600])
        return done.stdout

    def say(self, what, complaints):
        if not complaints:
            print("ok     " + what)
            return
        self.failed = 1
        print("FAILED %s: %d numbers" % (what, len(complaints)))
        for complaint in complaints[:8]:
            print("         " + complaint)


def table(text):
    rows = {}
    for row in csv.DictReader(io.StringIO(text)):
        rows[row["indicator"], row["domain"], row["level"], row["statistic"]] = row
    return rows


def traits(name):
    return next(t for n, _, t in INDICATORS if n == name).split()


def differences(before, after, columns, factor=1.0, skip=()):
    """`factor` is that of totals; indicators with a trait in `skip` are left out."""
    a, b = table(before), table(after)
    out = []
    if a.keys() != b.keys():
        out.append("other rows: %s" % sorted(a.keys() ^ b.keys())[:3])
    for key in a.keys() & b.keys():
        has = traits(key[0])
        if any(t in skip for t in has):
            continue
        scale = factor if "total" in has else 1.0
        for column in columns:
            x, y = a[key][column], b[key][column]
            if column in ("estimate", "std_error", "conf_low", "conf_high") and x and y:
                want, got = float(x) * scale, float(y)
                size = max(abs(float(a[key][c]) * scale) for c in ("estimate", "std_error", column) if a[key][c])
                if abs(want - got) > CLOSE * size:
                    out.append("%s %s: %.17g, not %.17g" % (" ".join(key), column, got, want))
            elif column == "df" and x and y:
                if abs(float(x) - float(y)) > 1e-9 * abs(float(x)):
                    out.append("%s df: %s, not %s" % (" ".join(key), y, x))
            elif x != y:
                out.append("%s %s: '%s', not '%s'" % (" ".join(key), column, y, x))
    return out


NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "status"]


def scaled(rows, factor):
    return [{k: v * factor if k == "weight" or k[0] == "w" and k[1:].isdigit() else v
             for k, v in row.items()} for row in rows]


def lines(text, skip):
    return [line for line in text.splitlines()
            if not any(t in skip for t in (traits(line.split(",")[0]) if line[:10] != "indicator,"
                                           else []))]


def try_design(bench, name, rows):
    design = DESIGNS[name]
    plain = bench.run(design, rows)
    made = table(plain)
    ok = sum(1 for row in made.values() if row["status"] == "ok" and row["std_error"])
    bench.say("%s: most rows have an estimate and an error (%d of %d)" % (name, ok, len(made)),
              [] if ok > 0.9 * len(made) else ["%s: %s" % (" ".join(k), r["status"] + r["flags"])
                                              for k, r in made.items() if r["status"] != "ok"])

    for n in ("64", "2048", "65536"):
        other = bench.run(design, rows, options=("--batch", n))
        bench.say("%s: batches of %s" % (name, n), differences_of_lines(plain, other, ()))

    shuffled = list(rows)
    random.Random(7).shuffle(shuffled)
    for how, order in (("in another order", shuffled), ("backwards", rows[::-1])):
        bench.say("%s: rows %s" % (name, how),
                  differences_of_lines(plain, bench.run(design, order), ("order",)))

    factor = 1.0 if name == "calibrated" else 3.0
    bench.say("%s: weights times 3" % name,
              differences(plain, bench.run(design, scaled(rows, 3)), NUMBERS + ["n"], factor, skip=("scale",)))

    if name != "replicates":
        names = {p: "%03d x" % (997 - i * 7 % 991) for i, p in enumerate(sorted({r["psu"] for r in rows}))}
        strata = {h: "z%d" % (9 - i) for i, h in enumerate(sorted({r["stratum"] for r in rows}))}
        renamed = [dict(r, psu=names[r["psu"]], stratum=strata[r["stratum"]]) for r in rows]
        bench.say("%s: other names of strata and PSUs" % name,
                  differences(plain, bench.run(design, renamed), NUMBERS + ["n"]))

    half = [r for row in scaled(rows, 0.5) for r in (row, dict(row, id=row["id"] + 10000))]
    bench.say("%s: records as two of half the weight" % name,
              differences(plain, bench.run(design, half), NUMBERS, skip=("n",)))

    # Values that would be seen at once; under calibration, which the whole sample makes, without
    # weight.
    outside = []
    for i, row in enumerate(rows[::5]):
        more = dict(row, id=20000 + i, inside=0, sex="x", group="zz", ill=1, spent=5555, visits=77,
                    deaths=1, time=9.75, age=84, died=1, entry=0)
        if name == "calibrated":
            more = dict(scaled([more], 0)[0])
        outside.append(more)
    bench.say("%s: records outside the domain" % name,
              differences(plain, bench.run(design, rows + outside), NUMBERS + ["n"]))


def differences_of_lines(before, after, skip):
    a, b = lines(before, skip), lines(after, skip)
    if a == b:
        return []
    return ["%s | %s" % (x[:110], y[:110]) for x, y in zip(a, b) if x != y] or ["other rows"]


def check_covered(bench):
    text = subprocess.run([SAMPAN, "plugins"], capture_output=True, text=True, check=True).stdout
    shipped, on = set(), False
    for line in text.splitlines():
        if not line.startswith(" "):
            on = line.strip() == "estimators"
        elif on:
            shipped.add(line.split()[0])
    covered = {text.split("estimator: ")[1].split(",")[0].rstrip("}") for _, text, _ in INDICATORS}
    bench.say("every estimator has a line here",
              sorted(shipped - covered - EXAMPLES) + (["none is listed"] if not shipped else []))


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        check_covered(bench)
        rows = generate()
        for name in DESIGNS:
            try:
                try_design(bench, name, rows)
            except Failure as failure:
                bench.say(name, [str(failure)])
        return bench.failed


sys.exit(main())
