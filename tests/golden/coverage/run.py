#!/usr/bin/env python3
"""How often intervals hold a known truth: run.py PROGRAM [--full] [PLAN...]

Draws samples of a finite population (coverage_generate) and runs plans over them. Some hundred samples must
agree with docs/coverage.md; that they would not with a wrong standard error is tested as well. With --full
2,000 samples are drawn, and the table of that page is written."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import golden  # noqa: E402
import cases  # noqa: E402
import judge  # noqa: E402
import page  # noqa: E402
import simulate  # noqa: E402
from truth import Truth  # noqa: E402

FULL = 2000
PAGE = os.path.join(golden.ROOT, "docs", "coverage.md")
LIANYUN = os.path.join(golden.ROOT, "datasets", "lianyun")
WRONG = 0.7  # what the standard errors are multiplied by in the test of the test
MOST = 0.75  # of those must be told by their coverage alone; the others by their width
ENOUGH = 160  # samples for that; of replicate weights, which take long, fewer are drawn
SHORT = ", fpc: 0.51, fpc_is: fraction"  # 1 - 0.51 = 0.7²: the program's own variances are too small


def generator(scratch):
    """The generator of the build, or one compiled here; None where there is no compiler."""
    built = os.path.join(os.environ.get("SAMPAN_BUILD_DIR", ""), "tests", "coverage_generate")
    if os.access(built, os.X_OK):
        return built
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    program = os.path.join(scratch, "coverage_generate")
    subprocess.run([compiler, "-std=c11", "-O2", "-ffp-contract=off", "-I", LIANYUN, "-o", program] +
                   sorted(glob.glob(os.path.join(HERE, "*.c"))) + [os.path.join(LIANYUN, "random.c"), "-lm"],
                   check=True)
    return program


class Run:
    def __init__(self, program, make, scratch, is_full):
        self.program, self.make, self.scratch, self.is_full = program, make, scratch, is_full
        population = os.path.join(scratch, "population.csv")
        with open(population, "wb") as f:
            subprocess.run([make, "population"], stdout=f, check=True)
        self.truth = Truth(population)
        self.documented = {} if is_full else page.read(PAGE)
        self.table = golden.Table(["what", "interval", "share", "±", "width", "none"], [44, 26, 6, 5, 10, 5])
        self.summaries = []

    def known(self, case):
        return self.documented.get((case.group, case.what, case.interval))

    def plan(self, plan):
        n = FULL if self.is_full else plan.quick
        found = simulate.run_plan(self.program, self.make, self.scratch, plan, n, self.truth)
        for one in found:
            s = simulate.Summary(one, self.truth, n)
            self.summaries.append(s)
            known = page.Documented(s.share, s.width, s.none) if self.is_full else self.known(one.case)
            self.table.add([one.case.what, one.case.interval, page.percent(s.share), page.percent(s.error()),
                            "%.4g" % s.width, page.percent(s.none)], judge.problems_of(s, known))
        return found, n

    def mutants(self, found, n, how):
        """No case of wrong standard errors may pass; of ENOUGH samples most must fail by their share alone."""
        told = 0
        for one in found:
            if self.known(one.case) is None:  # which has been said
                continue
            s = simulate.Summary(one, self.truth, n)
            told += bool(judge.share_problems(s, self.known(one.case)))
            if not judge.problems_of(s, self.known(one.case)):
                self.table.add([one.case.what, one.case.interval, page.percent(s.share), page.percent(s.error()),
                                "%.4g" % s.width, page.percent(s.none)], [how + ": nothing is found wrong"])
        self.table.add(["%s: %s" % (found[0].case.plan, how), "%d of %d told by the share" % (told, len(found)),
                        "", "", "", ""], ["too few are"] if n >= ENOUGH and told < MOST * len(found) else [])


def run(program, make, scratch, is_full, names):
    r = Run(program, make, scratch, is_full)
    for plan in cases.all_plans():
        if names and plan.name not in names:
            continue
        found, n = r.plan(plan)
        if is_full:
            continue
        if plan.name == "taylor":
            short = simulate.run_plan(program, make, scratch, cases.taylor(SHORT), n, r.truth)
            r.mutants(short, n, "program's errors x 0.7")
        intervals = [f for f in found if f.case.truth != cases.SIZE]
        r.mutants([simulate.scaled(f, WRONG) for f in intervals], n, "errors x 0.7")
        r.mutants([simulate.scaled(f, 2.0) for f in intervals], n, "errors x 2")
    if is_full and not names:
        page.write(PAGE, r.summaries, list(dict.fromkeys(s.case.group for s in r.summaries)))
    return r.table.finish()


def main(arguments):
    is_full = "--full" in arguments
    arguments = [a for a in arguments if a != "--full"]
    if not arguments:
        print("usage: run.py PROGRAM [--full] [PLAN...]", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="sampan-coverage-") as scratch:
        make = generator(scratch)
        if make is None:
            print("SKIPPED: there is neither coverage_generate nor a compiler")
            return golden.SKIPPED
        return run(os.path.abspath(arguments[0]), make, scratch, is_full, arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
