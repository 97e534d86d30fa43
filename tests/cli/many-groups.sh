#!/bin/sh
# Groups of several variables whose codes are too many for an array (2^18) are the groups of one
# variable that has the same values side by side; also where the codes outgrow the array amid a file,
# and where values are missing.
# usage: many-groups.sh SAMPAN
. "$(dirname "$0")/begin"

# The first 2,000 records have few values of a, b and c, the others up to 180 of each (8 bits).
awk 'BEGIN {
  srand(7)
  print "h,p,w,a,b,c,abc,small,y,x"
  for (i = 0; i < 9000; i++) {
    most = i < 2000 ? 6 : 180
    a = int(rand() * most); b = int(rand() * most); c = int(rand() * most)
    # Some groups have several records.
    if (i % 3) { a = a % 9; b = b % 7; c = c % 4 }
    if (i == 8000) { a = 500; b = 501; c = 502 }
    key = a * 1000000 + b * 1000 + c
    if (i % 97 == 0) a = ""
    if (i % 101 == 0) c = ""
    if (a == "" || c == "") key = ""
    printf "%d,%d,%.3f,%s,%s,%s,%s,%d,%d,%.4f\n", i % 5, i % 37, rand() * 9, a, b, c, key, i % 3,
      rand() < 0.4, rand() * 50
  }
}' >data.csv

plan() { # BY
  cat <<YAML
sampan: 1
data: {file: data.csv}
design: {strata: h, psu: p, nest: yes, weight: w, lonely: remove}
indicators:
  y: {estimator: prevalence, of: y == 1, by: [[$1]]}
  x: {estimator: mean, of: x, by: [[$1]]}
YAML
}

# numbers OUT BY ARGUMENT...: a line per group and indicator: the group's number, and all numbers.
numbers() {
  out=$1 by=$2
  shift 2
  plan "$by" >plan.yaml
  timeout 120 "$sampan" run plan.yaml --format csv --quiet "$@" >table.csv 2>err </dev/null ||
    wrong "$by $*: exit code $?: $(cat err)"
  awk -F, -v by="$by" '
    { sub(/\r$/, "") }
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
      if (by == "abc") key = $at["by.abc"]
      else if (by == "abc, small") key = $at["by.abc"] " " $at["by.small"]
      else key = $at["by.a"] * 1000000 + $at["by.b"] * 1000 + $at["by.c"] (by ~ /small/ ? " " $at["by.small"] : "")
      print key, $1, $at["n"], $at["estimate"], $at["std_error"], $at["df"], $at["conf_low"]
    }' table.csv | sort >"$out"
}

numbers within.txt "abc" --threads 1
n=$(wc -l <within.txt)
[ "$n" -gt 4000 ] || wrong "there are only $n estimates"
grep -q '^500501502 x 1 ' within.txt || wrong "the last of the codes is missing"
[ "$(awk '$3 > 3' within.txt | wc -l)" -gt 100 ] || wrong "hardly a group has several records"
for how in "1 2048" "1 64" "3 256" "2 8192"; do
  numbers beyond.txt "a, b, c" --threads "${how% *}" --batch "${how#* }"
  cmp -s within.txt beyond.txt || wrong "by three variables ($how) there are other groups"
done
# Both of them beyond, with one more variable; and the order of the variables is of no concern.
numbers within.txt "abc, small"
for by in "a, b, c, small" "small, c, a, b"; do
  numbers beyond.txt "$by" --threads 2
  [ "$(wc -l <beyond.txt)" -ge "$n" ] || wrong "$by: there are only $(wc -l <beyond.txt) estimates"
  cmp -s within.txt beyond.txt || wrong "by $by there are other groups"
done

exit $failed
