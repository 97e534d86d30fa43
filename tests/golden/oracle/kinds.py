"""kinds.py - how each kind of case is asked of the program.

A function gets a case and the folder of its data, and yields for each expected row either a text - what the
program cannot do - or, for each of its fields, where the answer stands (plans.Answer)."""
import kinds_counts
import kinds_regression
import kinds_survey
import kinds_tests
import kinds_vital
from asker import Asker


def trend_poly(case, data):
    """Polynomials of time: contrasts of estimates, or terms of a regression."""
    if case["analysis"].get("formula"):
        return kinds_regression.glm(case, data)
    return kinds_tests.contrasts(case, data)


def refusal(case, data):
    """A plan that the program must refuse."""
    asker = Asker(case, data)
    asker.plan.estimate(asker.spec("mean", {"variable": case["analysis"]["variables"][0]}))
    return asker.plan


KINDS = {"trend_poly": trend_poly}
for module in (kinds_counts, kinds_regression, kinds_survey, kinds_tests, kinds_vital):
    KINDS.update(module.KINDS)
