"""asker.py - the plan of a case over records: its design, conditions and variables."""
import weights
from plans import Answer, Plan, answers, design_of, expression, literal, named, texts_of

ESTIMATE = {"estimate": "estimate", "se": "std_error", "ci_low": "conf_low", "ci_high": "conf_high",
            "df": "df", "n_records": "n", "sum_w": "pop_hat", "cv": "cv", "deff_wor": "deff"}


class Asker:
    """Asks for estimates over the records of a case. `design` and `lonely` are in place of those of the
    case; `change` is done to the design of the plan."""

    def __init__(self, case, data, design=None, lonely=None, change=None):
        a = case["analysis"]
        self.case, self.a, self.data = case, a, data
        self.columns = data.columns(case["data"])
        self.tree = (a.get("where") or {}).get("ast")
        self.texts = texts_of(self.tree) | texts_of((a.get("domain_where") or {}).get("ast"))
        for row in case["expected"]:
            self.texts |= {k for k, v in row["key"].items()
                           if k in self.columns and isinstance(v, str)}
            if "category" in row["key"]:
                self.texts.add(row["key"]["variable"])
        if isinstance((a.get("event") or {}).get("equals"), str):
            self.texts.add(a["event"]["variable"])
        made = design_of(design or case["design"], a["df_rule"], lonely)
        made.update(change or {})
        self.weight = made.get("weight")
        self.plan = Plan(data, case["data"], a["level"], made, texts=self.texts)
        if weights.is_needed(design or case["design"]):
            self.weight = weights.put_in(self.plan, design or case["design"], data, case["data"])
        self.replaced = None

    @property
    def where(self):
        """The condition of the case. What is compared with it may have been made a text since."""
        texts = {k for k, v in self.plan.body["types"].items() if v == "text"}
        return expression(self.tree, texts) if self.tree else None

    def levels(self, column):
        """The values of a column among the records that the condition is about."""
        return self.data.levels(self.case["data"], column, self.tree)

    def condition(self, *more):
        """`where` of an indicator: that of the case, and these."""
        parts = [p for p in (self.where,) + more if p]
        return {"where": " and ".join(parts)} if parts else {}

    def by(self, row):
        return {k: row["key"][k] for k in self.a.get("by") or [] if k in row["key"]}

    def variable(self, name):
        """A column, or the constant 1 that the cases call one_."""
        return named(name) if name in self.columns else self.plan.derive("1 + 0")

    def equals(self, name, value):
        """Whether a column has a value, as an expression."""
        if name in self.texts:
            return "%s == %s" % (named(name), literal(str(value)))
        return "%s == %s" % (named(name), literal(value))

    def spec(self, estimator, key, **more):
        """An indicator over the variable of a key."""
        if "category" in key:
            of = self.plan.derive(self.equals(key["variable"], key["category"]))
        else:
            of = self.variable(key["variable"])
        return dict({"estimator": estimator, "of": of, "interval": "wald"},
                    **dict(self.condition(), **more))

    def positive(self, spec):
        """The same indicator over the records of positive weight."""
        if not self.weight:
            return spec
        parts = [p for p in (spec.get("where"), "%s > 0" % self.weight) if p]
        return dict(spec, where=" and ".join(parts))

    def ask(self, row, spec, names=None, statistic=None):
        """The fields of a row; n are the records of positive weight, asked by a second indicator."""
        by = self.by(row)
        fields = answers(self.plan, self.plan.estimate(spec, by, statistic), row, names or ESTIMATE)
        if "n" in row and "n" not in fields:
            positive = self.plan.estimate(self.positive(spec), by, statistic)
            fields["n"] = Answer(self.plan, positive, "n")
        if "deff_wr" in row:
            if self.replaced is None:
                self.replaced = self.plan.sibling(deff="wr")
            fields["deff_wr"] = Answer(self.replaced, self.replaced.estimate(spec, by, statistic),
                                       "deff")
        return fields
