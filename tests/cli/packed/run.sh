#!/bin/sh
# Plans over packed files give what they give over the files that were packed, to the last digit:
# the shipped plans, and the reference cases.
set -u
here=$(cd "$(dirname "$0")" && pwd)
SAMPAN_PROGRAM=$1
export SAMPAN_PROGRAM
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0
n=0
cp -r "$here/../../../datasets" "$scratch/datasets"
for plan in "$scratch"/datasets/*/*.yaml; do
  case $plan in
  */programme.yaml | */checklist.yaml) continue ;;
  esac
  # What is not at hand (data that setup fetches) is left out.
  "$SAMPAN_PROGRAM" check "$plan" >/dev/null 2>&1 || continue
  n=$((n + 1))
  "$here/through.py" run "$plan" >"$scratch/out" 2>"$scratch/err" || {
    cat "$scratch/err"
    status=1
  }
done
[ "$n" -ge 3 ] || { echo "only $n plans were run"; status=1; }
python3 "$here/../../golden/oracle/run_cases.py" "$here/through.py" || status=1
exit $status
