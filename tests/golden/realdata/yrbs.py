"""yrbs.py - the plans of datasets/yrbs."""
from expected import MANIFEST, Expected, Test, limits_of, percent, records_kept, row

INDICATORS = {"evp": "e-vapor", "cigarettes": "cigarettes", "cigars": "cigars",
              "smokeless": "smokeless", "sad": "sad", "considered": "considered-suicide",
              "plan": "planned-suicide", "attempt": "attempted-suicide", "alcohol": "alcohol",
              "marijuana": "marijuana", "obese": "obesity", "overweight": "overweight"}
GROUPS = {"Total": {}, "Male": {"sex": "male"}, "Female": {"sex": "female"},
          "Grade 9": {"grade": "9"}, "Grade 10": {"grade": "10"}, "Grade 11": {"grade": "11"},
          "Grade 12": {"grade": "12"}, "Black NH": {"race": "black"},
          "Hispanic": {"race": "hispanic"}, "White NH": {"race": "white"},
          "Age <=15": {"age": "15-"}, "Age 16-17": {"age": "16-17"}, "Age >=18": {"age": "18+"}}

# One of the 53 printed intervals, 2.0-3.8 of an estimate of 2.8, comes from no method: not by logit, Wald,
# Wilson or Korn-Graubard limits, and not without strata or without clusters. Students aged 15 or younger
# have the same 2.0-3.8 in the same column. R has 1.8-4.4, too.
MISPRINTED = ["smokeless Black NH"]


def national(df, limits, with_published):
    """The case has limits by the df of the domain and by those of the whole design."""
    def read(case):
        printed = {c["domain"]: c for c in case["comparison"]}
        for e in case["estimates"]:
            name, _, group = e["domain"].partition(" ")
            numbers = {"estimate": e["estimate"], "std_error": e["se"], "df": e[df], "n": e["n"],
                       "n_events": e["n_cases"], "pop_hat": e["weighted_n"],
                       percent_error: e["rse_percent"]}
            if "korn-graubard" in limits:
                numbers["n_eff"] = e["estimate"] * (1 - e["estimate"]) / e["variance"]
                numbers["deff"] = e["deff_srswr"]
            elif e["deff"] is not None:     # R has none where fewer are counted than sampled
                numbers["deff"] = e["deff"]
            published, misprinted = {}, {}
            p = printed.get(e["domain"]) if with_published else None
            if p is not None:
                published["estimate"] = percent(p["published_percent"])
                if p["published_ci95"] is not None:
                    low, high = p["published_ci95"]
                    both = {"conf_low": percent(low), "conf_high": percent(high)}
                    (misprinted if e["domain"] in MISPRINTED else published).update(both)
            yield Expected(e["domain"], row(INDICATORS[name], GROUPS[group]), numbers, published,
                           limits_of(e, limits), misprinted=misprinted)
        yield Expected("records", MANIFEST, {records_kept: case["n_design"]})
    return read


def percent_error(result):
    """The relative standard error in per cent."""
    return 100 * result["cv"]


def helmets(case):
    y = case["yrbs2015"]
    yield Expected("no helmet", row("no-helmet"),
                   {"estimate": y["estimate"], "std_error": y["se"], "n": y["n"], "df": y["degf"]},
                   limits={"logit": y["ci95_xlogit"]})


def n_strata(manifest):
    return manifest["design"]["strata"]


def n_psus(manifest):
    return manifest["design"]["psus"]


def districts(case):
    yield Expected("design", MANIFEST, {records_kept: case["n_design"], n_strata: case["n_strata"],
                                        n_psus: case["n_psu"]})
    for e in case["estimates"]:
        name, _, where = e["domain"].replace(",", "").partition(" ")
        indicator, by = name, {}
        year, _, group = where.partition(" ")
        if group:
            indicator += "-2019"
            by = {"Sex": group} if group in ("Female", "Male") else {"district": group}
        elif year != "all":
            by = {"year": year}
        if e["n"] == 0:     # R's 0 of a district that did not ask is no estimate
            yield Expected(e["domain"], row(indicator, by),
                           {"n": 0, "estimate": None, "std_error": None, "conf_low": None})
            continue
        yield Expected(e["domain"], row(indicator, by),
                       {"estimate": e["estimate"], "std_error": e["se"], "df": e["df"], "n": e["n"]},
                       limits=limits_of(e, {"logit": "ci95_logit_t", "wald": "ci95_wald_t"}))


def whole_design(case):
    numbers = {"df": case["df_design"]}
    yield Expected("considered, all", row("considered"), numbers)


DOMAIN_DF = ("df: design}", "df: domain}")
TESTS = [
    Test("yrbs/national-2019", "yrbs_2019_sav",
         national("df_design", {"logit": "ci95_logit_t_design_df"}, True), 97),
    Test("yrbs/national-2019", "yrbs_2019_sav", national("df", {"logit": "ci95_logit_t"}, False), 97,
         [DOMAIN_DF]),
    Test("yrbs/national-2019", "yrbs_2019_sav", national("df", {"wald": "ci95_wald_t"}, False), 97,
         [("interval: logit", "interval: wald"), DOMAIN_DF]),
    Test("yrbs/national-2019", "yrbs_2019_sav",
         national("df", {"korn-graubard": "ci95_korn_graubard_beta"}, False), 97,
         [("interval: logit", "interval: {method: korn-graubard, convention: r}"),
          ("df: design}", "df: domain, deff: wr}")]),
    Test("yrbs/helmets-2015", "survey_package_api", helmets, 1),
    Test("yrbs/districts-1991-2019", "yrbs_district_large", districts, 59),
    Test("yrbs/districts-1991-2019", "yrbs_district_large", districts, 59,
         [("interval: logit", "interval: wald")]),
    Test("yrbs/districts-1991-2019", "yrbs_district_large", whole_design, 1,
         [("df: domain}", "df: design}")]),
]
