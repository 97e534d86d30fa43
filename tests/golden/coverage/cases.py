"""cases.py - what the coverage simulation runs: plans, the intervals in them, and what is true of each.

A case is one interval (or the size of one test) of one indicator. `floor` is the least coverage that it
must have, and of a test the largest share that it may reject: 93 and 6 % but for those of FLOORS, whose
reasons stand in docs/coverage.md."""
import collections

Case = collections.namedtuple("Case", "plan group what interval name statistic truth floor")
Plan = collections.namedtuple("Plan", "name data head indicators compare block quick cases")

USUAL = 0.93
CEILING = 0.06
SIZE = "size"  # the truth of a case that is about a test: there is nothing to be found


class Builder:
    """Collects the indicators and comparisons of one plan: `block` samples are run at once, `quick` in the test."""

    def __init__(self, name, data, head, block, quick, group):
        self.plan = Plan(name, data, head, {}, {}, block, quick, [])
        self.group = group

    def indicator(self, name, text, by=()):
        columns = ", ".join(("sample",) + tuple(by))
        self.plan.indicators[name] = "{%s, by: [[%s]]}" % (text, columns)

    def interval(self, what, text, interval, statistic, truth, label=None):
        """An indicator with an interval: one case."""
        label = label or interval
        name = "i%d" % (len(self.plan.indicators) + 1)
        self.indicator(name, "%s, interval: %s" % (text, interval))
        self.case(what, label, name, statistic, truth)
        return name

    def compare(self, name, text):
        self.plan.compare[name] = "{%s, within: [sample]}" % text

    def case(self, what, label, name, statistic, truth):
        floor = FLOORS.get((what, label), CEILING if truth == SIZE else USUAL)
        self.plan.cases.append(Case(self.plan.name, self.group, what, label, name, statistic, truth, floor))


SURVEY_HEAD = """types: {age: text}
derive:
  is_rare: rare == 1
  is_tenth: tenth == 1
  is_half: half == 1
  is_apart: apart == 1
  is_model: model == 1
  woman: sex == 2
  second: group == 2
  third: group == 3
"""
DESIGN = "design: {strata: [sample, stratum], psu: psu, weight: weight%s}\n"
DESIGN_MADE = "design: {strata: stratum, psu: psu, weight: weight, make_replicates: {type: %s}}\n"

# Those of effective size, which have no limits at p = 0.
EFFECTIVE = ("wald", "logit", "likelihood", "arcsine", "wilson", "agresti-coull", "jeffreys")
FLOORS = {
    # Symmetric limits of something skewed, or without width at 0.
    ("proportion `rare`", "wald"): 0.85,
    ("count of `rare`", "wald"): 0.85,
    ("proportion 0.01", "wald"): 0.85,
    ("proportion 0.01", "likelihood"): 0.84,
    ("proportion 0.01", "arcsine"): 0.84,
    ("crude rate, 5 deaths", "wald"): 0.86,
    ("standardized rate, 5 deaths", "wald"): 0.88,
    # A few records of a long tail carry the statistic, and its standard error is small where they are missing.
    ("variance of x", "wald"): 0.80,
    ("variance of x", "log"): 0.83,
    ("gaussian regression, coefficient of z", "wald"): 0.89,
    ("proportion `tenth`, 6 of 24 strata", "wald"): 0.90,
    # Given only where deaths are at least twice as many as expected.
    ("standardized rate, 5 deaths", "dobson"): 0.60,
    # Chi-square, or F without allowance for the few PSUs.
    ("test: `group` by `apart`", "association, rao-scott-1"): 0.07,
    ("test: `group` by `apart`", "association, wald"): 0.07,
    ("test: logistic regression of `apart` on groups", "wald-test, wald"): 0.07,
}


def proportions(b, what, text, truth, more=()):
    for interval in EFFECTIVE + tuple(more):
        b.interval(what, text, interval, "prevalence", truth)
    for label, text_of in (("korn-graubard", "korn-graubard"),
                           ("korn-graubard, r", "{method: korn-graubard, convention: r}"),
                           ("wilson, continuity", "{method: wilson, continuity: yes}")):
        b.interval(what, text, text_of, "prevalence", truth, label)


def taylor(mutation=""):
    b = Builder("taylor", "survey", DESIGN % mutation + SURVEY_HEAD, 250, 400, "Survey, linearized")
    for p in ("rare", "tenth", "half"):
        proportions(b, "proportion `%s`" % p, "estimator: prevalence, of: is_%s" % p, "p:" + p)
    few = "proportion `tenth`, 6 of 24 strata"
    for interval in ("wald", "logit", "korn-graubard"):
        b.interval(few, "estimator: prevalence, of: is_tenth, where: stratum <= 6", interval, "prevalence",
                   "p6:tenth")
    for what, text, statistic, truth in (
            ("mean of x", "estimator: mean, of: x", "mean", "mean:x"),
            ("total of x", "estimator: total, of: x", "total", "total:x"),
            ("count of `tenth`", "estimator: count, of: is_tenth", "count", "total:tenth"),
            ("count of `rare`", "estimator: count, of: is_rare", "count", "total:rare"),
            ("ratio of x to `half`", "estimator: ratio, numerator: x, denominator: half", "ratio",
             "ratio:x:half"),
            ("variance of x", "estimator: variance, of: x", "variance", "variance:x"),
            ("standardized `tenth`", "estimator: standardized, of: is_tenth, age: age, standard: "
             '{"18-39": 50, "40-59": 30, "60+": 20}', "standardized_prevalence",
             "standardized:tenth")):
        for interval in ("wald", "log") if not what.startswith("stand") else ("wald", "logit", "korn-graubard"):
            b.interval(what, text, interval, statistic, truth)
    for at, name in (("0.5", "median of x"), ("0.9", "90 % quantile of x")):
        for interval in ("wald", "logit", "arcsine", "korn-graubard"):
            b.interval(name, "estimator: quantile, of: x, at: [%s]" % at, interval, "q" + at,
                       "quantile:x:" + at, "Woodruff, " + interval)
    regressions(b)
    b.indicator("by_sex", "estimator: prevalence, of: is_tenth", ["sex"])
    b.compare("sexes", "method: contrast, of: by_sex, across: sex")
    b.case("difference of domains, `tenth`", "contrast", "sexes", "difference", "difference:tenth")
    b.case("ratio of domains, `tenth`", "contrast", "sexes", "ratio", "riskratio:tenth")
    sizes(b)
    return b.plan


def regressions(b):
    for family, of in (("gaussian", "x"), ("binomial", "is_model")):
        text = "estimator: regression, family: %s, of: %s, on: [z, woman]" % (family, of)
        name = b.interval("%s regression, coefficient of z" % family, text, "wald", "z", "%s:1" % family)
        b.case("%s regression, coefficient of woman" % family, "wald", name, "woman", "%s:2" % family)


def sizes(b):
    b.indicator("cells", "estimator: count", ["group", "apart"])
    for statistic, found in (("rao-scott", "Rao-Scott F"), ("rao-scott-1", "Rao-Scott chi-square"),
                             ("wald", "Wald F"), ("adjusted-wald", "adjusted Wald F"),
                             ("saddlepoint", "saddlepoint")):
        name = "association_" + statistic.replace("-", "_")
        b.compare(name, "method: association, of: cells, across: [group, apart], statistic: %s, df: all" % statistic)
        b.case("test: `group` by `apart`", "association, " + statistic, name, found, SIZE)
    b.indicator("by_group", "estimator: prevalence, of: is_apart", ["group"])
    b.compare("two_groups", 'method: t-test, of: by_group, across: group, values: ["1", "2"]')
    b.case("test: two groups, `apart`", "t-test", "two_groups", "difference", SIZE)
    b.compare("trend", "method: linear-trend, of: by_group, across: group")
    b.case("test: trend over groups, `apart`", "linear-trend", "trend", "slope", SIZE)
    b.indicator("model", "estimator: regression, family: binomial, of: is_apart, on: [group]")
    b.indicator("groups", "estimator: regression, family: binomial, of: is_apart, on: [second, third]")
    for form in ("wald", "adjusted"):
        b.compare("joint_" + form, "method: wald-test, of: groups, statistics: [second, third], form: " + form)
        b.case("test: logistic regression of `apart` on groups", "wald-test, " + form, "joint_" + form, "F", SIZE)


def replicates(kind, type_text, quick):
    b = Builder(kind.lower(), "survey", DESIGN_MADE % type_text + SURVEY_HEAD, 250, quick, "Survey, %s" % kind)
    for p in ("rare", "tenth"):
        what = "proportion `%s`" % p
        for label, text in (("wald", "wald"), ("logit", "logit"),
                            ("logit, delta", "{method: logit, replicates: delta}"),
                            ("likelihood", "likelihood")):
            b.interval(what, "estimator: prevalence, of: is_" + p, text, "prevalence", "p:" + p, label)
    b.interval("mean of x", "estimator: mean, of: x", "wald", "mean", "mean:x")
    b.interval("total of x", "estimator: total, of: x", "wald", "total", "total:x")
    b.interval("ratio of x to `half`", "estimator: ratio, numerator: x, denominator: half", "wald", "ratio",
               "ratio:x:half")
    b.interval("median of x", "estimator: quantile, of: x", "logit", "q0.5", "quantile:x:0.5", label="Woodruff, logit")
    if kind != "JKn":
        for at, name in (("0.5", "median of x"), ("0.9", "90 % quantile of x")):
            b.interval(name, "estimator: quantile, of: x, error: replicates, at: [%s]" % at, "wald", "q" + at,
                       "quantile:x:" + at, "replicates, wald")
    regressions(b)
    return b.plan


def calibrated(kind):
    b = Builder(kind, "survey", DESIGN % ", CALIBRATION" + SURVEY_HEAD, 20, 160, "Survey, " + {
        "poststratify": "post-stratified by sex and age", "rake": "raked to sex and to age",
        "calibrate": "calibrated to persons, women and z"}[kind])
    for what, text, statistic, truth in (
            ("proportion `tenth`", "estimator: prevalence, of: is_tenth", "prevalence", "p:tenth"),
            ("mean of x", "estimator: mean, of: x", "mean", "mean:x"),
            ("total of x", "estimator: total, of: x", "total", "total:x"),
            ("count of `tenth`", "estimator: count, of: is_tenth", "count", "total:tenth")):
        b.interval(what, text, "wald", statistic, truth)
    return b.plan


def simple():
    b = Builder("simple", "simple", """derive:
  is_rare: rare == 1
  is_tenth: tenth == 1
  is_half: half == 1
  is_risk: risk == 1
  is_apart: apart == 1
""", 250, 500, "Simple random samples")
    for p, truth in (("rare", 0.01), ("tenth", 0.1), ("half", 0.5)):
        what = "proportion %g" % truth
        for interval in EFFECTIVE + ("clopper-pearson",):
            text = interval if interval == "clopper-pearson" else "{method: %s, size: records}" % interval
            b.interval(what, "estimator: prevalence, of: is_" + p, text, "prevalence", truth, interval)
        for label, text in (("wilson, continuity", "{method: wilson, size: records, continuity: yes}"),
                            ("korn-graubard", "korn-graubard")):
            b.interval(what, "estimator: prevalence, of: is_" + p, text, "prevalence", truth, label)
    b.indicator("risk", "estimator: prevalence, of: is_risk", ["two"])
    b.compare("risks", 'method: two-by-two, of: risk, across: two, values: ["0", "1"]')
    for statistic, truth in (("risk ratio", 1.5), ("odds ratio", 0.3 / 0.7 / 0.25), ("risk difference", 0.1),
                             ("risk difference Wald", 0.1), ("attributable fraction", 1.0 / 3.0)):
        b.case("two-by-two, risks 0.2 and 0.3", statistic, "risks", statistic, truth)
    b.indicator("none", "estimator: prevalence, of: is_apart", ["two"])
    b.compare("nothing", 'method: two-by-two, of: none, across: two, values: ["0", "1"]')
    for statistic in ("chi-square", "chi-square corrected", "Fisher exact"):
        b.case("test: two-by-two, risk 0.3 in both", statistic, "nothing", statistic, SIZE)
    b.indicator("four", "estimator: prevalence, of: is_apart", ["four"])
    b.compare("armitage", "method: cochran-armitage, of: four, across: four")
    b.case("test: trend over four groups of 50", "cochran-armitage", "armitage", "slope", SIZE)
    b.case("test: trend over four groups of 50", "cochran-armitage, departure", "armitage", "departure", SIZE)
    return b.plan


def vital():
    b = Builder("vital", "vital", "kind: vital\ntypes: {age: text}\n", 500, 1000, "Vital records")
    crude = "estimator: ratio, numerator: deaths, denominator: persons, per: 100000, where: area == \"%s\""
    standard = "estimator: standardized, numerator: deaths, denominator: persons, age: age, per: 100000, standard: " \
               '{"0-19": 35, "20-39": 30, "40-59": 20, "60-79": 12, "80+": 3}, where: area == "%s"'
    for area, deaths in (("small", 5), ("middling", 40)):
        what = "crude rate, %d deaths" % deaths
        for label, text in (("exact", "poisson"), ("mid-p", "{method: poisson, form: mid-p}"),
                            ("score", "{method: poisson, form: score}"),
                            ("square-root", "{method: poisson, form: square-root}"), ("byar", "byar"),
                            ("byar, throughout", "{method: byar, exact_below: 0}"), ("log", "log"), ("wald", "wald")):
            b.interval(what, crude % area, text, "rate", "crude:" + area, label)
        what = "standardized rate, %d deaths" % deaths
        for interval in ("fay-feuer", "tiwari", "dobson", "log", "wald"):
            b.interval(what, standard % area, interval, "standardized_rate", "standard:" + area)
        if area == "small":
            b.interval(what, standard % area, "{method: dobson, minimum_events: 1}", "standardized_rate",
                       "standard:" + area, "dobson, from 1 death")
    return b.plan


def series():
    b = Builder("series", "series", "kind: vital\n", 500, 500, "Series of 20 years, falling by 1 % a year")
    b.plan.indicators["rate"] = "{estimator: ratio, numerator: deaths, denominator: persons, per: 100000, " \
                                "by: [[sample, year]]}"
    for model in ("ols", "wls", "poisson"):
        b.compare("apc_" + model, "method: apc, of: rate, across: year, model: " + model)
        b.case("annual percent change", "apc, " + model, "apc_" + model, "APC", -1.0)
    b.compare("permuted", "method: joinpoint, of: rate, across: year, max_joinpoints: 1, weights: variance, "
              "select: permutation, permutations: 199")
    b.case("test: a joinpoint, 199 permutations", "joinpoint", "permuted", "permutation 1", SIZE)
    return b.plan


def all_plans():
    return [taylor(), replicates("JKn", "JKn", 120), replicates("BRR", "BRR", 120),
            replicates("bootstrap", "bootstrap, n: 50, seed: 1", 60), calibrated("poststratify"), calibrated("rake"),
            calibrated("calibrate"), simple(), vital(), series()]
