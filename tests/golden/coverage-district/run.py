#!/usr/bin/env python3
"""How often 95 % intervals hold the truth: run.py PROGRAM [--write]

The generator of the synthetic district draws 1,000 samples of each wave by the design of the survey; the
truth is counted over its whole population (datasets/lianyun/truth.csv). The coverage of each interval must
lie within 93 and 97 %. With --write the table goes into docs/coverage.md."""
import csv
import glob
import math
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import golden  # noqa: E402

SAMPLES, SEED, DF = 1000, 1, 24
LOWEST, HIGHEST = 0.93, 0.97
WAVES = ("2020", "2021")
INDICATORS = ("health_literacy", "smoking", "exercise")
INTERVALS = ("wald", "logit", "korn-graubard")
LIANYUN = os.path.join(golden.ROOT, "datasets", "lianyun")
KEY = os.path.join(golden.ROOT, "datasets", "literacy", "scoring_2020_synthetic.csv")
PAGE = os.path.join(golden.ROOT, "docs", "coverage.md")
BEGIN, END = "<!-- district: begin -->\n", "<!-- district: end -->\n"


def generator(scratch):
    """The generator of the build, or one compiled here; None where there is no compiler."""
    built = os.path.join(os.environ.get("SAMPAN_BUILD_DIR", ""), "datasets", "lianyun_generate")
    if os.access(built, os.X_OK):
        return built
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    program = os.path.join(scratch, "lianyun_generate")
    subprocess.run([compiler, "-std=c11", "-O2", "-ffp-contract=off", "-o", program] +
                   sorted(glob.glob(os.path.join(LIANYUN, "*.c"))) + ["-lm"], check=True)
    return program


def read_truth():
    with open(os.path.join(LIANYUN, "truth.csv"), encoding="utf-8", newline="") as f:
        return {(r["indicator"], r["period"]): float(r["value"]) for r in csv.DictReader(f)
                if r["domain"] == "total"}


def summary_of(rows, truth):
    """Bias over SD, root mean variance over SD, coverage, and what is wrong."""
    values = [r["estimate"] for r in rows]
    mean = math.fsum(values) / len(values)
    sd = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))
    root = math.sqrt(math.fsum(r["std_error"] ** 2 for r in rows) / len(rows))
    covered = sum(r["conf_low"] <= truth <= r["conf_high"] for r in rows) / len(rows)
    problems = []
    if len(rows) != SAMPLES:
        problems.append("%d samples instead of %d" % (len(rows), SAMPLES))
    if any(r["df"] != DF for r in rows):
        problems.append("not all have %d degrees of freedom" % DF)
    if not LOWEST <= covered <= HIGHEST:
        problems.append("coverage %.1f %% is outside %g to %g %%" %
                        (100 * covered, 100 * LOWEST, 100 * HIGHEST))
    return (mean - truth) / sd, root / sd, covered, problems


def run_wave(program, make, scratch, wave, truth, table):
    """The lines of the page for one wave."""
    data = os.path.join(scratch, "many.csv")
    subprocess.run([make, "many", "--key", KEY, "--wave", wave, "--samples", str(SAMPLES), "--seed",
                    str(SEED), "-o", data], check=True)
    results = golden.run_plan(program, os.path.join(scratch, "many.yaml"))
    lines = []
    for indicator in INDICATORS:
        cells = []
        for interval in INTERVALS:
            name = "%s-%s" % (indicator, interval)
            rows = [r for r in results["rows"] if r["indicator"] == name]
            bias, ratio, covered, problems = summary_of(rows, truth[indicator, wave])
            table.add([indicator, wave, interval, "%.2f" % bias, "%.2f" % ratio,
                       "%.1f %%" % (100 * covered)], problems)
            cells.append("%.1f %%" % (100 * covered))
        lines.append("| %s %s | %.2f %% | %.2f | %.2f | %s |" %
                     (indicator.replace("_", " "), wave, 100 * truth[indicator, wave], bias, ratio,
                      " | ".join(cells)))
    return lines


def write_page(lines):
    with open(PAGE, encoding="utf-8") as f:
        page = f.read()
    head, rest = page.split(BEGIN)
    table = ["| | truth | bias / SD | √mean variance / SD | wald | logit | korn-graubard |",
             "|---|---|---|---|---|---|---|"] + lines
    with open(PAGE, "w", encoding="utf-8") as f:
        f.write(head + BEGIN + "\n".join(table) + "\n" + END + rest.split(END)[1])


def main(arguments):
    write = "--write" in arguments
    arguments = [a for a in arguments if a != "--write"]
    if len(arguments) != 1:
        print("usage: run.py PROGRAM [--write]", file=sys.stderr)
        return 2
    truth = read_truth()
    table = golden.Table(["indicator", "wave", "interval", "bias/SD", "SE/SD", "coverage"],
                         [16, 5, 14, 8, 6, 9])
    lines = []
    with tempfile.TemporaryDirectory(prefix="sampan-coverage-") as scratch:
        make = generator(scratch)
        if make is None:
            print("SKIPPED: there is neither lianyun_generate nor a compiler")
            return golden.SKIPPED
        shutil.copy(os.path.join(HERE, "many.yaml"), scratch)
        for wave in WAVES:
            lines += run_wave(os.path.abspath(arguments[0]), make, scratch, wave, truth, table)
    if write:
        write_page(lines)
    return table.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
