"""plans.py - plans built from the parts of a case, and the answers that the program gives to them."""
import csv
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import golden  # noqa: E402

FPC_IS = {"population_size": "population", "fraction": "fraction"}
DF_RULES = {"design": "design", "domain": "domain", "strata_present": "strata_present",
            "inf": "infinite", "infinite": "infinite", "residual": "domain"}
DEFAULT_FILE = "data.csv"
KEYWORDS = {"or", "and", "not", "in", "between", "true", "false", "missing"}


class Unsupported(Exception):
    """Something that the program cannot do."""


def norm(value):
    """A value of a key as text: 1, 1.0 and "1" are the same."""
    try:
        return "%.12g" % float(value)
    except (TypeError, ValueError):
        return str(value)


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def named(column):
    """A column in an expression."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", column) and column not in KEYWORDS:
        return column
    return "`" + column.replace("`", "``") + "`"


def literal(value):
    return quoted(value) if isinstance(value, str) else repr(value)


def expression(tree, text_columns):
    """A condition as an expression of plans."""
    op, args = tree["op"], tree["args"]
    if op in ("and", "or"):
        return "(" + (" %s " % op).join(expression(a, text_columns) for a in args) + ")"
    if op == "not":
        return "not " + expression(args[0], text_columns)
    if op == "missing":
        return "is_missing(%s)" % named(args[0]["var"])
    if op == "in":  # R's: a missing value is in no list, and that is known
        sides = [{"op": "==", "args": [args[0], {"const": c}]} for c in constants(args[1:])]
        return "(not is_missing(%s) and (%s))" % (
            named(args[0]["var"]), " or ".join(expression(s, text_columns) for s in sides))
    if op not in ("==", "!=", "<", "<=", ">", ">="):
        raise Unsupported("the operator '%s' of a condition" % op)
    numeric = not any(isinstance(a.get("const"), str) for a in args)
    sides = []
    for a in args:
        if "const" in a:
            sides.append(literal(a["const"]))
        elif numeric and a["var"] in text_columns:
            sides.append("number(%s)" % named(a["var"]))
        else:
            sides.append(named(a["var"]))
    return "(%s %s %s)" % (sides[0], op, sides[1])


def constants(args):
    """The constants of a list of arguments, each alone or in a list."""
    found = []
    for a in args:
        found += a["const"] if isinstance(a["const"], list) else [a["const"]]
    return found


def texts_of(tree):
    """The columns that a condition compares with texts."""
    if tree is None:
        return set()
    found, args = set(), tree.get("args", [])
    if any(isinstance(c, str) for c in constants(a for a in args if "const" in a)):
        found = {a["var"] for a in args if "var" in a}
    for a in args:
        if "op" in a:
            found |= texts_of(a)
    return found


def replicates_of(given):
    out = {"type": given["type"], "weights": [named(c) for c in given["columns"]],
           "combined": "yes" if given["combined_weights"] else "no",
           "mse": "yes" if given["mse"] else "no"}
    for key in ("rho", "scale", "rscales"):
        if given.get(key) is not None:
            out[key] = given[key]
    if given.get("degf_given") is not None:
        out["degf"] = given["degf_given"]
    return out


def design_of(design, df_rule, lonely=None):
    """The `design` of a plan."""
    out = {"df": DF_RULES[df_rule]}
    if design.get("weights"):
        out["weight"] = named(design["weights"])
    if design["type"] == "replicate":
        return dict(out, replicates=replicates_of(design["replicate"]))
    first = design["stages"][0]
    out.update({"lonely": lonely or design["lonely_psu"], "nest": "yes" if design["nest"] else "no"})
    if design.get("adjust_domain_lonely"):
        out["lonely_in_domain"] = "yes"
    for key, name in (("strata", "strata"), ("id", "psu"), ("fpc", "fpc")):
        if first.get(key):
            out[name] = named(first[key])
    later = [{name: named(s[key]) for key, name in
              (("strata", "strata"), ("id", "unit"), ("fpc", "fpc")) if s.get(key)}
             for s in design["stages"][1:]]
    if later:
        out["stages"] = later
    if any(s.get("fpc") for s in design["stages"]):
        out["fpc_is"] = FPC_IS[design["fpc_is"]]
    return out


class Plan:
    """One plan in the making. Equal indicators are asked for once."""

    def __init__(self, data, source, level, design=None, kind="survey", texts=()):
        self.data = data
        self.file = source if isinstance(source, str) else DEFAULT_FILE
        self.rows = None if isinstance(source, str) else source
        self.tables = {}
        self.body = {"sampan": 1, "kind": kind, "data": {"file": self.file}, "level": level,
                     "types": {t: "text" for t in sorted(texts)}, "derive": {}, "indicators": {}}
        if design:
            self.body["design"] = design
        self._clear()

    def _clear(self):
        self.names, self.found, self.tests, self.manifest = {}, {}, {}, None

    def sibling(self, **design):
        """The same data and columns under another design."""
        other = object.__new__(Plan)
        other.__dict__.update(self.__dict__)
        other.body = dict(self.body, indicators={},
                          design=dict(self.body.get("design") or {}, **design))
        other.body.pop("compare", None)
        other._clear()
        return other

    def table(self, name, rows):
        """A file beside the plan."""
        self.tables[name] = rows

    def derive(self, text):
        """A derived column of this expression; its name."""
        derived = self.body["derive"]
        for name, have in derived.items():
            if have == text:
                return name
        name = "derived_%d" % (len(derived) + 1)
        derived[name] = text
        return name

    def _name(self, where, spec):
        key = where + json.dumps(spec, sort_keys=True)
        if key not in self.names:
            self.names[key] = "%s%d" % (where[0], len(self.names) + 1)
            self.body.setdefault(where, {})[self.names[key]] = spec
        return self.names[key]

    def estimate(self, spec, by=None, statistic=None):
        """Asks for an estimate; what to give to `answer`."""
        spec = dict(spec)
        spec.setdefault("by", [sorted(by or {})])
        name = self._name("indicators", spec)
        return ("row", name, statistic, tuple(sorted((k, norm(v)) for k, v in (by or {}).items())))

    def compare(self, spec, reference, statistic, terms=None):
        """Asks for a comparison of the indicator behind `reference`. With `within`, `terms` is the
        text of its group."""
        return ("test", self._name("compare", dict(spec, of=reference[1])), statistic, terms)

    def run(self, program, scratch):
        """Runs the plan, once."""
        if self.manifest is not None:
            return
        path = os.path.join(scratch, self.file)
        tables = dict(self.tables)
        if self.rows is not None:
            tables[self.file] = self.rows
        elif not os.path.lexists(path):
            os.symlink(self.data.path(self.file), path)
        for name, rows in tables.items():
            with open(os.path.join(scratch, name), "w", encoding="utf-8", newline="") as f:
                csv.writer(f).writerows(rows)
        plan = os.path.join(scratch, "plan.yaml")
        with open(plan, "w", encoding="utf-8") as f:
            body = {k: v for k, v in self.body.items() if v not in ({}, None)}
            json.dump(body, f, ensure_ascii=False, indent=1)
        results = golden.run_plan(program, plan)
        self.manifest = results["manifest"]
        for row in results["rows"]:
            by = tuple(sorted((k, norm(v)) for k, v in (row["by"] or {}).items() if v is not None))
            self.found[row["indicator"], row["statistic"], by] = row
            self.found.setdefault((row["indicator"], None, by), row)
        for test in results["comparisons"]:
            self.tests.setdefault((test["comparison"], test["statistic"]), []).append(test)

    def answer(self, reference):
        """The row or the comparison that was asked for; None where there is none."""
        if reference == ("manifest",):
            return self.manifest.get("design", {})
        where, name, statistic, rest = reference
        if where == "row":
            return self.found.get((name, statistic, rest))
        for test in self.tests.get((name, statistic), []):
            if rest is None or rest in test["terms"]:
                return test
        return None


class Answer:
    """Where a number stands in the answers of a plan."""

    def __init__(self, plan, reference, name):
        self.plan, self.reference, self.name = plan, reference, name

    def value(self, program, scratch):
        self.plan.run(program, scratch)
        answer = self.plan.answer(self.reference)
        if answer is None:
            raise LookupError("no row")
        return answer[self.name] if not isinstance(self.name, tuple) \
            else answer.get(self.name[0], {}).get(self.name[1])


class Computed:
    """A number made of others."""

    def __init__(self, function, *sources):
        self.function, self.sources = function, sources

    def value(self, program, scratch):
        values = [golden.number(s.value(program, scratch)) for s in self.sources]
        return self.function(*values)


def answers(plan, reference, row, names):
    """Those of the fields of a row that an answer has."""
    return {k: Answer(plan, reference, v) for k, v in names.items() if k in row}
