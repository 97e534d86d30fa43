#!/bin/sh
# The coverage of every interval over samples of a known population: run.sh PROGRAM [--full]
exec python3 "$(dirname "$0")/run.py" "$@"
