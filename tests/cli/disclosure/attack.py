#!/usr/bin/env python3
"""Tries to work out withheld counts from what was printed: attack.py RESULTS.json DATA.csv BELOW

The unknowns are the numbers of records by year, area, sex, age and answers to both questions, as
far as the tables tell them apart. Every printed n and n_events is an equation, and so is the number
of records of each year. A count below BELOW (1 or more) must not be printed, and no count of a
withheld row may follow from the equations. The data file says which counts there are, and how large
they are; the attack uses it for the cells only.
"""
import csv
import json
import sys
from fractions import Fraction

results, data, below = json.load(open(sys.argv[1])), list(csv.DictReader(open(sys.argv[2]))), int(sys.argv[3])
EVENTS = {"smoking": ("smoke", "1"), "free": ("smoke", "0"), "ill": ("ill", "1"), "smokers": ("smoke", "1"),
          "y": ("y", "1"), "hiv": ("dis", "hiv"), "hivs": ("dis", "hiv")}
LEVELS = {"levels": "dis", "people": "dis", "smoking levels": "smoke"}
period = "year" if "year" in data[0] else None
rows = results["estimates"] if "estimates" in results else results["rows"]


def by_of(row):
    """{variable: value} of a row, the period with them."""
    by = {k: str(v) for k, v in (row.get("by") or {}).items() if v is not None and v != ""}
    if period and row.get("period"):
        by[period] = str(row["period"])
    return by


def asked_of(row):
    """(question, answer) that the n_events of a row are of, or None."""
    if row["indicator"] in LEVELS:
        return LEVELS[row["indicator"]], row["statistic"]
    return EVENTS.get(row["indicator"])


everything = sorted({k for r in rows for k in by_of(r)} | ({period} if period else set()))
# For each question on its own: counts by all groups and the answer. A table may be by the answer, too.
questions = ["smoke", "ill", "y", "dis"]


class Space:
    """The span of the printed equations, over counts by group and answer."""

    def __init__(self, question):
        self.question = question
        self.groups = [g for g in everything if g != question]
        self.answers = sorted({r[question] for r in data})
        cells = sorted({tuple(r[g] for g in self.groups) for r in data})
        self.at = {}
        for cell in cells:
            for answer in self.answers:
                self.at[cell + (answer,)] = len(self.at)
        self.basis = {}

    def vector(self, by, answer=None):
        names = self.groups + [self.question]
        return {i: Fraction(1) for key, i in self.at.items()
                if all(key[names.index(k)] == v for k, v in by.items()) and answer in (None, key[-1])}

    def reduce(self, v):
        v = dict(v)
        while v:
            lead = min(v)
            if lead not in self.basis:
                # go on behind the lead: a vector is in the span only if all of it goes
                return v
            factor = v[lead]
            for k, x in self.basis[lead].items():
                v[k] = v.get(k, 0) - factor * x
                if v[k] == 0:
                    del v[k]
        return v

    def add(self, v):
        v = self.reduce(v)
        if v:
            lead = min(v)
            self.basis[lead] = {k: x / v[lead] for k, x in v.items()}

    def knows(self, v):
        return not self.reduce(v)


def count(by, test=lambda r: True):
    return sum(1 for r in data if all(r[k] == v for k, v in by.items()) and test(r))


found, n_hidden, n_cells = [], 0, 0
for question in [q for q in questions if q in data[0]]:
    space = Space(question)
    for year in sorted({r[period] for r in data}) if period else [None]:
        space.add(space.vector({period: year} if period else {}))
    for row in rows:
        if row["status"] in ("suppressed", 2):
            continue
        space.add(space.vector(by_of(row)))
        asked = asked_of(row)
        if asked and asked[0] == question:
            space.add(space.vector(by_of(row), asked[1]))
    for row in rows:
        asked = asked_of(row)
        if asked and asked[0] != question:
            continue
        n_cells += 1
        by, hidden = by_of(row), row["status"] in ("suppressed", 2)
        n_hidden += hidden
        counts = [("n", count(by), space.vector(by))]
        if asked:
            for answer in space.answers:
                if len(space.answers) > 2 and answer != asked[1]:
                    continue
                counts.append(("answer " + answer, count(by, lambda r: r[question] == answer), space.vector(by, answer)))
        for name, n, vector in counts:
            if 0 < n < below and space.knows(vector):
                found.append("%s %s %s = %d" % (row["indicator"], by, name, n))
        if hidden:
            left = [k for k in ("n", "n_events", "estimate", "std_error", "conf_low", "conf_high", "pop_hat", "deff", "cv")
                    if row.get(k) is not None and row.get(k) != -1]
            if left:
                found.append("%s %s still has %s" % (row["indicator"], by, left))
if found:
    print("\n".join(found[:20]))
    sys.exit(1)
print("%d of %d cells withheld, none found" % (n_hidden, n_cells))
sys.exit(0)
