#!/bin/sh
# What must not change the numbers: the size of a batch, the order of the rows, how records are
# spread over files, the unit of the weights, records of other domains, the names of strata and PSUs.
# And memory must not grow with the rows.
# usage: engine-properties.sh SAMPAN
. "$(dirname "$0")/begin"

# same NAME FILE FILE: byte for byte.
same() {
  if cmp -s "$2" "$3"; then
    echo "ok     $1"
  else
    wrong "$1"
    diff "$2" "$3" | head -n 6
  fi
}

run() { # PLAN OUT [OPTION...]
  plan=$1
  out=$2
  shift 2
  "$sampan" run "$plan" --format csv "$@" >"$out" 2>err || {
    wrong "run of $plan: $(cat err)"
    exit 1
  }
}

# columns FILE NAME...: these columns of a table of results.
columns() {
  file=$1
  shift
  awk -F, -v names="$*" '
    NR == 1 { n = split(names, want, " "); for (i = 1; i <= NF; i++) at[$i] = i }
    { for (i = 1; i <= n; i++) printf "%s%s", $at[want[i]], i < n ? "," : "\n" }' "$file"
}

# A survey of two years, 7 strata a year with 2 to 5 PSUs, awkward weights, missing values.
awk 'function random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
  BEGIN {
    seed = 20201231
    print "id,year,stratum,psu,weight,sex,age,ill,visits,spent"
    for (i = 1; i <= 3000; i++) {
      year = 2020 + int(random() * 2)
      h = int(random() * 7)
      p = int(random() * (2 + h % 4))
      printf "%d,%d,s%d,%d,%.13g,%s,%d,%s,%d,%s\n", i, year, h, p, exp(3 * random()) * (1 + h), \
        random() < 0.5 ? "m" : "f", 15 + int(random() * 70), \
        random() < 0.05 ? "" : (random() < 0.2 + h / 20 ? 1 : 0), 1 + int(random() * 9), \
        random() < 0.03 ? "" : sprintf("%.6f", 1000 * random() * random())
    }
  }' >all.csv

# plan DATA [DESIGN [MORE]]
plan() {
  cat <<EOF
sampan: 1
data: $1
derive: {age_group: "cut(age, 30, 45, 60)"}
design: ${2:-{strata: [year, stratum], psu: psu, weight: weight\}}
period: year
$3
indicators:
  ill: {estimator: prevalence, of: ill == 1, by: [[], [sex], [sex, age_group]]}
  ill_old: {estimator: prevalence, of: ill == 1, where: age >= 60, interval: korn-graubard, by: [[], [sex]]}
  spent: {estimator: mean, of: spent, by: [[], [age_group]]}
  sum: {estimator: total, of: spent}
  per_visit: {estimator: ratio, numerator: spent, denominator: visits, by: [[], [sex]]}
  known: {estimator: count, of: ill == 1}
compare:
  change: {method: contrast, of: [ill, spent, per_visit], values: [2020, 2021]}
  sexes: {method: contrast, of: ill, across: sex}
  ages: {method: linear-trend, of: ill, across: age_group, within: sex}
EOF
}
plan '{file: all.csv}' '' '' >all.yaml
run all.yaml all.out
run all.yaml all.tests --table comparisons
[ "$(wc -l <all.out)" -eq 49 ] || wrong "rows of the results: $(wc -l <all.out)"
# The contrast of the sexes and the trends are done once for each year.
[ "$(grep -c '^sexes,' all.tests)" -eq "$((2 * $(grep -c '^change,[^,]*,ill,' all.tests)))" ] ||
  wrong "comparisons of one year mix with those of another"

for n in 1 7 64 1024 65536; do
  run all.yaml out --batch $n
  same "batches of $n" all.out out
done
run all.yaml out --table comparisons --batch 1
same "comparisons, batches of 1" all.tests out

# Rows in other orders: by a seeded number, and backwards.
for seed in 1 2 3; do
  { head -n 1 all.csv
    sed 1d all.csv | awk -v seed=$seed '{ seed = (seed * 48271 + 11) % 2147483647; print seed "," $0 }' |
      sort -n | cut -d, -f2-; } >shuffled.csv
  plan '{file: shuffled.csv}' '' '' >shuffled.yaml
  run shuffled.yaml out
  same "rows shuffled, seed $seed" all.out out
  run shuffled.yaml out --table comparisons
  same "comparisons of rows shuffled, seed $seed" all.tests out
done

# The same records in three files, one after the other, and half compressed.
for k in 0 1 2; do
  awk -v k=$k 'NR == 1 || NR % 3 == k' all.csv >part$k.csv
done
gzip -f part1.csv
plan '{waves: [{file: part2.csv}, {file: part1.csv.gz}, {file: part0.csv}]}' '' '' >parts.yaml
run parts.yaml out
same "three files, stacked" all.out out

# Twice the weights: shares, means and their errors stay to the last bit.
plan '{file: all.csv}' '{strata: [year, stratum], psu: psu, weight: weight * 2}' '' >twice.yaml
run twice.yaml out
keep='indicator period domain level n n_events estimate std_error conf_low conf_high df flags'
columns all.out $keep | grep -v '^\(sum\|known\),' >a
columns out $keep | grep -v '^\(sum\|known\),' >b
same "weights times two" a b
columns all.out indicator period estimate std_error |
  awk -F, '$1 == "sum" { printf "%.10g %.10g\n", 2 * $3, 2 * $4 }' >a
columns out indicator period estimate std_error |
  awk -F, '$1 == "sum" { printf "%.10g %.10g\n", $3, $4 }' >b
same "totals of weights times two" a b

# Each record as two of half the weight in its PSU: only the counts of records differ.
awk -F, -v OFS=, 'NR == 1 { print; next } { print; print }' all.csv >halves.csv
plan '{file: halves.csv}' '{strata: [year, stratum], psu: psu, weight: weight / 2}' '' >halves.yaml
run halves.yaml out
columns all.out indicator period domain level pop_hat estimate std_error df >a
columns out indicator period domain level pop_hat estimate std_error df >b
same "records split in halves" a b

# Records of weight 0 in PSUs that are there, and records of no domain that anybody asks for.
awk -F, -v OFS=, '{ print } NR > 1 && NR % 5 == 0 { $5 = 0; $8 = 1; print }' all.csv >zeros.csv
plan '{file: zeros.csv}' '' '' >zeros.yaml
run zeros.yaml out
columns all.out indicator period domain level pop_hat estimate std_error df >a
columns out indicator period domain level pop_hat estimate std_error df >b
same "records of weight 0" a b
awk -F, -v OFS=, '{ print } NR > 1 && NR % 4 == 0 { $7 = 7; $8 = 1; print }' all.csv >children.csv
plan '{file: children.csv}' '' 'domain: age >= 15' >children.yaml
run children.yaml out
same "records outside the domain" all.out out

# Other names for strata and PSUs, and PSU numbers that are unique throughout.
awk -F, -v OFS=, 'NR > 1 { $4 = $2 "-" $3 "-" (97 - $4); $3 = "区" (50 - substr($3, 2)) } { print }' \
  all.csv >renamed.csv
plan '{file: renamed.csv}' '{strata: [year, stratum], psu: psu, weight: weight, nest: no}' '' >renamed.yaml
run renamed.yaml out
same "strata and PSUs renamed" all.out out

# Joined columns give what columns of the file itself give.
cut -d, -f1-7 all.csv >left.csv
cut -d, -f1,8- all.csv | awk 'NR == 1 { print; next } { line[NR] = $0 } END { for (i = NR; i > 1; i--) print line[i] }' >right.csv
plan '{file: left.csv, join: [{file: right.csv, by: id}]}' '' '' >joined.yaml
run joined.yaml out
same "columns joined" all.out out

# An indicator without any record keeps its row, and --strict says so.
sed 's/^  known: .*/  known: {estimator: prevalence, of: ill == 1, where: age > 200}/' all.yaml >none.yaml
run none.yaml out
[ "$(grep -c '^known,' out)" -eq 2 ] || wrong "an indicator without records has lost its rows"
cat >empty.yaml <<EOF
sampan: 1
data: {file: all.csv}
design: {strata: [year, stratum], psu: psu, weight: weight}
domain: age > 200
indicators: {ill: {estimator: prevalence, of: ill == 1}}
EOF
run empty.yaml out
[ "$(wc -l <out)" -eq 2 ] || wrong "an empty domain has lost its row"
"$sampan" run empty.yaml --strict >out 2>err
[ $? -eq 6 ] || wrong "--strict says nothing of an empty domain"

# Ten times the rows, the same memory.
peak() {
  if [ -x /usr/bin/time ]; then
    /usr/bin/time -f %M -o peak "$sampan" run "$1" --format csv >out 2>err && tail -n 1 peak
  else
    python3 -c 'import resource, subprocess, sys
subprocess.run([sys.argv[1], "run", sys.argv[2], "--format", "csv"], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$sampan" "$1" 2>err
  fi
}
case $(grep -c __asan_init "$sampan") in
  0)
    { cat all.csv; for i in $(seq 1 32); do sed 1d all.csv; done; } >rows1.csv
    { cat rows1.csv; for i in $(seq 1 9); do sed 1d rows1.csv; done; } >rows10.csv
    for n in 1 10; do plan "{file: rows$n.csv}" '' '' >rows$n.yaml; done
    small=$(peak rows1.yaml)
    large=$(peak rows10.yaml)
    echo "       peak memory: $small KiB for 99000 rows, $large KiB for 990000"
    if [ -z "$small" ] || [ -z "$large" ]; then
      echo "       (not measured: neither time nor python3)"
    elif [ "$large" -gt $((small + small / 10)) ]; then
      wrong "memory grows with the rows"
    else
      echo "ok     memory"
    fi
    ;;
  *) echo "       memory is not measured under a sanitizer" ;;
esac
exit $failed
