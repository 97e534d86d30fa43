#!/bin/sh
# The df of replicate weights: the same in any order of the rows, one record of a large weight among
# them; without the replicates of a stratum that is taken whole; for a domain by its PSUs.
# usage: replicate-df.sh SAMPAN
. "$(dirname "$0")/begin"

# df NAME PLAN EXPECTED...: the df of the rows of results.
df_is() {
  name=$1
  plan=$2
  shift 2
  got=$("$sampan" run "$plan" --format csv 2>err | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "df") at = i }
    NR > 1 { printf "%s%s", (NR > 2 ? " " : ""), $at }')
  if [ "$got" = "$*" ]; then
    echo "ok     $name"
  else
    echo "FAILED $name: $got, not $*: $(cat err)"
    failed=1
  fi
}

awk 'function random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
  function row(large) {
    printf "%s,%d", (large ? 10000000 : 1.5), (random() < 0.5)
    for (j = 1; j <= 20; j++) printf ",%.15g", (large ? 10000000 : 1 + random())
    print ""
  }
  BEGIN {
    seed = 20201231
    printf "w,y"
    for (j = 1; j <= 20; j++) printf ",r%d", j
    print ""
    row(1)
    for (i = 1; i <= 2000; i++) row(0)
  }' >first.csv
{ head -n 1 first.csv; sed 1,2d first.csv; sed -n 2p first.csv; } >last.csv
for order in first last; do
  cat >$order.yaml <<END
sampan: 1
data: {file: $order.csv}
design: {weight: w, replicates: {type: BRR, weights: r1..r20}}
indicators: {p: {estimator: prevalence, of: y == 1}}
END
  df_is "a record of large weight comes $order" $order.yaml 19
done

# Strata 1 and 2 of 3 PSUs; stratum 3, of 2, is taken whole. Group a is stratum 1.
awk 'BEGIN {
  print "h,p,w,n,g,y"
  for (h = 1; h <= 3; h++) for (p = 1; p <= (h == 3 ? 2 : 3); p++) for (i = 1; i <= 4; i++)
    printf "%d,%d,%d,%d,%s,%d\n", h, p, 1 + i, (h == 3 ? 2 : 30), (h == 1 ? "a" : "b"), (h * p * i) % 5
}' >strata.csv
cat >strata.yaml <<END
sampan: 1
data: {file: strata.csv}
types: {g: text}
design: {strata: h, psu: p, weight: w, fpc: n, make_replicates: {type: JKn}}
indicators: {m: {estimator: mean, of: y, by: [[], [g]]}}
END
# The replicates of a stratum add up to a constant: rank 6 - 1 of the two strata, 3 of one, with or
# without the third.
df_is 'a stratum taken whole' strata.yaml 4 2 2
exit $failed
