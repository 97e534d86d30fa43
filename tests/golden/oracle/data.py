"""data.py - the files of the cases: their columns and values."""
import csv
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

    def levels(self, name, column):
        return sorted(self.values(name, column), key=sort_key)

    def is_text(self, name, column):
        return not all(is_number(v) for v in self.values(name, column))
