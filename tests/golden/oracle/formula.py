"""formula.py - model formulas of R as a regression of plans, and R's names of its terms.

    outcome ~ term + ...    with terms x, a:b, a*b, I(expression), factor(x), offset(expression), 1, 0, -1"""
import itertools
import re

from plans import Unsupported, literal, named


def split_at(text, signs):
    """The parts of a text between signs that stand outside parentheses and quotes, with the sign before
    each."""
    parts, sign, start, depth, quote = [], "+", 0, 0, ""
    for i, c in enumerate(text):
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'`":
            quote = c
        elif c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif depth == 0 and c in signs:
            parts.append((sign, text[start:i].strip()))
            sign, start = c, i + 1
    parts.append((sign, text[start:].strip()))
    return [p for p in parts if p[1]]


def expression_of(text):
    """An expression of R in the words of plans."""
    for r, ours in (("&&", "and"), ("||", "or"), ("&", " and "), ("|", " or ")):
        text = text.replace(r, ours)
    text = re.sub(r"!(?!=)", " not ", text)
    text = re.sub(r"is\.na\(", "is_missing(", text)
    return text


def call_of(text):
    """The name and the argument of a call that is the whole text."""
    found = re.fullmatch(r"(\w+)\((.*)\)", text, re.S)
    return (found.group(1), found.group(2)) if found else (None, text)


class Term:
    """A column that the outcome is regressed on: what R calls it, what the plan does, its levels."""

    def __init__(self, label, column, levels):
        self.label, self.column, self.levels = label, column, levels


class Formula:
    """A formula for records of a case; `asker` gives the plan that columns are derived in."""

    def __init__(self, text, asker):
        left, right = text.split("~", 1)
        self.asker, self.case, self.data = asker, asker.case, asker.data
        self.terms, self.products, self.offset, self.intercept = {}, [], None, True
        self.texts, self.numbers = set(), set()
        self.outcome = self._outcome(left.strip())
        for sign, term in split_at(right, "+-"):
            self._add(sign, term)
        for t in self.texts:
            asker.plan.body["types"][t] = "text"
            asker.texts.add(t)
        for t in self.numbers - self.texts:
            asker.plan.body["types"].setdefault(t, "number")

    def _outcome(self, text):
        name, inside = call_of(text)
        if name == "I":
            return self.asker.plan.derive(self._translate(inside))
        if text not in self.asker.columns:
            return self.asker.plan.derive(self._translate(text))
        self.numbers.add(text)
        return named(text)

    def _translate(self, text):
        """An expression; the columns that it compares with texts are texts."""
        self.texts |= set(re.findall(r"(\w+)\s*[=!]=\s*\"", text))
        return expression_of(text)

    def _add(self, sign, term):
        if term in ("0", "1"):
            self.intercept = (term == "1") == (sign == "+")
            return
        if sign == "-":
            raise Unsupported("a formula without " + term)
        name, inside = call_of(term)
        if name == "offset":
            self.offset = self.asker.plan.derive(self._translate(inside))
            return
        crossed = [p for _, p in split_at(term, "*")]
        if len(crossed) > 1:
            for n in range(1, len(crossed) + 1):
                for some in itertools.combinations(crossed, n):
                    self._product(some)
            return
        self._product([p for _, p in split_at(term, ":")])

    def _product(self, labels):
        for label in labels:
            if label not in self.terms:
                self.terms[label] = self._term(label)
        if len(labels) > 1 and tuple(labels) not in self.products:
            self.products.append(tuple(labels))

    def _term(self, label):
        name, inside = call_of(label)
        column = inside if name == "factor" else label
        if column in self.asker.columns:
            if name == "factor" or self._is_factor(column):
                self.texts.add(column)
                return Term(label, named(column), self._levels(column))
            self.numbers.add(column)
            return Term(label, named(column), None)
        return Term(label, self.asker.plan.derive(self._translate(
            inside if name == "I" else label)), None)

    def _is_factor(self, column):
        given = self.case["analysis"].get("factors") or []
        return column in given or self.data.is_text(self.case["data"], column)

    def _levels(self, column):
        return self.data.levels(self.case["data"], column)

    def indicator(self, **more):
        a = self.case["analysis"]
        spec = {"estimator": "regression", "family": a["family"], "of": self.outcome,
                "on": [t.column for t in self.terms.values()], "interval": "wald"}
        if self.products:
            spec["interactions"] = ", ".join(
                ":".join(self.terms[p].column for p in product) for product in self.products)
        if self.offset:
            spec["offset"] = self.offset
        if not self.intercept:
            spec["intercept"] = "no"
        return dict(spec, **dict(self.asker.condition(), **more))

    def statistic(self, name):
        """What the plan calls the coefficient that R calls `name`."""
        if name == "(Intercept)":
            return name
        return ":".join(self._part(p) for _, p in split_at(name, ":"))

    def _part(self, part):
        for term in self.terms.values():
            if part == term.label:
                return term.column
            if term.levels is not None and part.startswith(term.label):
                level = part[len(term.label):]
                if level in term.levels:
                    return term.column + level
            if term.levels is None and part == term.label + "TRUE":
                return term.column
        raise Unsupported("the coefficient " + name_of(part))

    def coefficients(self, label, names):
        """Those of R's coefficients `names` that belong to a term of the formula."""
        wanted = [p for _, p in split_at(label, ":")]
        found = []
        for name in names:
            parts = [p for _, p in split_at(name, ":")]
            if len(parts) == len(wanted) and all(self._belongs(p, wanted) for p in parts):
                found.append(name)
        return found

    def _belongs(self, part, wanted):
        own = [w for w in wanted if part == w or
               (w in self.terms and self.terms[w].levels is not None and part.startswith(w)
                and part[len(w):] in self.terms[w].levels)]
        return bool(own)


def name_of(part):
    return literal(part)
