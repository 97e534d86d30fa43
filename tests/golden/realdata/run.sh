#!/bin/sh
# The public files against R and against what was published: run.sh PROGRAM
exec python3 "$(dirname "$0")/run.py" "$@"
