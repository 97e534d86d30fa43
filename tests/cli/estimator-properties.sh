#!/bin/sh
# What is done to a sample, and what each estimator makes of it: see estimator-properties.py.
# usage: estimator-properties.sh SAMPAN
command -v python3 >/dev/null || exit 77
exec python3 "$(dirname "$0")/estimator-properties.py" "$1"
