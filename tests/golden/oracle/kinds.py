"""kinds.py - how each kind of case is asked of the program.

A function gets a case and yields, for each expected row, either a text - what the program cannot do
yet - or the plan and, for each field, where its answer stands: (reference, field of the answer)."""
import plans
from plans import Plan, design_of, expression, literal, texts_of

ESTIMATE = {"estimate": "estimate", "se": "std_error", "ci_low": "conf_low", "ci_high": "conf_high",
            "df": "df", "n_records": "n", "sum_w": "pop_hat", "cv": "cv", "deff_wor": "deff"}
MANY = 10 ** 9


class Unsupported(Exception):
    """Something that the program cannot do yet."""


def fields_of(row, reference, names=None):
    """Where the fields of a row stand that the program gives."""
    return {k: (reference, v) for k, v in (names or ESTIMATE).items() if k in row}


class Asker:
    """The plan of a case, its conditions and variables."""

    def __init__(self, case, design=None, lonely=None):
        a = case["analysis"]
        self.case, self.a = case, a
        tree = (a.get("where") or {}).get("ast")
        self.texts = texts_of(tree) | texts_of((a.get("domain_where") or {}).get("ast"))
        for row in case["expected"]:
            for name in a.get("by") or []:
                if isinstance(row["key"].get(name), str):
                    self.texts.add(name)
            if "category" in row["key"]:
                self.texts.add(row["key"]["variable"])
        if isinstance(a.get("event", {}).get("equals"), str):
            self.texts.add(a["event"]["variable"])
        made = design_of(design or case["design"], a["df_rule"], lonely)
        if isinstance(made, str):
            raise Unsupported(made)
        self.weight = made.get("weight")
        self.where = expression(tree, self.texts) if tree else None
        self.plan = Plan(case["data"], a["level"], made, texts=self.texts)
        self.columns = plans.columns_of(case["data"])

    def condition(self, *more):
        """`where` of an indicator: that of the case, and these."""
        parts = [p for p in (self.where,) + more if p]
        return {"where": " and ".join(parts)} if parts else {}

    def by(self, row):
        return {k: row["key"][k] for k in self.a.get("by") or []}

    def variable(self, name):
        """A column, or the constant 1 that the cases call one_."""
        return name if name in self.columns else self.plan.derive("1 + 0")

    def spec(self, estimator, key, **more):
        """An indicator over the variable of a key."""
        if "category" in key:
            of = self.plan.derive("%s == %s" % (key["variable"], literal(str(key["category"]))))
        else:
            of = self.variable(key["variable"])
        return dict({"estimator": estimator, "of": of, "interval": "wald"},
                    **dict(self.condition(), **more))

    def ask(self, row, spec, names=None):
        """The fields of a row; n are the records of positive weight, asked by a second indicator."""
        by = self.by(row)
        fields = fields_of(row, self.plan.estimate(spec, by), names)
        if "n" in row and "n" not in fields:
            positive = "%s > 0" % self.weight if self.weight else None
            fields["n"] = (self.plan.estimate(dict(spec, **self.condition(positive)), by), "n")
        return self.plan, fields


def means_or_totals(estimator):
    def ask(case):
        asker = Asker(case)
        for row in case["expected"]:
            yield row, asker.ask(row, asker.spec(estimator, row["key"]))
    return ask


def ratio(case):
    asker = Asker(case)
    for row in case["expected"]:
        spec = dict({"estimator": "ratio", "interval": "wald"}, **asker.condition())
        for part in ("numerator", "denominator"):
            spec[part] = asker.variable(row["key"][part])
        yield row, asker.ask(row, spec)


INTERVALS = {
    "mean": "wald", "logit": "logit", "xlogit": {"method": "logit", "replicates": "delta"},
    "wilson": "wilson", "asin": {"method": "arcsine", "reflect": "yes"}, "likelihood": "likelihood",
    "beta": {"method": "korn-graubard", "convention": "r"},
    "beta_truncated": {"method": "korn-graubard", "convention": "nchs"}}


def prop_ci(case):
    asker = Asker(case)
    event = case["analysis"]["event"]
    for row in case["expected"]:
        method = row["key"]["method"]
        if method not in INTERVALS:
            yield row, "interval " + method
            continue
        of = asker.plan.derive("%s == %s" % (event["variable"], literal(event["equals"])))
        spec = dict({"estimator": "prevalence", "of": of, "interval": INTERVALS[method]},
                    **asker.condition())
        yield row, asker.ask(row, spec, dict(ESTIMATE, n="n"))  # here n counts zero weights, too


def domains(case):
    """Means and totals over a domain; the rows with `how` are those of the right way."""
    asker = Asker(case)
    for row in case["expected"]:
        yield row, asker.ask(row, asker.spec(row["key"]["statistic"], row["key"]))


def lonely(case):
    askers = {}
    for row in case["expected"]:
        key = row["key"]
        rule = (key["lonely_psu"], key["adjust_domain_lonely"])
        if rule not in askers:
            design = dict(case["design"], adjust_domain_lonely=rule[1])
            askers[rule] = Asker(case, design=design, lonely=rule[0])
        asker = askers[rule]
        more = {}
        if key["over"] == "domain":
            more = asker.condition(expression(case["analysis"]["domain_where"]["ast"], asker.texts))
        yield row, asker.ask(row, asker.spec(key["statistic"], key, **more))


def multistage(case):
    askers = {}
    for row in case["expected"]:
        key = row["key"]
        stages = [dict(s) for s in case["design"]["stages"][:key["stages"]]]
        for s in stages:
            if key["fpc"] == "no":
                s["fpc"] = None
        which = (key["stages"], key["fpc"])
        try:
            if which not in askers:
                askers[which] = Asker(case, design=dict(case["design"], stages=stages))
        except Unsupported as why:
            yield row, str(why)
            continue
        asker = askers[which]
        yield row, asker.ask(row, asker.spec(key["statistic"], key))


def count(case):
    asker = Asker(case)
    names = (("total", ""), ("total_se", "std_error"), ("total_low", "conf_low"),
             ("total_high", "conf_high"))
    known = ["not is_missing(%s)" % b for b in case["analysis"]["by"]]
    for row in case["expected"]:
        by = asker.by(row)
        cell = asker.plan.derive(" and ".join(
            "%s == %s" % (k, literal(v)) for k, v in by.items()))
        of_cells = dict({"estimator": "count", "interval": "wald"}, **asker.condition())
        total = asker.plan.estimate(of_cells, by)
        positive = asker.plan.estimate(
            dict(of_cells, **asker.condition("%s > 0" % asker.weight)), by)
        share = asker.plan.estimate(dict({"estimator": "prevalence", "of": cell,
                                          "interval": "wald"}, **asker.condition(*known)))
        fields = {k: (total, v or "estimate") for k, v in names if k in row}
        fields.update({k.replace("total", "share"): (share, v or "estimate") for k, v in names})
        fields.update({"n": (total, "n"), "n_positive": (positive, "n"), "df": (share, "df")})
        yield row, (asker.plan, fields)


def difference(case):
    """The cases have the df of all groups together, sampan those of the two that are compared; without
    a condition the rule `design` gives the former."""
    if case["analysis"]["where"]:
        raise Unsupported("the df of all groups together")
    case["analysis"]["df_rule"] = "design"
    asker = Asker(case)
    by = case["analysis"]["by"][0]
    findings = (("difference", {"difference": "estimate", "se": "std_error", "t": "test",
                                "df": "df", "p_value": "p_value", "ci_low": "conf_low",
                                "ci_high": "conf_high"}),
                ("ratio", {"ratio": "estimate", "ratio_low": "conf_low",
                           "ratio_high": "conf_high"}))
    for row in case["expected"]:
        key = row["key"]
        spec = asker.spec("mean", key)
        of = asker.plan.estimate(spec, {by: key["group"]})
        fields = {}
        for statistic, names in findings:
            test = asker.plan.compare({"method": "contrast", "across": by,
                                       "values": [str(key["minus"]), str(key["group"])]},
                                      of, statistic)
            fields.update(fields_of(row, test, names))
        yield row, (asker.plan, fields)


def standardize(case):
    asker = Asker(case)
    a = case["analysis"]
    asker.plan.body.setdefault("types", {})[a["age_variable"]] = "text"
    for row in case["expected"]:
        of = row["key"]["variable"]
        is_event = plans.values_of(case["data"], of) <= {"0", "1"}
        spec = dict({"estimator": "standardized", "of": of, "age": a["age_variable"],
                     "standard": a["standard"], "empty": "renormalize", "interval": "wald",
                     "statistic": "prevalence" if is_event else "mean"}, **asker.condition())
        plan, fields = asker.ask(row, spec, dict(ESTIMATE, n="n"))  # n counts zero weights, too
        crude = plan.estimate(asker.spec("mean", row["key"]), asker.by(row))
        fields.update({"crude": (crude, "estimate"), "crude_se": (crude, "std_error")})
        yield row, (plan, fields)


def degf(case):
    for row in case["expected"]:
        design = case["analysis"]["designs"][row["key"]["design"]]
        made = design_of(dict(design, stages=[dict(s, fpc=None) for s in design["stages"]]),
                         "design")  # an FPC has no part in the df
        if isinstance(made, str):
            yield row, made
            continue
        plan = Plan(design["data"], 0.95, made)
        rows = {"estimator": "count", "interval": "wald"}
        total = plan.estimate(rows)
        positive = plan.estimate(dict(rows, where="%s == 0" % made.get("weight", "0 + 1")))
        yield row, (plan, {"df": (total, "df"), "n": (total, "n"), "sum_w": (total, "estimate"),
                           "n_zero_weight": (positive, "n"),
                           "n_psu": (("manifest",), "psus"),
                           "n_strata": (("manifest",), "strata")})


PROPORTIONS = {"wald": {"method": "wald"}, "wilson": {"method": "wilson"},
               "wilson_cc": {"method": "wilson", "continuity": "yes"},
               "clopper_pearson": {"method": "clopper-pearson"},
               "agresti_coull": {"method": "agresti-coull", "bounded": "no"},
               "jeffreys": {"method": "jeffreys"}, "logit": {"method": "logit"},
               "arcsine": {"method": "arcsine"}}


def prop_srs(case):
    a = case["analysis"]
    made = {}
    for row in case["expected"]:
        key = row["key"]
        if key["method"] not in PROPORTIONS:
            yield row, "interval %s of counts" % key["method"]
            continue
        if key["level"] not in made:
            made[key["level"]] = Plan([["x", "n"]] + [[c["x"], c["n"]] for c in a["cells"]],
                                      key["level"], kind="register")
        plan = made[key["level"]]
        spec = {"estimator": "ratio", "numerator": "x", "denominator": "n", "unit": "proportion",
                "interval": dict(PROPORTIONS[key["method"]], size="exposure")}
        reference = plan.estimate(spec, {"x": key["x"], "n": key["n"]})
        yield row, (plan, fields_of(row, reference))


RATES = {"exact": "poisson", "byar": {"method": "byar", "exact_below": 0}, "normal": "wald",
         "lognormal": "log", "score": {"method": "poisson", "form": "score"},
         "midp": {"method": "poisson", "form": "mid-p"},
         "vandenbroucke": {"method": "poisson", "form": "square-root"}}


def crude_rate(case):
    a = case["analysis"]
    plan = Plan([["cases", "py"]] + [[c["cases"], c["person_years"]] for c in a["cells"]],
                a["level"], kind="vital")
    for row in case["expected"]:
        key = row["key"]
        if key["method"] not in RATES:
            yield row, "interval " + key["method"]
            continue
        spec = {"estimator": "ratio", "numerator": "cases", "denominator": "py", "unit": "rate",
                "per": a["per"], "interval": RATES[key["method"]]}
        yield row, (plan, fields_of(row, plan.estimate(
            spec, {"cases": key["cases"], "py": key["person_years"]})))


STANDARDIZED = {"gamma_fay_feuer": "fay-feuer", "normal": "wald", "lognormal": "log",
                "dobson_exact": {"method": "dobson", "exact_below": MANY, "minimum_events": 0},
                "dobson_byar": {"method": "dobson", "exact_below": 0, "minimum_events": 0}}


def asr_direct(case):
    a = case["analysis"]
    by = a["by"][0]
    plan = Plan(case["data"], a["level"], kind="vital", texts=(a["age"], by))
    standard = {}
    with open(plans.os.path.join(plans.DATA, case["data"]), encoding="utf-8", newline="") as f:
        for r in plans.csv.DictReader(f):
            standard[r[a["age"]]] = float(r[a["standard"]])
    counts = {"numerator": a["cases"], "denominator": a["person_years"], "per": a["per"]}
    rate = dict({"estimator": "standardized", "age": a["age"], "standard": standard}, **counts)
    for row in case["expected"]:
        key = row["key"]
        group = {by: key[by]}
        if key["item"] == "rate":
            reference = plan.estimate(dict(rate, interval="wald"), group)
            fields = fields_of(row, reference)
            fields["cases"] = (reference, "n_events")
            fields["crude"] = (plan.estimate(
                dict({"estimator": "ratio", "unit": "rate", "interval": "wald"}, **counts), group),
                "estimate")
            yield row, (plan, fields)
        elif key["item"] == "ci" and key["method"] in STANDARDIZED:
            yield row, (plan, fields_of(row, plan.estimate(
                dict(rate, interval=STANDARDIZED[key["method"]]), group)))
        elif key["item"] == "ratio":
            of = plan.estimate(dict(rate, interval="wald"), group)
            spec = {"method": "contrast", "across": by, "values": [key["reference"], key[by]]}
            fields = {}
            for statistic, names in (("ratio", ("estimate", "ci_low", "ci_high")),
                                     ("difference", ("difference", "difference_low",
                                                     "difference_high"))):
                test = plan.compare(spec, of, statistic)
                fields.update(zip(names, ((test, "estimate"), (test, "conf_low"),
                                          (test, "conf_high"))))
            yield row, (plan, fields)
        else:
            yield row, "interval %s" % key.get("method", key["item"])


def cochran_armitage(case):
    a = case["analysis"]
    records = [["score", "event"]]
    for x, n, score in zip(a["cases"], a["totals"], a["scores"]):
        records += [[score, int(i < x)] for i in range(n)]
    plan = Plan(records, 0.95)
    of = plan.estimate({"estimator": "prevalence", "of": "event", "interval": "wald"},
                       {"score": a["scores"][0]})
    forms = {"cochran_armitage": "n", "linear_by_linear": "n-1"}
    for row in case["expected"]:
        form = forms.get(row["key"]["test"])
        if form is None:
            yield row, "test " + row["key"]["test"]
            continue
        test = plan.compare({"method": "cochran-armitage", "across": "score", "variance": form},
                            of, "slope")
        yield row, (plan, {"z": (test, "test"), "p_two_sided": (test, "p_value")})


def trend_contrast(case):
    """Trends over the estimates; the scale of R's contrasts is its own, t and p are not."""
    if case["analysis"]["kind"] != "poly_contrast":
        raise Unsupported("regression")
    asker = Asker(case)
    by = case["analysis"]["by"][0]
    statistics = {"linear": "slope", "quadratic": "curvature"}
    for row in case["expected"]:
        key = row["key"]
        if by in key:
            yield row, asker.ask(row, asker.spec("mean", key))
            continue
        of = asker.plan.estimate(asker.spec("mean", key), {by: case["analysis"]["scores"][0]})
        if key["contrast"] == "gls_slope":
            test = asker.plan.compare({"method": "linear-trend", "across": by,
                                       "weights": "inverse-variance"}, of, "slope")
            names = {"estimate": "estimate", "se": "std_error"}
        elif key["contrast"] in statistics:
            test = asker.plan.compare({"method": "linear-trend", "across": by}, of,
                                      statistics[key["contrast"]])
            names = {"t": "test", "df": "df", "p_value": "p_value"}
        else:
            yield row, "%s trend" % key["contrast"]
            continue
        yield row, (asker.plan, fields_of(row, test, names))


def refusal(case):
    """A plan that the program must refuse."""
    asker = Asker(case)
    asker.plan.estimate(asker.spec("mean", {"variable": case["analysis"]["variables"][0]}))
    return asker.plan


KINDS = {
    "mean": means_or_totals("mean"), "by_mean": means_or_totals("mean"),
    "total": means_or_totals("total"), "ratio": ratio, "prop_ci": prop_ci,
    "subpop_vs_filter": domains, "lonely_psu": lonely, "multistage": multistage, "count": count,
    "difference": difference, "standardize": standardize, "degf": degf, "prop_srs": prop_srs,
    "crude_rate": crude_rate, "asr_direct": asr_direct, "cochran_armitage": cochran_armitage,
    "trend_poly": trend_contrast,
}
