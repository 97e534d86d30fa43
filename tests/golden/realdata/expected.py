"""expected.py - what a case expects of a plan: a Test reads its case into Expected results."""


class Expected:
    """A result that there must be. `numbers` are R's, `published` are (printed, decimals); both by the
    field of the row, or by a function of the row. `limits` are by method, and that of the row counts.
    `tolerance` is for fields where R's number, or that of the case, is no closer. `misprinted` are
    printed figures that must not agree: no method gives them."""

    def __init__(self, label, key, numbers, published=None, limits=None, tolerance=None,
                 misprinted=None):
        self.label = label
        self.key = key
        self.numbers = numbers
        self.published = published or {}
        self.limits = limits
        self.tolerance = tolerance or {}
        self.misprinted = misprinted or {}


class Test:
    """A plan of datasets/, the case it is held against, and how many results that is about. `changes`
    are texts of the plan that are replaced first."""

    def __init__(self, plan, case, reader, n_expected, changes=()):
        self.plan = plan
        self.case = case
        self.reader = reader
        self.n_expected = n_expected
        self.changes = changes


def row(indicator, by=None, statistic=None):
    return ("row", indicator, tuple(sorted((by or {}).items())), statistic)


def comparison(name, indicator, statistic):
    return ("comparison", name, indicator, statistic)


MANIFEST = ("manifest",)


def records_kept(manifest):
    """The records that the design has."""
    return manifest["records"]["kept"]


def percent(x):
    """A per cent that was printed with one decimal."""
    return (x / 100, 3)


LIMITS = {"logit": "ci95_logit_t", "korn-graubard": "ci95_korn_graubard_beta", "wald": "ci95_wald_t"}


def limits_of(e, names=LIMITS):
    return {method: e.get(name) for method, name in names.items()}


def contrast(t, fields=("estimate", "std_error", "test", "df", "p_value")):
    """A test of a case: its estimate and df have one of several names."""
    all_fields = {"estimate": t["difference"] if "difference" in t else t["estimate"],
                  "std_error": t.get("se"), "test": t["t"],
                  "df": t["df"] if "df" in t else t["df_sum"], "p_value": t["p"]}
    return {field: all_fields[field] for field in fields}
