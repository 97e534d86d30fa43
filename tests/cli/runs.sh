#!/bin/sh
# Columns that a packed file gives by runs: the same results and the same errors as from the text that
# it was made of, whatever the batches, also where a wave after it has the column from a side table.
# usage: runs.sh SAMPAN
. "$(dirname "$0")/begin"

# Sorted by stratum and PSU, as a packed file is; `bad`: what is wrong, and from which record on.
make_data() { # SEED BAD
  awk -v seed="$1" -v bad="$2" 'function random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
  BEGIN {
    print "id,stratum,psu,region,weight,sex,ill"
    for (h = 1; h <= 12; h++) for (k = 1; k <= 4; k++) {
      n = 20 + int(300 * random() * random())
      for (i = 1; i <= n; i++) {
        row++
        psu = 100 * h + k
        stratum = h
        if (bad == "strata" && row == 1500) psu = 101
        if (bad == "psu" && row == 1700) psu = ""
        if (bad == "texts" && row == 900) psu = psu ".0"
        if (bad == "texts" && row == 1400) stratum = "0" stratum
        if (bad == "both" && (row == 900 || row == 1400)) { if (row == 900) psu = ""; else stratum = "" }
        printf "%d,%s,%s,%d,%.4f,%d,%d\n", row, stratum, psu, int((h + 2) / 3), exp(2 * random()), \
          1 + (random() < 0.5), random() < 0.2
      }
    }
  }'
}
make_data 1 none >one.csv
make_data 2 none >two.csv
for bad in strata psu both texts; do make_data 1 $bad >$bad.csv; done

design='{strata: stratum, psu: psu, weight: weight, lonely: adjust}'
plan() { # WAVES BY
  printf 'sampan: 1\ndata:\n  waves:\n%b' "$1"
  printf 'period: year\ndesign: %s\nindicators:\n' "$design"
  printf '  ill: {estimator: prevalence, of: ill == 1, by: [[], [%s], [%s, sex]]}\n' "$2" "$2"
}
pack() { # CSV
  printf 'sampan: 1\ndata: {file: %s}\ndesign: %s\nindicators: {n: {estimator: count}}\n' "$1" \
    "$design" >pack.yaml
  "$sampan" pack pack.yaml -o "${1%.csv}.sampan" --quiet || wrong "pack $1"
}
# The same bytes from texts and from packed files.
compare() { # NAME
  for threads in 1 3; do
    for batch in 64 640 2048; do
      "$sampan" run plan.yaml --format csv --threads $threads --batch $batch --quiet >got 2>&1 ||
        wrong "$1 does not run: $(cat got)"
      [ -s want ] || cp got want
      cmp -s got want || wrong "$1: --threads $threads --batch $batch"
    done
  done
}

pack one.csv
pack two.csv
awk -F, 'NR == 1 { print "key,region"; next } !($3 in seen) { print $3 "," $4; seen[$3] = 1 }' two.csv >regions.csv
cut -d, -f1-3,5- two.csv >placeless.csv
awk -F, 'NR == 1 { print "key,psu"; next } { print $1 "," $3 }' two.csv >psus.csv
cut -d, -f1,2,4- two.csv >bare.csv

for first in one.csv one.sampan; do
  plan "    - {file: $first, set: {year: 2001}}\n    - {file: two.csv, set: {year: 2002}}\n" region >plan.yaml
  compare "two waves, the first $first"
done
: >want
for first in one.csv one.sampan; do
  plan "    - {file: $first, set: {year: 2001}}\n    - {file: placeless.csv, set: {year: 2002}, join: [{file: regions.csv, by: {psu: key}}]}\n" \
    region >plan.yaml
  compare "a group from a side table after $first"
done
: >want
for first in one.csv one.sampan; do
  plan "    - {file: $first, set: {year: 2001}}\n    - {file: bare.csv, set: {year: 2002}, join: [{file: psus.csv, by: {id: key}}]}\n" \
    region >plan.yaml
  compare "PSUs from a side table after $first"
done

# The earliest record that is wrong, whatever the batch and the file.
expect_error() { # DATA MESSAGE
  for file in "$1.csv" "$1.sampan"; do
    printf 'sampan: 1\ndata: {file: %s}\ndesign: %s\nindicators: {n: {estimator: count}}\n' "$file" \
      "$design" >plan.yaml
    for batch in 64 640 2048 65536; do
      "$sampan" run plan.yaml --batch $batch --quiet >got 2>&1 && wrong "$1 is taken"
      grep -q "^$file: error: $2" got || wrong "$file --batch $batch: $(head -1 got)"
    done
  done
}
# Packed as they stand.
for bad in strata psu both texts; do
  types='stratum: number, psu: number'
  [ $bad != texts ] || types='stratum: text, psu: text'
  printf 'sampan: 1\ndata: {file: %s.csv}\ntypes: {%s}\nindicators: {n: {estimator: count}}\n' $bad \
    "$types" >pack.yaml
  "$sampan" pack pack.yaml -o $bad.sampan --quiet || wrong "pack $bad"
done
design="{nest: no, ${design#?}"
expect_error strata "row 1500, column psu: PSU '101' is in stratum"
expect_error psu "row 1700, column psu: the record has no PSU"
expect_error both "row 900, column psu: the record has no PSU"
expect_error texts "row 900, column psu: column 'psu' holds"

exit $failed
