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


def plain(name):
    """A name of R without what does not tell terms apart: spaces, backticks, how numbers are written."""
    return re.sub(r"\d+(\.\d+)?([eE][+-]?\d+)?", lambda n: "%.15g" % float(n.group(0)),
                  re.sub(r"[\s`]", "", name))


def bare(column):
    """A column's name without R's backticks."""
    return column[1:-1] if re.fullmatch(r"`[^`]+`", column) else column


def with_columns(text, columns):
    """An expression with its columns named as plans name them."""
    def name(found):
        word = bare(found.group(0))
        return named(word) if word in columns else found.group(0)
    parts = re.split(r"(\"[^\"]*\")", text)
    return "".join(p if p.startswith("\"") else re.sub(r"`[^`]+`|[^\W\d][\w.]*(?!\s*\()", name, p)
                   for p in parts)


def call_of(text):
    """The name and the argument of a call that is the whole text."""
    found = re.fullmatch(r"(\w+)\((.*)\)", text, re.S)
    return (found.group(1), found.group(2)) if found else (None, text)


class Term:
    """A column that the outcome is regressed on: what R calls it, what the plan does, its levels."""

    def __init__(self, label, column, levels):
        self.label, self.column, self.levels, self.dummies = label, column, levels, {}

    def parts(self):
        """Its part in the names of coefficients: R's, and the plan's."""
        ours = bare(self.column)
        if self.dummies:
            return [(self.label + level, column) for level, column in self.dummies.items()]
        if self.levels is None:
            return [(self.label, ours), (self.label + "TRUE", ours)]
        return [(self.label + level, ours + level) for level in self.levels]

    def columns(self):
        return list(self.dummies.values()) or [self.column]


class Formula:
    """A formula for records of a case; `asker` gives the plan that columns are derived in."""

    def __init__(self, text, asker):
        left, right = text.split("~", 1)
        self.asker, self.case, self.data = asker, asker.case, asker.data
        self.terms, self.products, self.offset, self.intercept = {}, [], None, True
        self.names, self.mains = {}, set()
        self.texts, self.numbers = set(), set()
        self.outcome = self._outcome(left.strip())
        for sign, term in split_at(right, "+-"):
            self._add(sign, term)
        self._only_products()
        if not self.intercept:
            self._code_wholly()
        for t in self.texts:
            asker.plan.body["types"][t] = "text"
            asker.texts.add(t)
        for t in self.numbers - self.texts:
            asker.plan.body["types"].setdefault(t, "number")

    def _outcome(self, text):
        name, inside = call_of(text)
        if name == "I":
            return self.asker.plan.derive(self._translate(inside))
        column = bare(text)
        if column not in self.asker.columns:
            return self.asker.plan.derive(self._translate(text))
        self.numbers.add(column)
        return named(column)

    def _translate(self, text):
        """An expression; the columns that it compares with texts are texts."""
        compared = re.findall(r"(`[^`]+`|[\w.]+)\s*[=!]=\s*\"", text)
        self.texts |= {bare(c) for c in compared}
        return expression_of(with_columns(text, self.asker.columns))

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

    def _only_products(self):
        """Products of numbers of which not every number is a term: a column of their own."""
        for product in [p for p in self.products if not self.mains.issuperset(p)]:
            if any(self.terms[label].levels is not None for label in product):
                raise Unsupported("a product of a factor that is no term itself")
            self.products.remove(product)
            self.terms[":".join(product)] = Term(":".join(product), self.asker.plan.derive(
                " * ".join("(%s)" % self.terms[label].column for label in product)), None)
        inside = set(itertools.chain(*self.products))
        for label in [t for t in self.terms if ":" not in t and t not in self.mains | inside]:
            del self.terms[label]

    def _product(self, labels):
        if len(labels) == 1:
            self.mains.add(labels[0])
        for label in labels:
            if label not in self.terms:
                self.terms[label] = self._term(label)
        if len(labels) > 1 and tuple(labels) not in self.products:
            self.products.append(tuple(labels))

    def _code_wholly(self):
        """Without a constant, the first factor of R has a column for each of its levels."""
        for term in self.terms.values():
            if term.levels is None:
                continue
            if any(term.label in product for product in self.products):
                raise Unsupported("a product of a factor without a constant")
            term.dummies = {v: self.asker.plan.derive("%s == %s" % (term.column, literal(v)))
                            for v in term.levels}
            return

    def _term(self, label):
        name, inside = call_of(label)
        column = bare(inside if name == "factor" else label)
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
        return self.asker.levels(column)

    def indicator(self, **more):
        a = self.case["analysis"]
        spec = {"estimator": "regression", "family": a["family"], "of": self.outcome,
                "on": [c for t in self.terms.values() for c in t.columns()], "interval": "wald"}
        if self.products:
            spec["interactions"] = ", ".join(
                ":".join(self.terms[p].column for p in product) for product in self.products)
        if self.offset:
            spec["offset"] = self.offset
        if not self.intercept:
            spec["intercept"] = "no"
        references = self.references()
        if references:
            spec["reference"] = ", ".join("%s=%s" % r for r in references)
        return dict(spec, **dict(self.asker.condition(), **more))

    def references(self):
        """The levels of reference that are not the first: those that R has no coefficient of."""
        known = {plain(r["key"]["term"]) for r in self.case["expected"] if "term" in r["key"]}
        found = []
        for term in self.terms.values():
            if term.levels is None or term.dummies:
                continue
            absent = [v for v in term.levels if plain(term.label + v) not in known]
            if len(absent) == 1 and absent[0] != term.levels[0]:
                found.append((bare(term.column), absent[0]))
        return found

    def statistic(self, name):
        """What the plan calls the coefficient that R calls `name`."""
        if name == "(Intercept)":
            return name
        if not self.names:
            for labels in [(label,) for label in self.terms] + self.products:
                self._name(labels)
        if plain(name) not in self.names:
            raise Unsupported("the coefficient " + literal(name))
        return self.names[plain(name)]

    def _name(self, labels):
        """The coefficients of a term, in whatever order R has its parts."""
        for order in itertools.permutations(labels):
            for parts in itertools.product(*[self.terms[label].parts() for label in order]):
                ours = dict(zip(order, (p[1] for p in parts)))
                self.names.setdefault(plain(":".join(p[0] for p in parts)),
                                      ":".join(ours[label] for label in labels))

    def coefficients(self, label, names):
        """Those of R's coefficients `names` that belong to a term of the formula."""
        wanted = sorted(plain(p) for _, p in split_at(label, ":"))
        mine = set()
        for labels in [(one,) for one in self.terms] + self.products:
            if sorted(plain(one) for one in labels) == wanted:
                for order in itertools.permutations(labels):
                    mine |= {plain(":".join(p[0] for p in parts)) for parts in
                             itertools.product(*[self.terms[one].parts() for one in order])}
        return [n for n in names if plain(n) in mine]
