#!/bin/sh
# 0 or 100 % of a sample has a standard error of 0, and yet is not exact: comparisons with it give the
# difference, but no test and no limits, and a note says why. A complete count has its own error.
# usage: exact-zero.sh SAMPAN
set -eu
sampan=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# By group: none, all, some, some.
awk 'BEGIN {
  print "st,psu,g,y"
  for (s = 1; s <= 2; s++) for (p = 1; p <= 4; p++) for (g = 1; g <= 4; g++) for (i = 1; i <= 10; i++)
    print s "," p "," g "," (g == 1 ? 0 : g == 2 ? 1 : (i + p) % (g + 1) == 0)
}' >d.csv
status=0

# NAME KIND DESIGN COMPARISON VALUES PATTERN-OF-A-COMPARISON WHETHER-THERE-IS-A-TEST
check() {
  cat >plan.yaml <<Y
sampan: 1
kind: $2
data: {file: d.csv}
$3
indicators: {p: {estimator: prevalence, of: y == 1, by: [[g]]}}
compare: {c: {$4, of: p, across: g, values: $5}}
Y
  "$sampan" run plan.yaml -f json >out.json 2>err.txt
  if python3 - "$6" "$7" <<'P'
import json, sys
out = json.load(open("out.json"))
(row,) = [r for r in out["comparisons"] if r["statistic"] == sys.argv[1]]
has = lambda k: row.get(k) is not None
tested = [has(k) for k in ("test", "p_value", "std_error")]
told = "is not exact in a sample" in json.dumps(out)
whether = sys.argv[2] == "yes"
bad = tested != [whether] * 3 or told == whether or (whether and not has("conf_low")) or (not whether and has("conf_low"))
if not whether and row["statistic"] == "difference" and not has("estimate"):
    bad = True
sys.exit(bad)
P
  then echo "ok     $1"; else echo "FAILED $1"; status=1; fi
}

sample='design: {strata: st, psu: psu}'
check "contrast with none" survey "$sample" 'method: contrast' '[1, 3]' difference no
check "contrast with all" survey "$sample" 'method: contrast' '[3, 2]' difference no
check "contrast of none and all" survey "$sample" 'method: contrast' '[1, 2]' difference no
check "ratio with all" survey "$sample" 'method: contrast' '[2, 3]' ratio no
check "t test with none" survey "$sample" 'method: t-test' '[1, 3]' difference no
check "a combination with all" survey "$sample" 'method: linear-combination, coefficients: [1, -1]' '[2, 3]' combination no
check "normal instead of t" survey 'design: {strata: st, psu: psu, df: infinite}' 'method: contrast' '[1, 3]' difference no
check "contrast of others" survey "$sample" 'method: contrast' '[3, 4]' difference yes
check "t test of others" survey "$sample" 'method: t-test' '[3, 4]' difference yes
exit $status
