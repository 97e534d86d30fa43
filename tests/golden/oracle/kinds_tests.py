"""kinds_tests.py - comparisons of estimates from a sample: differences, t-tests, tests of tables, contrasts."""
from asker import Asker
from data import sort_key
from plans import Answer, Computed, answers, literal, named

TEST = {"t": "test", "df": "df", "p_value": "p_value", "se": "std_error", "ci_low": "conf_low",
        "ci_high": "conf_high"}


def difference(case, data):
    """The cases have the df of all groups together: `df: all`."""
    asker = Asker(case, data)
    by = case["analysis"]["by"][0]
    for row in case["expected"]:
        key, plan = row["key"], asker.plan
        spec = asker.spec("mean", key)
        one, other = plan.estimate(spec, {by: key["group"]}), plan.estimate(spec, {by: key["minus"]})
        how = {"method": "contrast", "across": by, "df": "all",
               "values": [str(key["minus"]), str(key["group"])]}
        apart = plan.compare(how, one, "difference")
        fields = answers(plan, apart, row, dict(TEST, difference="estimate"))
        fields.update(answers(plan, plan.compare(how, one, "ratio"), row, {
            "ratio": "estimate", "ratio_low": "conf_low", "ratio_high": "conf_high"}))
        if "covariance" in row:
            fields["covariance"] = Computed(
                lambda a, b, d: (a * a + b * b - d * d) / 2,
                *[Answer(plan, r, "std_error") for r in (one, other, apart)])
        yield row, fields


def ttest(case, data):
    """The df are those of the records that have a value (R's of the subset)."""
    asker = Asker(case, data, change={"df": "domain"} if case["design"]["type"] == "taylor" else None)
    a = case["analysis"]
    names = dict(TEST, estimate="estimate")
    if a.get("group") is not None:
        asker.plan.body["types"][a["group"]] = "text"
    for row in case["expected"]:
        spec, plan = asker.spec("mean", row["key"]), asker.plan
        how = {"method": "t-test", "null": a.get("null") or 0}
        if a.get("group") is None:
            test = plan.compare(dict(how, statistics="all"), plan.estimate(spec), "mean")
        else:
            levels = asker.levels(a["group"])
            test = plan.compare(dict(how, across=a["group"], values=levels, df="all"),
                                plan.estimate(spec, {a["group"]: levels[0]}), "difference")
        yield row, answers(plan, test, row, names)


ASSOCIATIONS = {"F": ("rao-scott", "Rao-Scott F"), "Chisq": ("rao-scott-1", "Rao-Scott chi-square"),
                "Wald": ("wald", "Wald F"), "adjWald": ("adjusted-wald", "adjusted Wald F"),
                "saddlepoint": ("saddlepoint", "saddlepoint")}


def chisq(case, data):
    """The df are those of the whole design, or of the records that the condition is about."""
    asker = Asker(case, data)
    variables = case["analysis"]["variables"]
    asker.plan.body["types"].update({v: "text" for v in variables})
    some = {v: asker.levels(v)[0] for v in variables}
    plan = asker.plan
    if asker.tree:
        plan.body["domain"], asker.tree = asker.where, None
    known = ["not is_missing(%s)" % named(v) for v in variables]

    def share(row, of, *given):
        """The share of records with the row's value of the variables `of`."""
        event = plan.derive(" and ".join("%s == %s" % (named(v), literal(str(row["key"][v])))
                                         for v in of))
        within = ["%s == %s" % (named(v), literal(str(row["key"][v]))) for v in given]
        spec = dict({"estimator": "prevalence", "of": event, "interval": "wald"},
                    **asker.condition(*(known + within)))
        return Answer(plan, plan.estimate(spec), "estimate")

    cells = {"estimator": "count", "interval": "wald"}
    for row in case["expected"]:
        key = row["key"]
        if key["statistic"] == "table":
            cell = plan.estimate(dict(cells, by=[variables]), {v: key[v] for v in variables})
            fields = answers(plan, cell, row, {"total": "estimate"})
            if case["design"]["type"] == "replicate":  # R brings the table up to all the weights
                known_only = plan.estimate(dict(cells, where=" and ".join(known)))
                fields["total"] = Computed(
                    lambda x, everyone, some: x * (everyone / some),
                    *[Answer(plan, of, "estimate") for of in (cell, plan.estimate(cells), known_only)])
            fields.update({"share": share(row, variables),
                           "row_share": share(row, variables[1:], variables[0]),
                           "col_share": share(row, variables[:1], variables[1])})
            yield row, fields
        elif key["statistic"] in ASSOCIATIONS:
            which, finding = ASSOCIATIONS[key["statistic"]]
            of = plan.estimate(dict(cells, by=[variables]), some)
            test = plan.compare({"method": "association", "across": variables, "df": "domain",
                                 "statistic": which}, of, finding)
            yield row, answers(plan, test, row, {"value": "test", "df1": "df", "df2": "df_second",
                                                 "p_value": "p_value"})
        else:
            yield row, "test " + key["statistic"]


DEGREES = ["linear", "quadratic", "cubic", "quartic", "quintic", "degree 6", "degree 7", "degree 8",
           "degree 9"]
NAMES_OF_R = {"^%d" % (i + 1): name for i, name in enumerate(DEGREES)}


def contrasts(case, data):
    """Polynomial contrasts over the estimates of groups."""
    a = case["analysis"]
    asker = Asker(case, data)
    by, plan = a["by"][0], asker.plan
    names = dict(TEST, estimate="estimate")
    levels = asker.levels(by)
    positions = sorted(a["scores"], key=sort_key)
    for row in case["expected"]:
        key = row["key"]
        if by in key:
            yield row, asker.ask(row, asker.spec("mean", key))
            continue
        of = plan.estimate(asker.spec("mean", key), {by: levels[0]})
        across = {"across": by, "values": levels, "positions": positions, "df": "all"}
        which = NAMES_OF_R.get(key["contrast"], key["contrast"])
        if which == "gls_slope":
            test = plan.compare(dict(across, method="linear-trend", weights="inverse-variance"), of,
                                "slope")
        elif which in DEGREES:
            degree = max(4, DEGREES.index(which) + 1)
            test = plan.compare(dict(across, method="polynomial", degree=degree), of, which)
        else:
            yield row, "the contrast " + key["contrast"]
            continue
        yield row, answers(plan, test, row, names)


KINDS = {"difference": difference, "ttest": ttest, "chisq": chisq, "contrasts": contrasts}
