"""nhanes.py - the plans of datasets/nhanes."""
from expected import (MANIFEST, Expected, Test, comparison, contrast, limits_of, percent,
                      records_kept, row)

SEX = {"Men": "1", "Women": "2"}
AGES = ("20-39", "40-59", "60+")
RACE = {"NH White": "white", "NH Black": "black", "NH Asian": "asian", "Hispanic": "hispanic"}


def domain_of(text, measures):
    """'obese Men NH White adj' -> the indicator and the groups it is split by."""
    words = text.split(" ")
    measure = words.pop(0) if words[0] in measures else ""
    adjusted = words[-1] == "adj"
    if words[-1] in ("adj", "crude"):
        words.pop()
    by = {}
    first = words.pop(0)
    if first in SEX:
        by["RIAGENDR"] = SEX[first]
    rest = " ".join(words)
    if rest in AGES:
        by["age"] = rest
    elif rest:
        by["race"] = RACE[rest]
    name = measures[measure]
    return name if adjusted or not measure else name + "-crude", by


def estimate_of(e):
    """The numbers of an estimate of a case."""
    numbers = {"estimate": e["estimate"], "std_error": e["se"], "df": e["df"], "n": e["n"],
               "n_events": e["n_cases"]}
    if "weighted_n" in e:
        numbers["pop_hat"] = e["weighted_n"]
    if e.get("deff") is not None:
        numbers["deff"] = e["deff"]
    return numbers


def estimates(measures):
    """The reader of a case with domains like 'obese Men NH White adj'."""
    def read(case):
        printed = {c["domain"]: c["published_percent"] for c in case["comparison"]}
        for e in case["estimates"]:
            indicator, by = domain_of(e["domain"], measures)
            published = {}
            if e["domain"] in printed:
                published["estimate"] = percent(printed[e["domain"]])
            yield Expected(e["domain"], row(indicator, by), estimate_of(e), published, limits_of(e))
        yield Expected("records", MANIFEST, {records_kept: case["n_design"]})
    return read


def depression(case):
    yield from estimates({"": "depression"})(case)
    tests = case["tests"]
    yield Expected("women less men", comparison("women-men", "depression", "difference"),
                   contrast(tests["women_minus_men"]))
    yield Expected("women less men, t", comparison("women-men-t", "depression", "difference"),
                   contrast(tests["svyttest"], ("estimate", "test", "df", "p_value")))
    for name, statistic, key in (("depression-by-sex", "Rao-Scott F", "rao_scott_F"),
                                 ("depression-by-sex-wald", "Wald F", "wald_chisq")):
        t = tests[key]
        yield Expected(name, comparison(name, "persons", statistic),
                       {"test": t["F"], "df": t["ndf"], "df_second": t["ddf"], "p_value": t["p"]})


# The published series has a row for each cycle; two of them by sex, with their limits.
CYCLES = {"%d-%d" % (y, y + 1): str((y - 1999) // 2 + 1) for y in range(1999, 2019, 2)}
MEASURES = {"obese": "obesity", "severe": "severe-obesity"}
# R's `glm` stops at a change of 1e-8 in the deviance, which leaves this in a logistic standard error.
R_UNSETTLED = {"estimate": 1e-7, "std_error": 2e-5, "test": 2e-5, "p_value": 1e-3}


def trend(case):
    printed = {c["domain"]: c["published_percent"] for c in case["comparison"]}
    printed_limits = {c["domain"]: c["published_ci95"] for c in case["published_ci"]}
    for e in case["estimates"]:
        words = e["domain"].split(" ")
        by = {"SDDSRVYR": CYCLES[words[-1]]}
        if len(words) == 3:
            by["RIAGENDR"] = SEX[words[1]]
        published = {}
        if e["domain"] in printed:
            published["estimate"] = percent(printed[e["domain"]])
        if e["domain"] in printed_limits:
            low, high = printed_limits[e["domain"]]
            published.update(conf_low=percent(low), conf_high=percent(high))
        yield Expected(e["domain"], row(MEASURES[words[0]], by), estimate_of(e), published,
                       limits_of(e))
    yield Expected("records", MANIFEST, {records_kept: case["n_design"]})
    yield from trend_tests(case["trend"])


def trend_tests(tests):
    contrasts = (("trend", "linear", "linear_orthogonal_polynomial"),
                 ("trend", "quadratic", "quadratic_orthogonal_polynomial"),
                 ("trend", "cubic", "cubic"),
                 ("slope", "slope", "slope_per_cycle_ols"),
                 ("weighted-slope", "slope", "slope_per_cycle_inverse_variance"))
    for measure, indicator in MEASURES.items():
        for name, statistic, of_case in contrasts:
            yield Expected("%s %s" % (measure, of_case), comparison(name, indicator, statistic),
                           contrast(tests[measure][of_case]))
        yield Expected(measure + " last less first",
                       comparison("last-first", indicator, "difference"),
                       contrast(tests["last_minus_first_" + measure]))
    yield Expected("obese last less one before",
                   comparison("last-before", "obesity", "difference"),
                   contrast(tests["obese_2017_2018_minus_2015_2016"]))
    models = {"logit obese ~ cycle + ag": "obesity-per-cycle",
              "identity obese ~ cycle + ag": "obesity-per-cycle-linear",
              "logit severe ~ cycle + ag": "severe-obesity-per-cycle",
              "logit obese ~cycle": "obesity-per-cycle-crude",
              "logit severe ~cycle": "severe-obesity-per-cycle-crude"}
    for r in tests["regression"]:
        tolerance = R_UNSETTLED if r["model"].startswith("logit") else {}
        numbers = {"estimate": r["beta"], "std_error": r["se"], "test": r["t"], "p_value": r["p"],
                   "df": r["df_resid"]}
        yield Expected(r["model"], comparison("model-trend", models[r["model"]], "combination"),
                       numbers, tolerance=tolerance)


def zinc(case):
    for c in case["comparison"]:
        where = c["domain"].split(", ")[1]
        by = {} if where == "all" else {"race": where.split(" ")[1]}
        value, se, low, high = c["computed"]
        published = {}
        for field, x in zip(("estimate", "std_error", "conf_low", "conf_high"), c["published"]):
            if x is not None:
                published[field] = (x, 6)
        yield Expected(c["domain"], row("zinc", by),
                       {"estimate": value, "std_error": se, "df": case["df_design"]}, published,
                       {"wald": [low, high]})


def zinc_unstratified(case):
    u = case["unstratified"]
    published = {k: (x, 6) for k, x in zip(("estimate", "std_error"), u["published"])}
    yield Expected("zinc, all", row("zinc"), {"estimate": u["mean"], "std_error": u["se"]}, published)


def nhanes2(case):
    d = case["dta"]
    yield Expected("weight/height", row("weight-height"),
                   {"estimate": d["ratio_weight_height"], "std_error": d["ratio_se"], "n": d["n"]},
                   {"estimate": (d["published_ratio"], 7)})
    for name, indicator in (("highbp", "high-blood-pressure"), ("diabetes", "diabetes"),
                            ("zinc", "zinc")):
        numbers = {"estimate": d[name]["est"], "std_error": d[name]["se"]}
        if "n" in d[name]:
            numbers["n"] = d[name]["n"]
        yield Expected(name, row(indicator), numbers)
    for i, sex in enumerate(("1", "2")):
        yield Expected("highbp, sex " + sex, row("high-blood-pressure", {"sex": sex}),
                       {"estimate": d["highbp_by_sex"]["est"][i],
                        "std_error": d["highbp_by_sex"]["se"][i]})


# The weights in Stata's file are exact, body weights in the text file have two decimals: the standard
# errors of means that Stata printed differ in the sixth decimal from those of the file at hand.
REPLICATED = {"mean weight": ("weight", 6, 2e-6), "proportion diabetes": ("diabetes", 7, 0),
              "total female": ("women", 0, 0), "ratio weight/height": ("weight-height", 7, 0)}


def replicates(prefix):
    """The reader of the cases of one method, 'BRR mean weight region 1'."""
    def read(case):
        for c in case["comparison"]:
            if not c["domain"].startswith(prefix + " "):
                continue
            what, _, region = c["domain"][len(prefix) + 1:].partition(" region ")
            indicator, decimals, slack = REPLICATED[what]
            numbers = {"estimate": c["estimate"], "std_error": c["se"]}
            published = {"std_error": (c["published_se"], decimals)}
            if slack:
                published = {}
                numbers[printed_error] = c["published_se"]
            yield Expected(c["domain"], row(indicator, {"region": region} if region else {}),
                           numbers, published, tolerance={"printed_error": slack / c["published_se"]})
    return read


def printed_error(result):
    """The standard error, held against a printed one that other digits of the data went into."""
    return result["std_error"]


def jackknife(case):
    """The case has replicate weights of a file with rounded body weights; the plan makes its own."""
    c = case["jackknife"][0]
    rounded = {"estimate": 2e-8, "std_error": 2e-7}
    yield Expected("mean weight", row("weight"),
                   {"estimate": c["mean_weight"], "std_error": c["se"]}, tolerance=rounded)
    yield Expected("ratio weight/height", row("weight-height"),
                   {"estimate": c["ratio"], "std_error": c["ratio_se"]}, tolerance=rounded)


def cholesterol(case):
    for name, indicator in (("crude", "high-cholesterol-crude"),
                            ("age_standardized", "high-cholesterol")):
        for e in case["nhanes_hichol"][name]:
            by = {"race": str(e["race"]), "RIAGENDR": str(e["RIAGENDR"])}
            yield Expected("%s race %s sex %s" % (name, by["race"], by["RIAGENDR"]),
                           row(indicator, by), {"estimate": e["HI_CHOL"], "std_error": e["se"]})


OBESITY = {"obese": "obesity", "severe": "severe-obesity", "": "obesity"}
REPLICATES = "nhanes2_replicates_brr_fay_jk"
TESTS = [
    Test("nhanes/depression-2013-2016", "nhanes_db303_depression_2013_2016",
         depression, 17),
    Test("nhanes/obesity-2017-2018", "nhanes_db360_obesity_2017_2018", estimates(OBESITY), 55),
    Test("nhanes/obesity-2017-march-2020", "nhanes_nhsr158_obesity_2017_mar2020_xpt",
         estimates(OBESITY), 31),
    Test("nhanes/obesity-1999-2018", "nhanes_db360_obesity_trend_1999_2018", trend, 43),
    Test("nhanes/cholesterol-2009-2010", "survey_package_api", cholesterol, 16),
    Test("nhanes/zinc-nhanes2f", "stata_nhanes2f_zinc", zinc, 4),
    Test("nhanes/zinc-nhanes2f", "stata_nhanes2f_zinc", zinc_unstratified, 1,
         [("strata: stratid, psu: psuid", "psu: psuid")]),
    Test("nhanes/nhanes2", "stata_nhanes2f_zinc", nhanes2, 6),
    Test("nhanes/nhanes2-brr", REPLICATES, replicates("BRR"), 12),
    Test("nhanes/nhanes2-fay", REPLICATES, replicates("Fay(0.3)"), 4),
    Test("nhanes/nhanes2-jackknife", REPLICATES, jackknife, 2),
]
