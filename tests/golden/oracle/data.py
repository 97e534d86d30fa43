"""data.py - the files of the cases: their columns and values."""
import csv
import operator
import os


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def sort_key(value):
    """Numbers before texts, each in its own order."""
    text = str(value)
    return (0, float(text), "") if is_number(text) else (1, 0.0, text)


OPERATORS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
             ">": operator.gt, ">=": operator.ge}


def comparable(side, row, as_text):
    """A side of a comparison: its text or number, None where it is missing."""
    value = row[side["var"]] if "var" in side else side["const"]
    if value is None or value == "":
        return None
    return str(value) if as_text else float(value)


def holds(tree, row):
    """Whether a condition holds for a record; None where that is not known."""
    op, args = tree["op"], tree["args"]
    if op in ("and", "or"):
        found = [holds(a, row) for a in args]
        decisive = op == "or"
        return decisive if decisive in found else None if None in found else not decisive
    if op == "not":
        found = holds(args[0], row)
        return None if found is None else not found
    if op == "missing":
        return row[args[0]["var"]] == ""
    if op == "in":  # R's: a missing value is in no list, and that is known
        if row[args[0]["var"]] == "":
            return False
        some = args[1]["const"] if isinstance(args[1]["const"], list) else [a["const"] for a in args[1:]]
        return holds({"op": "or", "args": [{"op": "==", "args": [args[0], {"const": c}]}
                                           for c in some]}, row)
    sides = [comparable(a, row, any(isinstance(b.get("const"), str) for b in args)) for a in args]
    return None if None in sides else OPERATORS[op](*sides)


class Data:
    """The folder of the files."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self._rows = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def rows(self, name):
        if name not in self._rows:
            with open(self.path(name), encoding="utf-8", newline="") as f:
                self._rows[name] = list(csv.DictReader(f))
        return self._rows[name]

    def columns(self, name):
        if name is None:
            return []
        with open(self.path(name), encoding="utf-8", newline="") as f:
            return next(csv.reader(f))

    def values(self, name, column):
        """The values that a column has, the missing ones left out."""
        return {r[column] for r in self.rows(name)} - {""}

    def levels(self, name, column, tree=None):
        """The values of a column, in order; with a condition, those of the records it holds for."""
        values = {r[column] for r in self.rows(name) if tree is None or holds(tree, r)} - {""}
        return sorted(values, key=sort_key)

    def is_text(self, name, column):
        return not all(is_number(v) for v in self.values(name, column))
