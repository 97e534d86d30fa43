#!/bin/sh
# Every example of docs/plan.md is a part of a plan that runs: it is put together with data that have
# its columns, and with an indicator where it has none.
# usage: run.sh SAMPAN
set -u
sampan=$(readlink -f "$1")
page=$(readlink -f "$(dirname "$0")/../../../docs/plan.md")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

# 4 counties in 2 regions; 2 zones in each, 2 schools in each zone, 6 pupils in each school.
awk 'BEGIN {
  printf "region,county,zone,school,w,n_counties,n_schools,n_pupils,wt0,sex,area,age_group,age,smoke"
  printf ",income,household,sbp"
  for (r = 1; r <= 80; r++) printf ",rw%d", r
  print ""
  for (i = 0; i < 96; i++) {
    county = int(i / 24)
    printf "%d,%d,%d,%d,%d,5,4,20,%d,%s,%s,%s,%d,%d,%d,%d,%d", county / 2, county, int(i / 12) % 2,
           int(i / 6), 4800 + 60 * (i % 7), 5000 + i, i % 2 ? "F" : "M", i % 3 ? "u" : "r",
           i % 5 < 3 ? "20-39" : "40+", 20 + (7 * i) % 45, (i * i) % 4 == 1, 30 + (i * 13) % 29,
           1 + i % 4, 110 + (i * 11) % 37 + i % 3
    for (r = 1; r <= 80; r++) printf ",%d", 1 + ((county + r) * (county + 3) * r) % 3
    print ""
  }
}' >people.csv
cp people.csv people_2020.csv
cut -d, -f1-14,16- people.csv >people_2021.csv # without income
awk 'BEGIN { print "id,pupils"; for (i = 0; i < 16; i++) printf "%d,%d\n", i, 100 + i }' >schools.csv

awk '/^```yaml$/ { n++; inside = 1; next }
     /^```$/ { inside = 0 }
     inside { print > sprintf("example%02d", n) }' "$page"

failed=0
n=0
for example in example*; do
  n=$((n + 1))
  plan=$example.yaml
  {
    echo 'sampan: 1'
    grep -q '^data:' "$example" || echo 'data: {file: people.csv}'
    cat "$example"
    grep -q '^indicators:' "$example" ||
      echo 'indicators: {p: {estimator: prevalence, of: smoke == 1, by: [[], [sex]]}}'
  } >"$plan"
  if timeout 60 "$sampan" run "$plan" -o "$example.json" >out 2>err </dev/null; then
    grep -q '"estimate"' "$example.json" || { echo "FAILED no estimate: $plan"; failed=1; }
    continue
  fi
  echo "FAILED $plan"
  sed 's/^/    /' "$plan" err
  failed=1
done
[ "$n" -ge 15 ] || { echo "FAILED only $n examples were found in $page"; failed=1; }

# All keys of a design have an example.
for key in strata psu weight fpc fpc_is nest scale stages lonely lonely_in_domain df deff replicates make_replicates \
  poststratify rake calibrate combined rho rscales mse degf seed distance bounds variance; do
  cat example?? | grep -q "\\b$key:" || { echo "FAILED no example has '$key'"; failed=1; }
done
exit $failed
