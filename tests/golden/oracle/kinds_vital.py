"""kinds_vital.py - rates from events and person-years, and what is built of them."""
import re

from plans import Answer, Computed, Plan, answers, named

LIMITS = {"estimate": "estimate", "ci_low": "conf_low", "ci_high": "conf_high"}
ALWAYS = 10 ** 9  # events below which an interval is the exact one
RATES = {"exact": "poisson", "byar": {"method": "byar", "exact_below": 0}, "normal": "wald",
         "lognormal": "log", "score": {"method": "poisson", "form": "score"},
         "midp": {"method": "poisson", "form": "mid-p"},
         "vandenbroucke": {"method": "poisson", "form": "square-root"}}
STANDARDIZED = {"gamma_fay_feuer": "fay-feuer", "gamma_tiwari": "tiwari", "normal": "wald",
                "lognormal": "log",
                "dobson_exact": {"method": "dobson", "exact_below": ALWAYS, "minimum_events": 0},
                "dobson_byar": {"method": "dobson", "exact_below": 0, "minimum_events": 0}}


def crude_rate(case, data):
    a = case["analysis"]
    plan = Plan(data, [["cases", "py"]] + [[c["cases"], c["person_years"]] for c in a["cells"]],
                a["level"], kind="vital")
    for row in case["expected"]:
        key = row["key"]
        if key["method"] not in RATES:
            yield row, "interval " + key["method"]
            continue
        spec = {"estimator": "ratio", "numerator": "cases", "denominator": "py", "unit": "rate",
                "per": a["per"], "interval": RATES[key["method"]]}
        of = plan.estimate(spec, {"cases": key["cases"], "py": key["person_years"]})
        yield row, answers(plan, of, row, LIMITS)


def counts_of(a):
    return {"numerator": named(a["cases"]), "denominator": named(a["person_years"])}


def asr_direct(case, data):
    a = case["analysis"]
    by = a["by"][0]
    plan = Plan(data, case["data"], a["level"], kind="vital", texts=(a["age"], by))
    standard = {r[a["age"]]: float(r[a["standard"]]) for r in data.rows(case["data"])}
    counts = dict(counts_of(a), per=a["per"])
    rate = dict({"estimator": "standardized", "age": named(a["age"]), "standard": standard},
                **counts)
    for row in case["expected"]:
        key = row["key"]
        group = {by: key[by]}
        of = plan.estimate(dict(rate, interval="wald"), group)
        if key["item"] == "rate":
            fields = answers(plan, of, row, {"estimate": "estimate", "se": "std_error",
                                             "cases": "n_events"})
            crude = dict({"estimator": "ratio", "unit": "rate", "interval": "wald"}, **counts)
            fields.update(answers(plan, plan.estimate(crude, group), row, {"crude": "estimate"}))
            years = {"estimator": "total", "of": counts["denominator"], "interval": "wald"}
            fields.update(answers(plan, plan.estimate(years, group), row,
                                  {"person_years": "estimate"}))
            yield row, fields
        elif key["item"] == "ci" and key["method"] in STANDARDIZED:
            of = plan.estimate(dict(rate, interval=STANDARDIZED[key["method"]]), group)
            yield row, answers(plan, of, row, LIMITS)
        elif key["item"] == "ratio":
            how = {"method": "contrast", "across": by, "values": [key["reference"], key[by]]}
            fields = answers(plan, plan.compare(how, of, "ratio"), row, LIMITS)
            fields.update(answers(plan, plan.compare(how, of, "difference"), row, {
                "difference": "estimate", "difference_low": "conf_low",
                "difference_high": "conf_high"}))
            yield row, fields
        else:
            yield row, "interval %s" % key.get("method", key["item"])


def smr_indirect(case, data):
    a = case["analysis"]
    by, age = a["by"][0], a["age"]
    plan = Plan(data, case["data"], a["level"], kind="vital", texts=(age, by))
    events, years = {}, {}
    for r in data.rows(case["data"]):
        events[r[age]] = events.get(r[age], 0) + float(r[a["cases"]])
        years[r[age]] = years.get(r[age], 0) + float(r[a["person_years"]])
    plan.table("reference.csv", [["age", "events", "population"]] +
               [[g, "%.17g" % events[g], "%.17g" % years[g]] for g in events])
    smr = dict({"estimator": "indirect", "age": named(age), "standard_rates": "reference.csv",
                "interval": "wald"}, **counts_of(a))
    for row in case["expected"]:
        key = row["key"]
        group = {by: key[by]}
        if key["item"] == "smr":
            every = dict(smr, statistic="all")
            fields = answers(plan, plan.estimate(every, group, "smr"), row,
                             {"observed": "n_events", "estimate": "estimate"})
            for statistic, field in (("expected", "expected"), ("isr", "indirect_rate"),
                                     ("chi2", "chi2"), ("p_exact", "p_exact")):
                fields.update(answers(plan, plan.estimate(every, group, statistic), row,
                                      {field: "estimate"}))
            yield row, fields
        elif key["method"] in RATES:
            spec = dict(smr, interval=RATES[key["method"]])
            yield row, answers(plan, plan.estimate(spec, group, "smr"), row, LIMITS)
        else:
            yield row, "interval " + key["method"]


def life_table(case, data):
    a = case["analysis"]
    plan = Plan(data, case["data"], a["level"], kind="vital")
    ages = sorted((float(v) for v in data.values(case["data"], a["age"])))
    spec = {"estimator": "life-table", "numerator": named(a["deaths"]),
            "denominator": named(a["population"]), "age": named(a["age"]), "ages": ages,
            "a": a["a"][:len(ages)], "radix": a["radix"], "columns": "all", "interval": "wald"}
    for row in case["expected"]:
        age = "%g" % row["key"]["age"]

        def column(name, **more):
            return plan.estimate(dict(spec, **more), statistic=name + age)

        fields = {}
        for name in "mqldLTe":
            fields.update(answers(plan, column(name), row, {name: "estimate"}))
        fields.update(answers(plan, column("e"), row, {"se_chiang": "std_error",
                                                       "ci_low": "conf_low",
                                                       "ci_high": "conf_high"}))
        fields.update(answers(plan, column("e", variance="silcocks"), row,
                              {"se_silcocks": "std_error"}))
        if "var_q" in row:
            fields["var_q"] = Computed(lambda se: se * se, Answer(plan, column("q"), "std_error"))
        yield row, fields


def q3070(case, data):
    a = case["analysis"]
    by = a["by"]
    plan = Plan(data, case["data"], a["level"], kind="vital", texts=(by,))
    first, last = re.search(r"(\d+)\D.*\D(\d+)$", a["ages"]).groups()
    spec = {"estimator": "premature-mortality", "numerator": named(a["deaths"]),
            "denominator": named(a["population"]), "age": named(a["age"]), "from": int(first),
            "below": int(last) + 1, "columns": "all", "interval": "wald"}
    total = "%dq%s" % (int(last) + 1 - int(first), first)
    for row in case["expected"]:
        key = row["key"]
        group = {by: key["group"]}
        fields = {}
        if "age" in key:
            for name in "mq":
                of = plan.estimate(spec, group, "%s%g" % (name, key["age"]))
                fields.update(answers(plan, of, row, {name: "estimate"}))
            yield row, fields
            continue
        of = plan.estimate(spec, group, total)
        fields = answers(plan, of, row, dict(LIMITS, se="std_error", deaths="n_events"))
        cll = plan.estimate(dict(spec, columns="total", interval="cloglog"), group, total)
        fields.update(answers(plan, cll, row, {"cll_low": "conf_low", "cll_high": "conf_high"}))
        if "percent" in row:
            fields["percent"] = Computed(lambda q: 100 * q, Answer(plan, of, "estimate"))
        yield row, fields


KINDS = {"crude_rate": crude_rate, "asr_direct": asr_direct, "smr_indirect": smr_indirect,
         "life_table": life_table, "q3070": q3070}
