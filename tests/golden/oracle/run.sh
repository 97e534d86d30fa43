#!/bin/sh
# The reference cases: run.sh PROGRAM [--verbose] [ID or KIND...]
exec python3 "$(dirname "$0")/run_cases.py" "$@"
