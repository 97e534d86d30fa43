#!/bin/sh
# Further cases of the kinds of ../oracle: run.sh PROGRAM [--verbose] [ID or KIND...]
here=$(dirname "$0")
exec python3 "$here/../oracle/run_cases.py" "$@" --cases "$here/cases" --data "$here/data"
