#!/usr/bin/env python3
"""Answers of programs, lines `key,estimate,se`, and whether two programs agree.
usage: answers.py FILE FILE    prints how many there are and the largest relative difference; exit code 1
if they do not agree. A process of its own, as the memory of one that starts others counts as theirs."""
import math
import sys

TOLERANCE = 1e-9
# An SE that is 0 (a domain where all answer alike) is a difference of large numbers to those who sum
# up squares: what is left of it is no answer.
ZERO_SE = 1e-7


def number(text):
    return float(text) if text not in ('', 'NA', 'NaN', 'nan') else math.nan


def read(path):
    answers = {}
    with open(path, encoding='utf-8') as file:
        for line in file:
            key, estimate, error = line.rstrip('\r\n').replace('"', '').rsplit(',', 2)
            if key in answers:
                raise ValueError(f'{path}: {key} is there twice')
            answers[key] = (number(estimate), number(error))
    if not answers:
        raise ValueError(f'{path}: no answers')
    return answers


def distance(a, b, zero):
    if math.isnan(a) and math.isnan(b):
        return 0.0
    if abs(a) < zero and abs(b) < zero:
        return 0.0
    difference = abs(a - b) / max(abs(a), abs(b))
    return math.inf if math.isnan(difference) else difference


def compare(path, other):
    """The number of answers and the largest relative difference; ValueError where they do not agree.
    Keys without an estimate may be left out by either."""
    mine, theirs = read(path), read(other)
    worst, where = 0.0, ''
    for key in mine.keys() | theirs.keys():
        a, b = (answers.get(key, (math.nan, math.nan)) for answers in (mine, theirs))
        if math.isnan(a[0]) and math.isnan(b[0]):
            continue
        for i, zero in ((0, 1e-12), (1, ZERO_SE)):
            difference = distance(a[i], b[i], zero)
            if difference > worst:
                worst, where = difference, key
    if worst > TOLERANCE:
        raise ValueError(f'{path} and {other} differ by {worst:.2g} at {where}: '
                         f'{mine.get(where)} and {theirs.get(where)}')
    return len(mine), worst


if __name__ == '__main__':
    try:
        print('%d answers, largest difference %.1e' % compare(*sys.argv[1:3]))
    except (OSError, ValueError) as problem:
        sys.exit(str(problem))
