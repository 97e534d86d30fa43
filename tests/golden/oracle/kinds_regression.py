"""kinds_regression.py - regression: coefficients, their covariance, tests and contrasts of them."""
from asker import Asker
from formula import Formula, split_at
from plans import Answer, answers

TERM = {"estimate": "estimate", "se": "std_error", "df": "df", "ci_low": "conf_low",
        "ci_high": "conf_high"}
EXPONENTS = {"exp_estimate": "estimate", "exp_low": "conf_low", "exp_high": "conf_high"}
TEST = {"estimate": "estimate", "se": "std_error", "t": "test", "df": "df", "p_value": "p_value"}


class Pair:
    """The covariance of two coefficients: from the variances of the sum and the difference of both, each
    over its standard error, which a run before gives."""

    def __init__(self, plan, spec, names):
        self.plan, self.spec, self.names = plan, spec, names

    def value(self, program, scratch):
        errors = []
        for name in self.names:
            of = self.plan.estimate(self.spec, statistic=name)
            errors.append(Answer(self.plan, of, "std_error").value(program, scratch))
        if self.names[0] == self.names[1]:
            return errors[0] ** 2
        plan = self.plan.sibling()
        of = plan.estimate(self.spec)
        spread = []
        for sign in (1, -1):
            test = plan.compare({"method": "linear-combination", "statistics": self.names,
                                 "coefficients": [1 / errors[0], sign / errors[1]]}, of,
                                "combination")
            spread.append(Answer(plan, test, "std_error"))
        a, b = [s.value(program, scratch) for s in spread]
        return (a * a - b * b) / 4 * errors[0] * errors[1]


def glm(case, data):
    asker = Asker(case, data)
    model = Formula(case["analysis"]["formula"], asker)
    plan, spec = asker.plan, model.indicator()
    ratios = dict(spec, show="ratio", interval="log")
    known = [row["key"]["term"] for row in case["expected"] if "term" in row["key"]]
    for row in case["expected"]:
        key = row["key"]
        if "term" in key:
            name = model.statistic(key["term"])
            fields = answers(plan, plan.estimate(spec, statistic=name), row, TERM)
            if "exp_estimate" in row:
                fields.update(answers(plan, plan.estimate(ratios, statistic=name), row, EXPONENTS))
            one = plan.compare({"method": "linear-combination", "statistics": [name],
                                "coefficients": [1]}, plan.estimate(spec), "combination")
            fields.update(answers(plan, one, row, {"t": "test", "p_value": "p_value"}))
            yield row, fields
        elif "vcov_row" in key:
            names = [model.statistic(key[k]) for k in ("vcov_row", "vcov_col")]
            yield row, {"covariance": Pair(plan, spec, names)}
        elif "test" in key:
            some = []
            for _, label in split_at(key["test"].lstrip("~ "), "+"):
                some += [n for n in model.coefficients(label, known) if n not in some]
            test = plan.compare({"method": "wald-test",
                                 "statistics": [model.statistic(n) for n in some]},
                                plan.estimate(spec), "F")
            yield row, answers(plan, test, row, {"F": "test", "df1": "df", "df2": "df_second",
                                                 "p_value": "p_value"})
        else:
            parts = case["analysis"]["contrasts"][key["contrast"]]
            test = plan.compare({"method": "linear-combination",
                                 "statistics": [model.statistic(n) for n in parts],
                                 "coefficients": list(parts.values())},
                                plan.estimate(spec), "combination")
            yield row, answers(plan, test, row, TEST)


KINDS = {"glm": glm, "trend": glm}
