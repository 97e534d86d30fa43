"""truth.py - what is true of the population, computed from all its persons without the program."""
import csv
import math

AGES = ("18-39", "40-59", "60+")
STANDARD = {"18-39": 0.5, "40-59": 0.3, "60+": 0.2}
VITAL_PERSONS = (3000, 3000, 2500, 1200, 160)
VITAL_RATES = (0.0002, 0.0006, 0.003, 0.015, 0.08)
VITAL_STANDARD = (0.35, 0.30, 0.20, 0.12, 0.03)


def mean(values):
    return math.fsum(values) / len(values)


def quantile(values, p):
    """The least value that at least the share p is at or below."""
    ordered = sorted(values)
    return ordered[math.ceil(p * len(ordered) - 1e-9) - 1]


def solve(a, b):
    """a x = b for a small positive definite matrix."""
    n = len(b)
    rows = [list(a[i]) + [b[i]] for i in range(n)]
    for i in range(n):
        for j in range(i + 1, n):
            f = rows[j][i] / rows[i][i]
            rows[j] = [y - f * x for x, y in zip(rows[i], rows[j])]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][k] * x[k] for k in range(i + 1, n))) / rows[i][i]
    return x


def regress(columns, y, is_logistic):
    """The fit to the whole population, by Newton's method."""
    n = len(columns)
    b = [0.0] * n
    for _ in range(12 if is_logistic else 1):
        hessian = [[0.0] * n for _ in range(n)]
        score = [0.0] * n
        for row, value in zip(zip(*columns), y):
            eta = sum(c * x for c, x in zip(b, row))
            mu = 1.0 / (1.0 + math.exp(-eta)) if is_logistic else eta
            v = mu * (1.0 - mu) if is_logistic else 1.0
            for i in range(n):
                score[i] += row[i] * (value - mu)
                for j in range(n):
                    hessian[i][j] += v * row[i] * row[j]
        step = solve(hessian, score)
        b = [c + s for c, s in zip(b, step)]
        if max(abs(s) for s in step) < 1e-10:
            break
    return b


class Truth(dict):
    def __init__(self, path):
        super().__init__()
        with open(path, encoding="utf-8", newline="") as f:
            persons = list(csv.DictReader(f))
        column = {k: [float(p[k]) for p in persons] for k in persons[0] if k != "age"}
        n = len(persons)
        age = [p["age"] for p in persons]
        for k in ("rare", "tenth", "half", "apart"):
            self["p:" + k] = mean(column[k])
            self["total:" + k] = math.fsum(column[k])
        few = [y for y, h in zip(column["tenth"], column["stratum"]) if h <= 6]
        self["p6:tenth"] = mean(few)
        x = column["x"]
        self["mean:x"], self["total:x"] = mean(x), math.fsum(x)
        self["variance:x"] = math.fsum((v - self["mean:x"]) ** 2 for v in x) / (n - 1)
        self["ratio:x:half"] = self["total:x"] / self["total:half"]
        for p in (0.5, 0.9):
            self["quantile:x:%g" % p] = quantile(x, p)
        by_age = {a: mean([y for y, b in zip(column["tenth"], age) if b == a]) for a in AGES}
        self["standardized:tenth"] = math.fsum(STANDARD[a] * by_age[a] for a in AGES)
        men, women = (mean([y for y, s in zip(column["tenth"], column["sex"]) if s == k]) for k in (1, 2))
        self["difference:tenth"], self["riskratio:tenth"] = women - men, women / men
        woman = [s - 1.0 for s in column["sex"]]
        design = [[1.0] * n, column["z"], woman]
        for name, y in (("gaussian", x), ("binomial", column["model"])):
            for i, b in enumerate(regress(design, y, name == "binomial")):
                self["%s:%d" % (name, i)] = b
        crude = math.fsum(p * r for p, r in zip(VITAL_PERSONS, VITAL_RATES)) / sum(VITAL_PERSONS)
        small = [p // 8 for p in VITAL_PERSONS]
        self["crude:middling"] = 1e5 * crude
        self["crude:small"] = 1e5 * math.fsum(p * r for p, r in zip(small, VITAL_RATES)) / sum(small)
        self["standard:middling"] = self["standard:small"] = 1e5 * math.fsum(
            s * r for s, r in zip(VITAL_STANDARD, VITAL_RATES))
        # Known totals of the population, for calibration.
        self.n = n
        self.cells = {}
        for sex in ("1", "2"):
            for a in AGES:
                self.cells[sex, a] = sum(p["sex"] == sex and p["age"] == a for p in persons)
        self.z = math.fsum(column["z"])
