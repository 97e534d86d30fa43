"""kinds_survey.py - estimates from a sample: means, totals, ratios, proportions, quantiles, variances,
domains, and the designs they stand on."""
import re

import weights
from asker import ESTIMATE, Asker
from plans import Answer, Plan, Unsupported, answers, design_of, expression, literal, named


def means_or_totals(estimator):
    def ask(case, data):
        asker = Asker(case, data)
        for row in case["expected"]:
            yield row, asker.ask(row, asker.spec(estimator, row["key"]))
    return ask


def ratio(case, data):
    asker = Asker(case, data)
    for row in case["expected"]:
        spec = dict({"estimator": "ratio", "interval": "wald"}, **asker.condition())
        for part in ("numerator", "denominator"):
            spec[part] = asker.variable(row["key"][part])
        yield row, asker.ask(row, spec)


INTERVALS = {
    "mean": "wald", "logit": "logit", "xlogit": {"method": "logit", "replicates": "delta"},
    "wilson": "wilson", "asin": {"method": "arcsine", "reflect": "yes"}, "likelihood": "likelihood",
    "beta": {"method": "korn-graubard", "convention": "r"},
    "beta_truncated": {"method": "korn-graubard", "convention": "nchs", "cap": "adjusted"}}


def prop_ci(case, data):
    asker = Asker(case, data)
    event = case["analysis"]["event"]
    for row in case["expected"]:
        method = row["key"]["method"]
        if method not in INTERVALS:
            yield row, "interval " + method
            continue
        of = asker.plan.derive(asker.equals(event["variable"], event["equals"]))
        spec = dict({"estimator": "prevalence", "of": of, "interval": INTERVALS[method]},
                    **asker.condition())
        yield row, asker.ask(row, spec, dict(ESTIMATE, n="n"))  # here n counts zero weights, too


WOODRUFF = {"mean": "wald", "xlogit": {"method": "logit", "replicates": "delta"}, "asin": {"method": "arcsine", "reflect": "yes"},
            "beta": {"method": "korn-graubard", "convention": "r"}}


def quantile(case, data):
    asker = Asker(case, data)
    for row in case["expected"]:
        key = row["key"]
        method = key["ci_method"]
        more = {"at": [key["q"]], "rule": key["qrule"]}
        if method == "quantile":
            more["error"] = "replicates"
        elif method in WOODRUFF:
            more["interval"] = WOODRUFF[method]
        else:
            yield row, "interval %s of quantiles" % method
            continue
        yield row, asker.ask(row, asker.spec("quantile", key, **more))


def variance(case, data):
    asker = Asker(case, data)
    for row in case["expected"]:
        spec = asker.spec("variance", row["key"])
        fields = asker.ask(row, spec, statistic="variance")
        sd = asker.plan.estimate(spec, asker.by(row), "sd")
        fields.update(answers(asker.plan, sd, row, {"sd": "estimate", "sd_se": "std_error"}))
        yield row, fields


def domains(case, data):
    """Means and totals over a domain; `filtered` is the wrong way, with the other records deleted."""
    askers = {}
    for row in case["expected"]:
        how = row["key"]["how"]
        if how not in askers:
            askers[how] = Asker(case, data, lonely="remove" if how == "filtered" else None)
            if how == "filtered":
                askers[how].plan.body["keep"], askers[how].tree = askers[how].where, None
        asker = askers[how]
        yield row, asker.ask(row, asker.spec(row["key"]["statistic"], row["key"]))


def lonely(case, data):
    askers = {}
    for row in case["expected"]:
        key = row["key"]
        which = (key["lonely_psu"], key["adjust_domain_lonely"])
        if which not in askers:
            design = dict(case["design"], lonely_psu=which[0], adjust_domain_lonely=which[1])
            askers[which] = Asker(case, data, design=design)
        asker = askers[which]
        more = {}
        if key["over"] == "domain":
            more = asker.condition(expression(case["analysis"]["domain_where"]["ast"], asker.texts))
        yield row, asker.ask(row, asker.spec(key["statistic"], key, **more))


def multistage(case, data):
    askers = {}
    for row in case["expected"]:
        key = row["key"]
        which = (key["stages"], key["fpc"])
        if which not in askers:
            stages = [dict(s) for s in case["design"]["stages"][:key["stages"]]]
            for s in stages:
                if key["fpc"] == "no":
                    s["fpc"] = None
            askers[which] = Asker(case, data, design=dict(case["design"], stages=stages))
        asker = askers[which]
        yield row, asker.ask(row, asker.spec(key["statistic"], key))


def count(case, data):
    asker = Asker(case, data)
    parts = (("", "estimate"), ("_se", "std_error"), ("_low", "conf_low"), ("_high", "conf_high"))
    known = ["not is_missing(%s)" % named(b) for b in case["analysis"]["by"]]
    for row in case["expected"]:
        by, plan = asker.by(row), asker.plan
        cell = plan.derive(" and ".join(asker.equals(k, v) for k, v in by.items()))
        of_cells = dict({"estimator": "count", "interval": "wald"}, **asker.condition())
        total = plan.estimate(of_cells, by)
        positive = plan.estimate(asker.positive(of_cells), by)
        share = plan.estimate(dict({"estimator": "prevalence", "of": cell, "interval": "wald"},
                                   **asker.condition(*known)))
        fields = answers(plan, total, row, {"total" + k: v for k, v in parts})
        fields.update(answers(plan, share, row, {"share" + k: v for k, v in parts}))
        fields.update(answers(plan, share, row, {"df": "df"}))
        fields.update(answers(plan, total, row, {"n": "n"}))
        fields.update(answers(plan, positive, row, {"n_positive": "n"}))
        yield row, fields


def standardize(case, data):
    asker = Asker(case, data)
    a = case["analysis"]
    asker.plan.body["types"][a["age_variable"]] = "text"
    for row in case["expected"]:
        of = row["key"]["variable"]
        is_event = {float(v) for v in data.values(case["data"], of)} <= {0.0, 1.0}
        spec = dict({"estimator": "standardized", "of": named(of), "age": named(a["age_variable"]),
                     "standard": a["standard"], "empty": "renormalize", "interval": "wald",
                     "statistic": "prevalence" if is_event else "mean"}, **asker.condition())
        fields = asker.ask(row, spec, dict(ESTIMATE, n="n"))  # n counts zero weights, too
        crude = asker.plan.estimate(asker.spec("mean", row["key"]), asker.by(row))
        fields.update(answers(asker.plan, crude, row,
                              {"crude": "estimate", "crude_se": "std_error"}))
        yield row, fields


def degf(case, data):
    for row in case["expected"]:
        design = case["analysis"]["designs"][row["key"]["design"]]
        made = design_of(design, "design")
        plan = Plan(data, design["data"], 0.95, made)
        if weights.is_needed(design):
            weights.put_in(plan, design, data, design["data"])
        records = {"estimator": "count", "interval": "wald"}
        total = plan.estimate(records)
        zero = plan.estimate(dict(records, where="%s == 0" % made.get("weight", "0 + 1")))
        fields = answers(plan, total, row, {"df": "df", "n": "n", "sum_w": "estimate"})
        fields.update(answers(plan, zero, row, {"n_zero_weight": "n"}))
        fields.update(answers(plan, ("manifest",), row, {"n_psu": "psus", "n_strata": "strata"}))
        yield row, fields


# ---- designs that change weights ------------------------------------------------------------

def df_of_group(asker, row, fields):
    """Of a group the cases count the df over all its records, with a value or without."""
    by = asker.by(row)
    if by and "df" in fields:
        records = dict({"estimator": "count", "interval": "wald"}, **asker.condition())
        fields["df"] = Answer(asker.plan, asker.plan.estimate(records, by), "df")
    return fields


WEIGHTS = {"sum_w": "sum", "min_w": "min", "max_w": "max", "sum_w2": "sum_of_squares"}


def ask_calibrated(asker, row):
    key = row["key"]
    if key["variable"] == "(weights)":
        return {k: Answer(asker.plan, ("manifest",), ("weights", v))
                for k, v in WEIGHTS.items() if k in row}
    return df_of_group(asker, row, asker.ask(row, asker.spec(key["statistic"], key)))


def rep_create(case, data):
    askers = {}
    create = case["analysis"]["create"]
    for row in case["expected"]:
        mse = row["key"].get("mse", create.get("mse", False))
        if mse not in askers:
            make = {"type": create["type"], "mse": "yes" if mse else "no"}
            if create.get("rho") is not None:
                make["rho"] = create["rho"]
            askers[mse] = Asker(case, data, change={"make_replicates": make})
        yield row, ask_calibrated(askers[mse], row)


def is_factor(case, data, column):
    return column in (case["analysis"].get("factors") or []) or data.is_text(case["data"], column)


def auxiliary(case, data, terms, name, texts):
    """A column of R's model matrix as an expression."""
    if name == "(Intercept)":
        return "1"
    factors = []
    for part in name.split(":"):
        if part in data.columns(case["data"]):
            factors.append(named(part))
            continue
        of = [t for term in terms for t in term.split(":") if part.startswith(t)]
        if not of:
            return None
        column = max(of, key=len)
        texts.add(column)
        factors.append("(%s == %s)" % (named(column), literal(part[len(column):])))
    return " * ".join(factors)


def calibration_of(case, data, texts):
    """The calibration of a case as a part of a plan's design."""
    how = case["analysis"]["calibration"]
    if how["type"] == "poststratify":
        cells = how["cells"]
        by = cells["variable"] if isinstance(cells["variable"], list) else [cells["variable"]]
        return {"poststratify": {"by": by, "totals": cells["totals"]}}
    if how["type"] == "rake":
        return {"rake": [{"by": [m["variable"]], "totals": m["totals"]}
                         for m in how["margins"]]}
    totals = {}
    for name, total in how["totals"].items():
        of = auxiliary(case, data, how["terms"], name, texts)
        if of is None:
            return None
        totals[of] = total
    made = {"distance": how["distance"], "totals": totals}
    if how.get("bounds"):
        made["bounds"] = how["bounds"]
    variance_of = re.search(r"variance proportional to (\S+)", how.get("heteroskedastic") or "")
    if variance_of:
        made["variance"] = named(variance_of.group(1))
    return {"calibrate": made}


def calibrated(case, data):
    texts = set()
    made = calibration_of(case, data, texts)
    if made is None:
        raise Unsupported("auxiliary variables")
    asker, within = Asker(case, data, change=made), Asker(case, data, change=made)
    within.plan.body["design"]["df"] = "domain"  # of groups the cases have that, whatever `df_rule`
    for one in (asker, within):
        one.plan.body["types"].update({t: "text" for t in texts})
    for row in case["expected"]:
        yield row, ask_calibrated(within if asker.by(row) else asker, row)


KINDS = {
    "mean": means_or_totals("mean"), "by_mean": means_or_totals("mean"),
    "total": means_or_totals("total"), "ratio": ratio, "prop_ci": prop_ci, "quantile": quantile,
    "variance": variance, "subpop_vs_filter": domains, "lonely_psu": lonely,
    "multistage": multistage, "count": count, "standardize": standardize, "degf": degf,
    "rep_create": rep_create, "calib_poststratify": calibrated, "calib_rake": calibrated,
    "calib_calibrate": calibrated}
