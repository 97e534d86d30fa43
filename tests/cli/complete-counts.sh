#!/bin/sh
# What is known of numbers without a sample: of proportions, of no events, of sums, of tests.
# usage: complete-counts.sh SAMPAN
command -v python3 >/dev/null || exit 77
exec python3 "$(dirname "$0")/complete-counts.py" "$1"
