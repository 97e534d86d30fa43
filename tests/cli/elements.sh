#!/bin/sh
# A PSU for each record: the same bytes whether totals are kept by stratum or by unit, and however
# the records are divided; and a PSU that comes back in the last record is a clustered sample.
# usage: elements.sh SAMPAN
. "$(dirname "$0")/begin"

awk 'function random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
  BEGIN {
    seed = 20260501
    print "id,stratum,weight,people,sex,year,age,ill"
    for (i = 1; i <= 14000; i++) {
      h = int(40 * random() * random())
      printf "%d,%d,%.6f,%d,%s,%d,%d,%s\n", i, 100 + h, random() < 0.02 ? 0 : exp(5 * random()), \
        20000 + h, random() < 0.5 ? "m" : "f", 2020 + int(3 * random()), int(90 * random()), \
        random() < 0.05 ? "" : (random() < 0.2 ? 1 : 0)
    }
  }' >data.csv
sed '2,$s/^/u/' data.csv >texts.csv
awk -F, -v OFS=, 'NR == 14001 { $1 = 1 } { print }' data.csv >twice.csv
sed '2,$s/^/u/' twice.csv >twice-texts.csv

# plan NAME DATA DESIGN [MORE]
plan() {
  {
    printf 'sampan: 1\ndata: %s\nderive: {half: age < 45}\ndesign: {%s}\n' "$2" "$3"
    [ -z "${4-}" ] || printf '%s\n' "$4"
    cat <<'END'
indicators:
  ill: {estimator: prevalence, of: ill == 1, by: [[], [sex], [sex, half]]}
  known: {estimator: count, of: ill == 1}
  adjusted: {estimator: standardized, of: ill == 1, age: age, standard: {0-39: 3, 40-59: 2, 60+: 1}}
END
  } >"$1.yaml"
}

# results NAME OUT [OPTION...]
results() {
  name=$1 out=$2
  shift 2
  "$sampan" run "$name.yaml" --quiet -o "$out" "$@" 2>"$out.err" || wrong "$name: $(cat "$out.err")"
}

# same CASE A B
same() {
  [ -s "$2" ] && cmp -s "$2" "$3" || wrong "$1: $2 is not $3"
}

one_by_one() { # NAME DESIGN [MORE]: every way to read the records
  plan "$1" '{file: data.csv}' "psu: id, $2" "${3-}"
  plan "$1-none" '{file: data.csv}' "$2" "${3-}"
  plan "$1-texts" '{file: texts.csv}' "psu: id, $2" "${3-}"
  plan "$1-pipe" '{file: "-", source: csv}' "psu: id, $2" "${3-}"
  results "$1" "$1.csv" --threads 1
  for threads in 2 3; do
    results "$1" "$1.$threads.csv" --threads $threads --batch 192
    same "$1, $threads threads" "$1.$threads.csv" "$1.csv"
  done
  for way in none texts; do
    results "$1-$way" "$1-$way.csv"
    same "$1, $way" "$1-$way.csv" "$1.csv"
  done
  "$sampan" run "$1-pipe.yaml" --quiet -o "$1-pipe.csv" <data.csv || wrong "$1: a pipe"
  same "$1, a pipe" "$1-pipe.csv" "$1.csv"
  for shard in 1 2 3; do
    "$sampan" partial "$1.yaml" --shard $shard/3 -o "$1.$shard.state" || wrong "$1: shard $shard"
  done
  "$sampan" merge "$1.yaml" "$1.2.state" "$1.3.state" "$1.1.state" --quiet -o "$1-merged.csv" ||
    wrong "$1: a merge"
  same "$1, merged" "$1-merged.csv" "$1.csv"
}

one_by_one plain 'weight: weight'
one_by_one strata 'strata: stratum, weight: weight, lonely: adjust'
one_by_one fpc 'strata: stratum, weight: weight, fpc: people, fpc_is: population, lonely: average' \
  'domain: age >= 20'
one_by_one crossed 'strata: [year, stratum], weight: weight, lonely: remove, df: strata_present' \
  'period: year'

# The last record shows that PSUs are clusters: as with PSUs that never were numbers.
for design in 'strata: stratum, weight: weight, lonely: remove' 'weight: weight'; do
  plan twice '{file: twice.csv}' "psu: id, $design"
  plan twice-texts '{file: twice-texts.csv}' "psu: id, $design"
  results twice-texts twice-texts.out.csv --threads 1
  for threads in 1 2; do
    results twice twice.out.csv --threads $threads
    same "a PSU of two records, $threads threads" twice.out.csv twice-texts.out.csv
  done
done

# Where PSU numbers do not start anew in each stratum, the same one in two is an error as before.
awk -F, -v OFS=, 'NR == 14001 { $1 = 1; $2 = 999 } { print }' data.csv >nested.csv
plan nested '{file: nested.csv}' 'strata: stratum, psu: id, nest: no, weight: weight, lonely: remove'
for threads in 1 2; do
  "$sampan" run nested.yaml --quiet -o nested.out.csv --threads $threads 2>nested.err &&
    wrong "a PSU in two strata, $threads threads"
  grep -q "PSU '1' is in stratum '999' here" nested.err || wrong "$(cat nested.err)"
  grep -q '^nested.csv: error: row 14000, column id:' nested.err || wrong "its place: $(cat nested.err)"
done

[ $failed = 0 ] && echo "elements: all the same"
exit $failed
