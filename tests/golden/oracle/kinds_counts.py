"""kinds_counts.py - counts and series without a sample: proportions, tables of two by two, trends."""
from plans import Plan, answers, quoted

LIMITS = {"estimate": "estimate", "ci_low": "conf_low", "ci_high": "conf_high"}
PROPORTIONS = {"wald": {"method": "wald"}, "wilson": {"method": "wilson"},
               "wilson_cc": {"method": "wilson", "continuity": "yes"},
               "clopper_pearson": {"method": "clopper-pearson"},
               "agresti_coull": {"method": "agresti-coull", "bounded": "no"},
               "jeffreys": {"method": "jeffreys"}, "logit": {"method": "logit"},
               "arcsine": {"method": "arcsine"}}


def prop_srs(case, data):
    a, made = case["analysis"], {}
    for row in case["expected"]:
        key = row["key"]
        if key["method"] not in PROPORTIONS:
            yield row, "interval %s of counts" % key["method"]
            continue
        if key["level"] not in made:
            rows = [["x", "n"]] + [[c["x"], c["n"]] for c in a["cells"]]
            made[key["level"]] = Plan(data, rows, key["level"], kind="register")
        plan = made[key["level"]]
        spec = {"estimator": "ratio", "numerator": "x", "denominator": "n", "unit": "proportion",
                "interval": dict(PROPORTIONS[key["method"]], size="exposure")}
        yield row, answers(plan, plan.estimate(spec, {"x": key["x"], "n": key["n"]}), row, LIMITS)


# ---- tables ---------------------------------------------------------------------------------

RISK = {"estimator": "ratio", "numerator": "cases", "denominator": "persons", "unit": "proportion"}
MEASURES = {"risk_ratio": "risk ratio", "odds_ratio": "odds ratio",
            "risk_difference_newcombe": "risk difference",
            "risk_difference_wald": "risk difference Wald",
            "attributable_fraction": "attributable fraction", "pearson_chi2": "chi-square",
            "yates_chi2": "chi-square corrected", "pearson_chi2_yates": "chi-square corrected",
            "fisher_exact": "Fisher exact"}
POOLED = {"mh_odds_ratio": "odds ratio", "mh_risk_ratio": "risk ratio", "mh_chi2": "chi-square",
          "mh_chi2_cc": "chi-square corrected"}


def two_by_two(case, data):
    a = case["analysis"]
    rows = [["stratum", "exposed", "cases", "persons"]]
    for name, t in a["tables"].items():
        for exposed, which in ((0, "unexposed"), (1, "exposed")):
            cases = t[which + "_case"]
            rows.append([name, exposed, cases, cases + t[which + "_noncase"]])
    plan = Plan(data, rows, a["level"], kind="register", texts=("stratum", "exposed"))
    for row in case["expected"]:
        table, measure = row["key"]["table"], row["key"]["measure"]
        if table in a["tables"] and measure in MEASURES:
            of = plan.estimate(dict(RISK, where="stratum == " + quoted(table)), {"exposed": 0})
            test = plan.compare({"method": "two-by-two", "across": "exposed",
                                 "values": ["0", "1"]}, of, MEASURES[measure])
        elif table not in a["tables"] and measure in POOLED:
            of = plan.estimate(dict(RISK, by=[["stratum", "exposed"]]),
                               {"stratum": rows[1][0], "exposed": 0})
            test = plan.compare({"method": "mantel-haenszel", "across": ["stratum", "exposed"]}, of,
                                POOLED[measure])
        else:
            yield row, "the measure " + measure
            continue
        names = dict(LIMITS, p_value="p_value")
        if "chi2" in measure:
            names["estimate"] = "test"
        yield row, answers(plan, test, row, names)


# ---- trends of counts -----------------------------------------------------------------------

def cochran_armitage(case, data):
    a = case["analysis"]
    rows = [["score", "cases", "persons"]]
    rows += [list(r) for r in zip(a["scores"], a["cases"], a["totals"])]
    plan = Plan(data, rows, 0.95, kind="register")
    of = plan.estimate(RISK, {"score": a["scores"][0]})
    forms = {"cochran_armitage": "n", "linear_by_linear": "n-1"}

    def finding(name, variance="n"):
        return plan.compare({"method": "cochran-armitage", "across": "score",
                             "variance": variance}, of, name)

    for row in case["expected"]:
        test = row["key"]["test"]
        if test in forms:
            form = forms[test]
            fields = answers(plan, finding("slope", form), row, {"z": "test",
                                                                 "p_two_sided": "p_value"})
            fields.update(answers(plan, finding("chi-square", form), row, {"chi2": "test"}))
            fields.update(answers(plan, finding("one-sided", form), row,
                                  {"p_one_sided": "p_value"}))
        elif test == "slope":
            fields = answers(plan, finding("slope"), row, {"estimate": "estimate"})
            fields.update(answers(plan, finding("intercept"), row, {"intercept": "estimate"}))
        elif test == "departure_from_trend":
            fields = answers(plan, finding("departure"), row,
                             {"chi2": "test", "df": "df", "p_value": "p_value"})
        else:
            fields = "the test " + test
        yield row, fields


def mantel_extension(case, data):
    a = case["analysis"]
    rows = [["stratum", "score", "cases", "persons"]]
    for name, s in a["strata"].items():
        rows += [[name] + list(r) for r in zip(a["scores"], s["cases"], s["totals"])]
    plan = Plan(data, rows, 0.95, kind="register", texts=("stratum",))
    method = {"method": "mantel-extension"}
    for row in case["expected"]:
        stratum = row["key"]["stratum"]
        if stratum in a["strata"]:
            of = plan.estimate(dict(RISK, where="stratum == " + quoted(stratum)),
                               {"score": a["scores"][0]})
            how = dict(method, across="score")
        else:
            of = plan.estimate(dict(RISK, by=[["stratum", "score"]]),
                               {"stratum": rows[1][0], "score": a["scores"][0]})
            how = dict(method, across=["stratum", "score"])
        fields = {}
        for finding, names in (("observed", {"observed": "estimate"}),
                               ("expected", {"expected": "estimate"}),
                               ("variance", {"variance": "estimate"}),
                               ("trend", {"z": "test", "p_two_sided": "p_value"}),
                               ("chi-square", {"chi2": "test"}),
                               ("chi-square corrected", {"chi2_cc": "test"})):
            fields.update(answers(plan, plan.compare(how, of, finding), row, names))
        yield row, fields


# ---- series ---------------------------------------------------------------------------------

def series(data, values, level):
    """A plan with one estimate for each value, and their reference."""
    rows = [["place", "y"]] + [[i, "%.17g" % y] for i, y in enumerate(values)]
    plan = Plan(data, rows, level, kind="register")
    return plan, plan.estimate({"estimator": "mean", "of": "y"}, {"place": 0})


def mann_kendall(case, data):
    a = case["analysis"]
    plan, of = series(data, a["values"], a.get("level", 0.95))
    across = {"method": "mann-kendall", "across": "place",
              "values": [str(i) for i in range(len(a["values"]))], "positions": a["times"]}
    parts = {"mann_kendall": (("S", {"S": "estimate", "z": "test", "p_two_sided": "p_value"}),
                              ("variance of S", {"var_S": "estimate"}),
                              ("tau", {"tau_b": "estimate"}), ("n", {"n": "estimate"})),
             "sen": (("Sen slope", {"slope": "estimate", "ci_low": "conf_low",
                                    "ci_high": "conf_high"}),
                     ("Sen intercept", {"intercept": "estimate"})),
             "exact": (("S", {"p_two_sided": "p_value"}),)}
    for row in case["expected"]:
        item = row["key"]["item"]
        how = dict(across, p="exact") if item == "exact" else across
        fields = {}
        for finding, names in parts.get(item, ()):
            fields.update(answers(plan, plan.compare(how, of, finding), row, names))
        yield row, fields


APC_MODELS = {"ols_log": "ols", "wls_log_counts": "wls", "poisson": "poisson",
              "quasipoisson": "quasipoisson"}


def apc(case, data):
    a = case["analysis"]
    rows = [["year", "cases", "person_years"]]
    rows += [list(r) for r in zip(a["years"], a["cases"], a["person_years"])]
    plan = Plan(data, rows, a.get("level", 0.95), kind="vital")
    of = plan.estimate({"estimator": "ratio", "numerator": "cases", "denominator": "person_years",
                        "unit": "rate", "per": a["per"], "interval": "wald"},
                       {"year": a["years"][0]})
    for row in case["expected"]:
        method = row["key"]["method"]
        if method not in APC_MODELS:
            yield row, "the model " + method
            continue
        how = {"method": "apc", "across": "year", "model": APC_MODELS[method]}
        fields = answers(plan, plan.compare(how, of, "APC"), row,
                         {"apc": "estimate", "apc_low": "conf_low", "apc_high": "conf_high"})
        fields.update(answers(plan, plan.compare(how, of, "slope"), row,
                              {"slope": "estimate", "se": "std_error", "p_value": "p_value",
                               "df": "df"}))
        fields.update(answers(plan, plan.compare(how, of, "intercept"), row,
                              {"intercept": "estimate"}))
        yield row, fields


def joinpoint(case, data):
    a = case["analysis"]
    plan, of = series(data, a["log_rate"], a.get("level", 0.95))
    years = sorted(a["years"])
    across = {"method": "joinpoint", "across": "place", "scale": "logged", "select": "bic",
              "values": [str(i) for i in range(len(years))], "positions": a["years"],
              "min_end": years.index(min(a["candidates"]))}
    one = dict(across, min_joinpoints=1, max_joinpoints=1)
    both = dict(across, min_joinpoints=0, max_joinpoints=1)
    parts = {
        "none": (dict(across, min_joinpoints=0, max_joinpoints=0),
                 (("slope 1", {"slope": "estimate"}), ("APC 1", {"apc": "estimate"}),
                  ("SSE", {"sse": "estimate"}))),
        "grid_joinpoint": (one, (
            ("joinpoint 1", {"joinpoint": "estimate"}), ("SSE", {"sse": "estimate"}),
            ("slope 1", {"slope1": "estimate"}), ("slope 2", {"slope2": "estimate"}),
            ("intercept", {"intercept": "estimate"}), ("F", {"F": "test"}),
            ("APC 1", {"apc1": "estimate", "apc1_low": "conf_low", "apc1_high": "conf_high"}),
            ("APC 2", {"apc2": "estimate", "apc2_low": "conf_low", "apc2_high": "conf_high"}))),
        "continuous_joinpoint": (dict(one, search="continuous"), (
            ("joinpoint 1", {"joinpoint": "estimate"}), ("SSE", {"sse": "estimate"}),
            ("slope 1", {"slope1": "estimate"}), ("slope 2", {"slope2": "estimate"}))),
        "aapc_whole_range": (one, (("AAPC", {"estimate": "estimate"}),))}
    for row in case["expected"]:
        item = row["key"]["item"]
        if item not in parts:
            yield row, "the item " + item
            continue
        how, findings = parts[item]
        fields = {}
        for finding, names in findings:
            fields.update(answers(plan, plan.compare(how, of, finding), row, names))
        fields.update(answers(plan, plan.compare(both, of, "BIC 0"), row, {"bic0": "estimate"}))
        fields.update(answers(plan, plan.compare(both, of, "BIC 1"), row, {"bic1": "estimate"}))
        yield row, fields


KINDS = {"prop_srs": prop_srs, "two_by_two": two_by_two, "cochran_armitage": cochran_armitage,
         "mantel_extension": mantel_extension, "mann_kendall": mann_kendall, "apc": apc,
         "joinpoint": joinpoint}
