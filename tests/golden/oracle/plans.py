"""plans.py - plans built from the parts of a case, and the answers that the program gives to them."""
import csv
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import golden  # noqa: E402

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
FPC_IS = {"population_size": "population", "fraction": "fraction"}
DF_RULES = {"design": "design", "domain": "domain", "strata_present": "strata_present",
            "inf": "infinite", "infinite": "infinite"}


def norm(value):
    """A value of a key as text: 1, 1.0 and "1" are the same."""
    try:
        return "%.12g" % float(value)
    except (TypeError, ValueError):
        return str(value)


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


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
        return "is_missing(%s)" % args[0]["var"]
    if op not in ("==", "!=", "<", "<=", ">", ">="):
        raise ValueError("the condition has an operator '%s'" % op)
    numeric = not any(isinstance(a.get("const"), str) for a in args)
    sides = []
    for a in args:
        if "const" in a:
            sides.append(literal(a["const"]))
        elif numeric and a["var"] in text_columns:
            sides.append("number(%s)" % a["var"])
        else:
            sides.append(a["var"])
    return "(%s %s %s)" % (sides[0], op, sides[1])


def texts_of(tree):
    """The columns that a condition compares with texts."""
    if tree is None:
        return set()
    found = set()
    args = tree.get("args", [])
    if any(isinstance(a.get("const"), str) for a in args):
        found = {a["var"] for a in args if "var" in a}
    for a in args:
        if "op" in a:
            found |= texts_of(a)
    return found


def columns_of(name):
    with open(os.path.join(DATA, name), encoding="utf-8", newline="") as f:
        return next(csv.reader(f))


def values_of(name, column):
    """The values that a column has, the missing ones left out."""
    with open(os.path.join(DATA, name), encoding="utf-8", newline="") as f:
        return {r[column] for r in csv.DictReader(f)} - {""}


def design_of(design, df_rule, lonely=None):
    """The `design` of a plan; a text instead says what of it the program cannot do yet."""
    if design["type"] != "taylor":
        return "replicate weights"
    stages = design["stages"]
    first = stages[0]
    out = {"lonely": lonely or design["lonely_psu"], "df": DF_RULES[df_rule],
           "nest": "yes" if design["nest"] else "no"}
    if first["strata"]:
        out["strata"] = first["strata"]
    if first["id"]:
        out["psu"] = first["id"]
    if design["weights"]:
        out["weight"] = design["weights"]
    if design.get("adjust_domain_lonely"):
        out["lonely_in_domain"] = "yes"
    if first.get("fpc"):
        out["fpc"] = first["fpc"]
    names = {"strata": "strata", "unit": "id", "fpc": "fpc"}
    later = [{k: s[n] for k, n in names.items() if s.get(n)} for s in stages[1:]]
    if later:
        out["stages"] = later
    if any(s.get("fpc") for s in stages):
        out["fpc_is"] = FPC_IS[design["fpc_is"]]
    return out


class Plan:
    """One plan in the making. Equal indicators are asked for once."""

    def __init__(self, data, level, design=None, kind="survey", texts=()):
        self.file = data if isinstance(data, str) else "data.csv"
        self.rows = None if isinstance(data, str) else data
        self.body = {"sampan": 1, "kind": kind, "data": {"file": self.file}, "level": level,
                     "indicators": {}}
        if design:
            self.body["design"] = design
        if texts:
            self.body["types"] = {t: "text" for t in sorted(texts)}
        self.names = {}
        self.found = {}
        self.tests = {}
        self.manifest = {}

    def derive(self, text):
        """A derived column of this expression; its name."""
        derived = self.body.setdefault("derive", {})
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

    def estimate(self, spec, by=None):
        """Asks for an estimate; what to give to `answer`."""
        spec = dict(spec, by=[sorted(by or {})])
        name = self._name("indicators", spec)
        return ("row", name, tuple(sorted((k, norm(v)) for k, v in (by or {}).items())))

    def compare(self, spec, reference, statistic):
        """Asks for a comparison of the indicator behind `reference`."""
        return ("test", self._name("compare", dict(spec, of=reference[1])), statistic)

    def run(self, program, scratch):
        """Runs the plan, if anything was asked."""
        path = os.path.join(scratch, self.file)
        if self.rows is not None:
            with open(path, "w", encoding="utf-8", newline="") as f:
                csv.writer(f).writerows(self.rows)
        elif not os.path.lexists(path):
            os.symlink(os.path.join(DATA, self.file), path)
        plan = os.path.join(scratch, "plan.yaml")
        with open(plan, "w", encoding="utf-8") as f:
            json.dump(self.body, f, ensure_ascii=False, indent=1)
        results = golden.run_plan(program, plan)
        self.manifest = results["manifest"]
        for row in results["rows"]:
            by = tuple(sorted((k, norm(v)) for k, v in (row["by"] or {}).items()))
            self.found[row["indicator"], by] = row
        for test in results["comparisons"]:
            self.tests[test["comparison"], test["statistic"]] = test

    def answer(self, reference):
        """The row or the comparison that was asked for; None where there is none."""
        where, name, rest = reference
        if where == "row":
            return self.found.get((name, rest))
        return self.tests.get((name, rest))
