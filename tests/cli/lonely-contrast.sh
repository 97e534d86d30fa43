#!/bin/sh
# The variance of a difference is that of the difference, whatever the rule for lonely PSUs: the
# contrast of two totals must have the SE of the total of y signed by group.
# usage: lonely-contrast.sh SAMPAN
set -eu
sampan=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Group 1 lies in stratum 1 alone; group 2 also in stratum 3, which has one PSU.
awk 'BEGIN {
  print "st,psu,w,g,y"
  for (p = 1; p <= 4; p++)
    for (i = 1; i <= 5; i++) print 1 "," p "," 1 + p / 4 "," 1 + i % 2 "," (p * p + i * p) % 4
  for (p = 1; p <= 3; p++)
    for (i = 1; i <= 4; i++) print 2 "," p "," 2 "," 2 "," (p + i) % 2
  for (i = 1; i <= 6; i++) print "3,1,1.5,2," i % 3
}' > d.csv
status=0
for rule in remove certainty adjust average; do
  cat > plan.yaml <<Y
sampan: 1
data: {file: d.csv}
derive: {signed: "if(g == 2, y, -y)"}
design: {strata: st, psu: psu, weight: w, lonely: $rule}
indicators:
  y: {estimator: total, of: y, by: [[g]]}
  signed: {estimator: total, of: signed}
compare:
  c: {method: contrast, of: y, across: g, values: [1, 2]}
Y
  "$sampan" run plan.yaml -f csv > estimates.csv
  "$sampan" run plan.yaml -f csv --table comparisons > comparisons.csv
  column() { # FILE NAME PATTERN: the value of a column in the first row that matches
    awk -F, -v name="$2" -v row="$3" '{ gsub(/"[^"]*"/, "") } NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
      NR > 1 && $0 ~ row { print $c; exit }' "$1"
  }
  whole=$(column estimates.csv std_error '^signed')
  difference=$(column comparisons.csv std_error difference)
  if awk -v a="$whole" -v b="$difference" 'BEGIN { exit !(a > 0 && (a - b) ^ 2 <= 1e-24 * a * a) }'; then
    echo "ok     $rule: $difference"
  else
    echo "FAILED $rule: the contrast has $difference, the signed total $whole"
    status=1
  fi
done
exit $status
