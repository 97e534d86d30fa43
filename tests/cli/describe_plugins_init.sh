#!/bin/sh
# sampan describe, plugins and init on files with known contents.
# usage: describe_plugins_init.sh SAMPAN
set -u
sampan=${1:?usage: describe_plugins_init.sh SAMPAN}
root=${SAMPAN_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2
status=0

# expect TEXT COMMAND...: the output, blanks squeezed, holds the text.
expect() {
  wanted=$1
  shift
  text=$("$@" 2>&1 | tr -s ' ')
  printf '%s\n' "$text" | grep -qF -- "$wanted" && return
  echo "$*: missing: $wanted"
  printf '%s\n' "$text"
  status=1
}

printf 'id,psu,weight,sex,x\n1,1,2.5,男,-1\n2,1,2.5,女,\n3,2,1e1,女,0.5\n4,2,1,,7\n' >a.csv
expect 'a.csv: 4 records, 5 columns, read by csv' "$sampan" describe a.csv
expect 'weight number 4 0 3 1 10 2.5 (2), 1e1 (1), 1 (1)' "$sampan" describe a.csv
expect 'sex text 3 1 2 女 (2), 男 (1)' "$sampan" describe a.csv
expect 'x number 3 1 3 -1 7 -1 (1), 0.5 (1), 7 (1)' "$sampan" describe a.csv
expect '"n_present":3,"n_missing":1,"missing":{},"n_distinct":3' "$sampan" describe --json a.csv
cp a.csv a.unknown
expect 'no source claims' "$sampan" describe a.unknown
expect 'a.unknown: 4 records' "$sampan" describe --format csv a.unknown
awk 'BEGIN { print "k"; for (i = 1; i <= 1500; i++) print i }' >many.csv
expect 'k number 1500 0 more than 1000 1 1500' "$sampan" describe many.csv

expect 'prevalence 1.0.0 The weighted share' "$sampan" plugins
expect '率（百分比）' "$sampan" plugins --lang zh estimator/prevalence
expect 'writer csv' "$sampan" plugins csv
expect "did you mean 'prevalence'?" "$sampan" plugins prevlence
expect 'is no kind of plugin' "$sampan" plugins nothing/prevalence

expect 'psu: psu # check' "$sampan" init a.csv
expect '# strata: no column has a name' "$sampan" init a.csv
"$sampan" init a.csv -o plan.yaml || status=1
expect 'no error found' "$sampan" check plan.yaml
expect 'persons' "$sampan" run -f csv plan.yaml
expect 'is there already' "$sampan" init a.csv -o plan.yaml
exit $status
