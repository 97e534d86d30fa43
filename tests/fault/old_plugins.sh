#!/bin/sh
# Plugins as ABI 1.0 had them load, keep the laws, and give the numbers of those of today.
# usage: old_plugins.sh SAMPAN
set -u
sampan=$(readlink -f "${1:?usage: old_plugins.sh SAMPAN}")
root=${SAMPAN_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
# Not under /tmp: plugins in a folder that others can write to are not loaded.
scratch=$(dirname "$sampan")/old-plugins
rm -rf "$scratch"
mkdir -p "$scratch/own"
cd "$scratch" || exit 1
status=0

wrong() {
  echo "FAILED $1"
  cat err
  status=1
}

${CC:-cc} -std=c11 -shared -fPIC -fvisibility=hidden -I"$root/core/include" \
  -o own/old_all.so "$root/tests/fault/plugins/old_all.c" -lm || exit 77
"$sampan" manifest own/old_all.so -o own/old_all.plugin 2>err || wrong 'its manifest'
"$sampan" check own/old_all.so >out 2>err || { wrong 'its laws'; grep FAILED out; }

awk 'BEGIN {
  print "stratum,psu,weight,sex,ill"
  for (i = 0; i < 400; i++)
    printf "%d,%d,%g,%s,%s\n", i % 4, int(i / 4) % 5, 1 + i % 7, i % 3 ? "f" : "m",
      i % 11 == 0 ? "" : (i * i % 13 < 4)
}' >data.csv

# plan ESTIMATOR INTERVAL COMPARISON
plan() {
  cat <<END
sampan: 1
data: {file: data.csv}
design: {strata: stratum, psu: psu, weight: weight}
indicators:
  ill: {estimator: $1, of: ill == 1, interval: $2, by: [[], [sex]]}
compare:
  gap: {method: $3, of: ill, across: sex}
END
}
plan old-share old-one-error old-difference >old.yaml
plan prevalence wald contrast >new.yaml
"$sampan" run old.yaml --plugin-dir "$scratch/own" -f csv -o old.csv 2>err || wrong 'a run with them'
"$sampan" run new.yaml -f csv -o new.csv 2>err || wrong 'a run with those of today'

# columns FILE NAME...: these columns of a table of results.
columns() {
  file=$1
  shift
  sed 's/"[^"]*"/quoted/g' "$file" | awk -F, -v names="$*" '
    NR == 1 { n = split(names, want, " "); for (i = 1; i <= NF; i++) at[$i] = i }
    { for (i = 1; i <= n; i++) printf "%s%s", $at[want[i]], i < n ? "," : "\n" }'
}
columns old.csv domain estimate std_error df n n_events >old.part
columns new.csv domain estimate std_error df n n_events >new.part
cmp -s old.part new.part || { diff old.part new.part >err; wrong 'other estimates'; }
"$sampan" run old.yaml --plugin-dir "$scratch/own" -f csv --table comparisons -o old-tests.csv \
  2>err || wrong 'their comparison'
"$sampan" run new.yaml -f csv --table comparisons -o new-tests.csv 2>err || wrong 'the comparison'
columns old-tests.csv statistic estimate std_error | grep ^difference, >old.part
columns new-tests.csv statistic estimate std_error | grep ^difference, >new.part
# It leaves out the test and its p-value: they are empty, not 0.
[ "$(columns old-tests.csv statistic test p_value)" = 'statistic,test,p_value
difference,,' ] ||
  { cat old-tests.csv >err; wrong 'what it did not write'; }
[ -s old.part ] && cmp -s old.part new.part || { cat old.part new.part >err; wrong 'other tests'; }
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
  {
    off = $at["conf_high"] - $at["conf_low"] - 2 * $at["std_error"]
    if (off > 1e-12 || off < -1e-12) exit 1
    n++
  }
  END { if (n < 3) exit 1 }' old.csv || { cat old.csv >err; wrong 'other limits'; }

[ $status -eq 0 ] && echo 'all as expected'
exit $status
