"""tables.py - the plans of datasets/api and datasets/textbook."""
from expected import Expected, Test, comparison, row


def schools(prefix, decimals):
    """The reader of one design; `decimals` of the printed estimate and standard error, by statistic."""
    def read(case):
        for c in case["comparison"]:
            name, _, rest = c["domain"].partition(" ")
            if name != prefix:
                continue
            what = "enrolled" if "total enroll" in rest else "api00"
            published = dict(zip(("estimate", "std_error"), zip(c["published"], decimals[what])))
            yield Expected(c["domain"], row(what), {"estimate": c["estimate"], "std_error": c["se"]},
                           published)
    return read


def trend(index, published):
    """The Cochran-Armitage test of one table of the case, and its Mantel-Haenszel form."""
    def read(case):
        c = case["cases"][index]["computed"]

        def expect(name, statistic, **numbers):
            return Expected("%s %s" % (name, statistic), comparison(name, "risk", statistic),
                            numbers, published.get((name, statistic)))
        yield expect("trend", "slope", estimate=c["slope"], test=c["z"], p_value=c["p_two_sided"])
        yield expect("trend", "chi-square", test=c["chi2_trend"], df=1, p_value=c["p_two_sided"])
        yield expect("trend", "one-sided", test=c["z"], p_value=c["p_one_sided"])
        yield expect("trend", "departure", test=c["chi2_departure"], df=c["df_departure"],
                     p_value=c["p_departure"])
        yield expect("mantel-haenszel", "chi-square", test=c["mantel_haenszel_M2"], df=1,
                     p_value=c["p_M2"])
    return read


def down_syndrome(case):
    limits = {"fay-feuer": "gamma_ci", "dobson-byar": "dobson_byar_ci",
              "dobson-exact": "dobson_exact_ci", "wald": "wald_ci", "log": "lognormal_ci"}
    for e in case["estimates"]:
        by = {"birth_order": e["domain"].replace("birth order ", "")}
        yield Expected(e["domain"] + " crude", row("crude", by),
                       {"estimate": e["crude_per_100000"], "n_events": e["events"]})
        both = {"estimate": e["rate_per_100000"], "std_error": e["se_per_100000"]}
        for name, field in limits.items():
            numbers = dict(both, conf_low=e[field][0], conf_high=e[field][1])
            yield Expected("%s %s" % (e["domain"], name), row("rate-" + name, by), numbers)
        numbers = dict(both, conf_low=e["gamma_ci"][0], conf_high=e["tiwari_modified_gamma_upper"])
        yield Expected(e["domain"] + " tiwari", row("rate-tiwari", by), numbers)


def life_table(case):
    c = case["cases"][0]
    names = {"mx": "m", "qx": "q", "lx": "l", "dx": "d", "Lx": "L", "Tx": "T", "ex": "e"}
    for i, of_age in enumerate(c["computed"]):
        for name, statistic in names.items():
            statistic += str(of_age["age"])
            printed = c["published"][name][i] if name in ("lx", "Lx") else None
            published = {"estimate": (printed, 0)} if printed is not None else {}
            if name == "ex" and i == 0:
                published = {"estimate": (c["published"]["e0"], 3)}
            yield Expected(statistic, row("life-table", statistic=statistic),
                           {"estimate": of_age[name]}, published)


def low_196(result):
    """The lower limit of the English template, which takes 1.96 for the normal quantile."""
    return result["estimate"] - 1.96 * result["std_error"]


def high_196(result):
    """The upper limit of the English template."""
    return result["estimate"] + 1.96 * result["std_error"]


def life_expectancy(case):
    c = case["cases"][1]
    for i, of_age in enumerate(c["computed"]):
        age = str(of_age["age"])
        published = {}
        if i < len(c["published"]["e"]):
            # Twelve digits were printed, so that limits have eight or seven decimals.
            published = {"estimate": (c["published"]["e"][i], 8),
                         low_196: (c["published"]["lower"][i], 7),
                         high_196: (c["published"]["upper"][i], 7)}
        yield Expected("e" + age, row("life-expectancy", statistic="e" + age),
                       {"estimate": of_age["ex"], "std_error": of_age["se"],
                        "conf_low": of_age["lower"], "conf_high": of_age["upper"]}, published)
        for name, statistic in (("qx", "q"), ("lx", "l")):
            yield Expected(statistic + age, row("life-expectancy", statistic=statistic + age),
                           {"estimate": of_age[name]})


API = "survey_package_api"
CLASSIC = "cochran_armitage"
TESTS = [
    Test("api/simple", API, schools("apisrs", {"api00": (2, 4), "enrolled": (0, 0)}), 2),
    Test("api/stratified", API, schools("apistrat", {"api00": (2, 4), "enrolled": (0, 0)}), 2),
    Test("api/cluster", API, schools("apiclus1", {"api00": (2, 3), "enrolled": (0, 0)}), 2),
    Test("api/two-stage", API, schools("apiclus2", {"api00": (2, 3)}), 1),
    Test("textbook/pain", CLASSIC, trend(0, {("trend", "slope"): {"test": (-4.7918, 4)}}), 5),
    Test("textbook/smokers", CLASSIC,
         trend(1, {("trend", "chi-square"): {"test": (8.2249, 4), "p_value": (0.004132, 6)}}), 5),
    Test("textbook/alcohol", CLASSIC,
         trend(2, {("trend", "chi-square"): {"test": (6.57, 2), "p_value": (0.010, 3)},
                   ("mantel-haenszel", "chi-square"): {"test": (6.6, 1)}}), 5),
    Test("textbook/down-syndrome", "fay_feuer_down_syndrome", down_syndrome, 35),
    Test("textbook/life-table-austria-1992", "life_tables", life_table, 133),
    Test("textbook/life-expectancy-england", "life_tables", life_expectancy, 60),
]
