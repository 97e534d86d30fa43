#!/usr/bin/env python3
"""A program that runs plans twice: over their data, and over the same data packed.

through.py run PLAN ARGUMENTS...: prints what SAMPAN_PROGRAM prints of the plan, or fails with exit
code 9 where the results over packed files are not the same, to the last digit. Used in place of
sampan by tests."""
import json
import os
import re
import subprocess
import sys

PROGRAM = os.environ["SAMPAN_PROGRAM"]
DATA = re.compile(r"[\w./-]+\.(?:csv|dta|sav|xpt|XPT|sas7bdat)\b")

# Rules of quantiles that go by the order of equal values (plugins/estimators/quantile/README.md).
ORDERED = re.compile(r"hf[4-9]|shahvaish")


def sampan(*arguments):
    return subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)


def differ(plan, why):
    sys.stderr.write("%s: %s\n" % (plan, why))
    sys.exit(9)


def data_files(plan, text):
    """What the plan reads records from: `file` of its data, its waves and joins."""
    folder = os.path.dirname(os.path.abspath(plan))
    tables = set(re.findall(r"totals\"?:\s*\"?([\w./-]+\.csv)", text))
    for name in sorted(set(DATA.findall(text)) - tables):
        if os.path.exists(os.path.join(folder, name)) and re.search(
                r"file\"?:\s*\"?" + re.escape(name), text):
            yield folder, name


def packed_plan(plan, sort):
    with open(plan, encoding="utf-8") as f:
        text = f.read()
    files = list(data_files(plan, text))
    for folder, name in files:
        packed = os.path.join(folder, os.path.basename(name) + ".sampan")
        source = plan if sort and len(files) == 1 else os.path.join(folder, name)
        done = sampan("pack", source, "-q", "-o", packed)
        if done.returncode != 0:
            differ(plan, "not packed: " + done.stderr.decode())
        text = re.sub(r"(file\"?:\s*\"?)" + re.escape(name) + r"\b",
                      lambda m, p=packed: m.group(1) + os.path.basename(p), text)
    text = re.sub(r"(?m)^\s*sha256:.*$", "", text)
    text = re.sub(r",\s*sha256: *[0-9a-f]{64}", "", text)
    where = os.path.join(os.path.dirname(os.path.abspath(plan)), "through-packed.yaml")
    with open(where, "w", encoding="utf-8") as f:
        f.write(text)
    return where, len(files)


def results(plan, done):
    try:
        read = json.loads(done.stdout)
    except ValueError:
        differ(plan, "no JSON: " + done.stderr.decode())
    return [read.get("rows"), read.get("comparisons")]


def main(arguments):
    given = sampan(*arguments)
    if arguments[:1] == ["run"]:
        plan = arguments[1]
        plain = sampan("run", plan, "--json")
        for sort in (False, True):
            other, n_files = packed_plan(plan, sort)
            if n_files == 0:
                break
            through = sampan("run", other, "--json")
            if through.returncode != plain.returncode:
                differ(plan, "packed: exit code %d, not %d: %s" % (
                    through.returncode, plain.returncode, through.stderr.decode()))
            if sort and ORDERED.search(open(plan, encoding="utf-8").read()):
                continue
            if plain.returncode == 0 and results(plan, through) != results(plan, plain):
                differ(plan, "packed%s: other results" % (" and sorted" if sort else ""))
    sys.stdout.buffer.write(given.stdout)
    sys.stderr.buffer.write(given.stderr)
    return given.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
