#!/bin/sh
# The coverage of intervals over a thousand samples: run.sh PROGRAM [--write]
exec python3 "$(dirname "$0")/run.py" "$@"
