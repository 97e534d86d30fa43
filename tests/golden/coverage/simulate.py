"""simulate.py - draws samples in blocks, runs the plans over them and keeps what each case found."""
import math
import os
import subprocess

import golden
from cases import SIZE
from truth import AGES


class Found:
    """What one case found in each sample: estimate, limits, standard error; or p, test and df of a test."""

    def __init__(self, case):
        self.case = case
        self.rows = []
        self.n = math.nan
        self.df = math.nan


def totals_of(kind, samples, truth):
    """The part of the design that calibrates each sample of a block to the totals of the population."""
    if kind == "poststratify":
        cells = ", ".join('"%d / %s / %s": %d' % ((s,) + k + (truth.cells[k],)) for s in samples for k in truth.cells)
        return "poststratify: {by: [sample, sex, age], totals: {%s}}" % cells, ""
    sexes = {s: sum(truth.cells[s, a] for a in AGES) for s in ("1", "2")}
    ages = {a: sum(truth.cells[s, a] for s in sexes) for a in AGES}
    if kind == "rake":
        margins = ("{by: [sample, %s], totals: {%s}}" % (name, ", ".join(
            '"%d / %s": %d' % (s, k, v) for s in samples for k, v in margin.items()))
            for name, margin in (("sex", sexes), ("age", ages)))
        return "rake: [%s]" % ", ".join(margins), ""
    wanted = (("sample == %d", truth.n), ("sample == %d and sex == 2", sexes["2"]), ("z_%d", truth.z))
    derived = "".join("  z_%d: if(sample == %d, z, 0)\n" % (s, s) for s in samples)
    return "calibrate: {totals: {%s}}" % ", ".join(
        "'%s': %r" % (name % s, total) for s in samples for name, total in wanted), derived


def plan_text(plan, data, samples, truth):
    head, derived = plan.head, ""
    if "CALIBRATION" in head:
        part, derived = totals_of(plan.name, samples, truth)
        head = head.replace("CALIBRATION", part) + derived
    lines = ["sampan: 1", "title: " + plan.name, "data: {file: %s}" % data, head + "indicators:"]
    lines += ["  %s: %s" % item for item in plan.indicators.items()]
    if plan.compare:
        lines += ["compare:"] + ["  %s: %s" % item for item in plan.compare.items()]
    return "\n".join(lines) + "\n"


def value_of(row, case):
    get = golden.number
    if case.truth == SIZE:
        return get(row["p_value"]), get(row["test"]), get(row["df"])
    return get(row["estimate"]), get(row["conf_low"]), get(row["conf_high"])


def run_plan(program, make, scratch, plan, n_samples, truth):
    """A Found for each case of a plan."""
    found = {(c.name, c.statistic): Found(c) for c in plan.cases}
    for first in range(1, n_samples + 1, plan.block):
        last = min(n_samples, first + plan.block - 1)
        data = plan.data + ".csv"
        with open(os.path.join(scratch, data), "wb") as f:
            subprocess.run([make, plan.data, str(first), str(last)], stdout=f, check=True)
        path = os.path.join(scratch, plan.name + ".yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(plan_text(plan, data, range(first, last + 1), truth))
        results = golden.run_plan(program, path)
        for row in results["rows"]:
            one = found.get((row["indicator"], row["statistic"]))
            if one is not None:
                one.n, one.df = row["n"], golden.number(row["df"])
                one.rows.append(value_of(row, one.case))
        for row in results["comparisons"]:
            one = found.get((row["comparison"], row["statistic"]))
            if one is not None:
                one.df = golden.number(row["df"])
                one.rows.append(value_of(row, one.case))
    return [found[c.name, c.statistic] for c in plan.cases]


class Summary:
    """Coverage (or size) of one case, with what else the table shows."""

    def __init__(self, one, truth, n_samples):
        case = one.case
        self.case, self.n_samples = case, n_samples
        self.n, self.df = one.n, one.df
        if case.truth == SIZE:
            given = [r for r in one.rows if not math.isnan(r[0])]
            self.truth = self.width = self.width_error = self.above = math.nan
            self.hits = sum(p < 0.05 for p, _, _ in given)
        else:
            self.truth = truth[case.truth] if isinstance(case.truth, str) else case.truth
            given = [r for r in one.rows if not math.isnan(r[1]) and not math.isnan(r[2])]
            self.hits = sum(low <= self.truth <= high for _, low, high in given)
            self.above = sum(self.truth > high for _, _, high in given) / max(1, len(given))
            widths = [high - low for _, low, high in given]
            self.width = math.fsum(widths) / max(1, len(given))
            squares = math.fsum((w - self.width) ** 2 for w in widths)
            self.width_error = math.sqrt(squares / max(1, len(given) * (len(given) - 1)))
        self.given = len(given)
        self.share = self.hits / max(1, self.given)
        self.none = 1.0 - self.given / n_samples

    def error(self):
        return math.sqrt(self.share * (1.0 - self.share) / max(1, self.given))


def scaled(one, factor):
    """The same findings with every standard error `factor` times as large: the test of the test."""
    other = Found(one.case)
    other.n, other.df = one.n, one.df
    other.rows = [(e, e + factor * (low - e), e + factor * (high - e)) for e, low, high in one.rows]
    return other
